"""Door: checklists due and filled, inspections, the ledger of equipment, the editor of lists."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.core.business_day import parse_month
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.answers import InspectionData
from patrol.equipment.checklist import all_current, current, find_version, new_version, versions
from patrol.equipment.complete import complete_inspection
from patrol.equipment.due import due_until
from patrol.equipment.duty import duties, lines, mine, next_here, progress
from patrol.equipment.equipment import STATES, Equipment, events_of, find_equipment
from patrol.equipment.inspection import Inspection, find_inspection, findings_of, last_values
from patrol.equipment.keeping import EquipmentData, correct, move, retire, serviced, set_state, take_in
from patrol.equipment.ledger import Filter, inspections_between, inspections_of, listed
from patrol.equipment.rights import check_may_fill
from patrol.equipment.service_life import due_state
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.photos.intake import form_store
from patrol.photos.photo import arrived, photos_of
from patrol.photos.storage import limits, shelf
from patrol.sites.place import Place
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested, record_form
from patrol.web.replies import go
from patrol.workorders.timeline import names

bp = Blueprint("equipment", __name__)


@bp.get("/checklists")
@needs("checklist.see", "checklist.fill")
def due() -> Any:
    reader, at = _reader(), now()
    owed = mine(reader, duties(reader, at))
    show_done = request.args.get("done") == "1"
    rows = [line for line in lines(owed) if show_done or line.left]
    return render_template(
        "equipment/due.html", rows=rows, progress=progress(owed), show_done=show_done, today=business_day_of(reader, at)
    )


@bp.get("/inspections/new")
@needs("checklist.patrol", "checklist.fill")
def fill() -> Any:
    return _fill_page({}, None)


@bp.post("/inspections")
@needs("checklist.patrol", "checklist.fill")
def complete() -> Any:
    record_id, data = _record()
    if db.session.get(Inspection, (current_user.site_id, record_id)) is not None:
        return go(f"/inspections/{record_id}")
    try:
        with write(current_user.site_id):
            complete_inspection(InspectionData.model_validate(data), id=record_id, by=_reader(), when=When.now())
    except ValidationError as error:
        return _fill_page(data, from_validation(error))
    except Problem as problem:
        return _fill_page(data, problem)
    return go(f"/inspections/{record_id}")


def _fill_page(data: dict[str, Any], problem: Problem | None) -> Any:
    """The list to fill: for an item of equipment, or at a place."""
    reader, at = _reader(), now()
    wanted = str(data.get("checklist") or request.args.get("checklist", ""))
    equipment_id = _uuid(data.get("equipment") or request.args.get("equipment"))
    place_id = _uuid(data.get("place") or request.args.get("place"))
    equipment = find_equipment(reader.site_id, equipment_id) if equipment_id else None
    checklist = find_version(reader.site_id, wanted)
    check_may_fill(reader, checklist.applies_to, equipment.type if equipment else None)
    place = _place(equipment.place_id if equipment else place_id)
    following = next_here(reader, place.id, at, checklist.code, equipment.id if equipment else None)
    html = render_template(
        "equipment/fill.html",
        checklist=checklist,
        equipment=equipment,
        place=place,
        own_limits=equipment.limits if equipment else {},
        last=last_values(reader.site_id, equipment.id if equipment else None, place.id, checklist.code),
        next_url=following.url if following else f"/inspections/done?place={place.id}",
        next_one=following,
        data=data,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
    )
    return html, problem.status if problem else 200


@bp.get("/inspections/done")
@needs("checklist.patrol", "checklist.fill")
def done() -> Any:
    place = _place(_uuid(request.args.get("place")))
    return render_template("equipment/done.html", place=place)


@bp.get("/inspections")
@needs("review.see", "equipment.see")
def inspections() -> Any:
    first, last = _day(request.args.get("from")), _day(request.args.get("to"))
    today = business_day_of(_reader(), now())
    first, last = first or today.replace(day=1), last or today
    rows, cursor = inspections_between(
        current_user.site_id,
        first,
        last,
        failed=request.args.get("result") == "fail",
        code=request.args.get("list") or None,
        person=_uuid(request.args.get("person")),
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "equipment/inspections.html", rows=rows, cursor=cursor, first=first, last=last, titles=_titles()
    )


@bp.get("/inspections/<uuid:inspection_id>")
@needs("checklist.see", "checklist.fill", "review.see")
def inspection(inspection_id: UUID) -> Any:
    row = find_inspection(current_user.site_id, inspection_id)
    photos = photos_of(row.site_id, "inspection", [row.id])[row.id]
    return render_template(
        "equipment/inspection.html",
        row=row,
        checklist=find_version(row.site_id, str(row.checklist_id)),
        findings=findings_of(row.site_id, row.id),
        equipment=find_equipment(row.site_id, row.equipment_id) if row.equipment_id else None,
        place=_place(row.place_id),
        photos=photos,
        here=arrived(row.site_id, [photo.id for photo in photos]),
        people=names([row.user_id]),
    )


@bp.get("/equipment")
@needs("equipment.see")
def ledger() -> Any:
    today = business_day_of(_reader(), now())
    narrowed = _filter()
    rows, after = listed(current_user.site_id, narrowed, today)
    buildings = select(Place.id, Place.name).where(Place.site_id == current_user.site_id, Place.kind == "building")
    return render_template(
        "equipment/ledger.html",
        rows=rows,
        after=after,
        narrowed=narrowed,
        today=today,
        types=EQUIPMENT_TYPES,
        buildings=db.session.execute(buildings.order_by(Place.sort)).all(),
        states=STATES,
        due_state=due_state,
    )


@bp.get("/equipment/new")
@needs("equipment.edit")
def new_equipment() -> Any:
    return _edit_page(None, {"place": request.args.get("place", "")}, None)


@bp.post("/equipment")
@needs("equipment.edit")
def create_equipment() -> Any:
    data = nested(request.form)
    try:
        with write(current_user.site_id):
            row = take_in(EquipmentData.model_validate(data), by=_reader(), at=now())
    except ValidationError as error:
        return _edit_page(None, data, from_validation(error))
    except Problem as problem:
        return _edit_page(None, data, problem)
    return go(f"/equipment/{row.id}")


@bp.get("/equipment/<uuid:equipment_id>")
@needs("equipment.see")
def show_equipment(equipment_id: UUID) -> Any:
    return _file_page(equipment_id, None)


@bp.get("/equipment/<uuid:equipment_id>/edit")
@needs("equipment.edit")
def edit_equipment(equipment_id: UUID) -> Any:
    row = find_equipment(current_user.site_id, equipment_id)
    return _edit_page(row, _as_data(row), None)


@bp.post("/equipment/<uuid:equipment_id>")
@needs("equipment.edit")
def correct_equipment(equipment_id: UUID) -> Any:
    data, reader = nested(request.form), _reader()
    row = find_equipment(current_user.site_id, equipment_id)
    try:
        checked = EquipmentData.model_validate(data)
        with write(current_user.site_id):
            row = find_equipment(current_user.site_id, equipment_id)
            correct(row, checked, version=_version(data), by=reader, at=now())
    except ValidationError as error:
        return _edit_page(row, data, from_validation(error))
    except Problem as problem:
        return _edit_page(find_equipment(current_user.site_id, equipment_id), data, problem)
    return go(f"/equipment/{equipment_id}")


@bp.post("/equipment/<uuid:equipment_id>/events")
@needs("equipment.edit")
def add_event(equipment_id: UUID) -> Any:
    """Serviced, refilled, moved, another state, retired: a line in the item's file."""
    find_equipment(current_user.site_id, equipment_id)
    data, by, at = nested(request.form), _reader(), now()
    version, why = _version(data), str(data.get("why", ""))
    try:
        with write(current_user.site_id):
            row = find_equipment(current_user.site_id, equipment_id)
            match data.get("event"):
                case "serviced" | "refilled" as event:
                    on = _day(str(data.get("on", ""))) or business_day_of(by, at)
                    serviced(row, on, by=by, at=at, version=version, refill=event == "refilled", why=why)
                case "moved":
                    place = _uuid(data.get("place"))
                    if place is None:
                        raise Problem("place.missing", N_("Choose a place."), field="place")
                    move(row, place, by=by, at=at, version=version, why=why)
                case "state":
                    set_state(row, str(data.get("state", "")), by=by, at=at, version=version, why=why)
                case "retired":
                    retire(row, by=by, at=at, why=why, version=version)
                case _:
                    raise Problem("event", N_("Choose what happened."), field="event")
    except Problem as problem:
        return _file_page(equipment_id, problem)
    return go(f"/equipment/{equipment_id}")


