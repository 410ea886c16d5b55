"""The ledger (台账): the list under its filters, and a new item."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.equipment.asking import WINDOWS, filter_in
from patrol.equipment.equipment import find_equipment
from patrol.equipment.keeping import EquipmentData, take_in
from patrol.equipment.ledger import listed
from patrol.equipment.ledger_choices import choices
from patrol.equipment.service_life import due_state
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import reader
from patrol.equipment.views.item import as_data, edit_page, item_form
from patrol.web.access import needs
from patrol.web.errors import from_validation
from patrol.web.replies import go


@bp.get("/equipment")
@needs("equipment.see")
def ledger() -> Any:
    """At most six queries: who looks, the rows, what the filter offers; a month's gaps take three more."""
    today = business_day_of(reader(), now())
    narrowed = filter_in(request.args)
    rows, after = listed(current_user.site_id, narrowed, today)
    return render_template(
        "equipment/ledger.html",
        rows=rows,
        after=after,
        narrowed=narrowed,
        today=today,
        types=EQUIPMENT_TYPES,
        choices=choices(current_user.site_id, narrowed.place),
        windows=WINDOWS,
        due_state=due_state,
        query=urlencode({name: text for name, text in request.args.items() if text and name != "cursor"}),
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
