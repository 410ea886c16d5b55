"""Readings (抄表): numbers that checklists ask for, over time and by month: what was owed, what was written down."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from patrol.core.business_day import ONE_DAY, business_day, month_bounds, period_of
from patrol.core.db import connection
from patrol.core.prepared import Prepared
from patrol.equipment.checklist import Checklist, owed_by_shift
from patrol.equipment.equipment import STANDING, Equipment
from patrol.equipment.inspection import Finding, Inspection
from patrol.sites.place import Place
from patrol.sites.shift_times import shift_times
from patrol.sites.site import Site

LONGEST = 30  # rarer lists have no month of their own
MOST_POINTS = 400
Values = Mapping[tuple[str, str, str], Sequence[Any]]  # by list, item and key of the thing: the days it was read on


@dataclass(frozen=True, slots=True)
class Point:
    """low, high: the limits that were in force; text: the single values, where several were read."""

    at: datetime
    day: date
    value: float
    low: float | None
    high: float | None
    out: bool
    text: str
    inspection_id: UUID


class Thing(NamedTuple):
    """What is read: an item of the ledger, or a place that stands for itself."""

    id: UUID
    of_item: bool
    code: str
    place: str
    since: date | None

    @property
    def query(self) -> str:
        return f"{'equipment' if self.of_item else 'place'}={self.id}"


@dataclass(slots=True)
class Read:
    """One reading of one thing in a month. expected, got: periods; values: how many numbers."""

    thing: Thing
    expected: int
    got: int
    values: int
    low: float | None
    high: float | None
    out: int

    @property
    def missing(self) -> int:
        return max(0, self.expected - self.got)


@dataclass(slots=True)
class Reading:
    """One number of one list, over all its things."""

    code: str
    title: Mapping[str, str]
    item: Mapping[str, Any]
    interval_days: int
    things: list[Read] = field(default_factory=list)

    @property
    def expected(self) -> int:
        return sum(one.expected for one in self.things)

    @property
    def got(self) -> int:
        return sum(min(one.got, one.expected) for one in self.things)

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.things)

    @property
    def out(self) -> int:
        return sum(one.out for one in self.things)

    @property
    def low(self) -> float | None:
        return min((one.low for one in self.things if one.low is not None), default=None)

    @property
    def high(self) -> float | None:
        return max((one.high for one in self.things if one.high is not None), default=None)


_SERIES = (
    select(
        Inspection.completed_at,
        Inspection.business_day,
        Finding.value,
        Finding.limits,
        Finding.result,
        Finding.text,
        Inspection.id,
    )
    .join(Finding, and_(Finding.site_id == Inspection.site_id, Finding.inspection_id == Inspection.id))
    .where(
        Inspection.site_id == bindparam("site_id"),
        Inspection.checklist_code == bindparam("code"),
        Inspection.business_day >= bindparam("first"),
        Inspection.business_day <= bindparam("last"),
        Finding.item_code == bindparam("item"),
        Finding.value.is_not(None),
    )
    .order_by(Inspection.completed_at.desc(), Inspection.id.desc())
    .limit(MOST_POINTS)
)
_OF_ITEM = Prepared(_SERIES.where(Inspection.equipment_id == bindparam("thing")))
_OF_PLACE = Prepared(_SERIES.where(Inspection.place_id == bindparam("thing"), Inspection.equipment_id.is_(None)))

_LISTS = Prepared(
    select(
        Checklist.code,
        Checklist.title_zh,
        Checklist.title_en,
        Checklist.interval_days,
        Checklist.applies_to,
        Checklist.items,
    )
    .where(
        Checklist.site_id == bindparam("site_id"),
        Checklist.retired_at.is_(None),
        Checklist.interval_days > 0,
        Checklist.interval_days <= LONGEST,
    )
    .order_by(Checklist.interval_days, Checklist.code)
)
_ITEMS = Prepared(
    select(
        Equipment.id,
        Equipment.type,
        Equipment.code,
        Equipment.place_id,
        Equipment.in_service_from,
        Place.full_name.label("place"),
    )
    .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
    .where(
        Equipment.site_id == bindparam("site_id"),
        Equipment.state.in_(STANDING),
        Equipment.type.in_(bindparam("types", expanding=True)),
    )
    .order_by(Place.full_name, Equipment.code)
)
_PLACES = Prepared(
    select(Place.id, Place.type, Place.full_name.label("place"))
    .where(
        Place.site_id == bindparam("site_id"),
        Place.retired_at.is_(None),
        Place.type.in_(bindparam("types", expanding=True)),
    )
    .order_by(Place.full_name)
)
_VALUES = Prepared(
    select(
        Inspection.checklist_code.label("code"),
        Finding.item_code.label("item"),
        func.coalesce(Inspection.equipment_id, Inspection.place_id).label("thing"),
        Inspection.business_day.label("day"),
        func.count().label("n"),
        func.min(Finding.value, type_=Finding.value.type).label("low"),
        func.max(Finding.value, type_=Finding.value.type).label("high"),
        func.count().filter(Finding.result == "fail").label("out"),
    )
    .join(Finding, and_(Finding.site_id == Inspection.site_id, Finding.inspection_id == Inspection.id))
    .where(
        Inspection.site_id == bindparam("site_id"),
        Inspection.business_day >= bindparam("first"),
        Inspection.business_day <= bindparam("last"),
        Finding.value.is_not(None),
    )
    .group_by(
        Inspection.checklist_code,
        Finding.item_code,
        Inspection.equipment_id,
        Inspection.place_id,
        Inspection.business_day,
    )
)


def series(
    site_id: UUID, code: str, item: str, *, equipment: UUID | None, place: UUID | None, first: date, last: date
) -> list[Point]:
    """Earliest first; the last so many of the stretch. One query."""
    asked = {"site_id": site_id, "code": code, "item": item, "first": first, "last": last, "thing": equipment or place}
    rows = (_OF_ITEM if equipment else _OF_PLACE).all(connection(), asked)
    return [
        Point(
            row.completed_at, row.business_day, float(row.value), (row.limits or {}).get("min"),
            (row.limits or {}).get("max"), row.result == "fail", row.text, row.id,
        )
        for row in reversed(rows)
    ]  # fmt: skip


def numbers_read(site_id: UUID, first: date, last: date) -> list[Any]:
    """Every number that was read, by list, item, thing and business day: how often, lowest, highest, out of limits."""
    return _VALUES.all(connection(), {"site_id": site_id, "first": first, "last": last})


def readings_of(site: Site, month: date, today: date) -> list[Reading]:
    """Of the calendar month; nothing is owed from before the site began."""
    first, last = month_bounds(month)
    return month_readings(site.id, first, last, today, shifts=_shifts(site), began=_began(site))


def readings_with(
    site: Site, month: date, today: date, lists: Sequence[Any], things: Mapping[str, Sequence[Thing]], values: Values
) -> list[Reading]:
    """The same of what was read from the database already. things: by type."""
    return _readings(lists, things, values, *month_bounds(month), today, shifts=_shifts(site), began=_began(site))


def _shifts(site: Site) -> Callable[[date], int]:
    """How many shifts a day of the site has, reckoned once for each."""

    @cache
    def on(day: date) -> int:
        return len(shift_times(day, site.shifts_on(day), site.zone, site.day_start)) or 1

    return on


def month_readings(
    site_id: UUID, first: date, last: date, today: date, *, shifts: Callable[[date], int], began: date = date.min
) -> list[Reading]:
    """Every number a list asks for, with gaps first. Four queries whatever the size.

    A period is owed once it is over (or filled before that) and ends in the month; shifts: how many a day has, for
    lists that every shift owes. Numbers that may stay empty are owed by nobody and only shown where somebody wrote one.
    """
    lists = [row for row in _LISTS.all(connection(), {"site_id": site_id}) if numbers_of(row.items)]
    if not lists:
        return []
    things = _things(site_id, {kind for row in lists for kind in row.applies_to})
    values: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for value in numbers_read(site_id, since(first), last):
        values[value.code, value.item, value.thing.hex].append(value)
    return _readings(lists, things, values, first, last, today, shifts=shifts, began=began)


def since(first: date) -> date:
    """The first day that matters for a month: that of the week it begins in."""
    week = period_of(7, first)
    assert week is not None
    return week[0]


def numbers_of(items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [item for item in items if item["kind"] == "number"]


def _began(site: Site) -> date:
    return business_day(site.created_at, site.zone, site.day_start)


def _readings(
    lists: Iterable[Any],
    things: Mapping[str, Sequence[Thing]],
    values: Values,
    first: date,
    last: date,
    today: date,
    *,
    shifts: Callable[[date], int],
    began: date,
) -> list[Reading]:
    found = []
    span = (max(first, began), min(last, today), last)
    for row in lists:
        owed_by = [thing for kind in dict.fromkeys(row.applies_to) for thing in things.get(kind, ())]
        per_day = shifts if owed_by_shift(row) else _once
        for item in numbers_of(row.items):
            reading = Reading(row.code, {"zh": row.title_zh, "en": row.title_en}, item, row.interval_days)
            reads = [
                read_of(thing, row.interval_days, per_day, bool(item["required"]),
                      values.get((row.code, item["code"], thing.id.hex), ()), span, today)
                for thing in owed_by
            ]  # fmt: skip
            reading.things = [one for one in reads if one.expected or one.values]
            if reading.things:
                found.append(reading)
    return sorted(found, key=lambda one: (not one.missing, one.interval_days, one.code))


def _once(_day: date) -> int:
    return 1


def _things(site_id: UUID, types: Iterable[str]) -> dict[str, list[Thing]]:
    """By type: items, and places of the type in which no item of it stands."""
    here, asked = connection(), {"site_id": site_id, "types": sorted(types)}
    things: dict[str, list[Thing]] = defaultdict(list)
    housed = set()
    for row in _ITEMS.all(here, asked):
        things[row.type].append(Thing(row.id, True, row.code, row.place, row.in_service_from))
        housed.add((row.place_id, row.type))
    for row in _PLACES.all(here, asked):
        if (row.id, row.type) not in housed:
            things[row.type].append(Thing(row.id, False, "", row.place, None))
    return things


def read_of(
    thing: Thing,
    interval: int,
    per_day: Callable[[date], int],
    required: bool,
    rows: Sequence[Any],
    span: tuple[date, date, date],
    today: date,
) -> Read:
    first, until, last = span
    filled: dict[tuple[date, date], int] = defaultdict(int)
    for row in rows:
        period = period_of(interval, row.day)
        if period is not None:
            filled[period] = min(per_day(row.day), filled[period] + row.n)
    owed = {
        period: per_day(period[0])
        for period in _periods(interval, max(first, thing.since or first), until)
        if required and period[1] <= last and (period[1] < today or filled.get(period))
    }
    inside = [row for row in rows if row.day >= first]
    return Read(
        thing,
        expected=sum(owed.values()),
        got=sum(min(n, filled.get(period, 0)) for period, n in owed.items()),
        values=sum(row.n for row in inside),
        low=min((float(row.low) for row in inside), default=None),
        high=max((float(row.high) for row in inside), default=None),
        out=sum(row.out for row in inside),
    )


@lru_cache(maxsize=256)  # most things stand all month, so that their periods are the same
def _periods(interval: int, first: date, last: date) -> tuple[tuple[date, date], ...]:
    found: list[tuple[date, date]] = []
    day = first
    while day <= last:
        period = period_of(interval, day)
        assert period is not None
        found.append(period)
        day = period[1] + ONE_DAY
    return tuple(found)
