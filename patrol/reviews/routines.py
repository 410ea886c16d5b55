"""Routines (例行检查): for each list that comes back by itself, how often it was owed and how often done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from patrol.core.business_day import period_of
from patrol.equipment.equipment import STANDING
from patrol.equipment.owing import owed_now
from patrol.reviews.checked import Done
from patrol.reviews.figures import Ratio, ratio
from patrol.reviews.period import Period
from patrol.reviews.stock import Stock

BY_SITE = frozenset({"site", "drill"})
LONGEST = {"day": 1, "week": 7, "month": 30}  # rarer lists show only where somebody did one


@dataclass(frozen=True, slots=True)
class Routine:
    """done and due count (thing, period) pairs. until: last day it can still be done, while time is left."""

    code: str
    title: Mapping[str, str]
    interval_days: int
    ratio: Ratio
    failed: int
    last_day: date | None
    last_by: str
    until: date | None


def routines(period: Period, today: date, found: Stock) -> list[Routine]:
    """Lists owed in the review, those with gaps first.

    found: of a stretch that holds the review and the month it begins in.
    """
    lists = [row._replace(**rule._asdict()) for row, rule in owed_now(found.lists, period.first)]
    if not lists:
        return []
    things = _things(found, period)
    done = _done(found, lists, period)
    made = [_routine(row, things, done.get(row.code, []), found.names, period, today) for row in lists]
    shown = [routine for routine in made if routine is not None]
    return sorted(shown, key=lambda r: (r.ratio.full, r.interval_days, r.code))


def _things(found: Stock, period: Period) -> dict[str, set[Any]]:
    """What each type stands for: items by type, and places of that type with no item of the type in them."""
    things: dict[str, set[Any]] = defaultdict(set)
    housed: set[tuple[Any, str]] = set()
    for item in found.items:
        if item.state in STANDING and item.in_service_from <= period.last:
            things[item.type].add(item.key)
            housed.add((item.place, item.type))
    for place in found.places:
        if (place.key, place.type) not in housed:
            things[place.type].add(place.key)
    for scope in BY_SITE:
        things[scope].add(None)
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
    row: Any, things: Mapping[str, set[Any]], done: list[Done], names: Mapping[Any, str], period: Period, today: date
) -> Routine | None:
    targets = set().union(*(things.get(kind, set()) for kind in row.applies_to))
    inside = [one for one in done if one.day >= period.first]
    rare = row.interval_days > LONGEST[period.kind]
    if not targets or (rare and not inside):
        return None
    spans = {span for day in period.days if day <= today and (span := period_of(row.interval_days, day))}
    due = {span for span in spans if span[0] >= period.first or not rare}  # each thing is owed one in each span
    owed = len(targets) * len(due)
    by_site = bool(BY_SITE & set(row.applies_to))
    asked = {
        (None if by_site else thing, span)
        for one in done
        if (span := period_of(row.interval_days, one.day)) in due
        for thing in one.things
    }
    hit = [thing for thing, _ in asked if thing in targets]
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
