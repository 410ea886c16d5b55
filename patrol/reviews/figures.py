"""The formulas of a review: every figure keeps its numerator and denominator."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, NamedTuple

from patrol.core.business_day import month_bounds
from patrol.equipment.due import covered
from patrol.equipment.service_life import due_state
from patrol.reviews.counts import PatrolCounts
from patrol.reviews.facts import Id

NOTHING = "—"
TAKEN_IN_BEFORE = timedelta(days=7)
GRAVE = frozenset({"major", "critical"})


class Ratio(NamedTuple):
    n: int
    d: int

    @property
    def percent(self) -> str:
        """One decimal, rounded down, without the sign: "94.8"; "—" when there is nothing to divide by.

        9,996 of 10,000 is "99.9": only a full count ever reads 100.0. Whole numbers throughout.
        """
        tenths = self.tenths
        return NOTHING if tenths is None else f"{tenths // 10}.{tenths % 10}"

    @property
    def text(self) -> str:
        """percent with its sign, "94.8%" or "—"."""
        return NOTHING if self.tenths is None else f"{self.percent}%"

    @property
    def tenths(self) -> int | None:
        """Tenths of a percent, rounded down, for charts; None when there is nothing to divide by."""
        return self.n * 1000 // self.d if self.d else None

    @property
    def full(self) -> bool:
        """Exactly 100 %; an empty ratio is not."""
        return self.d > 0 and self.n == self.d


def ratio(n: int, d: int) -> Ratio:
    """Raises ValueError below 0: a share of things counted cannot be negative."""
    if n < 0 or d < 0:
        raise ValueError("a ratio of counts cannot be negative")
    return Ratio(n, d)


@dataclass(frozen=True, slots=True)
class PatrolFigures:
    counts: PatrolCounts
    visited: int  # V
    completion: Ratio  # V / P
    on_time: Ratio  # on time / P
    round_completion: Ratio  # completed rounds / rounds


def patrol_figures(rounds: Iterable[PatrolCounts]) -> PatrolFigures:
    """Figures of closed rounds, given as counts of single rounds, routes or days alike."""
    total = sum(rounds, PatrolCounts())
    visited = total.on_time + total.late
    return PatrolFigures(
        counts=total,
        visited=visited,
        completion=ratio(visited, total.planned),
        on_time=ratio(total.on_time, total.planned),
        round_completion=ratio(total.completed_rounds, total.rounds),
    )


class Balance(NamedTuple):
    """Open hazards at the start and the end, and what lies between."""

    open_at_start: int
    found: int
    reopened: int
    closed: int
    removed: int

    @property
    def open_at_end(self) -> int:
        return self.open_at_start + self.found + self.reopened - self.closed - self.removed

    def agrees(self, counted_open: int) -> bool:
        """Whether counting the open hazards themselves gives the same number; it must."""
        return self.open_at_end == counted_open


class Span(NamedTuple):
    """Times taken, whole seconds. median_s is None where only sums are kept, or nothing was timed."""

    n: int
    mean_s: int | None
    median_s: int | None = None


@dataclass(frozen=True, slots=True)
class HazardFigures:
    found: int  # headline: without rejected and merged
    closed: int
    spot: int
    balance: Balance
    on_time: Ratio  # rectified by their first deadline / first deadlines passed or decided
    reopen: Ratio  # failed verifications / verifications
    rectify: Span
    assign: Span
    verify: Span


def hazard_figures(tally: Mapping[str, Any], open_at_start: int) -> HazardFigures:
    """Figures of a tally's hazards; open_at_start: hazards open when its first day began."""
    hazards = tally["hazards"]
    found, checks = hazards["found"], hazards["verifications"]
    return HazardFigures(
        found=found["valid"],
        closed=hazards["closed"],
        spot=found["spot"],
        balance=Balance(
            open_at_start,
            found["all"],
            hazards["reopened_after_close"],
            hazards["closed"],
            hazards["removed"],
        ),
        on_time=ratio(hazards["due_on_time"], hazards["due"]),
        reopen=ratio(checks["failed"], checks["passed"] + checks["failed"]),
        rectify=span(hazards["rectify"]["all_s"]),
        assign=_mean_only(hazards["assign"]),
        verify=_mean_only(hazards["verify"]),
    )


def span(seconds: Collection[int]) -> Span:
    """Mean and median, rounded down to whole seconds; None for no spans at all."""
    if not seconds:
        return Span(0, None)
    return Span(len(seconds), sum(seconds) // len(seconds), int(median(seconds)))


class Sighted(NamedTuple):
    """A valid hazard of the 30 days up to the end of the review."""

    place: Id
    category: str
    recurs: bool = False


def repeat_places(hazards: Iterable[Sighted]) -> dict[tuple[Id, str], int]:
    """(place, category) with 2 or more hazards, or with one that recurs, and how many; most first."""
    hazards = list(hazards)
    counted = Counter((h.place, h.category) for h in hazards)
    recurring = {(h.place, h.category) for h in hazards if h.recurs}
    return {where: n for where, n in counted.most_common() if n >= 2 or where in recurring}


class EquipmentFacts(NamedTuple):
    """One item in one month. done_days: business days of its complete inspections.

    away_all_month: out_for_service from the first to the last day. open_severities: of its open hazards.
    """

    id: Id
    name: str
    place: str
    in_service_from: date
    retired_on: date | None = None
    half_monthly: bool = False
    away_all_month: bool = False
    done_days: Collection[date] = ()
    open_severities: Collection[str] = ()
    next_service: date | None = None
    scrap_on: date | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """missing: the items not covered, by place and name. complete only at exactly 100 %."""

    ratio: Ratio
    missing: list[EquipmentFacts]


def coverage(items: Iterable[EquipmentFacts], month: date) -> Coverage:
    """Inspected items / items that count in the month `month` lies in."""
    counted = [item for item in items if counts_in(item, month)]
    missing = [item for item in counted if not covered(item.done_days, month, item.half_monthly)]
    missing.sort(key=lambda item: (item.place, item.name))
    return Coverage(ratio(len(counted) - len(missing), len(counted)), missing)


def usable(items: Iterable[EquipmentFacts], month: date, today: date) -> Ratio:
    """Items without an open major or critical hazard and not past service or scrap / items that count."""
    counted = [item for item in items if counts_in(item, month)]
    good = [
        item
        for item in counted
        if GRAVE.isdisjoint(item.open_severities)
        and due_state(item.next_service, item.scrap_on, today) in ("ok", "soon")
    ]
    return ratio(len(good), len(counted))


def counts_in(item: EquipmentFacts, month: date) -> bool:
    """Whether an item is in E: taken in at least 7 days before the month's end, not retired before that end,
    and not away for service all month."""
    last = month_bounds(month)[1]
    if item.away_all_month or (item.retired_on and item.retired_on < last):
        return False
    return item.in_service_from <= last - TAKEN_IN_BEFORE


def _mean_only(sums: Mapping[str, int]) -> Span:
    return Span(sums["n"], sums["sum_s"] // sums["n"] if sums["n"] else None)
