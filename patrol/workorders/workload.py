"""Workload (工作量): who has how much to put right, in one query. A table for sharing work out, not a ranking."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.workorders.kinds import KINDS
from patrol.workorders.order import WorkOrder


@dataclass(frozen=True, slots=True)
class Load:
    """user_id, name: None and "" for what a team has as a whole."""

    team: str
    user_id: UUID | None
    name: str
    waiting: int
    begun: int  # set out for, or on site
    late: int
    next_due: datetime | None


def workload(by: Reader, at: datetime) -> list[Load]:
    """By team, the whole team's first; a leader sees his own team, the site manager all."""
    waiting = {state for kind in KINDS.values() for state in kind.waiting} - {"reported"}
    begun = case((and_(WorkOrder.set_out_at.is_(None), WorkOrder.arrived_at.is_(None)), 0), else_=1)
    query: Any = (
        select(
            WorkOrder.team,
            WorkOrder.assignee_id,
            User.name,
            func.count().label("waiting"),
            func.sum(begun).label("begun"),
            func.sum(case((WorkOrder.due_at < at, 1), else_=0)).label("late"),
            func.min(WorkOrder.due_at).label("next_due"),
        )
        .outerjoin(User, User.id == WorkOrder.assignee_id)
        .where(WorkOrder.site_id == by.site_id, WorkOrder.kind.in_(list(KINDS)), WorkOrder.state.in_(sorted(waiting)))
        .group_by(WorkOrder.team, WorkOrder.assignee_id, User.name)
    )
    if not by.may("order.assign_any_team"):
        query = query.where(WorkOrder.team == by.team)
    lines = [
        Load(row.team, row.assignee_id, row.name or "", row.waiting, row.begun, row.late, row.next_due)
        for row in db.session.execute(query)
    ]
    return sorted(lines, key=lambda line: (line.team, line.name != "", -line.late, -line.waiting, line.name))
