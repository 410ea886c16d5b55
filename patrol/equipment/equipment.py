"""Equipment (设备): one item, or one group of like items, with its place, dates and state."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key
from patrol.core.problems import N_, NotHere
from patrol.equipment.types import EQUIPMENT_TYPES, Kind

STATES: Mapping[str, str] = {
    "in_service": N_("In service"),
    "faulty": N_("Faulty"),
    "out_for_service": N_("Out for service"),
    "retired": N_("Retired"),
}
STANDING = ("in_service", "faulty")  # at its place, so its lists are owed


class Equipment(SiteRow, Model):
    __tablename__ = "equipment"
    __table_args__ = (
        site_key("place_id", "place"),
        site_key("spare_for_id", "equipment"),
        UniqueConstraint("site_id", "code"),
        CheckConstraint("state IN ('in_service','faulty','out_for_service','retired')", name="state"),
        Index(None, "site_id", "type", "state"),
        Index(None, "site_id", "place_id"),
        Index(None, "site_id", "next_service"),
    )

    code: Mapped[str]  # the asset number on its plate
    type: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    place_id: Mapped[UUID]
    model: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int] = mapped_column(default=1)
    made_on: Mapped[date | None]  # first of the month
    in_service_from: Mapped[date]
    last_service: Mapped[date | None]
    next_service: Mapped[date | None]
    scrap_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="in_service")
    half_monthly: Mapped[bool] = mapped_column(default=False)
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)  # item code -> {"min", "max"}
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what its type has besides: attributes.py
    contractor: Mapped[str] = mapped_column(default="")
    spare_for_id: Mapped[UUID | None]
    retired_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def kind(self) -> Kind:
        return EQUIPMENT_TYPES[self.type]


class EquipmentEvent(SiteRow, Model):
    """A line in an item's file (档案): taken in, moved, serviced, refilled, state changed, retired.

    A state's line that has ``spare`` in its detail tells of what stands in meanwhile; in the spare's own file that is
    ``spare_in`` and ``spare_out``.
    """

    __tablename__ = "equipment_event"
    __table_args__ = (
        site_key("equipment_id", "equipment"),
        Index(None, "site_id", "kind", "equipment_id"),
        Index(None, "site_id", "equipment_id", "at"),
        Index(None, "site_id", "at"),
    )

    equipment_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


def find_equipment(site_id: UUID, equipment_id: UUID) -> Equipment:
    row = db.session.get(Equipment, (site_id, equipment_id))
    if row is None:
        raise NotHere("equipment")
    return row


def events_of(equipment: Equipment) -> list[EquipmentEvent]:
    """The item's file, newest first."""
    query = select(EquipmentEvent).where(
        EquipmentEvent.site_id == equipment.site_id, EquipmentEvent.equipment_id == equipment.id
    )
    return list(db.session.scalars(query.order_by(EquipmentEvent.at.desc(), EquipmentEvent.id.desc())))
