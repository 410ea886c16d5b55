"""Which hazards stood open at the end of a business day, worked back from how they stand now.

A hazard's state at that moment is the ``from_state`` of its first change after it, or its present state when
nothing changed since. So the cost follows what happened since then, not the length of the history.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from patrol.core.db import db
from patrol.hazards.deadline import is_overdue
from patrol.hazards.hazard import Hazard
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder, WorkOrderStep

OPEN = ("reported", "assigned", "to_verify")


@dataclass(frozen=True, slots=True)
class Standing:
    """An open hazard as it stood then. due_at: the deadline it has now, the first one if it has none."""

    id: UUID
    number: str
    title: str
    category: str
    severity: str
    state: str
    place_id: UUID
    place: str
    reported_at: datetime
    due_at: datetime | None
    origin_id: UUID | None
    assignee_id: UUID | None

    def overdue(self, at: datetime) -> bool:
        return self.due_at is not None and is_overdue(self.state, self.due_at, at)


_COLUMNS = (
    WorkOrder.id,
    WorkOrder.number,
    WorkOrder.title,
    Hazard.__table__.c.category,
    WorkOrder.severity,
    WorkOrder.state,
    WorkOrder.place_id,
    WorkOrder.reported_at,
    WorkOrder.due_at,
    WorkOrder.first_due_at,
    WorkOrder.assignee_id,
    Hazard.__table__.c.origin_id,
    Place.full_name,
)


def standing(site_id: UUID, day: date) -> list[Standing]:
    """Hazards open when this business day ended (or now, while it lasts), worst and oldest first. Two queries."""
    was = _changed_since(site_id, day)
    back = [order_id for order_id, state in was.items() if state in OPEN]
    found = [_standing(row, was) for row in _rows(site_id, back)]
    open_then = [hazard for hazard in found if hazard.state in OPEN]
    rank = {"critical": 0, "major": 1, "minor": 2}
    return sorted(open_then, key=lambda h: (rank[h.severity], h.due_at or h.reported_at, h.number))


def by_severity(hazards: Iterable[Standing]) -> dict[str, int]:
    counted = Counter(hazard.severity for hazard in hazards)
    return {code: counted[code] for code in ("critical", "major", "minor")}


def _changed_since(site_id: UUID, day: date) -> dict[UUID, str | None]:
    """State before its first change after the day, for each order changed since; None: it was not there yet."""
    query = (
        select(WorkOrderStep.order_id, WorkOrderStep.from_state)
        .where(
            WorkOrderStep.site_id == site_id,
            WorkOrderStep.business_day > day,
            or_(WorkOrderStep.from_state.is_(None), WorkOrderStep.from_state != WorkOrderStep.to_state),
        )
        .order_by(WorkOrderStep.at.desc(), WorkOrderStep.received_at.desc(), WorkOrderStep.id.desc())
    )
    return {row.order_id: row.from_state for row in db.session.execute(query)}  # the earliest comes last and stays


def _rows(site_id: UUID, back: Collection[UUID]) -> Iterable[Any]:
    hazard = Hazard.__table__.c
    query = (
        select(*_COLUMNS)
        .join(Hazard.__table__, (hazard.site_id == WorkOrder.site_id) & (hazard.id == WorkOrder.id))
        .join(Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id))
        .where(
            WorkOrder.site_id == site_id,
            WorkOrder.kind == "hazard",
            or_(WorkOrder.state.in_(OPEN), WorkOrder.id.in_(back)) if back else WorkOrder.state.in_(OPEN),
        )
    )
    return db.session.execute(query)


def _standing(row: Any, was: dict[UUID, str | None]) -> Standing:
    state = was.get(row.id, row.state) or "none"
    return Standing(
        id=row.id,
        number=row.number,
        title=row.title,
        category=row.category,
        severity=row.severity,
        state=state,
        place_id=row.place_id,
        place=row.full_name,
        reported_at=row.reported_at,
        due_at=row.due_at or row.first_due_at,
        origin_id=row.origin_id,
        assignee_id=row.assignee_id,
    )
