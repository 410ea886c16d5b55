"""Questions about hazards alone: the figures readers ask for, what is open at a place, what comes up again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, not_, or_, select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.hazards import deadline
from patrol.hazards.draw import drawn
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard, Sighting
from patrol.hazards.standing import standing
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.place import Place
from patrol.workorders.kinds import Clauses
from patrol.workorders.narrowing import Asked, Filter, branches, plain
from patrol.workorders.order import WorkOrder, WorkOrderStep

_HAZARD = Hazard.__table__.c
VALID = ("reported", "assigned", "to_verify", "closed", "transferred")
REPEAT_DAYS = 30
USAGE_DAYS = timedelta(days=90)


def visible(by: Reader, route_places: Any = None) -> list[Clauses]:
    """Own reports and sightings, what is assigned to oneself or the own team, open ones at one's places.

    An engineer keeps seeing what his team has closed: it is in the file of the equipment.
    """
    seen = select(Sighting.hazard_id).where(Sighting.site_id == by.site_id, Sighting.user_id == by.user_id)
    parts: list[Clauses] = [
        [WorkOrder.reported_by_id == by.user_id],
        [WorkOrder.assignee_id == by.user_id],
        [WorkOrder.rectified_by_id == by.user_id],
        [WorkOrder.id.in_(seen)],
    ]
    if by.may("equipment.see"):
        parts.append([WorkOrder.team == by.team])
    else:
        parts += [[WorkOrder.team == by.team, WorkOrder.state == state] for state in OPEN]
    if route_places is not None:
        parts += [[WorkOrder.place_id.in_(route_places), WorkOrder.state == state] for state in OPEN]
    return parts


def narrowed_to(site_id: UUID, narrowed: Filter, at: datetime) -> Clauses:
    """What only hazards are narrowed to: drawn for a spot check, counted by a review's figure."""
    clauses = _figure(site_id, narrowed, at)
    if narrowed.sample:
        clauses.append(WorkOrder.id.in_(select(_HAZARD.id).where(_HAZARD.site_id == site_id, _HAZARD.to_sample)))
    return clauses


def _figure(site_id: UUID, narrowed: Filter, at: datetime) -> Clauses:
    """The hazards that a review's figure counts, by the definitions of the review."""
    first, last = narrowed.first or date.min, narrowed.last or date.max
    match narrowed.figure:
        case "found":
            return [WorkOrder.business_day.between(first, last), WorkOrder.state.not_in(("rejected", "merged"))]
        case "reported":
            return [WorkOrder.business_day.between(first, last)]
        case "repeat":
            return [WorkOrder.business_day.between(first, last), WorkOrder.state.in_(VALID)]
        case "spot":
            found = [WorkOrder.business_day.between(first, last), WorkOrder.state.not_in(("rejected", "merged"))]
            return [*found, _is(site_id, _HAZARD.spot_fixed)]
        case "no_before":
            found = [WorkOrder.business_day.between(first, last), WorkOrder.state.not_in(("rejected", "merged"))]
            return [*found, not_(_pictured("before"))]
        case "sampled":
            return [WorkOrder.business_day.between(first, last), _drawn(site_id, first, last)]
        case figure if figure in LINES:
            return [WorkOrder.id.in_(select(WorkOrderStep.order_id).where(*_lines(site_id, narrowed)))]
        case "open" | "overdue":
            then = standing(site_id, last)
            moment = min(at, narrowed.between[1]) if narrowed.between else at
            return [WorkOrder.id.in_([h.id for h in then if narrowed.figure == "open" or h.overdue(moment)])]
        case "due" | "due_on_time" if narrowed.between:
            start, end = narrowed.between
            decided = or_(WorkOrder.first_due_at < at, WorkOrder.state.in_(("to_verify", "closed")))
            due = and_(WorkOrder.first_due_at >= start, WorkOrder.first_due_at < end)
            if narrowed.figure == "due_on_time":
                in_time = WorkOrder.rectified_at <= WorkOrder.first_due_at
                return [due, in_time, WorkOrder.state.in_(("to_verify", "closed"))]
            return [due, decided, WorkOrder.state.not_in(("rejected", "merged"))]
    return []


