"""What an inspector's bundle (迎检包) is about: the site, one building, or one item, in a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, join, or_, select

from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.exports.tables_of.table import Period
from patrol.hazards.hazard import Hazard
from patrol.sites.place import places_below
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import OPEN

# Plain columns: the mapped class would join its order by itself, and once more.
HAZARD, ORDER = Hazard.__table__.c, WorkOrder.__table__.c
HAZARDS = join(Hazard.__table__, WorkOrder.__table__, and_(ORDER.site_id == HAZARD.site_id, ORDER.id == HAZARD.id))
AT_ONCE_ITEMS, AT_ONCE_CHECKS = 3, 60  # what is made while one waits
ON_PAGE_ITEMS, ON_PAGE_CHECKS = 60, 800  # what a page to print can hold


@dataclass(frozen=True, slots=True)
class Scope:
    """kind: site, building or item; id: of the building or the item; name: as people call it."""

    period: Period
    kind: str
    id: UUID | None
    name: str

    @classmethod
    def of(cls, asked: Mapping[str, Any], period: Period) -> "Scope":
        return cls(period, asked["scope"], UUID(asked["id"]) if asked["id"] else None, asked["name"])

    @property
    def site_id(self) -> UUID:
        return self.period.site.id

    def items(self) -> list[Any]:
        """Conditions on equipment: in the ledger at some time of the period. The one that was named always is."""
        here = [Equipment.site_id == self.site_id]
        if self.kind == "item":
            return [*here, Equipment.id == self.id]
        here += [
            Equipment.in_service_from <= self.period.last,
            or_(Equipment.retired_on.is_(None), Equipment.retired_on >= self.period.first),
        ]
        return [*here, Equipment.place_id.in_(self._places())] if self.kind == "building" else here

    def checks(self) -> list[Any]:
        """Conditions on inspections of places, which belong to no item."""
        if self.kind == "item":
            return [Inspection.id.is_(None)]
        here: list[Any] = [Inspection.equipment_id.is_(None)]
        return [*here, Inspection.place_id.in_(self._places())] if self.kind == "building" else here

    def hazards(self) -> list[Any]:
        """Conditions on hazards: found in the period, or older and still open in it."""
        period = self.period
        still = or_(ORDER.closed_at >= period.begins, ORDER.state.in_(OPEN))
        here = [
            HAZARD.site_id == self.site_id,
            ORDER.reported_at < period.ends,
            or_(ORDER.reported_at >= period.begins, and_(ORDER.reported_at < period.begins, still)),
        ]
        if self.kind == "item":
            return [*here, HAZARD.origin_id == self.id]
        return [*here, ORDER.place_id.in_(self._places())] if self.kind == "building" else here

    def _places(self) -> Any:
        assert self.id is not None
        return places_below(self.site_id, self.id)

    def count_items(self, most: int | None = None) -> int:
        return _count(select(Equipment.id).where(*self.items()), most)

    def count_hazards(self) -> int:
        return _count(select(HAZARD.id).select_from(HAZARDS).where(*self.hazards()), None)

    def count_checks(self, most: int | None = None) -> int:
        """Of items and of places."""
        days = Inspection.business_day.between(self.period.first, self.period.last)
        here = [Inspection.site_id == self.site_id, days]
        if self.kind == "item":
            here.append(Inspection.equipment_id == self.id)
        elif self.kind == "building":
            of_items = select(Equipment.id).where(*self.items())
            here.append(or_(Inspection.equipment_id.in_(of_items), Inspection.place_id.in_(self._places())))
        return _count(select(Inspection.id).where(*here), most)


def _count(query: Any, most: int | None) -> int:
    few = (query.limit(most) if most else query).subquery()
    return db.session.scalar(select(func.count()).select_from(few)) or 0


def is_small(asked: Mapping[str, Any], period: Period) -> bool:
    scope = Scope.of(asked, period)
    few = scope.count_items(AT_ONCE_ITEMS + 1) <= AT_ONCE_ITEMS
    return few and scope.count_checks(AT_ONCE_CHECKS + 1) <= AT_ONCE_CHECKS


def fits_a_page(scope: Scope) -> bool:
    few = scope.count_items(ON_PAGE_ITEMS + 1) <= ON_PAGE_ITEMS
    return few and scope.count_checks(ON_PAGE_CHECKS + 1) <= ON_PAGE_CHECKS
