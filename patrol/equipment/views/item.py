"""One item of equipment: its file, what happens to it, and the form that corrects it."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem
from patrol.equipment.away import one_more_away
from patrol.equipment.checklist import for_equipment
from patrol.equipment.dated import dates_of
from patrol.equipment.duty import lift_gap
from patrol.equipment.equipment import STANDING, Equipment, events_of, find_equipment, too_many_away
from patrol.equipment.keeping import EquipmentData, correct, move, retire, serviced, set_state
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.ledger import hazards_of, inspections_of
from patrol.equipment.owed import LIFT_SERVICE
from patrol.equipment.rights import may_fill
from patrol.equipment.service_life import days_left, due_state
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import all_places, day_in, place_or_404, reader, titles, uuid_in, version_in
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested
from patrol.web.replies import go
from patrol.workorders.timeline import names


@bp.get("/equipment/<uuid:equipment_id>")
@needs("equipment.see")
def show_equipment(equipment_id: UUID) -> Any:
    return file_page(equipment_id, None)


@bp.get("/equipment/<uuid:equipment_id>/edit")
@needs("equipment.edit")
def edit_equipment(equipment_id: UUID) -> Any:
    row = find_equipment(current_user.site_id, equipment_id)
    return edit_page(row, _as_data(row), None)


@bp.post("/equipment/<uuid:equipment_id>")
@needs("equipment.edit")
def correct_equipment(equipment_id: UUID) -> Any:
    row, data = find_equipment(current_user.site_id, equipment_id), item_form()
    try:
        checked = EquipmentData.model_validate(data)
        with write(current_user.site_id):
            row = find_equipment(current_user.site_id, equipment_id)
            correct(row, checked, version=version_in(data), by=reader(), at=now())
    except ValidationError as error:
        return edit_page(row, data, from_validation(error))
    except Problem as problem:
        return edit_page(find_equipment(current_user.site_id, equipment_id), data, problem)
    return go(f"/equipment/{equipment_id}")


@bp.post("/equipment/<uuid:equipment_id>/events")
@needs("equipment.edit")
def add_event(equipment_id: UUID) -> Any:
    """Serviced, refilled, moved, another state, retired: a line in the item's file."""
    find_equipment(current_user.site_id, equipment_id)
    data = nested(request.form)
    try:
        with write(current_user.site_id):
            happened(find_equipment(current_user.site_id, equipment_id), data, reader())
    except Problem as problem:
        return file_page(equipment_id, problem)
    return go(f"/equipment/{equipment_id}")


def happened(row: Equipment, data: dict[str, Any], by: Reader) -> None:
    at, version, why = now(), version_in(data), str(data.get("why", ""))
    match data.get("event"):
        case "serviced" | "refilled" as event:
            on = day_in(data.get("on")) or business_day_of(by, at)
            serviced(row, on, by=by, at=at, version=version, refill=event == "refilled", why=why)
        case "moved":
            place = uuid_in(data.get("place"))
            if place is None:
                raise Problem("place.missing", N_("Choose a place."), field="place")
            move(row, place, by=by, at=at, version=version, why=why)
        case "state":
            set_state(row, str(data.get("state", "")), by=by, at=at, version=version, why=why)
        case "retired":
            retire(row, by=by, at=at, why=why, version=version)
        case _:
            raise Problem("event", N_("Choose what happened."), field="event")


def file_page(equipment_id: UUID, problem: Problem | None) -> Any:
    by = reader()
    row, today = find_equipment(by.site_id, equipment_id), business_day_of(by, now())
    events, lists = events_of(row), for_equipment(row)
    html = render_template(
        "equipment/file.html",
        row=row,
        kind=EQUIPMENT_TYPES[row.type],
        place=place_or_404(row.place_id),
        spare_for=db.session.get(Equipment, (row.site_id, row.spare_for_id)) if row.spare_for_id else None,
        events=events,
        people=names([event.user_id for event in events]),
        inspections=inspections_of(row.site_id, row.id),
        hazards=hazards_of(row.site_id, row.id),
        titles=titles(),
        life=due_state(row.next_service, row.scrap_on, today),
        days=days_left(row.next_service, row.scrap_on, today),
        gap=lift_gap(row.site_id, row.id, until=today) if LIFT_SERVICE in [one.code for one in lists] else None,
        few_left=row.state == "out_for_service" and too_many_away(row.site_id, row.place_id, row.type),
        readings=[(one.code, item) for one in lists for item in one.items if item["kind"] == "number"],
        dated=dates_of(row),
        warn_days=rules_of(row.site_id).warn_days,
        crowded=row.state in STANDING and one_more_away(row),
        today=today,
        places=all_places() if by.may("equipment.edit") else (),
        lists=[one for one in lists if may_fill(by, one.applies_to, row.type)],
        problem=problem,
        text=words(problem) if problem else "",
        sent=nested(request.form) if problem else {},
    )
    return html, problem.status if problem else 200


def edit_page(row: Equipment | None, data: dict[str, Any], problem: Problem | None) -> Any:
    html = render_template(
        "equipment/edit.html",
        row=row,
        data=data,
        limits=_limit_fields(row, data),
        types=EQUIPMENT_TYPES,
        places=all_places(),
        problem=problem,
        text=words(problem) if problem else "",
    )
    return html, problem.status if problem else 200


def item_form() -> dict[str, Any]:
    """The ledger form's fields. Empty bounds are left out, so the list's own hold; an empty box is a "no"."""
    data = nested(request.form)
    data["half_monthly"] = bool(data.get("half_monthly"))
    given = data.get("limits")
    data["limits"] = {
        code: {bound: str(value).replace(",", ".") for bound, value in pair.items()}
        for code, pair in (given.items() if isinstance(given, dict) else ())
        if isinstance(pair, dict)
    }
    return data


def _limit_fields(row: Equipment | None, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The number items of the lists for this type, each with the list's bounds and this item's own."""
    if row is None:
        return []
    own = data.get("limits") if isinstance(data.get("limits"), dict) else {}
    found: dict[str, dict[str, Any]] = {}
    for checklist in for_equipment(row):
        for item in checklist.items:
            if item["kind"] == "number":
                found.setdefault(item["code"], {**item, "own": (own or {}).get(item["code"]) or {}})
    return list(found.values())


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
        "limits": row.limits,
    }
