"""By when an order is due, and the list it is done with; a lift's service pulls the next one in (DOMAIN §6)."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from patrol.core.business_day import ONE_DAY, wall
from patrol.core.db import db
from patrol.equipment.checklist import Checklist
from patrol.equipment.due import LIFT_GAP_DAYS
from patrol.equipment.inspection import last_done
from patrol.equipment.owed import LIFT_SERVICE
from patrol.maintenance.flow import BEFORE_DONE
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.periods import Period, due_day
from patrol.sites.site import Site


def list_of(order: MaintenanceOrder) -> Checklist | None:
    """The version in force of the list it is done with; None without one, and when it is no longer in use."""
    if not order.checklist_code:
        return None
    query = select(Checklist).where(
        Checklist.site_id == order.site_id, Checklist.code == order.checklist_code, Checklist.retired_at.is_(None)
    )
    return db.session.scalars(query.order_by(Checklist.version.desc())).first()


def due_on(site_id: UUID, period: Period, equipment_id: UUID | None, code: str) -> date:
    if code != LIFT_SERVICE or equipment_id is None:
        return period.last
    return due_day(period, last_done(site_id, equipment_id, code), LIFT_GAP_DAYS)


def set_due(order: MaintenanceOrder, site: Site, day: date) -> None:
    """The end of that business day."""
    order.due_at = order.first_due_at = wall(day + ONE_DAY, site.day_start, site.zone)


def pull_in(order: MaintenanceOrder) -> None:
    """After a lift's service the orders still open count their 15 days from it."""
    if order.checklist_code != LIFT_SERVICE or order.equipment_id is None:
        return
    db.session.flush()
    site = db.session.get_one(Site, order.site_id)
    query = select(MaintenanceOrder).where(
        MaintenanceOrder.site_id == order.site_id,
        MaintenanceOrder.subject_id == order.subject_id,
        MaintenanceOrder.checklist_code == LIFT_SERVICE,
        MaintenanceOrder.state.in_(BEFORE_DONE),
    )
    for other in db.session.scalars(query):
        period = Period(other.period_from, other.period_to)
        set_due(other, site, due_on(order.site_id, period, order.equipment_id, LIFT_SERVICE))
