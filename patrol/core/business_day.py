"""Days, weeks and months as a site counts them.

A business day runs from one start of the day (08:00 unless the site says otherwise) to the next, so a night
shift belongs to the evening it begins on. Weeks are ISO weeks, and weeks and months hold whole business days.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)

WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


def business_day(at: datetime, tz: ZoneInfo, day_start: time) -> date:
    """The business day an instant belongs to: always the one whose day_bounds hold it.

    at: aware; a naive time raises ValueError, because guessing its zone would move records between days.
    """
    if at.tzinfo is None:
        raise ValueError("a business day needs an aware time")
    day = at.astimezone(tz).date()
    # Two loops instead of a comparison of clock times: when clocks change, "01:10" can come after "01:30".
    while at < wall(day, day_start, tz):
        day -= ONE_DAY
    while at >= wall(day + ONE_DAY, day_start, tz):
        day += ONE_DAY
    return day


def day_bounds(day: date, tz: ZoneInfo, day_start: time) -> tuple[datetime, datetime]:
    """First instant of the business day and first instant of the next one, aware UTC (half-open)."""
    return wall(day, day_start, tz), wall(day + ONE_DAY, day_start, tz)


def wall(day: date, t: time, tz: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clock on the wall shows this date and time.

    A time that does not exist moves forward by the length of the gap; a doubled one means the first.
    """
    return datetime.combine(day, t.replace(fold=0, tzinfo=None), tzinfo=tz).astimezone(UTC)


def week_days(iso_year: int, iso_week: int) -> list[date]:
    """Monday to Sunday. Raises ValueError for a week the year does not have."""
    monday = date.fromisocalendar(iso_year, iso_week, 1)
    return [monday + timedelta(days=n) for n in range(7)]


def month_days(year: int, month: int) -> list[date]:
    """Every day of a calendar month. Raises ValueError for a month outside 1..12."""
    first, last = month_bounds(date(year, month, 1))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def parse_week(text: str) -> tuple[int, int]:
    """ "2026-W09" -> (2026, 9). Raises ValueError for any other writing or a week the year does not have."""
    found = WEEK.fullmatch(text)
    if not found:
        raise ValueError(f"not a week: {text!r}")
    year, week = int(found[1]), int(found[2])
    week_days(year, week)
    return year, week


def parse_month(text: str) -> tuple[int, int]:
    """ "2026-11" -> (2026, 11). Raises ValueError for any other writing or a month that does not exist."""
    found = MONTH.fullmatch(text)
    if not found:
        raise ValueError(f"not a month: {text!r}")
    first = date(int(found[1]), int(found[2]), 1)
    return first.year, first.month


@lru_cache(maxsize=256)  # a month's review asks for each item
def month_bounds(day: date) -> tuple[date, date]:
    """First and last day of the calendar month, both inside."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


@lru_cache(maxsize=256)
def half_month(day: date) -> tuple[date, date]:
    """First and last day, both inside, of the half the day lies in: 1-15 or 16-end."""
    first, last = month_bounds(day)
    middle = day.replace(day=15)
    return (first, middle) if day <= middle else (middle + ONE_DAY, last)


@lru_cache(maxsize=4096)  # pages ask for the same few days thousands of times
def period_of(interval_days: int, day: date) -> tuple[date, date] | None:
    """First and last day, both inside, of the period a duty has to be done once in.

    interval_days names a period, it is no stopwatch: 1 business day, 7 ISO week, 15 half-month,
    30 calendar month, 180 half-year, 365 calendar year. 0 (on demand) has no period: None.
    Any other number raises ValueError.
    """
    match interval_days:
        case 0:
            return None
        case 1:
            return day, day
        case 7:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case 15:
            return half_month(day)
        case 30:
            return month_bounds(day)
        case 180:
            year = day.year
            if day.month <= 6:
                return date(year, 1, 1), date(year, 6, 30)
            return date(year, 7, 1), date(year, 12, 31)
        case 365:
            return date(day.year, 1, 1), date(day.year, 12, 31)
    raise ValueError(f"no period of {interval_days} days")
