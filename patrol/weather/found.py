"""Hazards found in a storm: reported on its rounds, they carry its name and stand together in its summary."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.hazards.hazard import Hazard
from patrol.hazards.report import HazardData, report_hazard
from patrol.rounds.round import Round
from patrol.rounds.scan import round_of
from patrol.sites.place import Place
from patrol.weather.event import Event, event_on
from patrol.weather.rounds import WeatherRound, join_coming, phases_of
from patrol.weather.spots import is_loose


def report_found(data: HazardData, *, id: UUID, by: Reader, when: When) -> Hazard:
    """A report with the round it was found on, inside the caller's ``write()``.

    On a round of the weather its source is the weather. A loose object reported while an event is on is looked at
    on the rounds to come, whoever found it where.
    """
    round_id = round_of(by.site_id, data.scan)
    stormy = round_id is not None and round_id in phases_of(by.site_id, [round_id])
    event = event_on(by.site_id) if is_loose(data.category) else None
    new = event is not None and db.session.get(Hazard, (by.site_id, id)) is None
    hazard = report_hazard(data, id=id, by=by, when=when, round_id=round_id, source="weather" if stormy else None)
    if event is not None and new and hazard.id == id:
        join_coming(event, hazard.place_id, when.received_at)
    return hazard


def hazards_of(event: Event) -> list[Any]:
    """What belongs to an event, by the facts alone: found on one of its rounds, or, with the weather as its source,
    reported between its declaration and the close of its last round. One query, oldest first."""
    rounds = select(WeatherRound.round_id).where(
        WeatherRound.site_id == event.site_id, WeatherRound.event_id == event.id
    )
    by_source = [Hazard.source == "weather", Hazard.round_id.is_(None), Hazard.reported_at >= event.at]
    end = _end(event)
    if end is not None:
        by_source.append(Hazard.reported_at < end)
    query = (
        select(
            Hazard.id,
            Hazard.number,
            Hazard.title,
            Hazard.category,
            Hazard.severity,
            Hazard.state,
            Hazard.reported_at,
            Place.full_name.label("place"),
        )
        .join(Place, (Place.site_id == Hazard.site_id) & (Place.id == Hazard.place_id))
        .where(
            Hazard.site_id == event.site_id,
            Hazard.state.not_in(("rejected", "merged")),
            or_(Hazard.round_id.in_(rounds), and_(*by_source)),
        )
    )
    return list(db.session.execute(query.order_by(Hazard.reported_at, Hazard.id)))


def _end(event: Event) -> datetime | None:
    """When its last round closes; None while it is on."""
    if event.cleared_at is None:
        return None
    query = (
        select(Round.closes_at)
        .join(WeatherRound, (WeatherRound.site_id == Round.site_id) & (WeatherRound.round_id == Round.id))
        .where(Round.site_id == event.site_id, WeatherRound.event_id == event.id)
        .order_by(Round.closes_at.desc())
        .limit(1)
    )
    last = db.session.scalar(query)
    return max(last, event.cleared_at) if last else event.cleared_at
