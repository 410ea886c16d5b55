"""Door: my work orders, by urgency."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.repairs.mine import mine_asked
from patrol.web.access import needs
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import count, mine_clause, my_orders, row_query, to_verify

bp = Blueprint("workorders", __name__)
_PAGES = {"hazard": "/hazards/{}", "repair": "/repairs/{}", "complaint": "/complaints/{}"}
TABS = ("assigned", "to_verify", "closed", "check")


@bp.get("/work-orders")
@needs("order.rectify")
def index() -> Any:
    reader = current_user._get_current_object()
    tab = request.args.get("tab", "assigned")
    tab = tab if tab in TABS else "assigned"
    cursor = request.args.get("cursor")
    rows, more = to_verify(reader, cursor=cursor) if tab == "check" else my_orders(reader, tab, cursor=cursor)
    mine = row_query(reader.site_id).where(WorkOrder.kind == "hazard", mine_clause(reader))
    asked = mine_asked(reader) if tab == "assigned" and not cursor else []
    counts = {state: count(mine.where(WorkOrder.state == state)) for state in ("assigned", "to_verify")}
    may_check = reader.may("order.verify_minor") or reader.may("order.verify_major")
    return render_template(
        "workorders/mine.html", rows=rows, cursor=more, shown_tab=tab, counts=counts, may_check=may_check,
        asked=asked, at=now(),
    )  # fmt: skip


@bp.get("/work-orders/<uuid:order_id>")
@needs("order.rectify", "hazard.see")
def show(order_id: UUID) -> Any:
    order = db.session.get(WorkOrder, (current_user.site_id, order_id))
    if order is None:
        raise NotHere("order")
    return redirect(_PAGES[order.kind].format(order.id), 303)
