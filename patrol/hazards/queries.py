"""Questions about hazards: the board's columns, the list, and the figures readers ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.hazards import deadline
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard, Sighting
from patrol.hazards.standing import standing
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrderStep
from patrol.workorders.queries import count, page

COLUMNS = ("reported", "assigned", "to_verify", "closed")
VALID = ("reported", "assigned", "to_verify", "closed", "transferred")
REPEAT_DAYS = 30
USAGE_DAYS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of hazards is narrowed to; every field is in the URL."""

    severity: str | None = None
    category: str | None = None
    building: UUID | None = None
    person: UUID | None = None
    overdue: bool = False
    state: str | None = None
    words: str = ""
    place: UUID | None = None
    mine: UUID | None = None  # reported by this person
    rectifier: UUID | None = None
    figure: str | None = None  # found, reported, repeat, closed, rectified, due, due_on_time, open, overdue
    first: date | None = None  # business days of that figure, both counting
    last: date | None = None
    between: tuple[datetime, datetime] | None = None  # the same as moments, for deadlines


def hazard_rows(by: Reader, narrowed: Filter, at: datetime, route_places: Any = None) -> Any:
    """The rows this reader may see under this filter, as columns.

    route_places: a select of the place ids of the reader's routes, for readers who do not see everything.
    """
    reporter = User.__table__.alias("reporter")
    query = (
        select(
            Hazard.id,
            Hazard.site_id,
            Hazard.number,
            Hazard.category,
            Hazard.severity,
            Hazard.state,
            Hazard.source,
            Hazard.team,
            Hazard.assignee_id,
            Hazard.rectified_by_id,
            Hazard.reported_at,
            Hazard.due_at,
            Hazard.first_due_at,
            Hazard.rectified_at,
            Hazard.first_look_at,
            Hazard.closed_at,
            Hazard.reopen_count,
            Hazard.version,
            Place.full_name.label("place_name"),
            User.name.label("assignee_name"),
            reporter.c.name.label("reporter_name"),
        )
        .join(Place, and_(Place.site_id == Hazard.site_id, Place.id == Hazard.place_id))
        .outerjoin(User, User.id == Hazard.assignee_id)
        .outerjoin(reporter, reporter.c.id == Hazard.reported_by_id)
        .where(Hazard.site_id == by.site_id, *_clauses(by.site_id, narrowed, at))
    )
    if not by.may("order.see_all"):
        query = query.where(visible(by, route_places))
    return query


def visible(by: Reader, route_places: Any = None) -> ColumnElement[bool]:
    """Own reports and sightings, what is assigned to oneself or the own team, open ones at one's places.

    An engineer keeps seeing what his team has closed: it is in the file of the equipment.
    """
    parts = [
        Hazard.reported_by_id == by.user_id,
        Hazard.assignee_id == by.user_id,
        Hazard.rectified_by_id == by.user_id,
        Hazard.team == by.team if by.may("equipment.see") else and_(Hazard.team == by.team, Hazard.state.in_(OPEN)),
        Hazard.id.in_(select(Sighting.hazard_id).where(Sighting.site_id == by.site_id, Sighting.user_id == by.user_id)),
    ]
    if route_places is not None:
        parts.append(and_(Hazard.place_id.in_(route_places), Hazard.state.in_(OPEN)))
    return or_(*parts)


def may_see(hazard: Hazard, by: Reader, route_places: Any = None) -> bool:
    """Whether this reader may open the hazard's page."""
    if by.may("order.see_all"):
        return True
    query = select(Hazard.id).where(Hazard.site_id == hazard.site_id, Hazard.id == hazard.id)
    return db.session.scalar(query.where(visible(by, route_places))) is not None


def _clauses(site_id: UUID, narrowed: Filter, at: datetime) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if narrowed.severity:
        clauses.append(Hazard.severity == narrowed.severity)
    if narrowed.category:
        clauses.append(Hazard.category == narrowed.category)
    if narrowed.state:
        clauses.append(Hazard.state == narrowed.state)
    if narrowed.person:
        clauses.append(Hazard.assignee_id == narrowed.person)
    if narrowed.building:
        clauses.append(Hazard.place_id.in_(places_below(site_id, narrowed.building)))
    if narrowed.overdue:
        clauses.append(and_(Hazard.state.in_(("reported", "assigned")), Hazard.due_at < at))
    if narrowed.place:
        clauses.append(Hazard.place_id == narrowed.place)
    if narrowed.mine:
        clauses.append(Hazard.reported_by_id == narrowed.mine)
    clauses.extend(_figure(site_id, narrowed, at))
    if narrowed.words:
        clauses.append(_search(site_id, narrowed.words, at))
    return clauses


