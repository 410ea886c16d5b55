"""What a list of orders is narrowed to: the filters, and the clauses they mean to the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all

from patrol.accounts.reader import Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.sites.place import Place, places_below
from patrol.workorders.kinds import Clauses, OrderKind
from patrol.workorders.order import WorkOrder

MOST_BRANCHES = 60  # five columns of each stay below the 500 parts that SQLite takes together


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
    overdue = [late(asked)] if asked.narrowed.overdue else []
    own = asked.kind.narrow(asked.by.site_id, asked.narrowed, asked.at)
    return [*base(asked), *narrowing(asked), *overdue, *own]


def base(asked: Asked) -> Clauses:
    return [WorkOrder.site_id == asked.by.site_id, WorkOrder.kind == asked.kind.code]


def narrowing(asked: Asked) -> Clauses:
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


def late(asked: Asked) -> ColumnElement[bool]:
    return and_(WorkOrder.state.in_(asked.kind.waiting), WorkOrder.due_at < asked.at, *asked.kind.unmet())


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
