"""What was checked on one day: which things by which list, and the numbers that were read. Pure.

Kept beside a day's figures, so that a month knows what it covers without reading its inspections again.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from patrol.reviews.facts import DayFacts

Checked = dict[str, Any]


class Done(NamedTuple):
    """One list on one day. by_shift: keys of the things it was completed for, by the shift it was completed in ("" in
    none); failed: inspections with a failure; by: the key of whoever finished the last one."""

    day: date
    code: str
    by_shift: Mapping[str, list[str]]
    failed: int
    by: str


class Numbers(NamedTuple):
    """One number of one thing on one day, as often as it was read."""

    day: date
    n: int
    low: float
    high: float
    out: int


def checked_day(facts: DayFacts) -> Checked:
    """JSON-able. lists: {list: [{shift: [keys of things]}, failed, by]}; readings: {list: {item: {key: [n, low, high,
    out]}}}. Keys are the 32 hexadecimal digits of an id.
    """
    lists: dict[str, Any] = {}
    for one in facts.inspections:  # earliest first
        shifts, failed, _ = lists.get(one.checklist, ({}, 0, ""))
        if one.complete:
            shifts.setdefault(one.shift, set()).add(one.thing)
        lists[one.checklist] = (shifts, failed + (one.failed > 0), one.by)
    readings: dict[str, Any] = {}
    for read in sorted(facts.readings, key=lambda read: (read.checklist, read.item, read.thing)):
        items = readings.setdefault(read.checklist, {}).setdefault(read.item, {})
        items[read.thing] = [read.n, read.low, read.high, read.out]
    return {
        "lists": {code: [_sorted(lists[code][0]), *lists[code][1:]] for code in sorted(lists)},
        "readings": readings,
    }


def _sorted(shifts: Mapping[str, set[str]]) -> dict[str, list[str]]:
    return {shift: sorted(shifts[shift]) for shift in sorted(shifts)}


def nothing_checked() -> Checked:
    return {"lists": {}, "readings": {}}


def done_in(days: Mapping[date, Checked], first: date, last: date) -> Iterator[Done]:
    """By day, earliest first."""
    for day in sorted(days):
        if first <= day <= last:
            for code, (by_shift, failed, by) in days[day]["lists"].items():
                yield Done(day, code, by_shift, failed, by)


def numbers_in(days: Mapping[date, Checked], first: date, last: date) -> dict[tuple[str, str, str], list[Numbers]]:
    """By list, item and key of the thing; earliest first."""
    found: dict[tuple[str, str, str], list[Numbers]] = {}
    for day in sorted(days):
        if first <= day <= last:
            for code, items in days[day]["readings"].items():
                for item, things in items.items():
                    for key, read in things.items():
                        found.setdefault((code, item, key), []).append(Numbers(day, *read))
    return found
