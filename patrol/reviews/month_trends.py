"""The readings that a month's paper draws: those out of their limits first, then those with gaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from patrol.core.db import connection
from patrol.core.prepared import Prepared
from patrol.equipment.equipment import Equipment
from patrol.equipment.judge import bounds
from patrol.equipment.readings import Read, Reading
from patrol.reviews.checked import Numbers, numbers_in
from patrol.reviews.month_equipment import readings_in
from patrol.reviews.review import Review

Mark = tuple[date, float, bool, str]  # as charts.trend() takes them


@dataclass(frozen=True, slots=True)
class Drawn:
    """One reading of one thing over the month. low, high: the limits in force."""

    reading: Reading
    read: Read
    marks: list[Mark]
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trends:
    """things: how many things are read; owed, got, out: over all of them. never: owed, and nothing was written down.

    hidden: things with something to tell for which there is no room.
    """

    drawn: list[Drawn]
    things: int
    owed: int
    got: int
    out: int
    never: int
    hidden: int


def trends(found: Review, most: int) -> Trends:
    """Of what the review knows already; one query for limits that items have of their own."""
    readings = readings_in(found)
    reads = [read for reading in readings for read in reading.things]
    worth = ranked((reading, read) for reading in readings for read in reading.things)
    chosen = worth[:most]
    values = numbers_in(found.known.checked, found.period.first, found.period.last)
    own = _own_limits(found.site.id, [read.thing.id for _, read in chosen if read.thing.of_item])
    drawn = []
    for reading, read in chosen:
        item = reading.item
        low, high = bounds(item, own.get(read.thing.id, {}).get(item["code"]))
        days = values.get((reading.code, item["code"], read.thing.id.hex), [])
        drawn.append(Drawn(reading, read, marks_of(days, low, high), low, high))
    return Trends(
        drawn=drawn,
        things=len(reads),
        owed=sum(reading.expected for reading in readings),
        got=sum(reading.got for reading in readings),
        out=sum(read.out for read in reads),
        never=sum(1 for read in reads if read.expected and not read.got),
        hidden=sum(1 for _, read in worth[most:] if read.out or read.missing),
    )


def ranked(reads: Iterable[tuple[Reading, Read]]) -> list[tuple[Reading, Read]]:
    """What can be drawn; no reading twice while others with something to tell wait."""
    rows = [(reading, read) for reading, read in reads if read.values > 1 or read.out]
    rows.sort(key=lambda row: (-row[1].out, -row[1].missing))
    first: dict[tuple[str, str], Read] = {}
    for reading, read in rows:
        first.setdefault((reading.code, reading.item["code"]), read)
    repeated = {id(read) for _, read in rows} - {id(read) for read in first.values()}
    return sorted(rows, key=lambda row: (not (row[1].out or row[1].missing), id(row[1]) in repeated))


def marks_of(days: Sequence[Numbers], low: float | None, high: float | None) -> list[Mark]:
    """The lowest and the highest of each day. A day that was out of limits shows where: at the value beyond the limits
    in force, or at both where they were others then."""
    marks = []
    for one in days:
        values = list(dict.fromkeys((one.low, one.high)))
        beyond = [v for v in values if (low is not None and v < low) or (high is not None and v > high)]
        marks += [(one.day, v, bool(one.out) and v in (beyond or values), "") for v in values]
    return marks


_LIMITS = Prepared(
    select(Equipment.id, Equipment.limits).where(
        Equipment.site_id == bindparam("site_id"), Equipment.id.in_(bindparam("ids", expanding=True))
    )
)


def _own_limits(site_id: UUID, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    if not ids:
        return {}
    return {row.id: row.limits or {} for row in _LIMITS.all(connection(), {"site_id": site_id, "ids": ids})}
