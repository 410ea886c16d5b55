"""The ledger (台账): the list under its filters, and a new item."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from pydantic import ValidationError
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.core.business_day import parse_month
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.equipment.equipment import STATES, find_equipment
from patrol.equipment.keeping import EquipmentData, take_in
from patrol.equipment.ledger import Filter, listed
from patrol.equipment.service_life import due_state
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import day_in, reader
from patrol.equipment.views.item import as_data, edit_page, item_form
from patrol.sites.place import Place
from patrol.web.access import needs
from patrol.web.errors import from_validation
from patrol.web.replies import go


@bp.get("/equipment")
@needs("equipment.see")
def ledger() -> Any:
    today = business_day_of(reader(), now())
    narrowed = _filter()
    rows, after = listed(current_user.site_id, narrowed, today)
    return render_template(
        "equipment/ledger.html",
        rows=rows,
        after=after,
        narrowed=narrowed,
        today=today,
        types=EQUIPMENT_TYPES,
        buildings=_buildings(),
        due_state=due_state,
    )


@bp.get("/equipment/new")
@needs("equipment.edit")
def new_equipment() -> Any:
    """?copy=: the same as another one, beside it, but for its number and its dates of service."""
    args = request.args
    data: dict[str, Any] = {"place": args.get("place", "")}
    like = args.get("copy", type=UUID)
    if like is not None:
        known = as_data(find_equipment(current_user.site_id, like))
        data = known | {"code": "", "last_service": "", "spare_for": None, "in_service_from": "", "copy": str(like)}
    if args.get("type") in EQUIPMENT_TYPES:
        data["type"] = args["type"]
    return edit_page(None, data | {"type": data.get("type") or next(iter(EQUIPMENT_TYPES))}, None)


@bp.post("/equipment")
@needs("equipment.edit")
def create_equipment() -> Any:
    data = item_form()
    try:
        checked = EquipmentData.model_validate(data)
        with write(current_user.site_id):
            row = take_in(checked, by=reader(), at=now())
    except ValidationError as error:
        return edit_page(None, data, from_validation(error))
    except Problem as problem:
        return edit_page(None, data, problem)
    return go(f"/equipment/{row.id}")


def _filter() -> Filter:
    """Unknown words of the address narrow nothing."""
    args = request.args
    kind, state = args.get("type"), args.get("state")
    return Filter(
        words=args.get("q", "").strip()[:60],
        type=kind if kind in EQUIPMENT_TYPES else None,
        building=args.get("building", type=UUID),
        state=state if state in STATES else None,
        due=args.get("due") == "1",
        due_at=day_in(args.get("due")),
        missing=_month_in(args.get("missing")),
        unusable=day_in(args.get("unusable")),
        after=args.get("cursor", "")[:40] or None,
    )


def _month_in(text: str | None) -> date | None:
    try:
        return date(*parse_month(text), 1) if text else None
    except ValueError:
        return None


def _buildings() -> Any:
    """The places at the top, whatever their kind."""
    query = select(Place.id, Place.name).where(
        Place.site_id == current_user.site_id, Place.parent_id.is_(None), Place.retired_at.is_(None)
    )
    return db.session.execute(query.order_by(Place.sort, Place.name)).all()
