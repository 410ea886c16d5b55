"""The outlook (一年展望): what falls due in the next twelve months, by quarter, and what it costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from patrol.core.business_day import ONE_DAY
from patrol.core.db import connection
from patrol.core.prepared import Prepared
from patrol.equipment.dated import Dated, ItemDate, dates_of_site
from patrol.equipment.equipment import Equipment
from patrol.equipment.keeping_rules import EquipmentSite, rules_of
from patrol.equipment.service_life import SERVICE_YEARS, Years
from patrol.sites.place import Place

MONTHS = 12
PAID = ("service", "scrap")  # what a site gives a cost for
KINDS = (*PAID, "inspection_mark", "certificate")


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing to be done. on: the day it is due; quantity: units of the item; fen: what it costs in all."""

    on: date
    kind: str
    id: UUID
    code: str
    name: str
    type: str
    place: str
    quantity: int
    fen: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter, cut to the twelve months. first, last: both inside."""

    first: date
    last: date
    coming: list[Coming]

    @property
    def number(self) -> int:
        return (self.first.month - 1) // 3 + 1

    @property
    def whole(self) -> bool:
        return self.first.month % 3 == 1 and self.last.month % 3 == 0

    @property
    def fen(self) -> int:
        return sum(one.fen for one in self.coming)

    def units(self, kind: str) -> int:
        return sum(one.quantity for one in self.coming if one.kind == kind)

    @property
    def by_type(self) -> list[tuple[str, str, int, int]]:
        """(kind, type, units, fen), dearest first."""
        sums: dict[tuple[str, str], list[int]] = {}
        for one in self.coming:
            line = sums.setdefault((one.kind, one.type), [0, 0])
            line[0] += one.quantity
            line[1] += one.fen
        found = [(kind, type_, units, fen) for (kind, type_), (units, fen) in sums.items()]
        return sorted(found, key=lambda line: (-line[3], -line[2], line[0], line[1]))


@dataclass(frozen=True, slots=True)
class Outlook:
    """past: what should have been done already. soon: per number of days ahead, what falls within it and within no
    smaller one."""

    past: list[Coming]
    quarters: list[Quarter]
    soon: list[tuple[int, list[Coming]]]

    @property
    def fen(self) -> int:
        return sum(quarter.fen for quarter in self.quarters) + sum(one.fen for one in self.past)


_ITEMS = Prepared(
    select(
        Equipment.id,
        Equipment.code,
        Equipment.name,
        Equipment.type,
        Equipment.quantity,
        Equipment.next_service,
        Equipment.scrap_on,
        Place.full_name.label("place"),
    )
    .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
    .where(
        Equipment.site_id == bindparam("site_id"),
        Equipment.state != "retired",
        or_(
            Equipment.next_service < bindparam("end"),
            Equipment.scrap_on < bindparam("end"),
            Equipment.id.in_(select(ItemDate.equipment_id).where(ItemDate.site_id == bindparam("site_id"))),
        ),
    )
    .order_by(Equipment.code)
)


def outlook_of(site_id: UUID, today: date) -> tuple[Outlook, EquipmentSite]:
    """Three queries whatever the size."""
    rules = rules_of(site_id)
    rows = _ITEMS.all(connection(), {"site_id": site_id, "end": _end(today)})
    return outlook(rows, dates_of_site(site_id), today, rules.table, rules.cost, rules.warn_days), rules


def outlook(
    items: Sequence[Any],
    dated: Iterable[Dated],
    today: date,
    table: Mapping[str, Years] = SERVICE_YEARS,
    cost: Any = lambda kind, act: 0,
    warn_days: Sequence[int] = (60, 30, 7),
) -> Outlook:
    """items: id, code, name, type, quantity, next_service, scrap_on, place.

    A unit is taken to be serviced when it is due, so that one of a short rhythm comes twice; from its scrap day on
    it comes no more, and when both fall on one day it is scrapped.
    """
    end, by_id = _end(today), {item.id: item for item in items}
    found = [one for item in items for one in _of_item(item, today, end, table, cost)]
    for one in dated:
        item = by_id.get(one.equipment_id)
        if item is not None and one.until < end:
            found.append(_coming(item, one.kind, one.until, 0))
    found.sort(key=lambda one: (one.on, one.place, one.code, one.kind))
    past = [one for one in found if is_past(one.kind, one.on, today)]
    ahead = [one for one in found if not is_past(one.kind, one.on, today)]
    quarters = [
        Quarter(first, last, [one for one in ahead if first <= one.on <= last]) for first, last in quarters_of(today)
    ]
    return Outlook(past, quarters, _soon(ahead, today, warn_days))


def is_past(kind: str, on: date, today: date) -> bool:
    """Scrap counts from its day on, everything else until its day is over (as in service_life.due_state)."""
    return on <= today if kind == "scrap" else on < today


def quarters_of(today: date) -> list[tuple[date, date]]:
    """The calendar quarters of the twelve months from this one on, cut to them: four or five stretches."""
    first, end = today.replace(day=1), _end(today)
    found = []
    while first < end:
        following = min(_months_after(first, 3 - (first.month - 1) % 3), end)
        found.append((first, following - ONE_DAY))
        first = following
    return found


def threshold(days_left: int, warn_days: Sequence[int]) -> int | None:
    """The smallest number of days ahead that has begun: 25 days left, told 60 and 30 ahead, is 30."""
    return min((days for days in warn_days if days_left <= days), default=None)


def _of_item(item: Any, today: date, end: date, table: Mapping[str, Years], cost: Any) -> Iterable[Coming]:
    years, due = table.get(item.type), item.next_service
    while due is not None and due < end and (item.scrap_on is None or due < item.scrap_on):
        yield _coming(item, "service", due, cost(item.type, "service"))
        if years is None:
            break
        due = _months_after(max(due, today.replace(day=1)), years.every * 12)
    if item.scrap_on is not None and item.scrap_on < end:
        yield _coming(item, "scrap", item.scrap_on, cost(item.type, "scrap"))


def _coming(item: Any, kind: str, on: date, fen: int) -> Coming:
    return Coming(
        on, kind, item.id, item.code, item.name, item.type, item.place, item.quantity, fen * item.quantity
    )  # fmt: skip


def _soon(ahead: list[Coming], today: date, warn_days: Sequence[int]) -> list[tuple[int, list[Coming]]]:
    by_days: dict[int, list[Coming]] = {days: [] for days in sorted(warn_days)}
    for one in ahead:
        reached = threshold((one.on - today).days, warn_days)
        if reached is not None:
            by_days[reached].append(one)
    return list(by_days.items())


def _end(today: date) -> date:
    """The first day after the twelve months."""
    return today.replace(year=today.year + 1, day=1)


def _months_after(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)
