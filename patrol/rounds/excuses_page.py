"""What a supervisor decides by: asks by round, each with its photos and with what else is known of the point."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.photos.photo import Photo, arrived, photos_of
from patrol.rounds.deciding import concerns
from patrol.rounds.excuse import Asked, settled, waiting
from patrol.rounds.round import Round
from patrol.rounds.walk import ROUND_COLUMNS, Stop, Walk, walks

SETTLED = 50


@dataclass(frozen=True, slots=True)
class Case:
    """own: the reader asked or walked, so somebody else decides."""

    ask: Asked
    stop: Stop | None
    photos: list[Photo]
    own: bool


@dataclass(frozen=True, slots=True)
class RoundCases:
    walk: Walk
    cases: list[Case]

    @property
    def open(self) -> list[Case]:
        """Those the reader may decide."""
        return [case for case in self.cases if not case.own and case.ask.state == "waiting"]


@dataclass(frozen=True, slots=True)
class ExcusesPage:
    waiting: list[RoundCases]
    settled: list[RoundCases]
    here: set[UUID]  # photos whose bytes have arrived


def excuses_page(site_id: UUID, user_id: UUID, at: datetime) -> ExcusesPage:
    """A constant number of queries, however many asks there are."""
    open_asks, done = waiting(site_id, at), settled(site_id, at, SETTLED)
    asks = [*open_asks, *done]
    query = select(*ROUND_COLUMNS).where(Round.site_id == site_id, Round.id.in_({ask.round_id for ask in asks}))
    found = {walk.id: walk for walk in walks(site_id, list(db.session.execute(query)), at)}
    photos = _photos(site_id, asks)
    here = arrived(site_id, {photo.id for some in photos.values() for photo in some})
    return ExcusesPage(_by_round(open_asks, found, photos, user_id), _by_round(done, found, photos, user_id), here)


def _photos(site_id: UUID, asks: Iterable[Asked]) -> dict[UUID, list[Photo]]:
    """By ask: its own, those of the round's early end, those of the hazard opened with it."""
    asks = list(asks)
    own = photos_of(site_id, "ask", {ask.id for ask in asks})
    rounds = photos_of(site_id, "round", {ask.round_id for ask in asks})
    hazards = photos_of(site_id, "hazard", {ask.hazard_id for ask in asks if ask.hazard_id})
    return {
        ask.id: own[ask.id]
        + (hazards[ask.hazard_id] if ask.hazard_id else [])
        + [photo for photo in rounds[ask.round_id] if photo.received_at == ask.received_at]
        for ask in asks
    }


def _by_round(asks: list[Asked], found: dict[UUID, Walk], photos: dict[UUID, list[Photo]], user_id: UUID) -> Any:
    rounds: dict[UUID, RoundCases] = {}
    for ask in asks:
        walk = found[ask.round_id]
        stop = next((stop for stop in walk.stops if stop.place_id == ask.place_id), None)
        case = Case(ask, stop, photos[ask.id], concerns(user_id, ask, walk))
        rounds.setdefault(walk.id, RoundCases(walk, [])).cases.append(case)
    return list(rounds.values())
