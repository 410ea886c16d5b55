"""The four levels of a storm warning, what each means, and the hours that follow from them. No database, no Flask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from patrol.core.business_day import ONE_DAY, wall
from patrol.core.problems import N_

BEFORE_WITHIN = timedelta(hours=4)
EVERY = timedelta(hours=2)
DAYLIGHT_HOURS = timedelta(hours=4)
DAYBREAK, DUSK = time(6), time(18)  # by the site's clock, the whole year round


@dataclass(frozen=True, slots=True)
class Level:
    """Within ``hours`` a mean wind of force ``mean`` or gusts of force ``gust`` (Beaufort), or already so."""

    code: str
    name: str
    hours: int
    mean: int
    gust: int
    rests: bool  # points outdoors on normal rounds rest


LEVELS: dict[str, Level] = {
    level.code: level
    for level in (
        Level("blue", N_("Blue"), 24, 6, 8, False),
        Level("yellow", N_("Yellow"), 24, 8, 10, False),
        Level("orange", N_("Orange"), 12, 10, 12, True),
        Level("red", N_("Red"), 6, 12, 14, True),
    )
}


def suspensions(turns: Iterable[tuple[datetime, str | None]]) -> list[tuple[datetime, datetime | None]]:
    """When points outdoors rest: [from, until), until None while it lasts.

    turns: (moment, level from then on) in the order of time; None is the all-clear. Orange and red are one rest:
    from red to orange nothing changes.
    """
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for at, code in turns:
        rests = code is not None and LEVELS[code].rests
        if rests and since is None:
            since = at
        elif not rests and since is not None:
            found.append((since, at))
            since = None
    return [*found, (since, None)] if since is not None else found


def during_starts(declared: datetime, after: datetime | None, before: datetime) -> list[datetime]:
    """Starts of the rounds during the event: two hours after the declaration, and every two hours from there.

    after: the last one already made, which is not given again; before: the first moment that is too late.
    """
    start = (after or declared) + EVERY
    found = []
    while start < before:
        found.append(start)
        start += EVERY
    return found


def daylight(cleared: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin and end of the round after: from the all-clear, or the next daybreak, until four hours of daylight
    have gone by. Daylight is 06:00 to 18:00: what is left at dusk goes on in the morning."""
    start = cleared
    morning, evening = _day_of(start, zone, 0)
    if start >= evening:
        start, evening = _day_of(cleared, zone, 1)
    start = max(start, morning)
    left = DAYLIGHT_HOURS - (evening - start)
    if left <= timedelta(0):
        return start.astimezone(UTC), start.astimezone(UTC) + DAYLIGHT_HOURS
    return start.astimezone(UTC), _day_of(evening, zone, 1)[0] + left


def _day_of(at: datetime, zone: ZoneInfo, ahead: int) -> tuple[datetime, datetime]:
    day = at.astimezone(zone).date() + ahead * ONE_DAY
    return wall(day, DAYBREAK, zone), wall(day, DUSK, zone)
