"""What counts as fire equipment, and which items were away for service all month (DOMAIN §7)."""

from datetime import date
from functools import cache
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


def away_all_month(site_id: UUID, first: date, last: date) -> set[UUID]:
    """Items that were out for service from the first to the last day, both business days. Three queries.

    State changes are lines in an item's file; one whose last line before the month says "away", and that has no
    line within it, was away all month. So was one that is away and has no lines at all.
    """
    site = db.session.get_one(Site, site_id)
    begins = day_bounds(first, site.zone, site.day_start)[0]
    ends = day_bounds(last, site.zone, site.day_start)[1]
    query = (
        select(EquipmentEvent.equipment_id, EquipmentEvent.at, EquipmentEvent.kind, EquipmentEvent.detail)
        .where(
            EquipmentEvent.site_id == site_id,
            EquipmentEvent.kind.in_(("state", "serviced", "refilled", "retired")),
            EquipmentEvent.equipment_id.in_(
                select(EquipmentEvent.equipment_id).where(
                    EquipmentEvent.site_id == site_id, EquipmentEvent.kind == "state"
                )
            ),
        )
        .order_by(EquipmentEvent.at, EquipmentEvent.id)
    )
    was: dict[UUID, str] = {}
    known: set[UUID] = set()
    changed_within: set[UUID] = set()
    for row in db.session.execute(query):
        known.add(row.equipment_id)
        if row.at >= ends:
            continue
        if row.at >= begins:
            changed_within.add(row.equipment_id)
        was[row.equipment_id] = str(row.detail.get("to")) if row.kind == "state" else "in_service"
    away = {item for item, state in was.items() if state == "out_for_service" and item not in changed_within}
    now_away = select(Equipment.id).where(Equipment.site_id == site_id, Equipment.state == "out_for_service")
    return away | (set(db.session.scalars(now_away)) - known)
