"""One item of equipment: what happens to it, and the form that corrects it."""

from typing import Any
from uuid import UUID

from flask import current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.problems import N_, Problem
from patrol.equipment.attributes import attributes_of
from patrol.equipment.checklist import for_equipment
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.keeping import EquipmentData, correct, move, photographed, retire, serviced, set_state
from patrol.equipment.spares import by_code, send_out
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import all_places, day_in, reader, uuid_in, version_in
from patrol.equipment.views.file import file_page, out_page
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested, record_form
from patrol.web.replies import go


@bp.get("/equipment/<uuid:equipment_id>/edit")
@needs("equipment.edit")
def edit_equipment(equipment_id: UUID) -> Any:
    row = find_equipment(current_user.site_id, equipment_id)
    return edit_page(row, as_data(row), None)


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
    """Serviced, refilled, moved, sent out, back, faulty, photographed, retired: a line in the item's file."""
    find_equipment(current_user.site_id, equipment_id)
    _id, data = record_form(form_store(reader(), now(), shelf(current_app), limits(current_app)))
    try:
        with write(current_user.site_id):
            happened(find_equipment(current_user.site_id, equipment_id), data, reader())
    except Problem as problem:
        if data.get("event") == "out":
            return out_page(equipment_id, problem, data)
        return file_page(equipment_id, problem, data)
    return go(f"/equipment/{equipment_id}")


def happened(row: Equipment, data: dict[str, Any], by: Reader) -> None:
    at, version, why = now(), version_in(data), str(data.get("why", ""))
    match data.get("event"):
        case "out":
            spare = by_code(row.site_id, str(data["spare"])) if data.get("spare") else None
            send_out(row, spare=spare, by=by, at=at, version=version, why=why)
        case "back" if (on := day_in(data.get("on"))) is not None:
            serviced(row, on, by=by, at=at, version=version, refill=bool(data.get("refill")), why=why)
        case "back":
            set_state(row, "in_service", by=by, at=at, version=version, why=why)
        case "fault":
            set_state(row, "faulty", by=by, at=at, version=version, why=why)
        case "photo":
            photos = data.get("photos")
            ids = [one for one in map(uuid_in, photos) if one] if isinstance(photos, list) else []
            photographed(row, ids, by=by, when=When.now())
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
            retire(row, by=by, at=at, why=why, version=version, despite=bool(data.get("despite")))
        case _:
            raise Problem("event", N_("Choose what happened."), field="event")


def edit_page(row: Equipment | None, data: dict[str, Any], problem: Problem | None) -> Any:
    html = render_template(
        "equipment/edit.html",
        row=row,
        data=data,
        limits=_limit_fields(row, data),
        types=EQUIPMENT_TYPES,
        attributes=attributes_of(str(data.get("type") or next(iter(EQUIPMENT_TYPES)))),
        places=all_places(),
        problem=problem,
        text=words(problem) if problem else "",
    )
    return html, problem.status if problem else 200


def item_form() -> dict[str, Any]:
    """The ledger form's fields. Empty bounds are left out, so the list's own hold; an empty box is a "no"."""
    data = nested(request.form)
    data["half_monthly"] = bool(data.get("half_monthly"))
    if not isinstance(data.get("attributes"), dict):
        data["attributes"] = {}
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


def as_data(row: Equipment) -> dict[str, Any]:
    """What the form shows of an item; sent back unchanged it changes nothing."""
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
        "attributes": row.attributes,
        "spare_for": row.spare_for_id,
    }
