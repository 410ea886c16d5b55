"""Routines (例行检查): for each list that comes back by itself, how often it was owed and how often done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.business_day import period_of
from patrol.core.db import db
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.reviews.figures import Ratio, ratio
from patrol.reviews.period import Period
from patrol.sites.place import Place

STANDING = ("in_service", "faulty")
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


def routines(site_id: UUID, period: Period, today: date) -> list[Routine]:
    """Lists owed in the review, those with gaps first. Four queries whatever the size."""
    lists = list(db.session.execute(_lists(site_id)))
    if not lists:
        return []
    things = _things(site_id, period)
    done = _done(site_id, lists, period)
    found = [_routine(row, things, done.get(row.code, []), period, today) for row in lists]
    shown = [routine for routine in found if routine is not None]
    return sorted(shown, key=lambda r: (r.ratio.full, r.interval_days, r.code))


def _lists(site_id: UUID) -> Any:
    return (
        select(Checklist.code, Checklist.title_zh, Checklist.title_en, Checklist.interval_days, Checklist.applies_to)
        .where(Checklist.site_id == site_id, Checklist.retired_at.is_(None), Checklist.interval_days > 0)
        .order_by(Checklist.interval_days, Checklist.code)
    )


def _things(site_id: UUID, period: Period) -> dict[str, set[UUID | None]]:
    """What each type stands for: items by type, and places of that type with no item of the type in them."""
    things: dict[str, set[UUID | None]] = defaultdict(set)
    housed: set[tuple[UUID, str]] = set()
    items = select(Equipment.id, Equipment.type, Equipment.place_id).where(
        Equipment.site_id == site_id, Equipment.state.in_(STANDING), Equipment.in_service_from <= period.last
    )
    for row in db.session.execute(items):
        things[row.type].add(row.id)
        housed.add((row.place_id, row.type))
    places = select(Place.id, Place.type).where(
        Place.site_id == site_id, Place.type.is_not(None), Place.retired_at.is_(None)
    )
    for place in db.session.execute(places):
        if (place.id, place.type) not in housed:
            things[str(place.type)].add(place.id)
    for scope in BY_SITE:
        things[scope].add(None)
    return things


def _done(site_id: UUID, lists: Iterable[Any], period: Period) -> dict[str, list[Any]]:
    """Inspections of the review's periods, by list; the first period may begin before the review does."""
    starts = [span[0] for row in lists if (span := period_of(row.interval_days, period.first))]
    ends = [span[1] for row in lists if (span := period_of(row.interval_days, period.last))]
    query = (
        select(
            Inspection.checklist_code,
            Inspection.equipment_id,
            Inspection.place_id,
            Inspection.business_day,
            Inspection.complete,
            Inspection.failed_count,
            User.name,
        )
        .join(User, User.id == Inspection.user_id)
        .where(
            Inspection.site_id == site_id,
            Inspection.business_day >= max(min(starts), period.first.replace(day=1)),
            Inspection.business_day <= min(max(ends), period.last),
        )
        .order_by(Inspection.completed_at)
    )
    by_list: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        by_list[row.checklist_code].append(row)
    return by_list


def _routine(
    row: Any, things: Mapping[str, set[UUID | None]], done: list[Any], period: Period, today: date
) -> Routine | None:
    targets = set().union(*(things.get(kind, set()) for kind in row.applies_to))
    inside = [one for one in done if one.business_day >= period.first]
    rare = row.interval_days > LONGEST[period.kind]
    if not targets or (rare and not inside):
        return None
    spans = {span for day in period.days if day <= today and (span := period_of(row.interval_days, day))}
    due = {span for span in spans if span[0] >= period.first or not rare}  # each thing is owed one in each span
    owed = len(targets) * len(due)
    by_site = bool(BY_SITE & set(row.applies_to))
    hit = set()
    for one in done:
        span = period_of(row.interval_days, one.business_day)
        thing = None if by_site else one.equipment_id or one.place_id
        if one.complete and span in due and thing in targets:
            hit.add((thing, span))
    last = inside[-1] if inside else None
    left = period_of(row.interval_days, today)
    return Routine(
        code=row.code,
        title={"zh": row.title_zh, "en": row.title_en},
        interval_days=row.interval_days,
        ratio=ratio(len(hit), owed),
        failed=sum(one.failed_count > 0 for one in inside),
        last_day=last.business_day if last else None,
        last_by=last.name if last else "",
        until=left[1] if left and left in spans and len(hit) < owed else None,
    )
