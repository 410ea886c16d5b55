"""What the page of an event shows: its rounds, the points that rested, hazards found, photos before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from patrol.core.db import db
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.round import Round
from patrol.rounds.suspension import RESTING
from patrol.rounds.walk import ROUND_COLUMNS, Walk, walks
from patrol.weather.event import Event
from patrol.weather.found import hazards_of
from patrol.weather.rounds import PHASES, WeatherRound

NO_PROOF = ("signature", "way")  # kinds of photos that do not show how a place looks


@dataclass(frozen=True, slots=True)
class Part:
    """The rounds before, during or after. done and due: their required points; called_off: after the all-clear."""

    phase: str
    walks: list[Walk]
    done: int
    due: int
    called_off: int


@dataclass(frozen=True, slots=True)
class Rest:
    """One normal round whose points outdoors rested."""

    walk: Walk
    places: list[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """How a place looked before and after; either picture may be missing."""

    place: str
    before: Any | None
    after: Any | None


@dataclass(frozen=True, slots=True)
class Summary:
    event: Event
    parts: list[Part]
    rests: list[Rest]
    hazards: list[Any]
    pairs: list[Pair]

    @property
    def rested(self) -> int:
        return sum(len(rest.places) for rest in self.rests)


def summary(event: Event, at: datetime) -> Summary:
    """Everything of one event as it stands at ``at``, in a constant number of queries."""
    phases, found = _walks(event, at)
    parts = [_part(phase, [walk for walk in found if phases[walk.id] == phase]) for phase in PHASES]
    return Summary(event, parts, _rests(event, at), hazards_of(event), _pairs(event, parts))


def _walks(event: Event, at: datetime) -> tuple[dict[UUID, str], list[Walk]]:
    query = (
        select(*ROUND_COLUMNS, WeatherRound.phase)
        .join(WeatherRound, (WeatherRound.site_id == Round.site_id) & (WeatherRound.round_id == Round.id))
        .where(Round.site_id == event.site_id, WeatherRound.event_id == event.id)
        .order_by(Round.starts_at)
    )
    rows = db.session.execute(query).all()
    return {row.id: row.phase for row in rows}, walks(event.site_id, rows, at)


def _part(phase: str, found: list[Walk]) -> Part:
    kept = [walk for walk in found if not walk.cancelled]
    due = sum(len(walk.required) for walk in kept)
    return Part(phase, kept, sum(walk.visited for walk in kept), due, len(found) - len(kept))


def _rests(event: Event, at: datetime) -> list[Rest]:
    """Rounds made so far that a rest of this event covers."""
    if not event.rests:
        return []
    windows = [
        (Round.closes_at > since) & (Round.starts_at < (until or at + timedelta(hours=24)))
        for since, until in event.rests
    ]
    query = select(*ROUND_COLUMNS).where(
        Round.site_id == event.site_id, Round.kind.in_(RESTING), Round.cancelled_at.is_(None), or_(*windows)
    )
    rows = db.session.execute(query.order_by(Round.starts_at, Round.route_name)).all()
    rests = [
        Rest(walk, [stop.name for stop in walk.stops if stop.suspended]) for walk in walks(event.site_id, rows, at)
    ]
    return [rest for rest in rests if rest.places]


def _pairs(event: Event, parts: Sequence[Part]) -> list[Pair]:
    by_phase = {part.phase: part.walks for part in parts}
    names: dict[UUID, str] = {
        stop.place_id: stop.name for phase in ("before", "after") for walk in by_phase[phase] for stop in walk.stops
    }
    before, after = (first_pictures(event.site_id, by_phase[phase]) for phase in ("before", "after"))
    return [
        Pair(name, before.get(place_id), after.get(place_id))
        for place_id, name in names.items()
        if place_id in before or place_id in after
    ]


def first_pictures(site_id: UUID, rounds: Sequence[Walk]) -> dict[UUID, Any]:
    """place -> its first photo that has arrived, taken while these rounds were open. One query."""
    if not rounds:
        return {}
    opens = min(walk.times.opens_at for walk in rounds)
    closes = max(walk.times.closes_at for walk in rounds)
    query = (
        select(Photo.id, Photo.place_id, Photo.taken_at)
        .join(PhotoFile, (PhotoFile.site_id == Photo.site_id) & (PhotoFile.id == Photo.id))
        .where(
            Photo.site_id == site_id,
            Photo.place_id.in_({stop.place_id for walk in rounds for stop in walk.stops}),
            Photo.kind.not_in(NO_PROOF),
            Photo.taken_at >= opens,
            Photo.taken_at < closes,
        )
        .order_by(Photo.taken_at.desc(), Photo.sort.desc(), Photo.id.desc())
    )
    return {row.place_id: row for row in db.session.execute(query)}
