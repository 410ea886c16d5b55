"""What duties are reckoned from: lists, places in walking order, what stands there, what was done last."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union_all

from patrol.accounts.reader import Reader
from patrol.core.business_day import period_of
from patrol.core.db import db
from patrol.equipment.checklist import Checklist, item_count
from patrol.equipment.due import LIFT_GAP_DAYS
from patrol.equipment.equipment import STANDING, Equipment
from patrol.equipment.inspection import Inspection
from patrol.equipment.owing import owed_now
from patrol.equipment.types import OWED_BY_SITE
from patrol.sites.place import Place, places_below
from patrol.sites.shift_times import shift_at
from patrol.sites.site import Site

LIFT_SERVICE = "lift_half_month"


class Spot(NamedTuple):
    """A place in walking order: full name, type, and the building (or other place at the top) it belongs to."""

    id: UUID
    name: str
    type: str | None
    building_id: UUID
    building_name: str
    building_kind: str
    floor: str = ""  # the name of the floor it lies on, if it lies on one


class Last(NamedTuple):
    day: date
    at: datetime


class OwedList(NamedTuple):
    """A list that comes back by itself, by the rule of the day (owing.py)."""

    id: UUID
    code: str
    title_zh: str
    title_en: str
    interval_days: int
    applies_to: Sequence[str]
    item_count: int


def lists_in_force(site_id: UUID, day: date) -> list[OwedList]:
    """The lists that are owed on this business day, without their items; the most frequent first."""
    query = select(
        Checklist.id,
        Checklist.code,
        Checklist.title_zh,
        Checklist.title_en,
        Checklist.interval_days,
        Checklist.applies_to,
        Checklist.owed_from,
        Checklist.owed_before,
        item_count().label("item_count"),
    ).where(Checklist.site_id == site_id, Checklist.retired_at.is_(None))
    found = [
        OwedList(row.id, row.code, row.title_zh, row.title_en, *rule, row.item_count)
        for row, rule in owed_now(db.session.execute(query).all(), day)
    ]
    return sorted(found, key=lambda row: (row.interval_days, row.code))


def walk(site_id: UUID, only: Collection[UUID] | None) -> list[Spot]:
    """The places in use, each building from the entrance inwards: by sort, then name, children after parents."""
    query = select(Place.id, Place.parent_id, Place.full_name, Place.name, Place.type, Place.kind, Place.sort).where(
        Place.site_id == site_id, Place.retired_at.is_(None)
    )
    children: dict[UUID | None, list[Any]] = {}
    for row in db.session.execute(query.order_by(Place.sort, Place.full_name, Place.id)):
        children.setdefault(row.parent_id, []).append(row)
    found: list[Spot] = []
    stack = [(row, row, "") for row in reversed(children.get(None, []))]
    while stack:
        row, top, floor = stack.pop()
        floor = row.name if row.kind == "floor" else floor
        if only is None or row.id in only:
            found.append(Spot(row.id, row.full_name, row.type, top.id, top.full_name, top.kind, floor))
        stack += [(child, top, floor) for child in reversed(children.get(row.id, []))]
    return found


def below(site_id: UUID, place_id: UUID) -> set[UUID]:
    """The place itself and every place under it."""
    return set(db.session.scalars(places_below(site_id, place_id)))


def standing(site_id: UUID, day: date, places: Collection[UUID] | None) -> Sequence[Any]:
    query = select(
        Equipment.id, Equipment.code, Equipment.type, Equipment.model, Equipment.place_id, Equipment.half_monthly
    ).where(Equipment.site_id == site_id, Equipment.state.in_(STANDING), Equipment.in_service_from <= day)
    if places is not None:
        query = query.where(Equipment.place_id.in_(places))
    return db.session.execute(query.order_by(Equipment.code)).all()


def last_done(
    site_id: UUID,
    lists: Sequence[Any],
    day: date,
    at: datetime,
    items: Sequence[Any],
    places: Collection[UUID] | None,
) -> dict[tuple[str, UUID | None], Last]:
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
    last: dict[tuple[str, UUID | None], Last] = {}
    for code, equipment_id, place_id, done_on, done_at in db.session.execute(union_all(*here)):
        thing = None if code in owed_by_site else equipment_id or place_id
        before = last.get((code, thing))
        if before is None or done_at > before.at:
            last[code, thing] = Last(done_on, done_at)
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


def shift_start(by: Reader, at: datetime) -> datetime | None:
    """When the shift that is on now began; None when the site's shifts leave a gap here."""
    site = db.session.get(Site, by.site_id)
    now_on = shift_at(at, site.shifts, site.zone, site.day_start) if site else None
    return now_on.starts_at if now_on else None
