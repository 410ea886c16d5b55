"""What counts as fire equipment, and which items were away for service all month (DOMAIN §7)."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.business_day import day_bounds
from patrol.core.db import db
from patrol.equipment.catalogue import glossary
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.sites.site import Site


@cache
def fire_types() -> frozenset[str]:
    """Types of equipment that the glossary keeps under fire."""
    return frozenset(code for code in EQUIPMENT_TYPES if f"fire.{code}" in glossary())


LINES = ("state", "serviced", "refilled", "retired")  # of an item's file: those that say where it is


def away_all_month(site_id: UUID, first: date, last: date) -> set[UUID]:
    """Items that were out for service from the first to the last day, both business days. Three queries."""
    site = db.session.get_one(Site, site_id)
    query = (
        select(EquipmentEvent.equipment_id, EquipmentEvent.at, EquipmentEvent.kind, EquipmentEvent.detail)
        .where(
            EquipmentEvent.site_id == site_id,
            EquipmentEvent.kind.in_(LINES),
            EquipmentEvent.equipment_id.in_(
                select(EquipmentEvent.equipment_id).where(
                    EquipmentEvent.site_id == site_id, EquipmentEvent.kind == "state"
                )
            ),
        )
        .order_by(EquipmentEvent.at, EquipmentEvent.id)
    )
    lines = [(row.equipment_id, row.at, row.kind, row.detail.get("to")) for row in db.session.execute(query)]
    now_away = select(Equipment.id).where(Equipment.site_id == site_id, Equipment.state == "out_for_service")
    return away_by(lines, db.session.scalars(now_away), site, first, last)


def away_by(
    lines: Iterable[tuple[Any, datetime, str, str | None]], now_away: Iterable[Any], site: Site, first: date, last: date
) -> set[Any]:
    """The same from lines of the items' files (item, when, kind, new state), earliest first.

    State changes are lines in an item's file; one whose last line before the month says "away", and that has no
    line within it, was away all month. So was one that is away and has no lines at all.
    """
    begins = day_bounds(first, site.zone, site.day_start)[0]
    ends = day_bounds(last, site.zone, site.day_start)[1]
    was: dict[Any, str] = {}
    known: set[Any] = set()
    changed_within: set[Any] = set()
    for item, at, kind, to in lines:
        known.add(item)
        if at >= ends:
            continue
        if at >= begins:
            changed_within.add(item)
        was[item] = str(to) if kind == "state" else "in_service"
    away = {item for item, state in was.items() if state == "out_for_service" and item not in changed_within}
    return away | (set(now_away) - known)
