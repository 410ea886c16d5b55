"""Random histories of a site as plain events, and what a person with a pencil would count in them.

The recount here knows no tally: it walks the events one by one, from the words of DOMAIN §3, §7 and §9 alone. What the
program counts is made from the same events by ``facts_of``, as its readers make it from the database.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from patrol.reviews.facts import (
    DayFacts,
    HazardAssigned,
    HazardClosed,
    HazardDue,
    HazardFound,
    RoundFacts,
    StopFacts,
    Verification,
)
from patrol.rounds.schedule import RoundTimes

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Shanghai without summer time, Berlin with both changes of its clocks near the days used here.
PLACES = (
    (ZoneInfo("Asia/Shanghai"), time(8), date(2026, 3, 1)),
    (ZoneInfo("Europe/Berlin"), time(8), date(2026, 3, 23)),
    (ZoneInfo("Europe/Berlin"), time(6), date(2026, 10, 19)),
    (ZoneInfo("Asia/Shanghai"), time(7), date(2026, 12, 28)),
)


@dataclass
class Tap:
    at: datetime
    received: datetime
    voided: bool = False


@dataclass
class Point:
    required: bool
    taps: list[Tap] = field(default_factory=list)
    excuse: str = ""  # "", "waiting", "approved", "refused"


@dataclass
class Lap:
    day: date
    times: RoundTimes
    points: list[Point]
    cancelled: bool = False
    make_up: bool = False


@dataclass
class Danger:
    """A hazard as its timeline tells: (step, when) in order of time, the report first."""

    severity: str
    steps: list[tuple[str, datetime]]
    first_due: datetime


@dataclass
class History:
    tz: ZoneInfo
    day_start: time
    first: date
    days: int
    now: datetime
    laps: list[Lap]
    dangers: list[Danger]

    def day_of(self, at: datetime) -> date:
        """The local date of the moment, its clock put back by the day's start."""
        local = at.astimezone(self.tz)
        return local.date() if local.time() >= self.day_start else local.date() - DAY

    @property
    def all_days(self) -> list[date]:
        return [self.first + n * DAY for n in range(self.days)]


def history(seed: int) -> History:
    dice = random.Random(seed)
    tz, day_start, first = PLACES[seed % len(PLACES)]
    days = dice.choice((1, 3, 7, 8))
    start = wall(first, day_start, tz)
    now = start + timedelta(minutes=dice.randrange(days * 24 * 60 + 600))
    made = History(tz, day_start, first, days, now, [], [])
    for n in range(days):
        day = first + n * DAY
        for _ in range(dice.randrange(5)):
            made.laps.append(_lap(dice, made, day))
    for _ in range(dice.randrange(9)):
        made.dangers.append(_danger(dice, made, start))
    return made


def wall(day: date, clock: time, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tz).astimezone(UTC)


def _lap(dice: random.Random, made: History, day: date) -> Lap:
    """Begins anywhere within its business day, the night after too; may end beyond its boundary."""
    starts = wall(day, made.day_start, made.tz) + timedelta(minutes=dice.randrange(23 * 60))
    ends = starts + timedelta(minutes=dice.choice((20, 40, 90)))
    tolerance = timedelta(minutes=dice.choice((0, 10, 24)))
    closes = ends + max(tolerance, dice.choice((0, 30, 60)) * MINUTE)
    times = RoundTimes(starts - tolerance, starts, ends, closes, tolerance)
    points = [Point(dice.random() < 0.8) for _ in range(dice.randrange(1, 6))]
    for point in points:
        for _ in range(dice.choice((0, 1, 1, 1, 2))):
            at = dice.choice((times.opens_at, ends + tolerance, closes, starts)) + dice.choice(
                (-MINUTE, timedelta(0), MINUTE, timedelta(minutes=dice.randrange(-30, 90)))
            )
            late = dice.choice((timedelta(0), timedelta(0), 5 * HOUR, 40 * HOUR))
            point.taps.append(Tap(at, at + late, dice.random() < 0.1))
        point.excuse = dice.choice(("", "", "", "waiting", "approved", "refused"))
    return Lap(day, times, points, dice.random() < 0.08, dice.random() < 0.08)


NEXT = {
    "reported": (("assign", "assigned"), ("rectify", "to_verify"), ("reject", "rejected"), ("merge", "merged")),
    "assigned": (("rectify", "to_verify"), ("transfer", "transferred"), ("rectify", "to_verify")),
    "to_verify": (("verify", "closed"), ("verify", "closed"), ("refuse", "assigned")),
    "closed": (("reopen", "assigned"),),
}
LEADS = {step: state for steps in NEXT.values() for step, state in steps}


def _danger(dice: random.Random, made: History, start: datetime) -> Danger:
    """Reported up to three days before the first day; takes steps until it ends or time does."""
    at = start + timedelta(minutes=dice.randrange(-3 * 24 * 60, made.days * 24 * 60))
    due = at + timedelta(hours=dice.choice((1, 4, 24, 72)))
    steps, state = [("report", at)], "reported"
    if dice.random() < 0.15:
        steps, state = [("spot", at)], "closed"
    while state in NEXT and dice.random() < 0.75:
        at += timedelta(minutes=dice.randrange(1, 30 * 60))
        if state == "closed" and dice.random() < 0.6:
            break
        step, state = dice.choice(NEXT[state])
        steps.append((step, at))
    return Danger(dice.choice(("minor", "major", "critical")), [s for s in steps if s[1] <= made.now] or steps[:1], due)


