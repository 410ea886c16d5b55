"""The errand (上门): who takes an order on, sets out for it and arrives. The same for every kind of order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import connection, db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, Problem
from patrol.workorders.flow import role_refusal
from patrol.workorders.kinds import KINDS
from patrol.workorders.order import WorkOrder
from patrol.workorders.timeline import add_step

TIMES = ("taken_at", "set_out_at", "arrived_at")


def may_take(order: Any, by: Reader, at: datetime) -> Problem | None:
    """Somebody of its team while it names nobody, or the one it names; who comes second is told who has it."""
    refusal = _not_mine(order, by)
    if refusal is None and order.taken_at is not None:
        return Problem("order.yours", N_("You have taken this on already."), status=409)
    return refusal


def may_set_out(order: Any, by: Reader, at: datetime) -> Problem | None:
    refusal = _not_mine(order, by)
    if refusal is None and (order.set_out_at or order.arrived_at):
        return Problem("order.on_the_way", N_("You are on the way already."), status=409)
    return refusal


def may_arrive(order: Any, by: Reader, at: datetime) -> Problem | None:
    refusal = _not_mine(order, by)
    if refusal is None and order.arrived_at is not None:
        return Problem("order.on_site", N_("Your arrival is noted already."), status=409)
    return refusal


def _not_mine(order: Any, by: Reader) -> Problem | None:
    if not by.may("order.rectify"):
        return role_refusal()
    if order.assignee_id == by.user_id or (order.assignee_id is None and order.team == by.team):
        return None
    if order.assignee_id is not None and order.team == by.team:
        name = db.session.scalar(select(User.name).where(User.id == order.assignee_id))
        return Problem("order.taken", N_("%(name)s has taken this on."), status=409, name=name or "")
    return role_refusal()


def take(order: WorkOrder, by: Reader, when: When) -> None:
    """From now on it names this person."""
    order.assignee_id = by.user_id
    order.taken_at = order.taken_at or when.at


def set_out(order: WorkOrder, by: Reader, when: When) -> None:
    take(order, by, when)
    order.set_out_at = when.at


def arrive(order: WorkOrder, by: Reader, when: When) -> None:
    take(order, by, when)
    order.arrived_at = when.at


def forget_errand(order: WorkOrder) -> None:
    """Assigned anew, or sent back: whoever goes now has not set out yet."""
    for name in TIMES:
        setattr(order, name, None)


_EXPECTED = Prepared(
    select(WorkOrder.id)
    .where(
        WorkOrder.site_id == bindparam("site_id"),
        WorkOrder.assignee_id == bindparam("user_id"),
        WorkOrder.state.in_(("assigned", "taken")),
        WorkOrder.place_id.in_(bindparam("places", expanding=True)),
        WorkOrder.arrived_at.is_(None),
    )
    .order_by(WorkOrder.due_at)
)


def arrived_by_scan(scanned: Sequence[tuple[UUID, When]], by: Reader) -> list[WorkOrder]:
    """Whoever scans the label of the place his order is at has arrived there, inside the caller's ``write()``.

    scanned: place and time of each scan, the earliest first. Only orders that name this person, that were
    assigned before the scan and that he has not arrived for; the others' scans say nothing about an order.
    """
    if not scanned or not by.may("order.rectify"):
        return []
    asked = {"site_id": by.site_id, "user_id": by.user_id, "places": sorted({place for place, _when in scanned})}
    found = []
    for row in _EXPECTED.all(connection(), asked):
        order = db.session.get_one(WorkOrder, (by.site_id, row.id))
        when = next((when for place, when in scanned if place == order.place_id and _since(order, when)), None)
        if when is None:
            continue
        before = order.state
        arrive(order, by, when)
        order.state = KINDS[order.kind].arrived or before if order.kind in KINDS else before
        add_step(order, "arrive", to=order.state, from_state=before, id=uuid7(), by=by, when=when, scan=True)
        found.append(order)
    return found


def _since(order: WorkOrder, when: When) -> bool:
    return order.assigned_at is None or when.at >= order.assigned_at
