"""When a site's shifts begin and end: the wall's clock of each business day as instants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from patrol.core.business_day import ONE_DAY, business_day, wall
from patrol.sites.shifts import Shift, read_shifts


@dataclass(frozen=True, slots=True)
class ShiftTime:
    """One shift of one business day; ``ends_at`` is the first instant after it. Aware UTC."""

    day: date
    shift: Shift
    starts_at: datetime
    ends_at: datetime

    @property
    def code(self) -> str:
        return self.shift.code

    @property
    def name(self) -> dict[str, str]:
        return {"zh": self.shift.zh, "en": self.shift.en}

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def shift_times(day: date, shifts: Iterable[Mapping[str, Any]], tz: ZoneInfo, day_start: time) -> list[ShiftTime]:
    """The shifts of a business day in the order they begin, by the wall's clock.

    shifts: as a site keeps them. A shift that begins before ``day_start`` lies in the small hours of the next
    calendar day. One that lies wholly in an hour the clock leaves out falls away.
    """
    return list(_times(day, tuple([tuple(row.items()) for row in shifts]), tz, day_start))


@lru_cache(maxsize=1024)  # a month's review asks for the same few days hundreds of times
def _times(day: date, shifts: tuple[Any, ...], tz: ZoneInfo, day_start: time) -> tuple[ShiftTime, ...]:
    found = [_on(day, shift, tz, day_start) for shift in read_shifts([dict(row) for row in shifts])]
    real = (one for one in found if one.starts_at < one.ends_at)
    return tuple(sorted(real, key=lambda one: (one.starts_at, one.ends_at)))


def shift_at(at: datetime, shifts: Iterable[Mapping[str, Any]], tz: ZoneInfo, day_start: time) -> ShiftTime | None:
    """The shift this moment belongs to; of several at once the one that began last. None: between two shifts."""
    today = shift_times(business_day(at, tz, day_start), shifts, tz, day_start)
    return next((one for one in reversed(today) if one.holds(at)), None)


def shift_after(
    this: ShiftTime, shifts: Iterable[Mapping[str, Any]], tz: ZoneInfo, day_start: time
) -> ShiftTime | None:
    """Who takes over: the shift that begins when this one ends, else the next to begin. None: a site without any."""
    shifts = list(shifts)
    days = (this.day, this.day + ONE_DAY)
    later = [one for day in days for one in shift_times(day, shifts, tz, day_start) if one.starts_at > this.starts_at]
    return next((one for one in later if one.starts_at >= this.ends_at), later[0] if later else None)


def shift_before(
    this: ShiftTime, shifts: Iterable[Mapping[str, Any]], tz: ZoneInfo, day_start: time
) -> ShiftTime | None:
    """The shift that began last before this one, within two days."""
    shifts = list(shifts)
    days = (this.day, this.day - ONE_DAY, this.day - 2 * ONE_DAY)
    earlier = [one for day in days for one in shift_times(day, shifts, tz, day_start) if one.starts_at < this.starts_at]
    return max(earlier, key=lambda one: one.starts_at, default=None)


def last_begun(at: datetime, shifts: Iterable[Mapping[str, Any]], tz: ZoneInfo, day_start: time) -> ShiftTime | None:
    """The shift that is on, or between two shifts the one that ended last. None: a site without shifts."""
    shifts = list(shifts)
    today = business_day(at, tz, day_start)
    begun = [one for day in (today, today - ONE_DAY) for one in shift_times(day, shifts, tz, day_start)]
    return max((one for one in begun if one.starts_at <= at), key=lambda one: one.starts_at, default=None)


def _on(day: date, shift: Shift, tz: ZoneInfo, day_start: time) -> ShiftTime:
    first = day if shift.start >= day_start else day + ONE_DAY
    last = first if shift.end > shift.start else first + ONE_DAY
    return ShiftTime(day, shift, wall(first, shift.start, tz), wall(last, shift.end, tz))