@bp.get("/lists")
@needs("list.edit")
def checklists() -> Any:
    return render_template("equipment/lists.html", rows=all_current(current_user.site_id))


@bp.get("/lists/<code>")
@needs("list.edit")
def edit_list(code: str) -> Any:
    row = current(current_user.site_id, code)
    return _list_page(row, None, None)


@bp.post("/lists/<code>")
@needs("list.edit")
def save_list(code: str) -> Any:
    """A new version from the edited items; the old one stays for the answers given to it."""
    row, form = current(current_user.site_id, code), nested(request.form)
    try:
        items = _edited(row.items, form)
        with write(current_user.site_id):
            made = new_version(
                current_user.site_id,
                code,
                title={"zh": str(form.get("title_zh", "")), "en": str(form.get("title_en", ""))},
                interval_days=int(str(form.get("interval_days", row.interval_days))),
                applies_to=row.applies_to,
                items=items,
                version=_version(form),
                by=current_user.user_id,
                at=now(),
            )
    except Problem as problem:
        return _list_page(current(current_user.site_id, code), problem, form)
    return go(f"/lists/{made.code}")


def _edited(items: list[Any], form: dict[str, Any]) -> list[dict[str, Any]]:
    """The list's items with their new words, limits and order; new ones at the end; empty ones are dropped."""
    rows = form.get("items", {})
    known = {item["code"]: item for item in items}
    kept = []
    for key, given in sorted(rows.items(), key=lambda pair: int(str(pair[1].get("position", 999)) or 999)):
        if not isinstance(given, dict) or given.get("remove") or not str(given.get("zh", "")).strip():
            continue
        base = json.loads(json.dumps(known.get(key) or _blank(str(given.get("code") or key))))
        base["text"] = {"zh": str(given.get("zh", "")), "en": str(given.get("en", ""))}
        base["required"] = bool(given.get("required"))
        if base["kind"] == "number":
            for bound in ("min", "max"):
                base.pop(bound, None)
                if given.get(bound):
                    base[bound] = _number(given[bound])
        kept.append(base)
    return kept


