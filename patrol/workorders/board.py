"""The board of orders of one kind: a column for each state, read by the state's index; its cost does not grow."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, literal, or_, select
from sqlalchemy.sql.util import ClauseAdapter

from patrol.core.db import db
from patrol.workorders.kinds import Clauses
from patrol.workorders.narrowing import Asked, base, branches, late, narrowing
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import ENOUGH
from patrol.workorders.rows import in_order, one_after_another, rows_by_id

BOARD_LOOK = 1000  # orders of a column that are looked at where a filter stands beside its state


@dataclass(frozen=True, slots=True)
class Column:
    state: str
    rows: Sequence[Any]
    count: int  # up to ENOUGH; of closed ones only whether there are more than are shown


def board(asked: Asked, most: int = 20, closed: int = 6) -> tuple[list[Column], int]:
    """The columns: open ones by deadline, up to ``most`` of each, and the ``closed`` closed last. And how many are
    overdue, up to ENOUGH. Two queries."""
    ways = _board_ways(asked)
    parts = [
        _column_ids(asked, column, state, branch, closed)
        for column in asked.kind.columns
        for state in asked.kind.states_of(column)
        for branch in ways
    ]
    parts += [_ids(asked, [*branch, late(asked)], WorkOrder.due_at, False, ENOUGH, "late") for branch in ways]
    found: dict[str, dict[UUID, Any]] = defaultdict(dict)
    for column, key, id in db.session.execute(one_after_another(parts)):
        found[column][id] = key
    picked = {state: _sorted(found[state], state == "closed", asked.at) for state in asked.kind.columns}
    shown = {state: ids[: closed if state == "closed" else most] for state, ids in picked.items()}
    rows = rows_by_id(asked.by.site_id, [id for ids in shown.values() for id in ids])
    columns = [
        Column(state, [rows[id] for id in shown[state] if id in rows], min(len(picked[state]), ENOUGH))
        for state in asked.kind.columns
    ]
    return columns, min(len(found["late"]), ENOUGH)


def _sorted(keys: dict[UUID, datetime | None], newest: bool, at: datetime) -> list[UUID]:
    return sorted(keys, key=lambda id: (keys[id] or at, id), reverse=newest)


def _column_ids(asked: Asked, column: str, state: str, branch: Clauses, closed: int) -> Select[Any]:
    if state == "closed":
        return _ids(asked, [*branch, WorkOrder.state == state], WorkOrder.closed_at, True, closed + 1, column)
    return _ids(asked, [*branch, WorkOrder.state == state], WorkOrder.due_at, False, ENOUGH, column)


def _board_ways(asked: Asked) -> list[Clauses]:
    """A column is walked by its state; whoever sees everything needs one way, however many places are meant."""
    ways = branches(asked)
    if len(ways) < 2 or not asked.by.may("order.see_all") or asked.narrowed.overdue:
        return [[]] if asked.narrowed.overdue and asked.by.may("order.see_all") else ways
    return [[or_(*(and_(*way) for way in ways))]]


def _ids(asked: Asked, branch: Clauses, column: Any, newest: bool, limit: int, name: str) -> Select[Any]:
    """The last clause of the branch is the column's state, or what makes an order late: its index is walked."""
    *more, state = branch
    overdue = [late(asked)] if asked.narrowed.overdue else []
    rest = [*more, *narrowing(asked), *overdue, *asked.kind.narrow(asked.by.site_id, asked.narrowed, asked.at)]
    seen = asked.by.may("order.see_all")
    query: Any = select(literal(name).label("column"), column.label("key"), WorkOrder.id)
    if not rest or not seen:
        return query.where(*base(asked), *rest, state).order_by(*in_order(column, newest)).limit(limit)
    walked = select(*WorkOrder.__table__.c).where(*base(asked), state).order_by(*in_order(column, newest))
    met = walked.limit(BOARD_LOOK).subquery()
    adapt = ClauseAdapter(met).traverse
    query = select(literal(name).label("column"), met.c[column.key].label("key"), met.c.id)
    key = (met.c[column.key], met.c.id)
    query = query.where(*(adapt(clause) for clause in rest))
    return query.order_by(*((part.desc() for part in key) if newest else key)).limit(limit)
