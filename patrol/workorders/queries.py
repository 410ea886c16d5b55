"""Questions about orders of any kind: open, overdue, mine; lists go by keyset, never by OFFSET or totals."""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder

WAITING = ("reported", "assigned")  # for the one who has to put it right
OPEN = (*WAITING, "to_verify")
ENOUGH = 100  # counts stop here: a page says 99+ and stays quick


def mine_clause(by: Reader) -> ColumnElement[bool]:
    """Assigned to this person, or to the whole of his team."""
    team = and_(WorkOrder.assignee_id.is_(None), WorkOrder.team == by.team, WorkOrder.state != "reported")
    return or_(WorkOrder.assignee_id == by.user_id, team)


def begun_clause() -> ColumnElement[bool]:
    """Somebody has set out for it, or is there."""
    return or_(WorkOrder.set_out_at.is_not(None), WorkOrder.arrived_at.is_not(None))


def row_query(site_id: UUID) -> Any:
    """What a row of any list of orders shows, as columns."""
    return (
        select(
            WorkOrder.id,
            WorkOrder.site_id,
            WorkOrder.kind,
            WorkOrder.number,
            WorkOrder.title,
            WorkOrder.severity,
            WorkOrder.state,
            WorkOrder.source,
            WorkOrder.team,
            WorkOrder.assignee_id,
            WorkOrder.reported_by_id,
            WorkOrder.rectified_by_id,
            WorkOrder.reported_at,
            WorkOrder.due_at,
            WorkOrder.rectified_at,
            WorkOrder.closed_at,
            WorkOrder.set_out_at,
            WorkOrder.arrived_at,
            WorkOrder.reopen_count,
            WorkOrder.version,
            Place.full_name.label("place_name"),
            User.name.label("assignee_name"),
        )
        .join(Place, and_(Place.site_id == WorkOrder.site_id, Place.id == WorkOrder.place_id))
        .outerjoin(User, User.id == WorkOrder.assignee_id)
        .where(WorkOrder.site_id == site_id)
    )


def my_orders(by: Reader, state: str, *, cursor: str | None = None, limit: int = 30) -> tuple[list[Any], str | None]:
    """My orders in one state by urgency: the nearest deadline first; closed ones newest first. And the cursor."""
    wanted = "assigned" if state == "begun" else state
    query = row_query(by.site_id).where(WorkOrder.kind == "hazard", mine_clause(by), WorkOrder.state == wanted)
    if state == "begun":
        query = query.where(begun_clause())
    if state == "closed":
        if not by.may("equipment.see"):  # what a colleague closed is no page of theirs
            query = query.where(or_(WorkOrder.assignee_id == by.user_id, WorkOrder.rectified_by_id == by.user_id))
        return page(query, WorkOrder.reported_at, cursor=cursor, limit=limit, newest_first=True)
    return page(query, WorkOrder.due_at, cursor=cursor, limit=limit)


def to_verify(by: Reader, *, cursor: str | None = None, limit: int = 30) -> tuple[list[Any], str | None]:
    """What waits for a check that this reader's role may make and that is not of his own repair."""
    grades = {"minor": "order.verify_minor", "major": "order.verify_major", "critical": "order.verify_major"}
    severities = [severity for severity, verb in grades.items() if by.may(verb)]
    query = row_query(by.site_id).where(
        WorkOrder.state == "to_verify",
        WorkOrder.severity.in_(severities),
        or_(WorkOrder.rectified_by_id.is_(None), WorkOrder.rectified_by_id != by.user_id),
    )
    return page(query, WorkOrder.due_at, cursor=cursor, limit=limit)


def count(query: Select[Any]) -> int:
    """How many rows, up to ENOUGH."""
    inner = query.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(ENOUGH).subquery()
    return db.session.scalar(select(func.count()).select_from(inner)) or 0


def count_open(kind: str) -> Any:
    """A select that counts the open ones of a kind, up to ENOUGH. Binds: site_id."""
    inner = (
        select(literal(1))
        .where(WorkOrder.site_id == bindparam("site_id"), WorkOrder.kind == kind, WorkOrder.state.in_(OPEN))
        .limit(ENOUGH)
        .subquery()
    )
    return select(func.count()).select_from(inner)


def page(
    query: Select[Any], column: Any, *, cursor: str | None, limit: int, newest_first: bool = False
) -> tuple[list[Any], str | None]:
    """One page of a list ordered by (column, id), and the cursor of the next page or None.

    column: a time that is never NULL in these rows. A cursor nobody could have been given is ignored.
    """
    key = WorkOrder.id
    after = read_cursor(cursor)
    if after is not None:
        at, last = after
        beyond = column < at if newest_first else column > at
        same = and_(column == at, key < last if newest_first else key > last)
        query = query.where(or_(beyond, same))
    order = (column.desc(), key.desc()) if newest_first else (column, key)
    rows = list(db.session.execute(query.order_by(*order).limit(limit + 1)).all())
    if len(rows) <= limit:
        return rows, None
    last_row = rows[limit - 1]
    return rows[:limit], write_cursor(getattr(last_row, column.key), last_row.id)


def write_cursor(at: datetime, id: UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), id.hex]).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    if not text or len(text) > 200:
        return None
    try:
        at, id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(at)
        return (moment, UUID(id)) if moment.tzinfo else None
    except (ValueError, TypeError, AttributeError):
        return None
