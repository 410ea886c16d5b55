"""In which period planned maintenance has to be done (DOMAIN §6). Pure; all days are business days, ends inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from patrol.core.business_day import ONE_DAY, half_month, month_bounds, period_of
from patrol.core.problems import N_

FORMS: Mapping[str, str] = {
    "calendar": N_("By the calendar"),
    "fixed": N_("Every so many days"),
    "floating": N_("So many days after it was last done"),
}
CALENDAR: Mapping[str, str] = {
    "half_month": N_("Every half month"),
    "month": N_("Monthly"),
    "quarter": N_("Quarterly"),
    "half_year": N_("Half-yearly"),
    "year": N_("Yearly"),
}
MOST_AT_ONCE = 400  # periods of one thing made in one go: more than a year of days


class Period(NamedTuple):
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Rules:
    """form: of FORMS; every: days, of fixed and floating; calendar: of CALENDAR; start, end: of the plan, both inside.

    ahead: how many days before a period begins (floating: before it ends) its order is made.
    """

    form: str
    start: date
    every: int = 0
    calendar: str = ""
    end: date | None = None
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Before:
    """The last order of a thing: its period, and the day it was done on, if it was."""

    period: Period
    done_on: date | None = None
    open: bool = False


def calendar_period(calendar: str, day: date) -> Period:
    """The calendar's period that holds the day. Raises ValueError for a name that is not in CALENDAR."""
    match calendar:
        case "half_month":
            return Period(*half_month(day))
        case "month":
            return Period(*month_bounds(day))
        case "quarter":
            first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            return Period(first, month_bounds(first + timedelta(days=70))[1])
        case "half_year" | "year":
            return Period(*(period_of(180 if calendar == "half_year" else 365, day) or (day, day)))
    raise ValueError(f"no period of the calendar: {calendar!r}")


def due_periods(rules: Rules, before: Before | None, today: date, since: date | None = None) -> list[Period]:
    """The periods whose orders should exist by today and do not yet, the oldest first.

    before: the last order of the same plan and thing; after a change of the plan the new rules begin where that one
    ends, so no day is asked for twice. since: the day the thing is in service, when later than the plan's start.
    Floating periods follow the day it was last done; one that nobody did is followed by the next at its end, so each
    is counted once. While an order of a floating plan is open there is no next one.
    """
    found: list[Period] = []
    start = max(rules.start, since or rules.start)
    while len(found) < MOST_AT_ONCE:
        period = _next(rules, before, start)
        if period is None or (rules.end is not None and period.first > rules.end):
            break
        opens = period.last if rules.form == "floating" else period.first
        if opens - timedelta(days=rules.ahead) > today:
            break
        found.append(period)
        before = Before(period, open=period.last >= today)
    return found


def _next(rules: Rules, before: Before | None, start: date) -> Period | None:
    if rules.form == "floating":
        return _floating(rules, before, start)
    day = start if before is None else max(start, before.period.last + ONE_DAY)
    if rules.form == "calendar":
        period = calendar_period(rules.calendar, day)
        return period if before is None else Period(day if day > period.first else period.first, period.last)
    count = (day - start).days // rules.every
    begin = start + timedelta(days=count * rules.every)
    return Period(max(begin, day), begin + timedelta(days=rules.every - 1))


def _floating(rules: Rules, before: Before | None, start: date) -> Period | None:
    if before is None:
        base = start - ONE_DAY
    elif before.open:
        return None
    else:
        base = before.done_on or before.period.last
        base = max(base, before.period.first)  # done on the very first day: the next begins a day later
    first = max(base + ONE_DAY, start)
    return Period(first, first + timedelta(days=rules.every - 1))


def due_day(period: Period, last_service: date | None = None, gap: int | None = None) -> date:
    """The last good day of a period; with a gap (a lift's 15 days) no later than that many days after the service."""
    if last_service is None or gap is None:
        return period.last
    return max(period.first, min(period.last, last_service + timedelta(days=gap)))
