"""Lists of orders of one kind under any filter: a page costs the same however long the history is.

A page is read in order from the index of its filter. Where a filter names several values (a building's places, the
states that wait, the ways to be allowed to see an order) each has a branch of its own that stops after one page, and
the page is picked from the branches; a plain IN or OR would sort everything that was ever reported there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.sql.util import ClauseAdapter

from patrol.accounts.reader import Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.place import Place, places_below
from patrol.workorders.kinds import KINDS, Clauses, OrderKind, Visible
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import ENOUGH, read_cursor, write_cursor

LOOK = 1000  # orders that a page looks at where several filters meet; then it says from where to look on
BOARD_LOOK = 1000
MOST_BRANCHES = 60  # five columns of each stay below the 500 parts that SQLite takes together
PAGE = 30


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of orders is narrowed to; every field is in the URL."""

    severity: str | None = None
    subject: str | None = None
    building: UUID | None = None
    person: UUID | None = None
    team: str | None = None
    overdue: bool = False
    state: str | None = None
    words: str = ""
    place: UUID | None = None
    mine: UUID | None = None  # reported by this person
    rectifier: UUID | None = None
    sample: bool = False
    source: str | None = None
    figure: str | None = None  # a review's, as the kind knows it: found, closed, open, overdue …
    first: date | None = None  # business days of that figure, both counting
    last: date | None = None
    between: tuple[datetime, datetime] | None = None  # the same as moments, for deadlines


class Few(list[ColumnElement[bool]]):
    """A branch of a handful of rows: asked for in order, the database would walk through all orders to meet them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: which kind, who asks, what it is narrowed to, when."""

    kind: OrderKind
    by: Reader
    narrowed: Filter
    at: datetime
    route_places: Any = None  # a select of the place ids of the reader's routes
    places: Sequence[UUID] | None = None  # those that building or words name, up to MOST_BRANCHES + 1, if known


def listed(asked: Asked, cursor: str | None = None, limit: int = PAGE) -> tuple[list[Any], str | None]:
    """One page, newest first; of overdue ones the longest overdue first. And the cursor of the next.

    Where several filters meet, a page looks at LOOK orders at most. It may then hold fewer rows than ``limit``, even
    none, and still have a next one.
    """
    column = WorkOrder.due_at if asked.narrowed.overdue else WorkOrder.reported_at
    newest, after = not asked.narrowed.overdue, read_cursor(cursor)
    ways = branches(asked)
    ids = [_cut(asked, branch, column, newest, after, limit + 1, len(ways)) for branch in ways]
    shown = _rows(asked.by.site_id).where(WorkOrder.id.in_(_together(ids)))
    rows = list(db.session.execute(shown.order_by(*_order(column, newest)).limit(limit + 1)).all())
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
            last.append(query.order_by(*_order(column, newest)).offset(most - 1).limit(1))
    found = [(row.key, row.id) for row in db.session.execute(_plain_union(last))] if last else []
    return (max(found) if newest else min(found)) if found else None


