"""Lists of orders of one kind under any filter: a page costs the same however long the history is.

A page is read in order from the index of its filter. Where a filter names several values (a building's places, the
states that wait, the ways to be allowed to see an order) each has a branch of its own that stops after one page, and
the page is picked from the branches; a plain IN or OR would sort everything that was ever reported there.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.sql.util import ClauseAdapter

from patrol.core.db import db
from patrol.workorders.kinds import Clauses
from patrol.workorders.narrowing import Asked, Few, base, branches, late, narrowing, plain
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import read_cursor, write_cursor
from patrol.workorders.rows import in_order, one_after_another, rows_of

LOOK = 1000  # orders that a page looks at where several filters meet; then it says from where to look on
PAGE = 30


def listed(asked: Asked, cursor: str | None = None, limit: int = PAGE) -> tuple[list[Any], str | None]:
    """One page, newest first; of overdue ones the longest overdue first. And the cursor of the next.

    Where several filters meet, a page looks at LOOK orders at most. It may then hold fewer rows than ``limit``, even
    none, and still have a next one.
    """
    column = WorkOrder.due_at if asked.narrowed.overdue else WorkOrder.reported_at
    newest, after = not asked.narrowed.overdue, read_cursor(cursor)
    ways = branches(asked)
    ids = [_cut(asked, branch, column, newest, after, limit + 1, len(ways)) for branch in ways]
    shown = rows_of(asked.by.site_id).where(WorkOrder.id.in_(_together(ids)))
    rows = list(db.session.execute(shown.order_by(*in_order(column, newest)).limit(limit + 1)).all())
    full = len(rows) > limit
    edge = None if full and len(ways) == 1 else _edge(asked, ways, column, newest, after)
    if edge is not None:
        seen = [row for row in rows if _before(row, edge, column.key, newest)]
        if len(seen) <= limit:
            return seen, write_cursor(*edge)
        rows, full = seen, True
    if not full:
        return rows, None
    return rows[:limit], write_cursor(getattr(rows[limit - 1], column.key), rows[limit - 1].id)


def _edge(asked: Asked, ways: list[Clauses], column: Any, newest: bool, after: Any) -> tuple[datetime, UUID] | None:
    """Up to where every branch was looked through; None where none stopped short. Nothing before it was missed."""
    last = []
    for branch in ways:
        lead, rest = _split(asked, branch)
        if rest:
            query: Any = select(column.label("key"), WorkOrder.id).where(*lead)
            query = _beyond(query, WorkOrder.__table__.c, column, newest, after)
            most = _look(len(ways))
            last.append(query.order_by(*in_order(column, newest)).offset(most - 1).limit(1))
    found = [(row.key, row.id) for row in db.session.execute(one_after_another(last))] if last else []
    return (max(found) if newest else min(found)) if found else None


def _look(ways: int) -> int:
    return max(LOOK // ways, 50)


def _before(row: Any, edge: tuple[datetime, UUID], key: str, newest: bool) -> bool:
    here = (getattr(row, key), row.id)
    return here >= edge if newest else here <= edge


def _split(asked: Asked, branch: Clauses) -> tuple[Clauses, Clauses]:
    """What an index is walked by, and what is asked of each order met on the way: none where the index tells all."""
    if isinstance(branch, Few) or asked.narrowed.figure or asked.narrowed.sample:
        return [*plain(asked), *branch], []
    overdue = [late(asked)] if asked.narrowed.overdue else []
    clauses = narrowing(asked)
    if not branch:
        return [*base(asked), *clauses[:1], *overdue], clauses[1:]
    return [*base(asked), *branch, *overdue], clauses


def _cut(
    asked: Asked, branch: Clauses, column: Any, newest: bool, after: tuple[datetime, UUID] | None, limit: int,
    ways: int = 1,
) -> Select[Any]:  # fmt: skip
    """The ids of one branch's page."""
    if isinstance(branch, Few):
        found = select(WorkOrder.id, column).where(*plain(asked), *branch).limit(limit).subquery().c
        return _beyond(select(found.id), found, column, newest, after)
    lead, rest = _split(asked, branch)
    if not rest:
        query = _beyond(select(WorkOrder.id).where(*lead), WorkOrder.__table__.c, column, newest, after)
        return query.order_by(*in_order(column, newest)).limit(limit)
    walked: Any = _beyond(select(*WorkOrder.__table__.c).where(*lead), WorkOrder.__table__.c, column, newest, after)
    met = walked.order_by(*in_order(column, newest)).limit(_look(ways)).subquery()
    order = (met.c[column.key], met.c.id)
    adapt = ClauseAdapter(met).traverse
    query = select(met.c.id).where(*(adapt(clause) for clause in rest))
    return query.order_by(*((part.desc() for part in order) if newest else order)).limit(limit)


def _beyond(query: Any, found: Any, column: Any, newest: bool, after: tuple[datetime, UUID] | None) -> Any:
    """What lies behind the cursor. Its time leads the index; the rest tells equal times apart."""
    if after is None:
        return query
    at, last = after
    key = found[column.key]
    beyond = key <= at if newest else key >= at
    return query.where(beyond, or_(key != at, found.id < last if newest else found.id > last))


def _together(parts: list[Select[Any]]) -> Any:
    if len(parts) == 1:
        return parts[0].subquery().select()
    return one_after_another(parts)