# --- as the program sees it


def facts_of(made: History, day: date) -> DayFacts:
    def mine(at: datetime) -> bool:
        return made.day_of(at) == day and at <= made.now

    lists: dict[str, list[Any]] = {
        name: [] for name in ("found", "assigned", "due", "verifications", "closed", "removed")
    }
    reopened = 0
    for danger in made.dangers:
        reported, spot = danger.steps[0][1], danger.steps[0][0] == "spot"
        if reported > made.now:
            continue
        state, rectified, assigned = ("closed", reported, True) if spot else ("reported", None, False)
        last = danger.steps[-1][0]
        valid = last not in ("reject", "merge")
        still_spot = spot and not any(step == "reopen" for step, _ in danger.steps)
        if mine(reported):
            lists["found"].append(HazardFound(danger.severity, "other", "patrol", valid=valid, spot=still_spot))
            if spot:
                lists["closed"].append(HazardClosed(reported, reported, still_spot))
        for step, at in danger.steps[1:]:
            if step == "assign":
                if mine(at) and not assigned:
                    lists["assigned"].append(HazardAssigned(reported, at))
                assigned = True
            elif step == "rectify":
                rectified = at
            elif step in ("verify", "refuse") and mine(at):
                lists["verifications"].append(Verification(step == "verify", rectified or at, at))
            if step == "verify" and mine(at):
                lists["closed"].append(HazardClosed(reported, rectified or at, still_spot))
            elif step in ("reject", "merge", "transfer") and mine(at):
                lists["removed"].append(LEADS[step])
            elif step == "reopen":
                reopened += mine(at)
            state = LEADS[step]
            if step in ("refuse", "reopen"):
                rectified = None
        if valid and made.day_of(danger.first_due) == day:
            stands = rectified if state in ("to_verify", "closed") else None
            lists["due"].append(HazardDue(danger.first_due, stands))
    rounds = [
        RoundFacts(
            f"{n:04}",
            "north",
            "北线",
            lap.times,
            [
                StopFacts(
                    f"{n}-{m}",
                    f"{m} 号点",
                    point.required,
                    point.excuse == "approved",
                    [tap.at for tap in point.taps if not tap.voided and tap.received <= made.now],
                )
                for m, point in enumerate(lap.points)
            ],
            cancelled=lap.cancelled,
            make_up=lap.make_up,
        )
        for n, lap in enumerate(made.laps)
        if lap.day == day
    ]
    return DayFacts(day, made.now, made.tz, rounds, reopened_after_close=reopened, **lists)


# --- as a person counts it


def by_pencil(made: History, days: list[date]) -> dict[str, int]:
    """Everything of these days, counted one by one."""
    n: Counter[str] = Counter()
    for lap in made.laps:
        if lap.day not in days or lap.cancelled or lap.make_up or made.now < lap.times.closes_at:
            continue
        n["rounds"] += 1
        walked = False
        settled = True
        for point in lap.points:
            good = sorted(
                tap.at
                for tap in point.taps
                if not tap.voided
                and tap.received <= made.now
                and lap.times.starts_at - lap.times.tolerance <= tap.at < lap.times.closes_at
            )
            walked = walked or bool(good)
            if not point.required:
                continue
            if good:
                n["planned"] += 1
                n["on_time" if good[0] <= lap.times.ends_at + lap.times.tolerance else "late"] += 1
            elif point.excuse == "approved":
                n["excused"] += 1
            else:
                n["planned"] += 1
                n["missed"] += 1
                settled = False
        any_required = any(point.required for point in lap.points)
        if settled and (any_required or walked):
            n["completed_rounds"] += 1
        elif not walked:
            n["missed_rounds"] += 1
    for danger in made.dangers:
        _count_danger(made, danger, days, n)
    return dict(n)


def _count_danger(made: History, danger: Danger, days: list[date], n: Counter[str]) -> None:
    if danger.steps[0][1] > made.now:
        return
    before = wall(days[0], made.day_start, made.tz)
    after = min(wall(days[-1] + DAY, made.day_start, made.tz), made.now + timedelta(microseconds=1))
    state = ""
    for step, at in danger.steps:
        was, state = state, {"report": "reported", "spot": "closed"}.get(step) or LEADS[step]
        inside = before <= at < after
        if at < before:
            n["open_start"] += (state in OPEN) - (was in OPEN)
        if at < after:
            n["open_end"] += (state in OPEN) - (was in OPEN)
        if not inside:
            continue
        n["reported"] += step in ("report", "spot")
        n["closed"] += state == "closed"
        n["removed"] += state in ("rejected", "merged", "transferred")
        n["reopened"] += step == "reopen"
        n["checks"] += step in ("verify", "refuse")
        n["refused"] += step == "refuse"
    ended = danger.steps[-1][0]
    if ended in ("reject", "merge"):
        return
    n["found"] += before <= danger.steps[0][1] < after
    if before <= danger.first_due < wall(days[-1] + DAY, made.day_start, made.tz):
        done = (
            [at for step, at in danger.steps if step in ("rectify", "spot")] if state in ("to_verify", "closed") else []
        )
        if done or danger.first_due < made.now:
            n["due"] += 1
            n["due_on_time"] += bool(done) and done[-1] <= danger.first_due


OPEN = frozenset({"reported", "assigned", "to_verify"})
