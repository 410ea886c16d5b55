"""Who may open which order."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.workorders.kinds import KINDS, Visible
from patrol.workorders.order import WorkOrder


def may_see(order: WorkOrder, by: Reader, visible: Visible, route_places: Any = None) -> bool:
    """Whether this reader may open the order's page."""
    if by.may("order.see_all"):
        return True
    parts: list[ColumnElement[bool]] = [and_(*part) for part in visible(by, route_places)]
    query = select(WorkOrder.id).where(WorkOrder.site_id == order.site_id, WorkOrder.id == order.id, or_(*parts))
    return db.session.scalar(query) is not None


def openable(ids: Iterable[UUID], by: Reader, route_places: Any = None) -> set[UUID]:
    """Of these orders of any kind those whose page this reader may open. One query, or none."""
    wanted = set(ids)
    seen: list[ColumnElement[bool]] = []
    for kind in KINDS.values():
        if any(by.may(verb) for verb in kind.see):
            ways = [[]] if by.may("order.see_all") else kind.visible(by, route_places)
            seen += [and_(WorkOrder.kind == kind.code, *way) for way in ways]
    if not wanted or not seen:
        return set()
    query = select(WorkOrder.id).where(WorkOrder.site_id == by.site_id, WorkOrder.id.in_(wanted), or_(*seen))
    return set(db.session.scalars(query))
