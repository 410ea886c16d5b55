"""The repairs of some days as the figures want them: those registered, by the business day of the report."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.repairs.deadline import REWORK_WITHIN
from patrol.repairs.figures import Told, figures
from patrol.repairs.repair import Repair
from patrol.workorders.order import WorkOrder, WorkOrderStep

_REPAIR = Repair.__table__.c
ASKED = (
    select(
        WorkOrder.id,
        _REPAIR.urgent,
        _REPAIR.satisfaction,
        WorkOrder.reported_at,
        WorkOrder.due_at,
        _REPAIR.registered_at,
        _REPAIR.visited_at,
        _REPAIR.first_done_at,
    )
    .join(Repair.__table__, and_(_REPAIR.site_id == WorkOrder.site_id, _REPAIR.id == WorkOrder.id))
    .where(
        WorkOrder.site_id == bindparam("site_id"),
        WorkOrder.business_day >= bindparam("first"),
        WorkOrder.business_day <= bindparam("last"),
        WorkOrder.state != "rejected",
        _REPAIR.registered_at.is_not(None),
    )
)
_STEPS = Prepared(  # those that count: the others neither end a repair nor begin one again
    select(WorkOrderStep.order_id, WorkOrderStep.step, WorkOrderStep.at)
    .where(
        WorkOrderStep.site_id == bindparam("site_id"),
        WorkOrderStep.order_id.in_(bindparam("ids", expanding=True)),
        WorkOrderStep.step.in_(("visit", "done", "archive", "reopen")),
    )
    .order_by(WorkOrderStep.at, WorkOrderStep.received_at, WorkOrderStep.id)
)


def told(site_id: UUID, first: date, last: date) -> list[Told]:
    """Every repair whose report falls on these days, both counting, and that was registered; two queries."""
    return told_of(site_id, db.session.execute(ASKED, {"site_id": site_id, "first": first, "last": last}).all())


def told_of(site_id: UUID, repairs: Sequence[Any]) -> list[Told]:
    """The same of rows that were read already. One query, none for none."""
    visits, again = _counted(site_id, [repair.id for repair in repairs])
    return [
        Told(
            id=repair.id,
            urgent=repair.urgent,
            reported_at=repair.reported_at,
            due_at=repair.due_at,
            registered_at=repair.registered_at,
            visited_at=repair.visited_at,
            first_done_at=repair.first_done_at,
            visits_to_done=visits[repair.id],
            reopened=again[repair.id],
            satisfaction=repair.satisfaction,
        )
        for repair in repairs
    ]


def _counted(site_id: UUID, ids: list[UUID]) -> tuple[Counter[UUID], Counter[UUID]]:
    """Visits up to the first time it was done, and reopenings within 7 days of that repair's end."""
    lines: dict[UUID, list[Any]] = defaultdict(list)
    for row in _STEPS.all(connection(), {"site_id": site_id, "ids": ids}) if ids else ():
        lines[row.order_id].append(row)
    visits, again = Counter[UUID](), Counter[UUID]()
    for order_id, steps in lines.items():
        first_done = next((place for place, row in enumerate(steps) if row.step == "done"), len(steps))
        visits[order_id] = sum(row.step == "visit" for row in steps[:first_done])
        done_at = None
        for row in steps:
            if row.step == "archive" or (row.step == "done" and done_at is None):
                done_at = row.at
            elif row.step == "reopen" and done_at is not None:
                again[order_id] += row.at - done_at <= REWORK_WITHIN
                done_at = None
    return visits, again


def ids_of(site_id: UUID, first: date, last: date, figure: str, at: datetime) -> list[UUID]:
    """The repairs behind one figure of these days."""
    return list(figures(told(site_id, first, last), at)[figure].ids)