def _look(ways: int) -> int:
    return max(LOOK // ways, 50)


def _before(row: Any, edge: tuple[datetime, UUID], key: str, newest: bool) -> bool:
    here = (getattr(row, key), row.id)
    return here >= edge if newest else here <= edge


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
    parts += [_ids(asked, [*branch, _late(asked)], WorkOrder.due_at, False, ENOUGH, "late") for branch in ways]
    found: dict[str, dict[UUID, Any]] = defaultdict(dict)
    for column, key, id in db.session.execute(_plain_union(parts)):
        found[column][id] = key
    picked = {state: _sorted(found[state], state == "closed", asked.at) for state in asked.kind.columns}
    shown = {state: ids[: closed if state == "closed" else most] for state, ids in picked.items()}
    rows = _by_id(asked.by.site_id, [id for ids in shown.values() for id in ids])
    columns = [
        Column(state, [rows[id] for id in shown[state] if id in rows], min(len(picked[state]), ENOUGH))
        for state in asked.kind.columns
    ]
    return columns, min(len(found["late"]), ENOUGH)


def _sorted(keys: dict[UUID, datetime | None], newest: bool, at: datetime) -> list[UUID]:
    return sorted(keys, key=lambda id: (keys[id] or at, id), reverse=newest)


def branches(asked: Asked) -> list[Clauses]:
    """The parts of the list that are each read from one index; an order may stand in several of them."""
    narrowed = asked.narrowed
    if not asked.by.may("order.see_all"):
        more = _words(asked) + _below(asked)
        return [[*part, *more] for part in asked.kind.visible(asked.by, asked.route_places)]
    if narrowed.words:
        numbers: Clauses = Few([WorkOrder.number.in_(_numbers(asked))])
        below = _below(asked)  # one tree of places for all branches
        return [type(part)([*part, *below]) for part in ([numbers, *_per_place(asked)])]
    if narrowed.building:
        return _per_place(asked)
    if narrowed.overdue:
        return [[WorkOrder.state == state] for state in asked.kind.waiting]
    return [[]]


def plain(asked: Asked) -> Clauses:
    """What every row must be, whichever branch it comes from."""
    late = [_late(asked)] if asked.narrowed.overdue else []
    own = asked.kind.narrow(asked.by.site_id, asked.narrowed, asked.at)
    return [*_base(asked), *_narrowing(asked), *late, *own]


def _base(asked: Asked) -> Clauses:
    return [WorkOrder.site_id == asked.by.site_id, WorkOrder.kind == asked.kind.code]


def _narrowing(asked: Asked) -> Clauses:
    """One clause for each filter, those that usually leave least first: the first one's index is walked."""
    narrowed = asked.narrowed
    wanted = (
        (WorkOrder.place_id, narrowed.place),
        (WorkOrder.reported_by_id, narrowed.mine),
        (WorkOrder.assignee_id, narrowed.person),
        (WorkOrder.subject, narrowed.subject),
        (WorkOrder.state, narrowed.state),
        (WorkOrder.team, narrowed.team),
        (WorkOrder.severity, narrowed.severity),
        (WorkOrder.source, narrowed.source),
    )
    return [column == value for column, value in wanted if value]


def _split(asked: Asked, branch: Clauses) -> tuple[Clauses, Clauses]:
    """What an index is walked by, and what is asked of each order met on the way: none where the index tells all."""
    if isinstance(branch, Few) or asked.narrowed.figure or asked.narrowed.sample:
        return [*plain(asked), *branch], []
    late = [_late(asked)] if asked.narrowed.overdue else []
    narrowing = _narrowing(asked)
    if not branch:
        return [*_base(asked), *narrowing[:1], *late], narrowing[1:]
    return [*_base(asked), *branch, *late], narrowing


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


def choices(asked: Asked) -> tuple[list[Any], list[Any], Asked]:
    """(buildings, people with their team) that the filters offer, and the question with its places; in one query."""
    site_id, no_team = asked.by.site_id, literal(None, type_=Membership.team.type).label("team")
    buildings: Any = select(literal("b").label("what"), Place.id, Place.name.label("name"), no_team, Place.sort)
    people: Any = (
        select(literal("p"), User.id, User.name, Membership.team, literal(0))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    )
    parts = [buildings.where(Place.site_id == site_id, Place.kind == "building"), people]
    wanted = _places(asked)
    if wanted is not None:
        few = wanted.limit(MOST_BRANCHES + 1).subquery()
        parts.append(select(literal("x"), few.c.id, literal(""), no_team, literal(0)))
    found = sorted(db.session.execute(union_all(*parts)), key=lambda row: (row.sort or 0, row.name))
    places = [row.id for row in found if row.what == "x"]
    told = replace(asked, places=places) if wanted is not None else asked
    return [row for row in found if row.what == "b"], [row for row in found if row.what == "p"], told


def _places(asked: Asked) -> Select[Any] | None:
    """Ids of the places that the words name, else of the building; None when neither is asked for."""
    if asked.narrowed.words:
        return _named(asked.by.site_id, asked.narrowed.words)
    return places_below(asked.by.site_id, asked.narrowed.building) if asked.narrowed.building else None


def _late(asked: Asked) -> ColumnElement[bool]:
    return and_(WorkOrder.state.in_(asked.kind.waiting), WorkOrder.due_at < asked.at, *asked.kind.unmet())


def _words(asked: Asked) -> Clauses:
    if not asked.narrowed.words:
        return []
    named = _named(asked.by.site_id, asked.narrowed.words)
    return [or_(WorkOrder.number.in_(_numbers(asked)), WorkOrder.place_id.in_(named))]


def _below(asked: Asked) -> Clauses:
    if not asked.narrowed.building:
        return []
    return [WorkOrder.place_id.in_(places_below(asked.by.site_id, asked.narrowed.building))]


def _numbers(asked: Asked) -> list[str]:
    """Whole, or as people shorten it: 0318-07, 260318-07."""
    prefix = asked.kind.prefix
    short = asked.narrowed.words.upper().removeprefix(f"{prefix}-").strip()
    return [f"{prefix}-{short}", f"{prefix}-{asked.at:%y}{short}"]


def _named(site_id: UUID, words: str) -> Select[Any]:
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return select(Place.id).where(Place.site_id == site_id, Place.full_name.ilike(like, escape="\\"))


def _per_place(asked: Asked) -> list[Clauses]:
    """A branch for each of a few places; many places hold enough to be met soon on the way through the newest."""
    ids = _places(asked)
    assert ids is not None
    few = list(db.session.scalars(ids.limit(MOST_BRANCHES + 1))) if asked.places is None else asked.places
    if len(few) > MOST_BRANCHES:
        return [[WorkOrder.place_id.in_(ids)]]
    return [[WorkOrder.place_id == id] for id in few] or [[WorkOrder.place_id.is_(None)]]


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
        return query.order_by(*_order(column, newest)).limit(limit)
    walked: Any = _beyond(select(*WorkOrder.__table__.c).where(*lead), WorkOrder.__table__.c, column, newest, after)
    met = walked.order_by(*_order(column, newest)).limit(_look(ways)).subquery()
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
    late = [_late(asked)] if asked.narrowed.overdue else []
    rest = [*more, *_narrowing(asked), *late, *asked.kind.narrow(asked.by.site_id, asked.narrowed, asked.at)]
    seen = asked.by.may("order.see_all")
    query: Any = select(literal(name).label("column"), column.label("key"), WorkOrder.id)
    if not rest or not seen:
        return query.where(*_base(asked), *rest, state).order_by(*_order(column, newest)).limit(limit)
    walked = select(*WorkOrder.__table__.c).where(*_base(asked), state).order_by(*_order(column, newest))
    met = walked.limit(BOARD_LOOK).subquery()
    adapt = ClauseAdapter(met).traverse
    query = select(literal(name).label("column"), met.c[column.key].label("key"), met.c.id)
    key = (met.c[column.key], met.c.id)
    query = query.where(*(adapt(clause) for clause in rest))
    return query.order_by(*((part.desc() for part in key) if newest else key)).limit(limit)


def _order(column: Any, newest: bool) -> tuple[Any, Any]:
    return (column.desc(), WorkOrder.id.desc()) if newest else (column, WorkOrder.id)


def _together(parts: list[Select[Any]]) -> Any:
    if len(parts) == 1:
        return parts[0].subquery().select()
    return _plain_union(parts)


def _plain_union(parts: list[Select[Any]]) -> Any:
    return union_all(*(part.subquery().select() for part in parts))


def _by_id(site_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Any]:
    return {row.id: row for row in db.session.execute(_rows(site_id).where(WorkOrder.id.in_(list(ids))))}


def _rows(site_id: UUID) -> Select[Any]:
    """What a row or card of any list of orders shows, as columns; ``photo``: its first picture that has arrived."""
    reporter = User.__table__.alias("reporter")
    photo = (
        select(Photo.id)
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == WorkOrder.site_id, Photo.subject_kind == WorkOrder.kind)
        .where(Photo.subject_id == WorkOrder.id, Photo.kind == "before")
        .order_by(Photo.taken_at, Photo.sort)
        .limit(1)
        .correlate(WorkOrder)
        .scalar_subquery()
    )
    return (
        select(*WorkOrder.__table__.c)
        .add_columns(
            Place.full_name.label("place_name"),
            User.name.label("assignee_name"),
            reporter.c.name.label("reporter_name"),
            photo.label("photo"),
        )
        .join(Place, and_(Place.site_id == WorkOrder.site_id, Place.id == WorkOrder.place_id))
        .outerjoin(User, User.id == WorkOrder.assignee_id)
        .outerjoin(reporter, reporter.c.id == WorkOrder.reported_by_id)
        .where(WorkOrder.site_id == site_id)
    )
