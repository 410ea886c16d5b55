"""Filling one list: for an item of equipment, or at a place."""

from typing import Any

from flask import current_app, redirect, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.answers import InspectionData, may_be_fixed
from patrol.equipment.asks import asked_by_lot
from patrol.equipment.checklist import Checklist, find_version
from patrol.equipment.dated import dates_of
from patrol.equipment.duty import Duty
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.inspection import Inspection, last_done, last_values
from patrol.equipment.item_row import item_rows
from patrol.equipment.onward import onward
from patrol.equipment.owed import LIFT_SERVICE
from patrol.equipment.past import past_of
from patrol.equipment.rights import check_may_fill
from patrol.equipment.service_life import due_state
from patrol.equipment.types import SCOPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import all_places, place_or_404, reader, uuid_in
from patrol.maintenance.by_list import fill_list
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.sites.place import Place
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.inner import kept_name
from patrol.web.replies import go


@bp.get("/inspections/new")
@needs("checklist.patrol", "checklist.fill")
def fill() -> Any:
    return fill_page({}, None)


@bp.get("/kept/checklist/<code>")
@needs("checklist.patrol", "checklist.fill")
def kept_list(code: str) -> Any:
    """A list as a phone keeps it: for any thing it is owed by, which the phone fills in."""
    checklist = find_version(current_user.site_id, code)
    if not kept_name():
        return redirect(f"/inspections/new?checklist={checklist.code}", 303)
    return render_template(
        "equipment/fill.html",
        checklist=checklist,
        equipment=None,
        place=None,
        places=all_places() if set(checklist.applies_to) & SCOPES.keys() else (),
        rows=item_rows(checklist.items, {}, {}),
        can_be_fixed=may_be_fixed,
        life="ok",
        next_url="/kept/checklists",
        data={},
        problem=None,
        record_id=uuid7(),
        preview=False,
    )


@bp.post("/inspections")
@needs("checklist.patrol", "checklist.fill")
def complete() -> Any:
    record_id, data = record_form(form_store(reader(), now(), shelf(current_app), limits(current_app)))
    if db.session.get(Inspection, (current_user.site_id, record_id)) is not None:
        return go(f"/inspections/{record_id}")
    try:
        checked = InspectionData.model_validate(data)
        with write(current_user.site_id):
            fill_list(checked, id=record_id, by=reader(), when=When.now())
    except ValidationError as error:
        return fill_page(data, from_validation(error))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return fill_page(data, problem)
    return go(f"/inspections/{record_id}")


def fill_page(data: dict[str, Any], problem: Problem | None) -> Any:
    """The form, empty or as it was sent. Photos that came with a refused form have to be picked again."""
    by = reader()
    equipment, place = _thing(data)
    checklist = find_version(by.site_id, str(data.get("checklist") or request.args.get("checklist", "")))
    check_may_fill(by, checklist.applies_to, equipment.type if equipment else None)
    ahead = _ahead(checklist, equipment, place)
    anywhere = equipment is None and bool(set(checklist.applies_to) & SCOPES.keys())
    html = render_template(
        "equipment/fill.html",
        checklist=checklist,
        equipment=equipment,
        place=place,
        places=all_places() if anywhere else (),
        rows=_rows(checklist, equipment, place, data),
        can_be_fixed=may_be_fixed,
        life=_life(equipment),
        next_url=f"/inspections/done?place={place.id}" if place else "/checklists",
        ahead={"made_at": int(now().timestamp() * 1000), "due": [_as_due(one) for one in ahead]},
        data=data,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
        preview=False,
    )
    return html, problem.status if problem else 200


def _thing(data: dict[str, Any]) -> tuple[Equipment | None, Place | None]:
    """What is checked; no place yet for a list that is filled anywhere."""
    equipment_id = uuid_in(data.get("equipment") or request.args.get("equipment"))
    if equipment_id:
        equipment = find_equipment(current_user.site_id, equipment_id)
        return equipment, place_or_404(equipment.place_id)
    place_id = uuid_in(data.get("place") or request.args.get("place"))
    return None, place_or_404(place_id) if place_id else None


def _rows(checklist: Checklist, equipment: Equipment | None, place: Place | None, data: dict[str, Any]) -> list[Any]:
    said = data.get("findings")
    past, limits = None, {}
    if equipment is not None:
        today = business_day_of(reader(), now())
        past, limits = past_of(checklist.code, checklist.items, equipment, dates_of(equipment), today), equipment.limits
    lots = asked_by_lot(reader(), {checklist.code: checklist.items}, business_day_of(reader(), now()))
    ask = lots.get(checklist.code)
    rows = item_rows(checklist.items, limits, said if isinstance(said, dict) else {}, past, ask)
    if place is None:
        return rows
    thing = equipment.id if equipment else None
    last = last_values(current_user.site_id, thing, place.id, checklist.code)
    for row in rows:
        row["last"] = last.get(row["code"])
    if checklist.code == LIFT_SERVICE and thing and not said:
        _count_days(rows, last_done(current_user.site_id, thing, checklist.code))
    return rows


def _count_days(rows: list[dict[str, Any]], last: Any) -> None:
    """The days since the last witnessed service are known here; the engineer only checks them."""
    for row in rows:
        if row["code"] == "days_since" and last is not None:
            row["said"]["value"] = (business_day_of(reader(), now()) - last).days


def _life(equipment: Equipment | None) -> str:
    """What the ledger says of its service: shown above the list when it is not "ok"."""
    if equipment is None:
        return "ok"
    return due_state(equipment.next_service, equipment.scrap_on, business_day_of(reader(), now()))


def _ahead(checklist: Checklist, equipment: Equipment | None, place: Place | None) -> list[Duty]:
    if place is None:
        return []
    return onward(reader(), place, now(), checklist.code, equipment.id if equipment else None)


def _as_due(duty: Duty) -> dict[str, Any]:
    """As the pack tells of it: the phone leaves out what it has filled and not sent yet."""
    thing = {"equipment": str(duty.equipment_id)} if duty.equipment_id else {}
    return {
        "list": duty.code,
        "list_id": str(duty.checklist_id),
        "place": str(duty.place_id),
        "url": duty.url,
        **thing,
    }
