"""What is owed now: which list at which thing, until when, and whether it is done in its period.

Lists are owed by the equipment and the places they apply to; "site" and "drill" lists once by the whole site.
Lists of routes, points and weather are filled when the moment comes and are never owed. Everything is
reckoned from inspections up to ``at``, with a handful of queries whatever the size of the site.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union_all

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.business_day import period_of, wall
from patrol.core.db import db
from patrol.equipment.checklist import Checklist, every_shift, item_count
from patrol.equipment.due import LIFT_GAP_DAYS, LiftGap, due_until, lift_gap_fails
from patrol.equipment.equipment import STANDING, Equipment
from patrol.equipment.inspection import Inspection
from patrol.equipment.rights import may_fill
from patrol.equipment.types import ALL_KINDS, OWED_BY_SITE, SCOPES, Kind
from patrol.sites.place import Place
from patrol.sites.site import Site

LIFT_SERVICE = "lift_half_month"
_TEAMS = frozenset(kind.team for kind in ALL_KINDS.values())


@dataclass(frozen=True, slots=True)
class Duty:
    """One list at one thing. until: the last business day it can be done on; done: in the period of today."""

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


class _Spot(NamedTuple):
    """A place in walking order: full name, type, and the building (or other place at the top) it belongs to."""

    id: UUID
    name: str
    type: str | None
    building_id: UUID
    building_name: str
    building_kind: str


class _Last(NamedTuple):
    day: date
    at: datetime


def duties(by: Reader, at: datetime, places: Collection[UUID] | None = None) -> list[Duty]:
    """Everything owed on the business day of ``at``, in walking order; done ones included.

    places: only what stands at these places; the whole site's own lists are then left out.
    """
    day = business_day_of(by, at)
    lists = _lists(by.site_id)
    spots = _walk(by.site_id, places)
    items = _equipment(by.site_id, day, places)
    last = _last_done(by.site_id, lists, day, at, items, places)
    shift = _shift_start(by, at) if any(every_shift(row.title_zh, row.title_en) for row in lists) else None
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
        standing = at_place.get(spot.id, ())
        if spot.type and spot.type not in {item.type for item in standing}:  # the ledger's room stands for the place
            found += [make.place(row, spot) for row in by_type.get(spot.type, ())]
        found += [make.item(row, spot, item) for item in standing for row in by_type.get(item.type, ())]
    return found


def due_here(by: Reader, place_id: UUID, at: datetime) -> list[DutyLine]:
    """What this person can still do at a place and below it, nearest deadline first: for the arrival page."""
    here = duties(by, at, places=_below(by.site_id, place_id))
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


def next_here(by: Reader, place_id: UUID, at: datetime, code: str, equipment_id: UUID | None) -> Duty | None:
    """What to open after this one is finished: the same list at the next unit of the room, else anything here."""
    here = [
        duty
        for duty in open_ones(by, duties(by, at, places=[place_id]))
        if (duty.code, duty.equipment_id) != (code, equipment_id)
    ]
    return next((duty for duty in here if duty.code == code), here[0] if here else None)


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
    def __init__(self, day: date, shift: datetime | None, last: Mapping[tuple[str, UUID | None], _Last]):
        self.day, self.shift, self.last = day, shift, last

    def site(self, row: Any, spots: Sequence[_Spot]) -> Duty:
        scope = next(code for code in row.applies_to if code in OWED_BY_SITE)
        return self._duty(row, spots[0], SCOPES[scope], (row.code, None))

    def place(self, row: Any, spot: _Spot) -> Duty:
        return self._duty(row, spot, ALL_KINDS[spot.type or ""], (row.code, spot.id))

    def item(self, row: Any, spot: _Spot, item: Any) -> Duty:
        return self._duty(row, spot, ALL_KINDS[item.type], (row.code, item.id), item)

    def _duty(self, row: Any, spot: _Spot, kind: Kind, key: tuple[str, UUID | None], item: Any | None = None) -> Duty:
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
        )

    def _state(self, row: Any, interval: int, last: _Last | None) -> tuple[date, bool]:
        """Last good day and whether it is done: in the period, in this shift where the title says so, and for
        a lift's service within 15 days of the one before."""
        period = period_of(interval, self.day)
        until = due_until(interval, self.day) or self.day
        if last is None or period is None:
            return until, False
        done = last.day >= period[0]
        if done and self.shift is not None and every_shift(row.title_zh, row.title_en):
            done = last.at >= self.shift
        if row.code == LIFT_SERVICE:
            limit = last.day + timedelta(days=LIFT_GAP_DAYS)
            return (until if done else min(until, limit)), done and self.day <= limit
        return until, done


