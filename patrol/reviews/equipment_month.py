"""Fire equipment of a month: coverage, usable rate, and what is due for service or scrap soon."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from patrol.core.business_day import month_bounds
from patrol.equipment.month import away_by, fire_types
from patrol.hazards.standing import Standing
from patrol.reviews.figures import Coverage, EquipmentFacts, Ratio, coverage, usable
from patrol.reviews.stock import Stock
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
    """codes: of the items that were not covered."""

    coverage: Coverage
    usable: Ratio
    due: list[Due]
    codes: dict[UUID, str]


def equipment_month(site: Site, month: date, hazards: Iterable[Standing], today: date, found: Stock) -> EquipmentMonth:
    """Figures of the calendar month `month` lies in. hazards: those open at its end (or now).

    found: of a stretch that holds the month.
    """
    first, last = month_bounds(month)
    fire = fire_types()
    rows = [row for row in found.items if row.type in fire and (row.retired_on is None or row.retired_on >= first)]
    done = _inspected(found, first, last)
    now_away = (row.key for row in found.items if row.state == "out_for_service")
    away = away_by(((line.key, line.at, line.kind, line.to) for line in found.lines), now_away, site, first, last)
    severities: dict[str, list[str]] = defaultdict(list)
    for hazard in hazards:
        if hazard.origin_id is not None:
            severities[hazard.origin_id.hex].append(hazard.severity)
    facts = [
        EquipmentFacts(
            id=row.key,
            name=row.name or row.code,
            place=row.full_name,
            in_service_from=row.in_service_from,
            retired_on=row.retired_on,
            half_monthly=row.half_monthly,
            away_all_month=row.key in away,
            done_days=done.get(row.key, ()),
            open_severities=severities.get(row.key, ()),
            next_service=row.next_service,
            scrap_on=row.scrap_on,
        )
        for row in rows
    ]
    at = min(today, last)
    covered = coverage(facts, month)
    missing = {item.id for item in covered.missing}
    return EquipmentMonth(
        coverage=Coverage(covered.ratio, [item._replace(id=UUID(str(item.id))) for item in covered.missing]),
        usable=usable(facts, month, at),
        due=_due(rows, at),
        codes={UUID(row.key): row.code for row in rows if row.key in missing},
    )


def _inspected(found: Stock, first: date, last: date) -> dict[str, list[date]]:
    """Days of complete inspections by the key of what was checked."""
    done: dict[str, list[date]] = defaultdict(list)
    for one in found.done(first, last):
        for things in one.by_shift.values():
            for thing in things:
                done[thing].append(one.day)
    return done


def _due(rows: Iterable[Any], today: date) -> list[Due]:
    found = []
    for row in rows:
        if row.state == "retired":
            continue
        for kind, on in (("scrap", row.scrap_on), ("service", row.next_service)):
            if on is not None and on <= today + OUTLOOK:
                found.append(Due(UUID(row.key), row.code, row.name, row.type, row.full_name, kind, on))
                break
    return sorted(found, key=lambda due: (due.on, due.code))
