"""What stands at a site and what was inspected there: read once for all parts of a review that count it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, bindparam, func, or_, select, type_coerce

from patrol.core.db import connection
from patrol.core.prepared import Prepared
from patrol.equipment.equipment import STANDING, Equipment
from patrol.equipment.inspection import Inspection
from patrol.sites.place import Place


@dataclass(frozen=True, slots=True)
class Stock:
    """items: equipment not retired before the stretch began. places: those of a type and not retired.

    inspections: of the stretch, earliest first. ``key`` and ``thing`` are ids as the driver gives them, good for
    comparing only: making a UUID of each would cost more than reading it.
    """

    items: list[Any]
    places: list[Any]
    inspections: list[Any]

    def inspected(self, first: date, last: date) -> Iterator[Any]:
        return (one for one in self.inspections if first <= one.business_day <= last)


def _key(column: Any) -> Any:
    return type_coerce(column, String)


_ITEMS = Prepared(
    select(
        Equipment.id,
        _key(Equipment.id).label("key"),
        Equipment.code,
        Equipment.name,
        Equipment.type,
        Equipment.state,
        Equipment.in_service_from,
        Equipment.retired_on,
        Equipment.half_monthly,
        Equipment.next_service,
        Equipment.scrap_on,
        _key(Equipment.place_id).label("place"),
        Place.full_name,
    )
    .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
    .where(
        Equipment.site_id == bindparam("site_id"),
        or_(
            Equipment.state.in_(STANDING),
            Equipment.retired_on.is_(None),
            Equipment.retired_on >= bindparam("first"),
        ),
    )
    .order_by(Place.full_name, Equipment.code)
)
_PLACES = Prepared(
    select(_key(Place.id).label("key"), Place.type).where(
        Place.site_id == bindparam("site_id"), Place.type.is_not(None), Place.retired_at.is_(None)
    )
)
_INSPECTIONS = Prepared(
    select(
        Inspection.checklist_code,
        _key(func.coalesce(Inspection.equipment_id, Inspection.place_id)).label("thing"),
        Inspection.equipment_id.is_not(None).label("of_item"),
        Inspection.business_day,
        Inspection.complete,
        Inspection.failed_count,
        _key(Inspection.user_id).label("user"),
    )
    .where(
        Inspection.site_id == bindparam("site_id"),
        Inspection.business_day >= bindparam("first"),
        Inspection.business_day <= bindparam("last"),
    )
    .order_by(Inspection.completed_at)
)


def stock(site_id: UUID, first: date, last: date) -> Stock:
    """Three queries whatever the size. first, last: business days, both inside."""
    here = connection()
    asked = {"site_id": site_id, "first": first}
    return Stock(
        _ITEMS.all(here, asked),
        _PLACES.all(here, {"site_id": site_id}),
        _INSPECTIONS.all(here, {**asked, "last": last}),
    )
