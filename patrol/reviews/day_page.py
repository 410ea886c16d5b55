"""What the page of one day shows beside its figures: its rounds, the points missed and late, its hazards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.review import Review
from patrol.rounds.ending import ends_of
from patrol.rounds.excuse import Asked, asks_of
from patrol.rounds.walk import Stop, Walk, rounds_between, walks
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder

_HAZARD = Hazard.__table__.c
_FOUND = Prepared(
    select(
        WorkOrder.id,
        WorkOrder.number,
        WorkOrder.title,
        WorkOrder.severity,
        WorkOrder.state,
        Place.full_name.label("place"),
        WorkOrder.reported_at,
        WorkOrder.due_at,
        WorkOrder.rectified_at,
        WorkOrder.note,
    )
    .join(Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id))
    .where(
        WorkOrder.site_id == bindparam("site_id"),
        WorkOrder.kind == "hazard",
        WorkOrder.business_day >= bindparam("first"),
        WorkOrder.business_day <= bindparam("last"),
        WorkOrder.state.not_in(("rejected", "merged")),
    )
    .order_by(WorkOrder.reported_at)
)
_PICTURES = Prepared(
    select(Photo.subject_id, Photo.kind, Photo.id, Photo.taken_at, Photo.sort)
    .join(PhotoFile, (PhotoFile.site_id == Photo.site_id) & (PhotoFile.id == Photo.id))
    .where(
        Photo.site_id == bindparam("site_id"),
        Photo.subject_kind == "hazard",
        Photo.subject_id.in_(bindparam("ids", expanding=True)),
        Photo.kind.in_(("before", "after")),
    )
)


@dataclass(frozen=True, slots=True)
class FoundHazard:
    """A hazard reported in the period, with its first pictures that have arrived."""

    id: UUID
    number: str
    title: str
    severity: str
    state: str
    place: str
    reported_at: datetime
    due_at: datetime | None
    rectified_at: datetime | None
    note: str
    before: UUID | None = None
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A point missed, reached late or excused. why: the reason code if the round was ended early, else "".

    asked: what was asked about it last and what became of that, or None.
    """

    walk: Walk
    stop: Stop
    why: str = ""
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class DayPage:
    walks: list[Walk]
    missed: list[Trouble]
    late: list[Trouble]
    excused: list[Trouble]
    hazards: list[FoundHazard]

    @property
    def by_route(self) -> dict[str, list[Walk]]:
        routes: dict[str, list[Walk]] = {}
        for walk in self.walks:
            routes.setdefault(walk.route_name, []).append(walk)
        return routes


def day_page(review: Review) -> DayPage:
    """missed, late and excused: required points of closed rounds, as the figures count them."""
    period, site = review.period, review.site
    found = walks(site.id, rounds_between(site.id, period.first, period.last), review.at)
    closed = [
        walk for walk in found if walk.kind != "make_up" and not walk.cancelled and review.at >= walk.times.closes_at
    ]

    ends = ends_of(site.id, [walk.id for walk in closed])
    asks = asks_of(site.id, [walk.id for walk in closed], review.at)

    def having(state: str) -> list[Trouble]:
        return [
            Trouble(
                walk,
                stop,
                ends[walk.id][0].reason if walk.id in ends else "",
                next(reversed(asks[walk.id][stop.place_id]), None),
            )
            for walk in closed
            for stop in walk.required
            if stop.state == state
        ]

    hazards = hazards_found(site.id, period.first, period.last)
    return DayPage(found, having("missed"), having("late"), having("excused"), hazards)


def hazards_found(site_id: UUID, first: date, last: date, limit: int | None = None) -> list[FoundHazard]:
    """Hazards reported on these business days, without rejected and merged ones, worst first."""
    rows = _FOUND.all(connection(), {"site_id": site_id, "first": first, "last": last})
    rank = {"critical": 0, "major": 1, "minor": 2}
    rows.sort(key=lambda row: rank[row.severity])
    rows = rows[:limit]
    pictures = first_pictures(site_id, [row.id for row in rows])
    return [
        FoundHazard(*tuple(row), before=pictures.get((row.id, "before")), after=pictures.get((row.id, "after")))  # type: ignore[misc]
        for row in rows
    ]


def sampled_hazards(site_id: UUID, first: date, last: date) -> list[Any]:
    """Hazards of these days that were closed on the spot and wait for a second look: id, number, title, place."""
    query = (
        select(WorkOrder.id, WorkOrder.number, WorkOrder.title, WorkOrder.severity, Place.full_name.label("place"))
        .join(Hazard.__table__, (_HAZARD.site_id == WorkOrder.site_id) & (_HAZARD.id == WorkOrder.id))
        .join(Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id))
        .where(WorkOrder.site_id == site_id, WorkOrder.business_day.between(first, last), _HAZARD.to_sample)
    )
    return list(db.session.execute(query.order_by(WorkOrder.reported_at)))


def first_pictures(site_id: UUID, hazard_ids: Iterable[UUID]) -> dict[tuple[UUID, str], UUID]:
    """(hazard, kind) -> its first photo of that kind whose bytes are here."""
    ids = list(hazard_ids)
    if not ids:
        return {}
    # Put in order here: asked for in order, SQLite reads all photos there ever were in that order instead.
    rows = sorted(
        _PICTURES.all(connection(), {"site_id": site_id, "ids": ids}),
        key=lambda row: (row.taken_at, row.sort, row.id),
        reverse=True,
    )
    return {(row.subject_id, row.kind): row.id for row in rows}