def _figure(site_id: UUID, narrowed: Filter, at: datetime) -> list[ColumnElement[bool]]:
    """The hazards that a review's figure counts, by the definitions of the review."""
    first, last = narrowed.first or date.min, narrowed.last or date.max
    match narrowed.figure:
        case "found":
            return [Hazard.business_day.between(first, last), Hazard.state.not_in(("rejected", "merged"))]
        case "reported":
            return [Hazard.business_day.between(first, last)]
        case "repeat":
            return [Hazard.business_day.between(first, last), Hazard.state.in_(VALID)]
        case "closed" | "rectified":
            return [Hazard.id.in_(select(WorkOrderStep.order_id).where(*_lines(site_id, narrowed)))]
        case "open" | "overdue":
            then = standing(site_id, last)
            moment = min(at, narrowed.between[1]) if narrowed.between else at
            return [Hazard.id.in_([h.id for h in then if narrowed.figure == "open" or h.overdue(moment)])]
        case "due" | "due_on_time" if narrowed.between:
            start, end = narrowed.between
            decided = or_(Hazard.first_due_at < at, Hazard.state.in_(("to_verify", "closed")))
            due = and_(Hazard.first_due_at >= start, Hazard.first_due_at < end)
            if narrowed.figure == "due_on_time":
                in_time = Hazard.rectified_at <= Hazard.first_due_at
                return [due, in_time, Hazard.state.in_(("to_verify", "closed"))]
            return [due, decided, Hazard.state.not_in(("rejected", "merged"))]
    return []


_CHANGED = or_(WorkOrderStep.from_state.is_(None), WorkOrderStep.from_state != WorkOrderStep.to_state)
_RECTIFIES = or_(
    WorkOrderStep.step == "rectify",
    and_(WorkOrderStep.from_state.is_(None), WorkOrderStep.to_state.in_(("to_verify", "closed"))),
)


def _lines(site_id: UUID, narrowed: Filter) -> list[ColumnElement[bool]]:
    """The lines of the timelines that a figure of things done counts: closings, or rectifications."""
    days = WorkOrderStep.business_day.between(narrowed.first or date.min, narrowed.last or date.max)
    which = [WorkOrderStep.to_state == "closed", _CHANGED] if narrowed.figure == "closed" else [_RECTIFIES]
    if narrowed.figure == "rectified" and narrowed.rectifier:
        which.append(WorkOrderStep.user_id == narrowed.rectifier)
    return [WorkOrderStep.site_id == site_id, days, *which]


def times_done(by: Reader, narrowed: Filter, at: datetime, route_places: Any = None) -> int | None:
    """How often the hazards of such a list were closed or rectified: a refused one is done twice. None elsewhere."""
    if narrowed.figure not in ("closed", "rectified"):
        return None
    shown = hazard_rows(by, narrowed, at, route_places).with_only_columns(Hazard.id)
    query = select(func.count()).select_from(WorkOrderStep)
    return db.session.scalar(query.where(*_lines(by.site_id, narrowed), WorkOrderStep.order_id.in_(shown)))


def _search(site_id: UUID, words: str, at: datetime) -> ColumnElement[bool]:
    """By number, whole or as people shorten it (0318-07, 260318-07), or by a part of the place's name."""
    short = words.upper().removeprefix("YH-").strip()
    numbers = [f"YH-{short}", f"YH-{at:%y}{short}"]
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    named = select(Place.id).where(Place.site_id == site_id, Place.full_name.ilike(like, escape="\\"))
    return or_(Hazard.number.in_(numbers), Hazard.place_id.in_(named))


def places_below(site_id: UUID, top: UUID) -> Any:
    """Ids of a place and everything in it."""
    tree = select(Place.id).where(Place.site_id == site_id, Place.id == top).cte("below", recursive=True)
    tree = tree.union_all(select(Place.id).where(Place.site_id == site_id, Place.parent_id == tree.c.id))
    return select(tree.c.id)


