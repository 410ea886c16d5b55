"""What is owed now: which list at which thing, until when, and whether it is done in its period.

Lists are owed by the equipment and the places they apply to; "site" and "drill" lists once by the whole site.
Lists of routes, points and weather are filled when the moment comes and are never owed. Everything is
reckoned from inspections up to ``at``, with a handful of queries whatever the size of the site.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.business_day import period_of
from patrol.core.db import db
from patrol.core.keys import NIL
from patrol.equipment.checklist import owed_by_shift
from patrol.equipment.due import LIFT_GAP_DAYS, LiftGap, due_until, lift_gap_fails
from patrol.equipment.inspection import Inspection
from patrol.equipment.owed import (
    LIFT_SERVICE,
    Last,
    Spot,
    below,
    last_done,
    lists_in_force,
    shift_start,
    standing,
    walk,
)
from patrol.equipment.rights import may_fill
from patrol.equipment.types import ALL_KINDS, OWED_BY_SITE, SCOPES, Kind

_TEAMS = frozenset(kind.team for kind in ALL_KINDS.values())


@dataclass(frozen=True, slots=True)
class Duty:
    """One list at one thing. until: the last business day it can be done on; done: in the period of today.

    A list of the whole site belongs to no building (building_kind "site"); its place is only a first offer.
    """

    checklist_id: UUID
    code: str
    title: Mapping[str, str]
    interval_days: int
    item_count: int
    applies_to: Sequence[str]
    kind: Kind
    place_id: UUID
    place_name: str
    building_id: UUID
    building_name: str
    building_kind: str
    equipment_id: UUID | None
    equipment_code: str
    equipment_type: str | None
    model: str
    until: date
    done: bool
    floor: str = ""

    @property
    def minutes(self) -> int:
        """About half a minute an item."""
        return max(1, -(-self.item_count // 2))

    @property
    def url(self) -> str:
        thing = f"equipment={self.equipment_id}" if self.equipment_id else f"place={self.place_id}"
        return f"/inspections/new?{thing}&checklist={self.code}"


@dataclass(frozen=True, slots=True)
class DutyLine:
    """The duties of one list at one place, as one row of a page: ``next`` is where a tap leads."""

    next: Duty
    left: int
    total: int


class Progress(NamedTuple):
    done: int
    total: int


def duties(by: Reader, at: datetime, places: Collection[UUID] | None = None) -> list[Duty]:
    """Everything owed on the business day of ``at``, in walking order; done ones included.

    places: only what stands at these places; the whole site's own lists are then left out.
    """
    day = business_day_of(by, at)
    lists = lists_in_force(by.site_id, day)
    spots = walk(by.site_id, places)
    items = standing(by.site_id, day, places)
    last = last_done(by.site_id, lists, day, at, items, places)
    shift = shift_start(by, at) if any(map(owed_by_shift, lists)) else None
    make = _Maker(day, shift, last)
    found = [make.site(row, spots) for row in lists if places is None and spots and OWED_BY_SITE & set(row.applies_to)]
    by_type: dict[str, list[Any]] = {}
    for row in lists:
        for target in row.applies_to:
            by_type.setdefault(target, []).append(row)
    at_place: dict[UUID, list[Any]] = {}
    for item in items:
        at_place.setdefault(item.place_id, []).append(item)
    for spot in spots:
        units = at_place.get(spot.id, ())
        if spot.type and spot.type not in {item.type for item in units}:  # the ledger's room stands for the place
            found += [make.place(row, spot) for row in by_type.get(spot.type, ())]
        found += [make.item(row, spot, item) for item in units for row in by_type.get(item.type, ())]
    return found


def due_here(by: Reader, place_id: UUID, at: datetime) -> list[DutyLine]:
    """What this person can still do at a place and below it, nearest deadline first: for the arrival page."""
    here = duties(by, at, places=below(by.site_id, place_id))
    return sorted(lines(open_ones(by, here)), key=lambda line: line.next.until)


def mine(by: Reader, all_duties: Iterable[Duty]) -> list[Duty]:
    """Those this person may fill and whose team he or she is in; those who lead everybody see all."""
    return [
        duty
        for duty in all_duties
        if may_fill(by, duty.applies_to, duty.equipment_type) and (duty.kind.team == by.team or by.team not in _TEAMS)
    ]


def open_ones(by: Reader, all_duties: Iterable[Duty]) -> list[Duty]:
    """Not done, and this person may fill them."""
    return [duty for duty in all_duties if not duty.done and may_fill(by, duty.applies_to, duty.equipment_type)]


def lines(all_duties: Iterable[Duty]) -> list[DutyLine]:
    """One line for each list at each place, in the order given; done ones count in ``total``."""
    groups: dict[tuple[UUID, str], list[Duty]] = {}
    for duty in all_duties:
        groups.setdefault((duty.place_id, duty.code), []).append(duty)
    return [_line(group) for group in groups.values()]


def _line(group: list[Duty]) -> DutyLine:
    left = [duty for duty in group if not duty.done]
    return DutyLine(next=left[0] if left else group[0], left=len(left), total=len(group))


def progress(all_duties: Iterable[Duty]) -> Progress:
    told = [duty.done for duty in all_duties]
    return Progress(sum(told), len(told))


RHYTHMS = (("day", {1}), ("week", {7}), ("month", {15, 30}))


def progress_by_rhythm(all_duties: Iterable[Duty]) -> list[tuple[str, Progress]]:
    """How far what comes round daily, weekly and monthly is done; a rhythm without a duty is left out. An item that
    is checked twice a month counts for the half that is on."""
    told = list(all_duties)
    found = [(name, progress(duty for duty in told if duty.interval_days in days)) for name, days in RHYTHMS]
    return [(name, part) for name, part in found if part.total]


def lift_gap(site_id: UUID, equipment_id: UUID, until: date | None = None) -> LiftGap:
    """The longest stretch between two witnessed services of a lift (list lift_half_month)."""
    query = select(Inspection.business_day).where(
        Inspection.site_id == site_id,
        Inspection.equipment_id == equipment_id,
        Inspection.checklist_code == LIFT_SERVICE,
        Inspection.complete,
    )
    return lift_gap_fails(db.session.scalars(query), until=until)


class _Maker:
    def __init__(self, day: date, shift: datetime | None, last: Mapping[tuple[str, UUID | None], Last]):
        self.day, self.shift, self.last = day, shift, last

    def site(self, row: Any, spots: Sequence[Spot]) -> Duty:
        scope = next(code for code in row.applies_to if code in OWED_BY_SITE)
        whole = spots[0]._replace(building_id=NIL, building_name="", building_kind="site", floor="")
        return self._duty(row, whole, SCOPES[scope], (row.code, None))

    def place(self, row: Any, spot: Spot) -> Duty:
        return self._duty(row, spot, ALL_KINDS[spot.type or ""], (row.code, spot.id))

    def item(self, row: Any, spot: Spot, item: Any) -> Duty:
        return self._duty(row, spot, ALL_KINDS[item.type], (row.code, item.id), item)

    def _duty(self, row: Any, spot: Spot, kind: Kind, key: tuple[str, UUID | None], item: Any | None = None) -> Duty:
        interval = row.interval_days
        if item is not None and item.half_monthly and interval == 30:
            interval = 15
        until, done = self._state(row, interval, self.last.get(key))
        return Duty(
            checklist_id=row.id,
            code=row.code,
            title={"zh": row.title_zh, "en": row.title_en},
            interval_days=interval,
            item_count=row.item_count,
            applies_to=row.applies_to,
            kind=kind,
            place_id=spot.id,
            place_name=spot.name,
            building_id=spot.building_id,
            building_name=spot.building_name,
            building_kind=spot.building_kind,
            equipment_id=item.id if item is not None else None,
            equipment_code=item.code if item is not None else "",
            equipment_type=item.type if item is not None else None,
            model=item.model if item is not None else "",
            until=until,
            done=done,
            floor=spot.floor,
        )

    def _state(self, row: Any, interval: int, last: Last | None) -> tuple[date, bool]:
        """Last good day and whether it is done: in the period, in this shift where the title says so, and for
        a lift's service within 15 days of the one before."""
        period = period_of(interval, self.day)
        until = due_until(interval, self.day) or self.day
        if last is None or period is None:
            return until, False
        done = last.day >= period[0]
        if done and self.shift is not None and owed_by_shift(row):
            done = last.at >= self.shift
        if row.code == LIFT_SERVICE:
            limit = last.day + timedelta(days=LIFT_GAP_DAYS)
            return (until if done else min(until, limit)), done and self.day <= limit
        return until, done