def _lists(site_id: UUID) -> Sequence[Any]:
    """The lists in force that come back by themselves, without their items."""
    query = select(
        Checklist.id,
        Checklist.code,
        Checklist.title_zh,
        Checklist.title_en,
        Checklist.interval_days,
        Checklist.applies_to,
        item_count().label("item_count"),
    ).where(Checklist.site_id == site_id, Checklist.retired_at.is_(None), Checklist.interval_days > 0)
    return db.session.execute(query.order_by(Checklist.interval_days, Checklist.code)).all()


def _walk(site_id: UUID, only: Collection[UUID] | None) -> list[_Spot]:
    """The places in use, each building from the entrance inwards: by sort, then name, children after parents."""
    query = select(Place.id, Place.parent_id, Place.full_name, Place.type, Place.kind, Place.sort).where(
        Place.site_id == site_id, Place.retired_at.is_(None)
    )
    below: dict[UUID | None, list[Any]] = {}
    for row in db.session.execute(query.order_by(Place.sort, Place.full_name, Place.id)):
        below.setdefault(row.parent_id, []).append(row)
    walk: list[_Spot] = []
    stack = [(row, row) for row in reversed(below.get(None, []))]
    while stack:
        row, top = stack.pop()
        if only is None or row.id in only:
            walk.append(_Spot(row.id, row.full_name, row.type, top.id, top.full_name, top.kind))
        stack += [(child, top) for child in reversed(below.get(row.id, []))]
    return walk


def _below(site_id: UUID, place_id: UUID) -> set[UUID]:
    """The place itself and every place under it."""
    tree = select(Place.id).where(Place.site_id == site_id, Place.id == place_id).cte("tree", recursive=True)
    tree = tree.union_all(select(Place.id).where(Place.site_id == site_id, Place.parent_id == tree.c.id))
    return set(db.session.scalars(select(tree.c.id)))


def _equipment(site_id: UUID, day: date, places: Collection[UUID] | None) -> Sequence[Any]:
    query = select(
        Equipment.id, Equipment.code, Equipment.type, Equipment.model, Equipment.place_id, Equipment.half_monthly
    ).where(Equipment.site_id == site_id, Equipment.state.in_(STANDING), Equipment.in_service_from <= day)
    if places is not None:
        query = query.where(Equipment.place_id.in_(places))
    return db.session.execute(query.order_by(Equipment.code)).all()


def _last_done(
    site_id: UUID,
    lists: Sequence[Any],
    day: date,
    at: datetime,
    items: Sequence[Any],
    places: Collection[UUID] | None,
) -> dict[tuple[str, UUID | None], _Last]:
    """The last complete inspection in its period by (list, thing); the thing of a site's own list is None.

    A lift's service is looked for one gap further back, since its deadline hangs on it.
    """
    codes: dict[date, list[str]] = {}
    for row in lists:
        period = period_of(row.interval_days, day)
        assert period is not None
        back = LIFT_GAP_DAYS * 2 if row.code == LIFT_SERVICE else 0
        codes.setdefault(period[0] - timedelta(days=back), []).append(row.code)
    if not codes:
        return {}
    here = [_period_query(site_id, since, names, at, items, places) for since, names in codes.items()]
    owed_by_site = {row.code for row in lists if OWED_BY_SITE & set(row.applies_to)}
    last: dict[tuple[str, UUID | None], _Last] = {}
    for code, equipment_id, place_id, done_on, done_at in db.session.execute(union_all(*here)):
        thing = None if code in owed_by_site else equipment_id or place_id
        before = last.get((code, thing))
        if before is None or done_at > before.at:
            last[code, thing] = _Last(done_on, done_at)
    return last


def _period_query(
    site_id: UUID,
    since: date,
    codes: list[str],
    at: datetime,
    items: Sequence[Any],
    places: Collection[UUID] | None,
) -> Any:
    query = select(
        Inspection.checklist_code,
        Inspection.equipment_id,
        Inspection.place_id,
        func.max(Inspection.business_day),
        func.max(Inspection.completed_at, type_=Inspection.completed_at.type),
    ).where(
        Inspection.site_id == site_id,
        Inspection.business_day >= since,
        Inspection.checklist_code.in_(codes),
        Inspection.complete,
        Inspection.completed_at <= at,
    )
    if places is not None:
        of_item = Inspection.equipment_id.in_([item.id for item in items])
        query = query.where(or_(of_item, and_(Inspection.equipment_id.is_(None), Inspection.place_id.in_(places))))
    return query.group_by(Inspection.checklist_code, Inspection.equipment_id, Inspection.place_id)


def _shift_start(by: Reader, at: datetime) -> datetime | None:
    """When the shift that is on now began; None when the site's shifts leave a gap here."""
    site = db.session.get(Site, by.site_id)
    local = at.astimezone(by.zone)
    for shift in site.shifts if site else ():
        begin, end = (time.fromisoformat(shift[name]) for name in ("start", "end"))
        for day in (local.date() - timedelta(days=1), local.date()):
            first = wall(day, begin, by.zone)
            last = wall(day if end > begin else day + timedelta(days=1), end, by.zone)
            if first <= at < last:
                return first
    return None