def _blank(code: str) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "pass_fail",
        "required": True,
        "photo_on_fail": True,
        "severity_on_fail": "minor",
        "hazard_category_on_fail": "other",
    }


def _number(text: Any) -> float:
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        raise Problem("list.number", N_("A limit must be a number."), field="items") from None


def _list_page(row: Any, problem: Problem | None, form: dict[str, Any] | None) -> Any:
    html = render_template(
        "equipment/list_edit.html",
        row=row,
        older=versions(row.site_id, row.code),
        problem=problem,
        text=words(problem) if problem else "",
        form=form or {},
    )
    return html, problem.status if problem else 200


def _file_page(equipment_id: UUID, problem: Problem | None) -> Any:
    row, today = find_equipment(current_user.site_id, equipment_id), business_day_of(_reader(), now())
    events = events_of(row)
    html = render_template(
        "equipment/file.html",
        row=row,
        kind=EQUIPMENT_TYPES[row.type],
        place=_place(row.place_id),
        events=events,
        people=names([event.user_id for event in events]),
        inspections=inspections_of(row.site_id, row.id),
        titles=_titles(),
        life=due_state(row.next_service, row.scrap_on, today),
        today=today,
        places=_places(),
        lists=[checklist for checklist in all_current(row.site_id) if row.type in checklist.applies_to],
        until=due_until,
        problem=problem,
        text=words(problem) if problem else "",
    )
    return html, problem.status if problem else 200


def _edit_page(row: Equipment | None, data: dict[str, Any], problem: Problem | None) -> Any:
    html = render_template(
        "equipment/edit.html",
        row=row,
        data=data,
        types=EQUIPMENT_TYPES,
        places=_places(),
        problem=problem,
        text=words(problem) if problem else "",
    )
    return html, problem.status if problem else 200


def _as_data(row: Equipment) -> dict[str, Any]:
    return {
        "code": row.code,
        "type": row.type,
        "name": row.name,
        "place": str(row.place_id),
        "model": row.model,
        "quantity": row.quantity,
        "made_on": row.made_on.strftime("%Y-%m") if row.made_on else "",
        "in_service_from": str(row.in_service_from),
        "last_service": row.last_service.strftime("%Y-%m") if row.last_service else "",
        "half_monthly": row.half_monthly,
        "contractor": row.contractor,
    }


def _filter() -> Filter:
    args = request.args
    kind, state = args.get("type"), args.get("state")
    try:
        missing = date(*parse_month(args["missing"]), 1) if args.get("missing") else None
    except ValueError:
        missing = None
    return Filter(
        words=args.get("q", "").strip()[:60],
        type=kind if kind in EQUIPMENT_TYPES else None,
        building=args.get("building", type=UUID),
        state=state if state in STATES else None,
        due=args.get("due") == "1",
        missing=missing,
        after=args.get("cursor", "")[:40] or None,
    )


def _titles() -> dict[str, dict[str, str]]:
    return {row.code: {"zh": row.title_zh, "en": row.title_en} for row in all_current(current_user.site_id)}


def _places() -> list[Any]:
    query = select(Place.id, Place.full_name).where(
        Place.site_id == current_user.site_id, Place.retired_at.is_(None)
    )
    return list(db.session.execute(query.order_by(Place.sort, Place.full_name).limit(3000)))


def _place(place_id: UUID | None) -> Place:
    place = db.session.get(Place, (current_user.site_id, place_id)) if place_id else None
    if place is None:
        raise NotHere("place")
    return place


def _version(data: dict[str, Any]) -> int | None:
    text = str(data.get("version", ""))
    return int(text) if text.isdigit() else None


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _record() -> tuple[UUID, dict[str, Any]]:
    return record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))


def _reader() -> Any:
    return current_user._get_current_object()
