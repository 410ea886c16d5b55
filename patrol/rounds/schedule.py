"""When a plan's rounds begin, and the four times each round is judged by."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from patrol.core.business_day import ONE_DAY, day_bounds, month_bounds, wall

Form = Literal["every", "fixed", "per_shift", "calendar", "on_demand"]

DAY_MINUTES = 24 * 60
EVERY_DAY = 0b1111111
LAST_OF_MONTH = -1

LONGEST_TOLERANCE = timedelta(minutes=30)
SHORTEST_GRACE = timedelta(minutes=60)
ALONE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RoundTimes:
    """The times of one round, aware UTC, fixed when the round is made.

    opens_at S − T: scans from here on belong to the round. starts_at S. ends_at E: expected end.
    closes_at C: half-open, a scan at C is too late. tolerance T. On time means S − T <= t <= E + T and t < C.
    """

    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    tolerance: timedelta


def round_times(
    start: datetime,
    next_start: datetime | None,
    expected_min: int,
    tolerance_min: int | None = None,
    *,
    previous: datetime | None = None,
) -> RoundTimes:
    """T = min(20 % of I, 30 min, (I − (E − S)) / 2), never below 0; C = min(E + max(T, 60 min), next S − T).

    I is the time to the plan's next start, whichever day that falls on; 24 h when there is none.
    tolerance_min stands in for the 20 % and the 30 min; it can never pass (I − (E − S)) / 2.
    previous: the plan's start before this one. Where the starts are uneven, T is the smaller of what the times
    before and after give, and C leaves room for the T of that next stretch; so one plan's rounds never overlap.
    A round longer than the time to the next one ends where it closes: opens <= S <= E <= C always.
    """
    if expected_min < 0 or (tolerance_min is not None and tolerance_min < 0):
        raise ValueError("minutes of a round cannot be negative")
    if next_start is not None and next_start <= start:
        raise ValueError("the next round must start later")
    if previous is not None and previous >= start:
        raise ValueError("the round before must start earlier")
    expected = timedelta(minutes=expected_min)
    ahead = ALONE if next_start is None else next_start - start
    behind = ahead if previous is None else start - previous
    room = _tolerance(ahead, expected, tolerance_min)
    tolerance = min(room, _tolerance(behind, expected, tolerance_min))
    close = min(start + expected + max(tolerance, SHORTEST_GRACE), start + ahead - room)
    return RoundTimes(*_utc(start - tolerance, start, min(start + expected, close), close), tolerance)


def _tolerance(interval: timedelta, expected: timedelta, tolerance_min: int | None) -> timedelta:
    wanted = min(interval / 5, LONGEST_TOLERANCE) if tolerance_min is None else timedelta(minutes=tolerance_min)
    return max(timedelta(0), min(wanted, (interval - expected) / 2))


def window_times(start: datetime, end: datetime) -> RoundTimes:
    """Times of a round that has a window instead of an expected length (N per shift): T = 0 and C = E."""
    if end <= start:
        raise ValueError("a window must end after it starts")
    return RoundTimes(*_utc(start, start, end, end), timedelta(0))


def starts_for_day(
    form: Form,
    *,
    day: date,
    tz: ZoneInfo,
    day_start: time,
    weekdays: int = EVERY_DAY,
    skip_dates: Collection[date] = (),
    band_start: time | None = None,
    band_end: time | None = None,
    every_min: int | None = None,
    times: Iterable[time] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
    per_shift: int | None = None,
    days_of_month: Collection[int] = (),
) -> list[datetime]:
    """All starts of a plan whose business day is `day`: aware UTC, sorted, none twice.

    form: "every" (band and every_min), "fixed" (times), "per_shift" (the band is the shift, cut into
    per_shift windows), "calendar" (one start at band_start, or at each of `times`, on days_of_month, where
    -1 is the last day; empty means any), "on_demand" (never by itself).
    weekdays: bit mask, Monday 1, Tuesday 2 … Sunday 64. Weekdays, days of the month, skip_dates and
    valid_from..valid_to (both inside, None = open) are judged by the business day: the 02:00 round of a
    Sunday-night plan walks on Monday's date and is still Sunday's.
    Raises ValueError when the form lacks what it needs.
    """
    if not runs_on(day, weekdays, skip_dates, valid_from, valid_to, days_of_month):
        return []
    if form == "per_shift":
        return [start for start, _end in windows_for_day(day, tz, day_start, band_start, band_end, per_shift)]
    clock = _clock_times(form, band_start, band_end, every_min, times)
    begin, end = day_bounds(day, tz, day_start)
    dates = (day - ONE_DAY, day, day + ONE_DAY)  # the day before matters where a clock change moves a start
    found = {wall(d, t, tz) for d in dates for t in clock}
    return sorted(start for start in found if begin <= start < end)


def windows_for_day(
    day: date, tz: ZoneInfo, day_start: time, band_start: time | None, band_end: time | None, per_shift: int | None
) -> list[tuple[datetime, datetime]]:
    """First and last instant of every window of a shift that begins on business day `day`, in order.

    A window ends where the clock on the wall shows the beginning of the next one, the last where it shows the end
    of the shift; so they fill the shift without gap or overlap also where clocks change. Windows that lie wholly
    in an hour that does not exist fall away. Raises ValueError when the shift or the number is missing.
    """
    if band_start is None or band_end is None or per_shift is None:
        raise ValueError("a plan per shift needs the shift and a number")
    begin, end = day_bounds(day, tz, day_start)
    dates = (day - ONE_DAY, day, day + ONE_DAY)
    found = [window for d in dates for window in _shift_of(d, tz, band_start, band_end, per_shift)]
    return [(start, until) for start, until in found if begin <= start < end]


def _shift_of(d: date, tz: ZoneInfo, band_start: time, band_end: time, count: int) -> list[tuple[datetime, datetime]]:
    """The windows of the shift that begins on calendar day `d`."""
    length = band_minutes(band_start, band_end)
    minutes = [offset for offset, _ in shift_windows(band_start, band_end, count)] + [length]
    edges = [_wall_after(d, _minute(band_start) + offset, tz) for offset in minutes]
    inside = {edge for edge in edges if edges[0] <= edge <= edges[-1]}
    return list(pairwise(sorted(inside)))


def _wall_after(d: date, minute: int, tz: ZoneInfo) -> datetime:
    days, left = divmod(minute, DAY_MINUTES)
    return wall(d + days * ONE_DAY, time(left // 60, left % 60), tz)


def every_minutes(band_start: time, band_end: time, every_min: int) -> list[int]:
    """Minutes after band_start at which a round starts; the band's end starts none.

    20:00-08:00 every 120 -> 0, 120 … 600 (20, 22, 0, 2, 4, 6 o'clock). Equal ends mean the whole 24 hours.
    """
    if every_min <= 0:
        raise ValueError("a plan needs at least one minute between rounds")
    return list(range(0, band_minutes(band_start, band_end), every_min))


def fixed_times(times: Iterable[time]) -> list[time]:
    """The plan's times of day in order, each once."""
    return sorted(set(times))


def shift_windows(band_start: time, band_end: time, count: int) -> list[tuple[int, int]]:
    """The shift cut into `count` equal windows: (minutes after band_start, length in minutes).

    Whole minutes; what does not divide is spread, so the windows still fill the shift without a gap.
    """
    length = band_minutes(band_start, band_end)
    if not 1 <= count <= length:
        raise ValueError("a shift needs at least one window of a minute")
    edges = [length * n // count for n in range(count + 1)]
    return [(edge, after - edge) for edge, after in pairwise(edges)]


def band_minutes(band_start: time, band_end: time) -> int:
    """Length of a band, which may run over midnight; equal ends mean 24 hours."""
    return (_minute(band_end) - _minute(band_start)) % DAY_MINUTES or DAY_MINUTES


def runs_on(
    day: date,
    weekdays: int = EVERY_DAY,
    skip_dates: Collection[date] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
    days_of_month: Collection[int] = (),
) -> bool:
    """Whether a plan has rounds of this business day."""
    if not weekdays >> day.weekday() & 1 or day in skip_dates:
        return False
    if (valid_from and day < valid_from) or (valid_to and day > valid_to):
        return False
    is_last = day == month_bounds(day)[1]
    return not days_of_month or day.day in days_of_month or (is_last and LAST_OF_MONTH in days_of_month)


def _clock_times(
    form: Form,
    band_start: time | None,
    band_end: time | None,
    every_min: int | None,
    times: Iterable[time],
) -> list[time]:
    match form:
        case "every":
            if band_start is None or band_end is None or every_min is None:
                raise ValueError("a plan every N minutes needs a band and the minutes")
            return [_later(band_start, offset) for offset in every_minutes(band_start, band_end, every_min)]
        case "fixed":
            return fixed_times(times)
        case "calendar":
            given = fixed_times(times) or ([band_start] if band_start is not None else [])
            if not given:
                raise ValueError("a plan by calendar needs a window")
            return given
        case "on_demand":
            return []
    raise ValueError(f"unknown form of plan: {form}")


def _later(t: time, minutes: int) -> time:
    total = (_minute(t) + minutes) % DAY_MINUTES
    return time(total // 60, total % 60)


def _minute(t: time) -> int:
    return t.hour * 60 + t.minute


def _utc(*moments: datetime) -> tuple[datetime, datetime, datetime, datetime]:
    opens, starts, ends, closes = (moment.astimezone(UTC) for moment in moments)
    return opens, starts, ends, closes
