"""What a draft's plans will make of one business day: the rounds, in order, with their times."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from patrol.rounds.own_window import own_window
from patrol.rounds.plan_rules import rounds_on, starts_on
from patrol.rounds.route_draft import PlanDraft, RouteDraft
from patrol.rounds.schedule import RoundTimes


@dataclass(frozen=True, slots=True)
class Expected:
    """One round to come. ``plan``: which of the draft's plans makes it, from 1. ``other_route``: it walks that one."""

    plan: int
    name: str
    times: RoundTimes
    other_route: UUID | None = None


def expected_rounds(
    plans: list[PlanDraft], day: date, tz: ZoneInfo, day_start: time, kept: Collection[UUID] = ()
) -> list[Expected]:
    """All rounds of business day ``day`` without chance; plans that are not whole yet make none.

    kept: keys of the plans that are in force as they are; the others would begin on this day, and their turns too.
    """
    found = []
    for number, plan in enumerate(plans, 1):
        rules = plan.rules(None if plan.key in kept else day)
        for due in rounds_on(rules, day, tz, day_start) if rules else ():
            found.append(Expected(number, plan.name, due.times, plan.other_route if due.others_turn else None))
    return sorted(found, key=lambda round_: round_.times.starts_at)


def starts_of(plan: PlanDraft, day: date, tz: ZoneInfo, day_start: time) -> list[datetime]:
    """When a plan's rounds of one business day start; none when it lacks something."""
    rules = plan.rules()
    return starts_on(rules, day, tz, day_start) if rules else []


@dataclass(frozen=True, slots=True)
class Outside:
    """A stop whose own window misses ``missed`` of the day's ``total`` rounds; those judge it by their own times."""

    place: UUID
    missed: int
    total: int


def windows_outside(draft: RouteDraft, rounds: list[Expected], tz: ZoneInfo) -> list[Outside]:
    """Every stop whose own window falls into no moment of some round on this route."""
    here = [round_.times for round_ in rounds if round_.other_route is None]
    found = []
    for stop in draft.stops:
        if stop.window is None:
            continue
        missed = sum(own_window(*stop.window, times, tz) is None for times in here)
        if missed:
            found.append(Outside(stop.place, missed, len(here)))
    return found


def by_hand(plan: PlanDraft) -> tuple[str, str] | None:
    """Beginning and end on the clock of a plan with one fixed time: ("20:00", "21:20")."""
    if plan.form != "fixed" or len(plan.times) != 1:
        return None
    hour, minute = map(int, plan.times[0].split(":"))
    end = (hour * 60 + minute + plan.expected_min) % 1440
    return plan.times[0], f"{end // 60:02d}:{end % 60:02d}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One round on the picture, in its units. ``text`` is empty where it would not fit; ``extra`` sets rounds of a
    plan with a name of its own apart from the usual ones without. ``other``: it walks the route in turn."""

    x: float
    y: float
    width: float
    text: str
    title: str
    extra: bool
    other: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """``hours``: (x, "20"); bars that overlap stand in lanes below each other."""

    width: float
    height: float
    hours: list[tuple[float, str]]
    bars: list[Bar]


def picture(rounds: list[Expected], tz: ZoneInfo, name_of: Callable[[int, str], tuple[str, str]]) -> Picture | None:
    """The day's rounds along the clock, from the hour of the first to the hour after the last; None when empty.

    name_of: (number, the plan's name) -> (short text for the bar, its title).
    """
    if not rounds:
        return None
    width, hour = 440.0, timedelta(hours=1)
    spans = [(r.times.starts_at.astimezone(tz), r.times.ends_at.astimezone(tz)) for r in rounds]
    start = spans[0][0].replace(minute=0, second=0, microsecond=0)
    end = max(max(end for _start, end in spans), start + 4 * hour)
    count = ceil((end - start) / hour)

    def x(moment: datetime) -> float:
        return round(12 + (moment - start) / (count * hour) * (width - 24), 1)

    every = ceil(count / 11)
    hours = [(x(start + n * hour), f"{start + n * hour:%H}") for n in range(0, count + 1, every)]
    named_all = all(round_.name for round_ in rounds)
    bars: list[Bar] = []
    lanes: list[float] = []  # where each lane is taken up to
    for number, (round_, (begin, finish)) in enumerate(zip(rounds, spans, strict=True), 1):
        left, wide = x(begin), max(x(finish) - x(begin), 14.0)
        lane = next((at for at, taken in enumerate(lanes) if taken <= left), len(lanes))
        lanes[lane : lane + 1] = [left + wide]
        short, title = name_of(number, round_.name)
        text = short if wide > _drawn(short) + 8 else (str(number) if wide > _drawn(str(number)) + 3 else "")
        bars.append(
            Bar(
                left,
                30 + 34 * lane,
                round(wide, 1),
                text,
                title,
                bool(round_.name) and not named_all,
                round_.other_route is not None,
            )
        )
    return Picture(width, 30 + 34 * len(lanes) + 8, hours, bars)


def _drawn(text: str) -> float:
    """About how wide a text of 12 units is drawn: a Chinese sign is twice a Latin letter."""
    return sum(12.0 if ord(letter) > 0x2E7F else 6.6 if letter != " " else 3.3 for letter in text)
