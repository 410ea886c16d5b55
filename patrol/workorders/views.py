"""Door: my work orders, by urgency."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.mine import mine_due
from patrol.repairs.mine import mine_asked
from patrol.rounds.route import team_places
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.sites.symbol import symbol
from patrol.web.access import needs
from patrol.workorders.kinds import OrderKind, kind_of, url_of
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import begun_clause, count, mine_clause, my_orders, row_query, to_verify
from patrol.workorders.seeing import may_see
from patrol.workorders.timeline import names, steps_of

bp = Blueprint("workorders", __name__)
SOON = timedelta(days=1)
TABS = ("assigned", "begun", "to_verify", "closed", "check")


@bp.get("/work-orders")
@needs("order.rectify")
def index() -> Any:
    reader = current_user._get_current_object()
    tab = request.args.get("tab", "assigned")
    tab = tab if tab in TABS else "assigned"
    cursor = request.args.get("cursor")
    rows, more = to_verify(reader, cursor=cursor) if tab == "check" else my_orders(reader, tab, cursor=cursor)
    by_place = request.args.get("by") == "place"
    rows = sorted(rows, key=lambda row: row.place_name) if by_place else rows
    mine = row_query(reader.site_id).where(WorkOrder.kind == "hazard", mine_clause(reader))
    asked, later = _asked(reader) if tab == "assigned" and not cursor else ([], [])
    counts = {state: count(mine.where(WorkOrder.state == state)) for state in ("assigned", "to_verify")}
    counts["begun"] = count(mine.where(WorkOrder.state == "assigned", begun_clause()))
    may_check = reader.may("order.verify_minor") or reader.may("order.verify_major")
    return render_template(
        "workorders/mine.html",
        rows=rows,
        asked=asked,
        later=later,
        cursor=more,
        shown_tab=tab,
        counts=counts,
        may_check=may_check,
        at=now(),
        by_place=by_place,
    )


def _asked(reader: Any) -> tuple[list[Any], list[Any]]:
    """What stands above the hazards: what owners asked, and maintenance due within a day; and below them the rest."""
    at = now()
    ensure_orders(reader.site_id, at, reader.zone, reader.day_start)
    upkeep = mine_due(reader, at)
    soon = [one for one in upkeep if one.due_at < at + SOON]
    first = sorted([*mine_asked(reader), *soon], key=lambda one: (not one.urgent, one.due_at))
    return first, [one for one in upkeep if one.due_at >= at + SOON]


@bp.get("/work-orders/<uuid:order_id>")
@needs("order.rectify", "hazard.see")
def show(order_id: UUID) -> Any:
    order = db.session.get(WorkOrder, (current_user.site_id, order_id))
    if order is None:
        raise NotHere("order")
    return redirect(url_of(order), 303)


@bp.get("/work-orders/<uuid:order_id>/slip")
@needs("order.rectify", "hazard.see")
def slip(order_id: UUID) -> Any:
    """One order on paper, A4 or A5: what, where, by when, and a code that opens it."""
    order, reader = db.session.get(WorkOrder, (current_user.site_id, order_id)), current_user._get_current_object()
    kind = kind_of(order.kind) if order is not None else None
    if order is None or kind is None or not _sees(order, reader, kind):
        raise NotHere("order")
    lines = steps_of(order)
    address = f"{current_app.config['PUBLIC_URL'].rstrip('/')}/work-orders/{order.id}"
    return render_template(
        "workorders/slip.html",
        order=order,
        kind=kind,
        site=db.session.get_one(Site, order.site_id),
        place=db.session.get_one(Place, (order.site_id, order.place_id)),
        lines=lines,
        people=names([*(line.user_id for line in lines), order.assignee_id, order.reported_by_id]),
        symbol=symbol(address),
        address=address,
        size="a5" if request.args.get("size") == "a5" else "a4",
    )


def _sees(order: WorkOrder, by: Any, kind: OrderKind) -> bool:
    if not any(by.may(verb) for verb in kind.see):
        return False
    return may_see(order, by, kind.visible, team_places(by.site_id, by.team))
