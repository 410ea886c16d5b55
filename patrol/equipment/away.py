"""At most a quarter of a place's units may be away for service at once (DOMAIN §5): to be warned of, not refused."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select

from patrol.core.db import db
from patrol.equipment.equipment import Equipment


def too_many(away: int, units: int) -> bool:
    return away * 4 > units


def one_more_away(row: Equipment) -> bool:
    """Whether sending this item out would leave more than a quarter of its place's units of its type away."""
    query = (
        select(Equipment.state, func.sum(Equipment.quantity))
        .where(
            Equipment.site_id == row.site_id,
            Equipment.place_id == row.place_id,
            Equipment.type == row.type,
            Equipment.state != "retired",
        )
        .group_by(Equipment.state)
    )
    counts = {state: int(count) for state, count in db.session.execute(query)}
    away = counts.get("out_for_service", 0) + (row.quantity if row.state != "out_for_service" else 0)
    return too_many(away, sum(counts.values()))


class Crowded(NamedTuple):
    """A place with more than a quarter of its units of a type away."""

    place_id: UUID
    type: str
    away: int
    units: int


def crowded(site_id: UUID, items: Collection[UUID]) -> list[Crowded]:
    """Of the places where these items stand, as things are now in this transaction. One query."""
    if not items:
        return []
    here = select(Equipment.place_id, Equipment.type).where(Equipment.site_id == site_id, Equipment.id.in_(items))
    spots = here.distinct().subquery()
    away = func.sum(case((Equipment.state == "out_for_service", Equipment.quantity), else_=0))
    query = (
        select(Equipment.place_id, Equipment.type, away, func.sum(Equipment.quantity))
        .join(spots, (spots.c.place_id == Equipment.place_id) & (spots.c.type == Equipment.type))
        .where(Equipment.site_id == site_id, Equipment.state != "retired")
        .group_by(Equipment.place_id, Equipment.type)
    )
    found = [Crowded(place, kind, int(gone), int(units)) for place, kind, gone, units in db.session.execute(query)]
    return sorted(
        (one for one in found if too_many(one.away, one.units)), key=lambda one: (str(one.place_id), one.type)
    )
