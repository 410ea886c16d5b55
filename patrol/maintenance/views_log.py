"""Door: writing down what was done at an item or a place."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.maintenance.by_list import due_at_place, due_there
from patrol.maintenance.due import list_of
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.log import WorkLogData, log_work, logs_at
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.inner import kept_name
from patrol.web.replies import go
from patrol.workorders.timeline import names

bp = Blueprint("work_logs", __name__)


@bp.get("/work-logs/new")
@needs("checklist.fill")
def new() -> Any:
    reader = _reader()
    ensure_orders(reader.site_id, now(), reader.zone, reader.day_start)
    return _form({}, None)


@bp.get("/kept/work-log")
@needs("checklist.fill")
def kept_form() -> Any:
    """As a phone keeps it; which item or place it is, is filled in by the phone."""
    return _form({}, None)


@bp.post("/work-logs")
@needs("checklist.fill")
def create() -> Any:
    record_id, data = record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))
    try:
        checked = WorkLogData.model_validate(data)
        with write(current_user.site_id):
            row = log_work(checked, id=record_id, by=_reader(), when=When.now())
            url = log_url(row)
    except ValidationError as error:
        return _form(data, from_validation(error))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return _form(data, problem)
    return go(url)


def log_url(row: Any) -> str:
    return f"/equipment/{row.equipment_id}" if row.equipment_id else f"/work-logs/new?place={row.place_id}"


def _form(data: dict[str, Any], problem: Problem | None) -> Any:
    reader = _reader()
    day = business_day_of(reader, now())
    item, place = _thing(data)
    due = (
        due_there(reader.site_id, item.id, day)
        if item
        else due_at_place(reader.site_id, place.id, day)
        if place
        else []
    )
    logs = logs_at(reader.site_id, place.id) if place else []
    html = render_template(
        "maintenance/log.html",
        item=item,
        place=place,
        places=places_in_use(reader.site_id) if place is None or kept_name() else [],
        due=[(order, list_of(order)) for order in due],
        logs=[log for log in logs if item is None or log.equipment_id == item.id],
        people=names([log.user_id for log in logs]),
        data=data,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
    )
    return html, problem.status if problem else 200


def _thing(data: dict[str, Any]) -> tuple[Equipment | None, Place | None]:
    item_id, place_id = _id(data, "equipment"), _id(data, "place")
    if item_id:
        item = find_equipment(current_user.site_id, item_id)
        return item, db.session.get_one(Place, (item.site_id, item.place_id))
    place = db.session.get(Place, (current_user.site_id, place_id)) if place_id else None
    if place_id and place is None:
        raise NotHere("place")
    return None, place


def _id(data: dict[str, Any], name: str) -> UUID | None:
    try:
        text = data.get(name) or request.args.get(name)
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _reader() -> Any:
    return current_user._get_current_object()
