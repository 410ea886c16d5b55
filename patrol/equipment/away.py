"""At most a quarter of a place's units may be away for service at once (DOMAIN §5): to be warned of, not refused.

A unit in whose place a spare stands is not missed there, and the spare is no unit more.
"""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import aliased

from patrol.core.db import db
from patrol.equipment.equipment import STANDING, Equipment


class Crowded(NamedTuple):
    """How many of a place's units of a type are away."""

    place_id: UUID
    type: str
    away: int
    units: int

    @property
    def too_many(self) -> bool:
        return too_many(self.away, self.units)


def too_many(away: int, units: int) -> bool:
    return away * 4 > units


def too_many_away(row: Equipment) -> bool:
    """Whether more than a quarter of its place's units of its type are away."""
    return any(one.too_many for one in _counted(_beside(row)))


def one_more_away(row: Equipment) -> bool:
    """Whether sending this item out, with nothing put in, would leave more than a quarter away."""
    more = row.quantity if row.state != "out_for_service" else 0
    return any(too_many(one.away + more, one.units) for one in _counted(_beside(row)))


def crowded(site_id: UUID, items: Collection[UUID]) -> list[Crowded]:
    """Of the places where these items stand those with too many away, as things are now in this transaction."""
    if not items:
        return []
    here = select(Equipment.place_id, Equipment.type).where(Equipment.site_id == site_id, Equipment.id.in_(items))
    spots = here.distinct().subquery()
    beside = (
        select(spots.c.place_id)
        .where(spots.c.place_id == Equipment.place_id, spots.c.type == Equipment.type)
        .correlate(Equipment)
    )
    found = _counted(and_(Equipment.site_id == site_id, beside.exists()))
    return sorted((one for one in found if one.too_many), key=lambda one: (str(one.place_id), one.type))


def _beside(row: Equipment) -> Any:
    here = (Equipment.site_id == row.site_id, Equipment.place_id == row.place_id, Equipment.type == row.type)
    return and_(*here)


def _counted(which: Any) -> list[Crowded]:
    spare = aliased(Equipment)
    stood_in = exists().where(
        spare.site_id == Equipment.site_id, spare.spare_for_id == Equipment.id, spare.state.in_(STANDING)
    )
    missed = and_(Equipment.state == "out_for_service", Equipment.spare_for_id.is_(None), ~stood_in)
    query = (
        select(
            Equipment.place_id,
            Equipment.type,
            func.sum(case((missed, Equipment.quantity), else_=0)),
            func.sum(case((Equipment.spare_for_id.is_(None), Equipment.quantity), else_=0)),
        )
        .where(which, Equipment.state != "retired")
        .group_by(Equipment.place_id, Equipment.type)
    )
    return [Crowded(place, kind, int(away), int(units)) for place, kind, away, units in db.session.execute(query)]
