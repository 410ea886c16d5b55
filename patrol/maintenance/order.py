"""Maintenance order (维保工单): one thing of one plan in one period, made ahead by ``ensure.py``."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import db
from patrol.core.keys import site_key
from patrol.core.problems import NotHere
from patrol.maintenance import plan as _plan  # noqa: F401  a table that the keys below point at
from patrol.workorders.order import WorkOrder

PREFIX = "WB"


class MaintenanceOrder(WorkOrder):
    """What it says is copied from its plan when it is made; a changed plan changes the next one only."""

    __tablename__ = "maintenance_order"
    __table_args__ = (  # type: ignore[assignment]
        site_key("id", "work_order"),
        site_key("plan_id", "maintenance_plan"),
        site_key("equipment_id", "equipment"),
        site_key("inspection_id", "inspection"),
        UniqueConstraint("site_id", "plan_id", "subject_id", "period_from"),
        Index(None, "site_id", "subject_id", "period_from"),
        Index(None, "site_id", "period_to"),
    )
    __mapper_args__ = {"polymorphic_identity": "maintenance"}

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID]
    subject_id: Mapped[UUID]  # the item of equipment, else the place
    equipment_id: Mapped[UUID | None]
    period_from: Mapped[date]
    period_to: Mapped[date]
    checklist_code: Mapped[str] = mapped_column(default="")
    parts: Mapped[list[Any]] = mapped_column(default=list)
    expected_min: Mapped[int] = mapped_column(default=0)
    contractor: Mapped[str] = mapped_column(default="")
    made_late: Mapped[bool] = mapped_column(default=False)  # its period was over before anybody could see it
    inspection_id: Mapped[UUID | None]
    minutes: Mapped[int | None]
    parts_used: Mapped[str] = mapped_column(default="")
    handed_in: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by a contractor's link, until it is witnessed
    technician: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    witnessed_at: Mapped[datetime | None]
    witnessed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    missed_at: Mapped[datetime | None]


def find_order(site_id: UUID, order_id: UUID) -> MaintenanceOrder:
    order = db.session.get(MaintenanceOrder, (site_id, order_id))
    if order is None:
        raise NotHere("order")
    return order


def orders_of_plan(site_id: UUID, plan_id: UUID, limit: int = 30) -> list[MaintenanceOrder]:
    """The newest periods first."""
    query = select(MaintenanceOrder).where(MaintenanceOrder.site_id == site_id, MaintenanceOrder.plan_id == plan_id)
    return list(
        db.session.scalars(query.order_by(MaintenanceOrder.period_from.desc(), MaintenanceOrder.id).limit(limit))
    )


def orders_of_subject(site_id: UUID, subject_id: UUID, limit: int = 12) -> list[MaintenanceOrder]:
    """Of an item or a place, the newest periods first."""
    query = select(MaintenanceOrder).where(
        MaintenanceOrder.site_id == site_id, MaintenanceOrder.subject_id == subject_id
    )
    return list(
        db.session.scalars(query.order_by(MaintenanceOrder.period_from.desc(), MaintenanceOrder.id).limit(limit))
    )
