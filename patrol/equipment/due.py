"""Whether a duty is done in its period, and until when it can be. All days are business days."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from patrol.core.business_day import half_month, month_bounds, period_of

LIFT_GAP_DAYS = 15


class LiftGap(NamedTuple):
    """The longest stretch between two services in days; None when there are no two to compare."""

    days: int | None
    fails: bool


def is_done(interval_days: int, done_days: Iterable[date], day: date) -> bool:
    """Whether the period holding `day` has a done day. A duty on demand (0) is never owed, so True."""
    period = period_of(interval_days, day)
    return period is None or _any_in(done_days, period)


def due_until(interval_days: int, day: date) -> date | None:
    """Last day on which the duty can be done in its period; None when it is on demand."""
    period = period_of(interval_days, day)
    return period[1] if period else None


def halves_done(done_days: Iterable[date], month: date) -> tuple[bool, bool]:
    """Whether days 1-15 and days 16-end of the month (any of its days will do) each have a done day."""
    days = list(done_days)
    first, last = month_bounds(month)
    return _any_in(days, half_month(first)), _any_in(days, half_month(last))


def covered(done_days: Iterable[date], month: date, half_monthly: bool) -> bool:
    """Whether an item counts as inspected in the month: once, or in both halves when it is flagged."""
    if half_monthly:
        return all(halves_done(done_days, month))
    return _any_in(done_days, month_bounds(month))


def lift_gap_fails(service_days: Iterable[date], until: date | None = None, limit_days: int = LIFT_GAP_DAYS) -> LiftGap:
    """The longest gap between lift services, and whether it is over 15 days.

    Both halves of a month may be done and the gap still fail: 1 and 17 March lie 16 days apart.
    until: count the stretch since the last service too, up to this day.
    """
    days = sorted(set(service_days))
    if until and days and until > days[-1]:
        days.append(until)
    longest = max(((later - earlier).days for earlier, later in pairwise(days)), default=None)
    return LiftGap(longest, longest is not None and longest > limit_days)


def _any_in(days: Iterable[date], period: tuple[date, date]) -> bool:
    first, last = period
    return any(first <= day <= last for day in days)
