"""The rounds an event asks for: one before, one every two hours during it, one after."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped

from patrol.core.business_day import business_day, day_bounds
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_
from patrol.rounds.ensure import LOOK_AHEAD
from patrol.rounds.round import Round, RoundsMade, RoundStop
from patrol.rounds.route import Route
from patrol.rounds.scan import Scan
from patrol.rounds.schedule import RoundTimes, round_times, window_times
from patrol.sites.day import mark_day
from patrol.sites.site import Site
from patrol.weather.event import Event, event_on
from patrol.weather.levels import BEFORE_WITHIN, EVERY, daylight, during_starts
from patrol.weather.spots import Ground, Spot, Spots

PHASES = ("before", "during", "after")
PHASE_WORDS: dict[str, str] = {
    "before": N_("Before the storm"),
    "during": N_("During the storm"),
    "after": N_("After the storm"),
}
NAMES: dict[str, dict[str, str]] = {  # of the carriers: what a round is called on every page
    "before": {"zh": "恶劣天气·灾前", "en": "Severe weather: before"},
    "during": {"zh": "恶劣天气·期间", "en": "Severe weather: during"},
    "after": {"zh": "恶劣天气·灾后", "en": "Severe weather: after"},
}
LISTS = {"before": "weather_before", "after": "weather_after"}
STAY, WAY = 2, 3  # minutes at a point, and on foot to it
SHORTEST, LONGEST = 20, 90
TEAM = "security"


class WeatherRound(SiteRow, Model):
    """That a round belongs to an event, and to which part of it."""

    __tablename__ = "weather_round"
    __table_args__ = (
        site_key("event_id", "weather_event"),
        site_key("round_id", "round"),
        CheckConstraint("phase IN ('before','during','after')", name="phase"),
        UniqueConstraint("site_id", "round_id"),
        UniqueConstraint("site_id", "event_id", "phase", "starts_at"),
    )

    event_id: Mapped[UUID]
    round_id: Mapped[UUID]
    phase: Mapped[str]
    starts_at: Mapped[datetime]


def make_before(event: Event, ground: Ground, lang: str) -> Spots:
    """Every building and the garage, within four hours of the declaration. Inside ``write()``."""
    spots = ground.whole()
    _make(event, "before", [window_times(event.at, event.at + BEFORE_WITHIN)], spots, lang)
    return spots


def make_after(event: Event, cleared_at: datetime, ground: Ground, lang: str) -> Spots:
    spots, site = ground.whole(), db.session.get_one(Site, event.site_id)
    _make(event, "after", [window_times(*daylight(cleared_at, site.zone))], spots, lang)
    return spots


def make_during(event: Event, through: date, ground: Ground | None = None, lang: str = "zh") -> int:
    """The rounds of every business day up to ``through`` that are not there yet. Idempotent; inside ``write()``."""
    site = db.session.get_one(Site, event.site_id)
    end = day_bounds(through, site.zone, site.day_start)[1]
    starts = during_starts(event.at, _last_start(event), end)
    if not starts:
        return 0
    spots = (ground or Ground(event.site_id)).watched()
    minutes = max(SHORTEST, min(LONGEST, len(spots) * (STAY + WAY)))
    _make(event, "during", [round_times(start, start + EVERY, minutes) for start in starts], spots, lang)
    return len(starts)


def make_ahead(site: Site, through: date) -> None:
    """For ``ensure_rounds``: a new business day of an event that is on gets its rounds. Inside ``write()``."""
    event = event_on(site.id)
    if event is not None:
        make_during(event, through)


def made_through(site: Site, at: datetime) -> date:
    """Up to which business day this site's rounds are made, or would be by now."""
    made = db.session.get(RoundsMade, site.id)
    soon = business_day(at + LOOK_AHEAD, site.zone, site.day_start)
    return max(made.through, soon) if made else soon


def call_off(event: Event, at: datetime, by: UUID) -> None:
    """After the all-clear nobody walks the rounds that were still to start. Inside ``write()``."""
    later = select(WeatherRound.round_id).where(
        WeatherRound.site_id == event.site_id, WeatherRound.event_id == event.id, WeatherRound.starts_at >= at
    )
    _cancel(event, Round.id.in_(later), at, by, "all_clear")


def withdraw_rounds(event: Event, at: datetime, by: UUID) -> None:
    """It was declared by mistake: whatever nobody has begun is not walked, and counts nowhere. Inside ``write()``."""
    mine = select(WeatherRound.round_id).where(WeatherRound.site_id == event.site_id, WeatherRound.event_id == event.id)
    begun = select(Scan.id).where(Scan.site_id == Round.site_id, Scan.round_id == Round.id).exists()
    _cancel(event, Round.id.in_(mine) & ~begun, at, by, "withdrawn")


