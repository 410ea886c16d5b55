"""Routines (例行检查): for each list that comes back by itself, how often it was owed and how often done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from patrol.core.business_day import business_day, period_of
from patrol.equipment.checklist import owed_by_shift
from patrol.equipment.equipment import STANDING
from patrol.equipment.owing import owed_now
from patrol.reviews.checked import Done
from patrol.reviews.figures import Ratio, ratio
from patrol.reviews.period import Period
from patrol.reviews.stock import Stock
from patrol.sites.shift_times import ShiftTime, shift_times
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
    shifts = _Shifts(site)
    made = [
        _routine(row, things, done.get(row.code, []), found.names, period, today, _Slots(row, shifts)) for row in lists
    ]
    shown = [routine for routine in made if routine is not None]
    return sorted(shown, key=lambda r: (r.ratio.full, r.interval_days, r.code))


class _Shifts:
    """The shifts of each business day as they were then, reckoned once."""

    def __init__(self, site: Site):
        self._site, self._days = site, dict[date, list[ShiftTime]]()

    def of(self, day: date) -> list[ShiftTime]:
        if day not in self._days:
            site = self._site
            self._days[day] = shift_times(day, site.shifts_on(day), site.zone, site.day_start)
        return self._days[day]


Slot = tuple[date, date, str]  # a period, or one shift of a day


class _Slots:
    """What a list is owed once in: each of its periods, or each shift of the day where its title says so."""

    def __init__(self, row: Any, shifts: _Shifts):
        self._interval, self._shifts = row.interval_days, shifts if owed_by_shift(row) else None

    def within(self, span: tuple[date, date]) -> list[Slot]:
        shifts = self._shifts.of(span[0]) if self._shifts else ()
        return [(*span, shift.code) for shift in shifts] or [(*span, "")]

    def filled(self, one: Done) -> Iterator[tuple[str, Slot]]:
        """What was done in which slot; nothing between two shifts, where nobody owed it."""
        span = period_of(self._interval, one.day)
        if span is None:
            return
        codes = {shift.code for shift in self._shifts.of(one.day)} if self._shifts else ()
        for shift, things in one.by_shift.items():
            if not codes:
                yield from ((thing, (*span, "")) for thing in things)
            elif shift in codes:
                yield from ((thing, (*span, shift)) for thing in things)


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
    period: Period, today: date, slots: "_Slots",
) -> Routine | None:  # fmt: skip
    targets = {thing: since for kind in row.applies_to for thing, since in things.get(kind, {}).items()}
    inside = [one for one in done if one.day >= period.first]
    rare = row.interval_days > LONGEST[period.kind]
    if not targets or (rare and not inside):
        return None
    spans = {span for day in period.days if day <= today and (span := period_of(row.interval_days, day))}
    due = {slot for span in spans if span[0] >= period.first or not rare for slot in slots.within(span)}
    owed = _owed(targets.values(), due)
    by_site = bool(BY_SITE & set(row.applies_to))
    asked = {(None if by_site else thing, slot) for one in done for thing, slot in slots.filled(one)}
    hit = [(thing, slot) for thing, slot in asked if slot in due and thing in targets and slot[1] >= targets[thing]]
    last = inside[-1] if inside else None
    left = period_of(row.interval_days, today)
    return Routine(
        code=row.code,
        title={"zh": row.title_zh, "en": row.title_en},
        interval_days=row.interval_days,
        ratio=ratio(len(hit), owed),
        failed=sum(one.failed for one in inside),
        last_day=last.day if last else None,
        last_by=names.get(last.by, "") if last else "",
        until=left[1] if left and left in spans and len(hit) < owed else None,
    )


def _owed(sinces: Iterable[date], due: set[Slot]) -> int:
    """Each thing owes one in each slot that was not over when it came."""
    return sum(n * sum(slot[1] >= since for slot in due) for since, n in Counter(sinces).items())
