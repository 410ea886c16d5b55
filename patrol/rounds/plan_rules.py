"""What a plan makes of one business day: its rounds with their times, and whose turn it is. No database, no state."""

import hmac
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from patrol.core.business_day import ONE_DAY
from patrol.rounds.schedule import (
    EVERY_DAY,
    Form,
    RoundTimes,
    every_minutes,
    round_times,
    runs_on,
    starts_for_day,
    window_times,
    windows_for_day,
)

Draw = Callable[[datetime], float]  # nominal start -> 0 <= x < 1, always the same for the same start

NEIGHBOURS = 2  # days: a start further off than 24 hours gives the same times as none


@dataclass(frozen=True, slots=True)
class PlanRules:
    """A plan without names and keys; see schedule.starts_for_day for what each field means.

    random_min: a round starts up to so many minutes after its nominal start, by chance.
    alternates: the first round from valid_from on is this route's, the second the other's, and so on.
    """

    form: Form
    expected_min: int
    weekdays: int = EVERY_DAY
    skip_dates: Collection[date] = ()
    band_start: time | None = None
    band_end: time | None = None
    every_min: int | None = None
    times: Collection[time] = ()
    per_shift: int | None = None
    days_of_month: Collection[int] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    tolerance_min: int | None = None
    random_min: int = 0
    alternates: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """One round a plan asks for. nominal: its start without chance. others_turn: the other route is walked."""

    nominal: datetime
    times: RoundTimes
    others_turn: bool = False


def no_chance(_start: datetime) -> float:
    return 0.0


def chance(key: str) -> Draw:
    """The same start draws the same number wherever it is asked; without the key nobody can tell it."""

    def draw(start: datetime) -> float:
        digest = hmac.digest(key.encode(), start.isoformat().encode(), "sha256")
        return int.from_bytes(digest[:6], "big") / 2**48

    return draw


def starts_on(rules: PlanRules, day: date, tz: ZoneInfo, day_start: time) -> list[datetime]:
    """The nominal starts of a plan on one business day. Raises ValueError when it lacks what its form needs."""
    return starts_for_day(
        rules.form,
        day=day,
        tz=tz,
        day_start=day_start,
        weekdays=rules.weekdays,
        skip_dates=rules.skip_dates,
        band_start=rules.band_start,
        band_end=rules.band_end,
        every_min=rules.every_min,
        times=rules.times,
        valid_from=rules.valid_from,
        valid_to=rules.valid_to,
        per_shift=rules.per_shift,
        days_of_month=rules.days_of_month,
    )


def rounds_on(rules: PlanRules, day: date, tz: ZoneInfo, day_start: time, draw: Draw = no_chance) -> list[Due]:
    """The rounds of a plan on one business day, in order."""
    starts = starts_on(rules, day, tz, day_start)
    if not starts:
        return []
    if rules.form == "per_shift":
        windows = windows_for_day(day, tz, day_start, rules.band_start, rules.band_end, rules.per_shift)
        times = [window_times(start, end) for start, end in windows]
    else:
        times = _times(rules, starts, day, tz, day_start, draw)
    before = _rounds_before(rules, day)
    return [
        Due(start, one, rules.alternates and (before + n) % 2 == 1)
        for n, (start, one) in enumerate(zip(starts, times, strict=True))
    ]


def _times(
    rules: PlanRules, starts: list[datetime], day: date, tz: ZoneInfo, day_start: time, draw: Draw
) -> list[RoundTimes]:
    """Each round's times between the actual starts of the one before and the one after, on whichever day."""
    before = next(iter(_neighbours(rules, day, tz, day_start, back=True)), None)
    line: list[datetime | None] = [before, *starts, *_neighbours(rules, day, tz, day_start), None, None]
    moved = [start and start + _delay(rules, start, following, draw) for start, following in pairwise(line)]
    return [
        round_times(moved[n], moved[n + 1], rules.expected_min, rules.tolerance_min, previous=moved[n - 1])  # type: ignore[arg-type]
        for n in range(1, len(starts) + 1)
    ]


def _delay(rules: PlanRules, start: datetime, following: datetime | None, draw: Draw) -> timedelta:
    """Whole minutes; the round still ends before the next nominal start."""
    most = rules.random_min
    if following is not None:
        most = min(most, int((following - start).total_seconds() // 60) - rules.expected_min)
    return timedelta(minutes=int(draw(start) * (most + 1))) if most > 0 else timedelta(0)


def _neighbours(rules: PlanRules, day: date, tz: ZoneInfo, day_start: time, back: bool = False) -> list[datetime]:
    """The nearest two starts of the days after (or before, the nearest first)."""

    def found() -> Iterator[datetime]:
        for n in range(1, NEIGHBOURS + 1):
            starts = starts_on(rules, day - n * ONE_DAY if back else day + n * ONE_DAY, tz, day_start)
            yield from reversed(starts) if back else starts

    return list(islice(found(), 2))


def _rounds_before(rules: PlanRules, day: date) -> int:
    """How many rounds the plan had before this business day; an hour that clocks leave out is counted all the same."""
    if not rules.alternates or rules.valid_from is None:
        return 0
    each = _each_day(rules)
    days = (rules.valid_from + n * ONE_DAY for n in range((day - rules.valid_from).days))
    return each * sum(
        runs_on(d, rules.weekdays, rules.skip_dates, rules.valid_from, rules.valid_to, rules.days_of_month)
        for d in days
    )


def _each_day(rules: PlanRules) -> int:
    if rules.form == "per_shift":
        return rules.per_shift or 0
    if rules.form == "every" and rules.band_start and rules.band_end and rules.every_min:
        return len(every_minutes(rules.band_start, rules.band_end, rules.every_min))
    return len(set(rules.times))