def _cancel(event: Event, which: Any, at: datetime, by: UUID, why: str) -> None:
    mine = (Round.site_id == event.site_id, which, Round.cancelled_at.is_(None))
    days = set(db.session.scalars(select(Round.business_day).where(*mine)))
    facts = {"cancelled_at": at, "cancelled_by_id": by, "cancelled_reason": why}
    db.session.execute(update(Round).where(*mine).values(**facts).execution_options(synchronize_session=False))
    mark_day(event.site_id, *days)


def join_coming(event: Event, place_id: UUID, at: datetime) -> None:
    """A loose object found meanwhile is on the rounds that have not opened yet. Inside ``write()``."""
    coming = db.session.scalars(
        select(Round.id)
        .join(WeatherRound, (WeatherRound.site_id == Round.site_id) & (WeatherRound.round_id == Round.id))
        .where(
            Round.site_id == event.site_id,
            WeatherRound.event_id == event.id,
            WeatherRound.phase == "during",
            Round.opens_at > at,
            Round.cancelled_at.is_(None),
        )
    ).all()
    spot = Ground(event.site_id).spot_of(place_id) if coming else None
    if spot is None:
        return
    stops = (RoundStop.site_id == event.site_id, RoundStop.round_id.in_(coming))
    known = set(db.session.scalars(select(RoundStop.round_id).where(*stops, RoundStop.place_id == spot.id)))
    last = select(RoundStop.round_id, func.max(RoundStop.position).label("position")).where(*stops)
    ends = {row.round_id: row.position for row in db.session.execute(last.group_by(RoundStop.round_id))}
    for round_id in set(coming) - known:
        db.session.add(_stop(event.site_id, round_id, spot, ends.get(round_id, -1) + 1))


def phases_of(site_id: UUID, round_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Which part of its event each of these rounds is; others are left out. One query."""
    query = select(WeatherRound.round_id, WeatherRound.phase).where(
        WeatherRound.site_id == site_id, WeatherRound.round_id.in_(list(round_ids))
    )
    return {row.round_id: row.phase for row in db.session.execute(query)}


def _last_start(event: Event) -> datetime | None:
    query = select(func.max(WeatherRound.starts_at, type_=WeatherRound.starts_at.type)).where(
        WeatherRound.site_id == event.site_id, WeatherRound.event_id == event.id, WeatherRound.phase == "during"
    )
    return db.session.scalar(query)


def _make(event: Event, phase: str, all_times: list[RoundTimes], spots: Spots, lang: str) -> None:
    """Without a single labelled place there is nothing to walk, and no round."""
    if not spots:
        return
    site = db.session.get_one(Site, event.site_id)
    route = _carrier(site.id, phase, lang, event.at)
    days = set()
    for times in all_times:
        row = _round(site, route, times)
        db.session.add(row)
        db.session.flush()
        for position, spot in enumerate(spots):
            db.session.add(_stop(site.id, row.id, spot, position))
        db.session.add(
            WeatherRound(
                id=uuid7(), site_id=site.id, event_id=event.id, round_id=row.id, phase=phase, starts_at=row.starts_at
            )
        )
        db.session.flush()
        days.add(row.business_day)
    mark_day(site.id, *days)


def _carrier(site_id: UUID, phase: str, lang: str, at: datetime) -> Route:
    """The hidden route that such rounds hang on; made with the first of them. ``note`` says which part it is."""
    query = select(Route).where(Route.site_id == site_id, Route.kind == "weather", Route.note == phase)
    route = db.session.scalars(query).first()
    if route is None:
        name = NAMES[phase].get(lang, NAMES[phase]["zh"])
        route = Route(
            id=uuid7(), site_id=site_id, kind="weather", name=name, note=phase, team=TEAM, created_at=at,
            sort=9000 + PHASES.index(phase),
        )  # fmt: skip
        db.session.add(route)
        db.session.flush()
    return route


def _round(site: Site, route: Route, times: RoundTimes) -> Round:
    day = business_day(times.starts_at, site.zone, site.day_start)
    query = select(func.count()).select_from(Round)
    before = db.session.scalar(
        query.where(Round.site_id == site.id, Round.route_id == route.id, Round.business_day == day)
    )
    return Round(
        id=uuid7(), site_id=site.id, route_id=route.id, plan_id=None, kind="weather", route_name=route.name,
        team=route.team, business_day=day, ordinal=(before or 0) + 1, opens_at=times.opens_at,
        starts_at=times.starts_at, ends_at=times.ends_at, closes_at=times.closes_at,
        tolerance_s=int(times.tolerance / timedelta(seconds=1)),
    )  # fmt: skip


def _stop(site_id: UUID, round_id: UUID, spot: Spot, position: int) -> Any:
    return RoundStop(
        id=uuid7(), site_id=site_id, round_id=round_id, place_id=spot.id, place_name=spot.name, number=spot.number,
        position=position, required=True, stay_min=STAY, walk_min=WAY, outdoor=spot.outdoor,
    )  # fmt: skip
