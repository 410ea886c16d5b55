"""The orders of a month as ``figures.py`` takes them, and the rows behind one figure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, month_bounds, wall
from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.maintenance.figures import PlanMonth, Told, plan_months
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.plan import MaintenancePlan
from patrol.sites.place import Place


def month_figures(by: Reader, month: date, at: datetime) -> list[PlanMonth]:
    """One query. month: any day of it."""
    first, last = month_bounds(month)
    return plan_months(told(by, first, last), first, last, at)


def told(by: Reader, first: date, last: date) -> list[Told]:
    query = (
        select(
            MaintenanceOrder.id, MaintenanceOrder.plan_id, MaintenancePlan.name, MaintenanceOrder.period_to,
            MaintenanceOrder.due_at, MaintenanceOrder.rectified_at,
        )
        .join(
            MaintenancePlan,
            (MaintenancePlan.site_id == MaintenanceOrder.site_id) & (MaintenancePlan.id == MaintenanceOrder.plan_id),
        )
        .where(
            MaintenanceOrder.site_id == by.site_id,
            MaintenanceOrder.period_to.between(first, last),
            MaintenanceOrder.state != "cancelled",
        )
        .order_by(MaintenanceOrder.period_to, MaintenanceOrder.id)
    )  # fmt: skip
    return [
        Told(
            row.id, row.plan_id, row.name, row.period_to, wall(row.period_to + ONE_DAY, by.day_start, by.zone),
            row.due_at, row.rectified_at,
        )
        for row in db.session.execute(query)
    ]  # fmt: skip


def rows_of(by: Reader, ids: Sequence[UUID]) -> Sequence[Any]:
    """The records behind a figure: order, item and place, by period and place."""
    query = (
        select(MaintenanceOrder, Place.full_name.label("place_name"), Equipment.code.label("equipment_code"))
        .join(Place, (Place.site_id == MaintenanceOrder.site_id) & (Place.id == MaintenanceOrder.place_id))
        .outerjoin(
            Equipment,
            (Equipment.site_id == MaintenanceOrder.site_id) & (Equipment.id == MaintenanceOrder.equipment_id),
        )
        .where(MaintenanceOrder.site_id == by.site_id, MaintenanceOrder.id.in_(list(ids)))
    )
    return db.session.execute(
        query.order_by(MaintenanceOrder.period_to, Place.full_name, Equipment.code).limit(500)
    ).all()