def _is(site_id: UUID, *which: Any) -> Any:
    """Hazards whose own columns say so."""
    return WorkOrder.id.in_(select(_HAZARD.id).where(_HAZARD.site_id == site_id, *which))


def _pictured(kind: str) -> Any:
    """Whether a hazard has a picture of this kind, arrived or on its way."""
    of_hazard = and_(Photo.subject_kind == "hazard", Photo.subject_id == WorkOrder.id, Photo.kind == kind)
    return exists().where(Photo.site_id == WorkOrder.site_id, of_hazard)


def _drawn(site_id: UUID, first: date, last: date) -> Any:
    """Drawn for a second look: it waits, somebody looked, or it was opened again and has forgotten its lot."""
    back = select(WorkOrder.id, WorkOrder.received_at).where(
        WorkOrder.site_id == site_id, WorkOrder.kind == "hazard", WorkOrder.business_day.between(first, last),
        _has_step(WorkOrderStep.step == "reopen"),
        _has_step(WorkOrderStep.from_state.is_(None), WorkOrderStep.to_state == "closed"),
    )  # fmt: skip
    again = [row.id for row in db.session.execute(back) if drawn(row.id, row.received_at)]
    looked = _has_step(WorkOrderStep.step == "sample")
    return or_(_is(site_id, _HAZARD.to_sample), looked, WorkOrder.id.in_(again))


def _has_step(*which: Any) -> Any:
    return exists().where(WorkOrderStep.site_id == WorkOrder.site_id, WorkOrderStep.order_id == WorkOrder.id, *which)


_CHANGED = or_(WorkOrderStep.from_state.is_(None), WorkOrderStep.from_state != WorkOrderStep.to_state)
_RECTIFIES = or_(
    WorkOrderStep.step == "rectify",
    and_(WorkOrderStep.from_state.is_(None), WorkOrderStep.to_state.in_(("to_verify", "closed"))),
)


_CHECKED = (WorkOrderStep.from_state == "to_verify", WorkOrderStep.to_state.in_(("closed", "assigned")))
_CLOSED = (WorkOrderStep.to_state == "closed", _CHANGED)
_GONE = ("rejected", "merged", "transferred")
LINES: dict[str, Clauses] = {  # the lines of the timelines that a figure of things done counts
    "closed": [*_CLOSED],
    "timed": [*_CLOSED, WorkOrderStep.order_id.not_in(select(_HAZARD.id).where(_HAZARD.spot_fixed))],
    "rectified": [_RECTIFIES],
    "no_after": [_RECTIFIES],
    "checked": [*_CHECKED],
    "refused": [_CHECKED[0], WorkOrderStep.to_state == "assigned"],
    "assigned": [WorkOrderStep.from_state == "reported", WorkOrderStep.to_state == "assigned"],
    "removed": [WorkOrderStep.to_state.in_(_GONE), _CHANGED],
    "reopened": [
        WorkOrderStep.from_state == "closed", WorkOrderStep.to_state != "closed", WorkOrderStep.to_state.not_in(_GONE),
    ],
}  # fmt: skip


def _lines(site_id: UUID, narrowed: Filter) -> Clauses:
    days = WorkOrderStep.business_day.between(narrowed.first or date.min, narrowed.last or date.max)
    which = [*LINES[narrowed.figure or ""]]
    if narrowed.figure == "rectified" and narrowed.rectifier:
        which.append(WorkOrderStep.user_id == narrowed.rectifier)
    if narrowed.figure == "no_after":
        pictured = select(Photo.subject_id).where(
            Photo.site_id == site_id, Photo.subject_kind == "hazard", Photo.kind == "after"
        )
        which.append(WorkOrderStep.order_id.not_in(pictured))
    return [WorkOrderStep.site_id == site_id, days, *which]


def times_done(asked: Asked) -> int | None:
    """How often what a figure counts was done to the hazards of a list: one may be closed twice. None elsewhere."""
    if asked.narrowed.figure not in LINES:
        return None
    site_id = asked.by.site_id
    parts = [and_(True, *branch) for branch in branches(asked)]
    shown = select(WorkOrder.id).where(*plain(asked), or_(*parts))
    query = select(func.count()).select_from(WorkOrderStep)
    lines = _lines(site_id, asked.narrowed)
    return db.session.scalar(query.where(*lines, WorkOrderStep.order_id.in_(shown)))


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
