"""Fire equipment of a month: coverage, usable rate, and what is due for service or scrap soon. Four queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from patrol.core.business_day import month_bounds
from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.equipment.month import away_all_month, fire_types
from patrol.hazards.standing import Standing
from patrol.reviews.figures import Coverage, EquipmentFacts, Ratio, coverage, usable
from patrol.sites.place import Place
from patrol.sites.site import Site

OUTLOOK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Due:
    """An item to be serviced or scrapped soon, or overdue. kind: service or scrap."""

    id: UUID
    code: str
    name: str
    type: str
    place: str
    kind: str
    on: date


@dataclass(frozen=True, slots=True)
class EquipmentMonth:
    coverage: Coverage
    usable: Ratio
    due: list[Due]
    failed: int  # complete or not, inspections of fire equipment that found something
    codes: dict[UUID, str]


def equipment_month(site: Site, month: date, hazards: Iterable[Standing], today: date) -> EquipmentMonth:
    """Figures of the calendar month `month` lies in. hazards: those open at its end (or now)."""
    first, last = month_bounds(month)
    rows = _rows(site.id, first)
    done, failed = _inspected(site.id, first, last)
    away = away_all_month(site.id, first, last)
    severities: dict[UUID, list[str]] = defaultdict(list)
    for hazard in hazards:
        if hazard.origin_id is not None:
            severities[hazard.origin_id].append(hazard.severity)
    facts = [
        EquipmentFacts(
            id=row.id,
            name=row.name or row.code,
            place=row.full_name,
            in_service_from=row.in_service_from,
            retired_on=row.retired_on,
            half_monthly=row.half_monthly,
            away_all_month=row.id in away,
            done_days=done.get(row.id, ()),
            open_severities=severities.get(row.id, ()),
            next_service=row.next_service,
            scrap_on=row.scrap_on,
        )
        for row in rows
    ]
    at = min(today, last)
    here = {row.id for row in rows}
    return EquipmentMonth(
        coverage=coverage(facts, month),
        usable=usable(facts, month, at),
        due=_due(rows, at),
        failed=sum(n for item, n in failed.items() if item in here),
        codes={row.id: row.code for row in rows},
    )


def _rows(site_id: UUID, first: date) -> list[Any]:
    query = (
        select(
            Equipment.id,
            Equipment.code,
            Equipment.name,
            Equipment.type,
            Equipment.state,
            Equipment.in_service_from,
            Equipment.retired_on,
            Equipment.half_monthly,
            Equipment.next_service,
            Equipment.scrap_on,
            Place.full_name,
        )
        .join(Place, (Place.site_id == Equipment.site_id) & (Place.id == Equipment.place_id))
        .where(
            Equipment.site_id == site_id,
            Equipment.type.in_(sorted(fire_types())),
            or_(Equipment.retired_on.is_(None), Equipment.retired_on >= first),
        )
        .order_by(Place.full_name, Equipment.code)
    )
    return list(db.session.execute(query))


def _inspected(site_id: UUID, first: date, last: date) -> tuple[dict[UUID, list[date]], dict[UUID, int]]:
    """A day of a complete inspection in each half of the month, and how many found a failure, by item."""
    first_half = Inspection.business_day <= first.replace(day=15)
    query = (
        select(
            Inspection.equipment_id,
            func.max(Inspection.business_day).filter(Inspection.complete),
            func.count().filter(Inspection.failed_count > 0),
        )
        .where(
            Inspection.site_id == site_id,
            Inspection.equipment_id.is_not(None),
            Inspection.business_day >= first,
            Inspection.business_day <= last,
        )
        .group_by(Inspection.equipment_id, first_half)
    )
    done: dict[UUID, list[date]] = defaultdict(list)
    failed: dict[UUID, int] = defaultdict(int)
    for item, day, n in db.session.execute(query):
        assert item is not None  # the query says so
        if day is not None:
            done[item].append(day)
        failed[item] += n
    return done, failed


def _due(rows: Iterable[Any], today: date) -> list[Due]:
    found = []
    for row in rows:
        if row.state == "retired":
            continue
        for kind, on in (("scrap", row.scrap_on), ("service", row.next_service)):
            if on is not None and on <= today + OUTLOOK:
                found.append(Due(row.id, row.code, row.name, row.type, row.full_name, kind, on))
                break
    return sorted(found, key=lambda due: (due.on, due.code))