@dataclass(frozen=True, slots=True)
class Column:
    state: str
    rows: Sequence[Any]
    count: int  # up to 100


def board(query: Select[Any], most: int = 20, closed: int = 6) -> list[Column]:
    """Four columns: open ones by deadline, up to ``most`` of each, and the ``closed`` closed last."""
    columns = []
    for state in COLUMNS:
        limit = closed if state == "closed" else most
        here = query.where(Hazard.state == state)
        order = (Hazard.closed_day.desc(), Hazard.id.desc()) if state == "closed" else (Hazard.due_at, Hazard.id)
        rows = db.session.execute(here.order_by(*order).limit(limit)).all()
        columns.append(Column(state, rows, len(rows) if len(rows) < limit else count(here)))
    return columns


def listed(query: Select[Any], narrowed: Filter, cursor: str | None, limit: int = 30) -> tuple[list[Any], str | None]:
    """One page: newest first, or, when only overdue ones are asked for, the longest overdue first."""
    if narrowed.overdue:
        return page(query, Hazard.due_at, cursor=cursor, limit=limit)
    return page(query, Hazard.reported_at, cursor=cursor, limit=limit, newest_first=True)


def first_photos(site_id: UUID, hazard_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The first before-photo that has arrived, by hazard."""
    ids = list(hazard_ids)
    if not ids:
        return {}
    query = (
        select(Photo.subject_id, Photo.id)
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == site_id, Photo.subject_kind == "hazard", Photo.subject_id.in_(ids))
        .where(Photo.kind == "before")
        .order_by(Photo.taken_at.desc(), Photo.sort.desc())
    )
    return {row.subject_id: row.id for row in db.session.execute(query)}


def overdue(site_id: UUID, at: datetime) -> list[Hazard]:
    """Past their deadline and not rectified, the longest first."""
    query = select(Hazard).where(
        Hazard.site_id == site_id, Hazard.state.in_(("reported", "assigned")), Hazard.due_at < at
    )
    return list(db.session.scalars(query.order_by(Hazard.due_at)))


def open_at(site_id: UUID, place_id: UUID) -> list[Hazard]:
    """The open hazards of one place, the most urgent first."""
    query = select(Hazard).where(Hazard.site_id == site_id, Hazard.place_id == place_id, Hazard.state.in_(OPEN))
    return list(db.session.scalars(query.order_by(Hazard.due_at)))


def days_late(hazard: Any, at: datetime) -> int:
    """Begun days past the first deadline; stays in the record after closing."""
    return deadline.days_late(hazard.first_due_at, hazard.rectified_at, at)


@dataclass(frozen=True, slots=True)
class Repeat:
    place_id: UUID
    place_name: str
    category: str
    times: int
    recurs: bool


def repeat_places(site_id: UUID, end: datetime, days: int = REPEAT_DAYS) -> list[Repeat]:
    """重复隐患位置: places and categories with two or more valid hazards in the days up to end, or one that recurs."""
    times, recurs = func.count(Hazard.id), func.count(Hazard.recurs_of_id)
    query = (
        select(Hazard.place_id, Place.full_name, Hazard.category, times, recurs)
        .join(Place, and_(Place.site_id == Hazard.site_id, Place.id == Hazard.place_id))
        .where(
            Hazard.site_id == site_id,
            Hazard.reported_at > end - timedelta(days=days),
            Hazard.reported_at <= end,
            Hazard.state.in_(VALID),
        )
        .group_by(Hazard.place_id, Place.full_name, Hazard.category)
        .having(or_(times >= 2, recurs >= 1))
        .order_by(times.desc(), Place.full_name)
    )
    return [Repeat(place, name, kind, n, again > 0) for place, name, kind, n, again in db.session.execute(query)]


def most_used(site_id: UUID, place_id: UUID | None, at: datetime, limit: int = 5) -> list[str]:
    """Category codes reported most in the last 90 days, those of the place before those of the site."""
    found: dict[str, None] = {}
    for place in [place_id, None] if place_id else [None]:
        query = select(Hazard.category).where(Hazard.site_id == site_id, Hazard.reported_at > at - USAGE_DAYS)
        if place is not None:
            query = query.where(Hazard.place_id == place)
        query = query.group_by(Hazard.category).order_by(func.count().desc(), Hazard.category).limit(limit)
        found.update(dict.fromkeys(db.session.scalars(query)))
    return list(found)[:limit]
