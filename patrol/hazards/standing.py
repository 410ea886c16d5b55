"""Which hazards stood open at the end of a business day, worked back from how they stand now.

A hazard's state at that moment is the ``from_state`` of its first change after it, or its present state when
nothing changed since. So the cost follows what happened since then, not the length of the history.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, union

from patrol.core.db import connection
from patrol.core.prepared import Prepared
from patrol.hazards.deadline import is_overdue
from patrol.hazards.hazard import Hazard
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder, WorkOrderStep

OPEN = ("reported", "assigned", "to_verify")


class Standing(NamedTuple):
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


_PLAIN = Hazard.__table__.c
_LATER = and_(  # a change of state after the earliest day asked about
    WorkOrderStep.site_id == WorkOrder.site_id,
    WorkOrderStep.order_id == WorkOrder.id,
    WorkOrderStep.business_day > bindparam("day"),
    or_(WorkOrderStep.from_state.is_(None), WorkOrderStep.from_state != WorkOrderStep.to_state),
)
_ROWS = (
    select(
        WorkOrder.id,
        WorkOrder.number,
        WorkOrder.title,
        _PLAIN.category,
        WorkOrder.severity,
        WorkOrder.state,
        WorkOrder.place_id,
        WorkOrder.reported_at,
        WorkOrder.business_day,
        WorkOrder.due_at,
        WorkOrder.first_due_at,
        WorkOrder.assignee_id,
        _PLAIN.origin_id,
        _PLAIN.recurs_of_id,
        Place.full_name,
    )
    .join(Hazard.__table__, (_PLAIN.site_id == WorkOrder.site_id) & (_PLAIN.id == WorkOrder.id))
    .join(Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id))
    .where(WorkOrder.site_id == bindparam("site_id"), WorkOrder.kind == "hazard")
)
_OPEN_NOW = Prepared(_ROWS.where(WorkOrder.state.in_(OPEN)))
_WERE_OPEN = select(WorkOrderStep.order_id).where(
    WorkOrderStep.site_id == bindparam("site_id"),
    WorkOrderStep.business_day > bindparam("day"),
    WorkOrderStep.from_state.in_(OPEN),
)
_ASKED_FOR = union(  # each part by an index of its own: joined by OR they would be looked for in the whole history
    select(WorkOrder.id).where(
        WorkOrder.site_id == bindparam("site_id"), WorkOrder.kind == "hazard", WorkOrder.state.in_(OPEN)
    ),
    _WERE_OPEN,
    select(WorkOrder.id).where(
        WorkOrder.site_id == bindparam("site_id"),
        WorkOrder.business_day >= bindparam("since"),
        WorkOrder.business_day <= bindparam("until"),
    ),
)
_THEN = Prepared(
    _ROWS.add_columns(WorkOrderStep.from_state, WorkOrderStep.business_day.label("changed_on"))
    .outerjoin(WorkOrderStep, _LATER)
    .where(WorkOrder.id.in_(_ASKED_FOR), WorkOrder.business_day <= bindparam("until"))
    .order_by(
        WorkOrder.reported_at, WorkOrder.id, WorkOrderStep.at.desc(), WorkOrderStep.received_at.desc(),
        WorkOrderStep.id.desc(),
    )
)  # fmt: skip


def standing(site_id: UUID, day: date) -> list[Standing]:
    """Hazards open when this business day ended (or now, while it lasts), worst and oldest first. One query."""
    return standing_at(site_id, day)[0]


def standing_now(site_id: UUID) -> list[Standing]:
    """Hazards open at this moment, worst and oldest first. One query."""
    return _worst_first(_standing(row, row.state) for row in _OPEN_NOW.all(connection(), {"site_id": site_id}))


def standing_at(site_id: UUID, *days: date) -> list[list[Standing]]:
    """The same for each of several days, still in one query."""
    return standing_and_seen(site_id, *days, since=date.max)[0]


def standing_and_seen(site_id: UUID, *days: date, since: date) -> tuple[list[list[Standing]], list[Any]]:
    """The same, and the hazards reported from business day ``since`` to the last of the days, oldest first, as rows."""
    asked = {"site_id": site_id, "day": min(days), "since": since, "until": max(days)}
    rows: dict[UUID, Any] = {}
    changes: dict[UUID, list[Any]] = defaultdict(list)
    for row in _THEN.all(connection(), asked):
        rows[row.id] = row
        if row.changed_on is not None:
            changes[row.id].append(row)
    seen = [row for row in rows.values() if since <= row.business_day <= max(days)]
    return [_open_at(day, rows.values(), changes) for day in days], seen


def by_severity(hazards: Iterable[Standing]) -> dict[str, int]:
    counted = Counter(hazard.severity for hazard in hazards)
    return {code: counted[code] for code in ("critical", "major", "minor")}


def _open_at(day: date, rows: Iterable[Any], changes: Mapping[UUID, list[Any]]) -> list[Standing]:
    # State before its first change after the day (None: not there yet); the latest change comes first.
    def state(row: Any) -> str | None:
        later = [change for change in changes.get(row.id, ()) if change.changed_on > day]
        return later[-1].from_state if later else row.state

    return _worst_first(_standing(row, was) for row in rows if (was := state(row)) in OPEN)


def _worst_first(found: Iterable[Standing]) -> list[Standing]:
    rank = {"critical": 0, "major": 1, "minor": 2}
    return sorted(found, key=lambda h: (rank[h.severity], h.due_at or h.reported_at, h.number))


def _standing(row: Any, state: str) -> Standing:
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
