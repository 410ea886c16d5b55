"""Routines (例行检查): for each list that comes back by itself, how often it was owed and how often done."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from patrol.core.business_day import business_day, period_of
from patrol.equipment.checklist import owed_by_shift
from patrol.equipment.equipment import STANDING
from patrol.equipment.owing import owed_now
from patrol.reviews.checked import Done
from patrol.reviews.figures import Ratio, ratio
from patrol.reviews.period import Period
from patrol.reviews.stock import Stock
from patrol.sites.shift_times import shift_times
from patrol.sites.site import Site

BY_SITE = frozenset({"site", "drill"})
LONGEST = {"day": 1, "week": 7, "month": 30}  # rarer lists show only where somebody did one


@dataclass(frozen=True, slots=True)
class Routine:
    """done and due count (thing, period) pairs, or (thing, shift) where every shift owes it.

    until: last day it can still be done, while time is left.
    """

    code: str
    title: Mapping[str, str]
    interval_days: int
    ratio: Ratio
    failed: int
    last_day: date | None
    last_by: str
    until: date | None


def routines(site: Site, period: Period, today: date, found: Stock) -> list[Routine]:
    """Lists owed in the review, those with gaps first.

    found: of a stretch that holds the review and the month it begins in.
    """
    lists = [row._replace(**rule._asdict()) for row, rule in owed_now(found.lists, period.first)]
    if not lists:
        return []
    things = _things(found, period, business_day(site.created_at, site.zone, site.day_start))
    done = _done(found, lists, period)
    slots = _SlotsOf(site, period, today)
    made = [_routine(row, things, done.get(row.code, []), found.names, period, slots.of(row)) for row in lists]
    shown = [routine for routine in made if routine is not None]
    return sorted(shown, key=lambda r: (r.ratio.full, r.interval_days, r.code))


Slot = tuple[date, date, str]  # a period, or one shift of a day


class _SlotsOf:
    """By rule: most lists of a site are owed by one of a few."""

    def __init__(self, site: Site, period: Period, today: date):
        self._shifts, self._period, self._today = _Shifts(site), period, today
        self._kept: dict[tuple[int, bool], _Slots] = {}

    def of(self, row: Any) -> "_Slots":
        rule = interval, by_shift = row.interval_days, owed_by_shift(row)
        if rule not in self._kept:
            self._kept[rule] = _Slots(interval, self._shifts if by_shift else None, self._period, self._today)
        return self._kept[rule]


class _Shifts:
    """The codes of each business day's shifts as they were then, reckoned once."""

    def __init__(self, site: Site):
        self._site, self._days = site, dict[date, list[str]]()

    def of(self, day: date) -> list[str]:
        if day not in self._days:
            site = self._site
            found = shift_times(day, site.shifts_on(day), site.zone, site.day_start)
            self._days[day] = [shift.code for shift in found]
        return self._days[day]


class _Slots:
    """What a list is owed once in: each of its periods, or each shift of the day where its title says so."""

    def __init__(self, interval: int, shifts: _Shifts | None, period: Period, today: date):
        self._interval, self._shifts, self._period = interval, shifts, period
        self.rare = interval > LONGEST[period.kind]
        self.left = period_of(interval, today)  # the one that runs
        begun = (period_of(interval, day) for day in period.days if day <= today)
        self.spans = {span for span in begun if span}

    @cached_property
    def due(self) -> set[Slot]:
        """A rare one is owed only by what begins in the review."""
        first = self._period.first
        return {slot for span in self.spans if span[0] >= first or not self.rare for slot in self._within(span)}

    @cached_property
    def ends(self) -> list[date]:
        return sorted(slot[1] for slot in self.due)

    def filled(self, one: Done) -> Iterator[tuple[Slot, list[str]]]:
        """Each slot and what was done in it; nothing between two shifts, where nobody owed it."""
        span = period_of(self._interval, one.day)
        if span is None:
            return
        codes = self._shifts.of(one.day) if self._shifts else ()
        for shift, things in one.by_shift.items():
            if not codes or shift in codes:
                yield (*span, shift if codes else ""), things

    def _within(self, span: tuple[date, date]) -> list[Slot]:
        codes = self._shifts.of(span[0]) if self._shifts else ()
        return [(*span, code) for code in codes] or [(*span, "")]


def _things(found: Stock, period: Period, began: date) -> dict[str, dict[Any, date]]:
    """What each type stands for, and since when: items by type, and places of that type with no item of it in them.

    began: the site's first day, before which nobody owed anything.
    """
    things: dict[str, dict[Any, date]] = defaultdict(dict)
    housed: set[tuple[Any, str]] = set()
    for item in found.items:
        if item.state in STANDING and item.in_service_from <= period.last:
            things[item.type][item.key] = max(item.in_service_from, began)
            housed.add((item.place, item.type))
    for place in found.places:
        if (place.key, place.type) not in housed:
            things[place.type][place.key] = began
    for scope in BY_SITE:
        things[scope][None] = began
    return things


def _done(found: Stock, lists: Iterable[Any], period: Period) -> dict[str, list[Done]]:
    """What was done in the review's periods, by list; the first period may begin before the review does."""
    starts = [span[0] for row in lists if (span := period_of(row.interval_days, period.first))]
    first = max(min(starts), period.first.replace(day=1))
    by_list: dict[str, list[Done]] = defaultdict(list)
    for one in found.done(first, period.last):
        by_list[one.code].append(one)
    return by_list


def _routine(
    row: Any, things: Mapping[str, Mapping[Any, date]], done: list[Done], names: Mapping[Any, str],
    period: Period, slots: _Slots,
) -> Routine | None:  # fmt: skip
    targets = {thing: since for kind in row.applies_to for thing, since in things.get(kind, {}).items()}
    inside = [one for one in done if one.day >= period.first]
    if not targets or (slots.rare and not inside):
        return None
    owed = _owed(targets.values(), slots.ends)
    hit = _hit(targets, slots.due, _filled(done, slots, by_site=not BY_SITE.isdisjoint(row.applies_to)))
    last, left = inside[-1] if inside else None, slots.left
    return Routine(
        code=row.code,
        title={"zh": row.title_zh, "en": row.title_en},
        interval_days=row.interval_days,
        ratio=ratio(hit, owed),
        failed=sum(one.failed for one in inside),
        last_day=last.day if last else None,
        last_by=names.get(last.by, "") if last else "",
        until=left[1] if left and left in slots.spans and hit < owed else None,
    )


def _owed(sinces: Iterable[date], ends: list[date]) -> int:
    """Each thing owes one in each slot that was not over when it came. ends: their last days, in order."""
    return sum(n * (len(ends) - bisect_left(ends, since)) for since, n in Counter(sinces).items())


def _filled(done: Iterable[Done], slots: _Slots, *, by_site: bool) -> dict[Slot, set[Any]]:
    """What was done in each slot; the site as a whole is nothing by name."""
    found: dict[Slot, set[Any]] = defaultdict(set)
    for one in done:
        for slot, things in slots.filled(one):
            found[slot].update([None] if by_site and things else things)
    return found


def _hit(targets: Mapping[Any, date], due: Collection[Slot], filled: Mapping[Slot, set[Any]]) -> int:
    """How much of what was owed was done."""
    return sum(
        sum(slot[1] >= targets[thing] for thing in things if thing in targets)
        for slot, things in filled.items()
        if slot in due
    )
