"""A list that is filled where maintenance is due finishes its order."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.equipment.complete import InspectionData, complete_inspection
from patrol.equipment.inspection import Inspection
from patrol.maintenance.flow import BEFORE_DONE
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.steps import finish_with


def fill_list(data: InspectionData, *, id: UUID, by: Reader, when: When) -> Inspection:
    """``complete_inspection``, and the order of this thing, list and day is done. Inside the caller's ``write()``."""
    known = db.session.get(Inspection, (by.site_id, id)) is not None
    row = complete_inspection(data, id=id, by=by, when=when)
    order = None if known else order_for(row)
    if order is not None:
        finish_with(order, row, by=by, when=when)
    return row


def order_for(row: Inspection) -> MaintenanceOrder | None:
    """Missed ones too: a phone without signal tells of work that was done in time."""
    query = _of(row.site_id, row.equipment_id or row.place_id, row.business_day).where(
        MaintenanceOrder.checklist_code == row.checklist_code
    )
    found: MaintenanceOrder | None = db.session.scalars(query.limit(1)).first()
    return found


def due_there(site_id: UUID, subject_id: UUID, day: date) -> list[MaintenanceOrder]:
    """What is due at this item or place in the period of the day, or opens soon."""
    query = select(MaintenanceOrder).where(
        MaintenanceOrder.site_id == site_id,
        MaintenanceOrder.subject_id == subject_id,
        MaintenanceOrder.state.in_(BEFORE_DONE),
        MaintenanceOrder.period_to >= day,
    )
    return list(db.session.scalars(query.order_by(MaintenanceOrder.period_to)))


def due_at_place(site_id: UUID, place_id: UUID, day: date) -> list[MaintenanceOrder]:
    """The same, of everything that stands at a place."""
    query = select(MaintenanceOrder).where(
        MaintenanceOrder.site_id == site_id,
        MaintenanceOrder.kind == "maintenance",
        MaintenanceOrder.place_id == place_id,
        MaintenanceOrder.state.in_(BEFORE_DONE),
        MaintenanceOrder.period_to >= day,
    )
    return list(db.session.scalars(query.order_by(MaintenanceOrder.period_to).limit(20)))


def _of(site_id: UUID, subject_id: UUID, day: date) -> Any:
    return (
        select(MaintenanceOrder)
        .where(
            MaintenanceOrder.site_id == site_id,
            MaintenanceOrder.subject_id == subject_id,
            MaintenanceOrder.state.in_((*BEFORE_DONE, "missed")),
            MaintenanceOrder.period_from <= day,
            MaintenanceOrder.period_to >= day,
        )
        .order_by(MaintenanceOrder.period_to)
    )
