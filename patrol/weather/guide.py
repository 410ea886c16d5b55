"""What a point of a storm's round asks for: a photo of how it looks, and the one from before to hold it against."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.rounds.round import Round
from patrol.rounds.walk import ROUND_COLUMNS, Walk, walks
from patrol.weather.rounds import LISTS, WeatherRound, phases_of
from patrol.weather.summary import first_pictures


@dataclass(frozen=True, slots=True)
class Storm:
    """phase: of the round; before: address of the picture taken here before the storm, or ""."""

    phase: str
    before: str = ""


def storm_at(site_id: UUID, walk: Walk, place_id: UUID) -> Storm | None:
    """None where no photo is asked for: outside a round of the weather, and on those during it."""
    return storms_of(site_id, [walk]).get(walk.id, {}).get(place_id)


def storms_of(site_id: UUID, found: Iterable[Walk]) -> dict[UUID, dict[UUID, Storm]]:
    """By round and place, for rounds before and after. At most five queries, none without such a round."""
    stormy = [walk for walk in found if walk.kind == "weather"]
    phases = phases_of(site_id, [walk.id for walk in stormy]) if stormy else {}
    asked = [walk for walk in stormy if phases.get(walk.id) in LISTS]
    pictures = _before(site_id, [walk.id for walk in asked if phases[walk.id] == "after"])
    return {
        walk.id: {stop.place_id: Storm(phases[walk.id], pictures.get(stop.place_id, "")) for stop in walk.stops}
        for walk in asked
    }


def _before(site_id: UUID, after: list[UUID]) -> dict[UUID, str]:
    """place -> the picture of the round before, of the events these rounds come after."""
    if not after:
        return {}
    events = select(WeatherRound.event_id).where(WeatherRound.site_id == site_id, WeatherRound.round_id.in_(after))
    query = (
        select(*ROUND_COLUMNS)
        .join(WeatherRound, (WeatherRound.site_id == Round.site_id) & (WeatherRound.round_id == Round.id))
        .where(Round.site_id == site_id, WeatherRound.event_id.in_(events), WeatherRound.phase == "before")
    )
    rows = db.session.execute(query).all()
    moment = max((row.closes_at for row in rows), default=None)
    if moment is None:
        return {}
    found = first_pictures(site_id, walks(site_id, rows, moment))
    return {place_id: f"/photos/{row.id}/thumb.jpg" for place_id, row in found.items()}
