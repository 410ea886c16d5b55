"""Making the orders that are due: idempotent, called by every reader that shows them, so that none can be missing.

What nobody did in its period is missed, also when nobody could see it because no server ran: such an order is made
late and counts like any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, business_day, wall
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.inspection import Inspection
from patrol.maintenance.due import due_on, set_due
from patrol.maintenance.flow import BEFORE_DONE
from patrol.maintenance.order import PREFIX, MaintenanceOrder
from patrol.maintenance.periods import Before, Period, due_periods
from patrol.maintenance.plan import MaintenanceMade, MaintenancePlan, plans_of
from patrol.maintenance.steps import MaintenanceStepData, finish_with, take_maintenance_step
from patrol.maintenance.subjects import Subject, subjects_of
from patrol.owners.visitor import visitor_of
from patrol.sites.site import Site
from patrol.workorders.number import next_number
from patrol.workorders.timeline import add_step

Key = tuple[UUID, UUID]  # of plan and subject


def ensure_orders(site_id: UUID, at: datetime, zone: Any, day_start: time) -> None:
    """Make what is due by now, and say what was missed; one look at one row once it is done. Not inside ``write()``."""
    made = db.session.get(MaintenanceMade, site_id)
    if made is None or (not made.stale and made.through >= business_day(at, zone, day_start)):
        return
    with write(site_id):
        make_orders(site_id, at)


def make_orders(site_id: UUID, at: datetime) -> int:
    """Inside ``write()``. Returns how many were made. A second one that comes at once finds nothing left to do."""
    site = db.session.get_one(Site, site_id)
    today = business_day(at, site.zone, site.day_start)
    made = db.session.get(MaintenanceMade, site_id)
    if made is None or (not made.stale and made.through >= today):
        return 0
    clock, when = visitor_of(site), When(at, at, at)
    _miss(site_id, today, clock, when)
    last = last_orders(site_id)
    orders = [
        _make(site, plan, subject, period, today, clock, when)
        for plan in plans_of(site_id)
        for subject in subjects_of(plan)
        for period in due_periods(plan.rules, _before(last.get((plan.id, subject.id)), site), today, subject.since)
    ]
    _miss(site_id, today, clock, when)
    made.through, made.stale = max(made.through, today), False
    return len(orders)


def last_orders(site_id: UUID) -> dict[Key, Any]:
    """The newest order of each plan and thing: period, state, when it was done."""
    newest = (
        select(MaintenanceOrder.plan_id, MaintenanceOrder.subject_id, func.max(MaintenanceOrder.period_from).label("p"))
        .where(MaintenanceOrder.site_id == site_id)
        .group_by(MaintenanceOrder.plan_id, MaintenanceOrder.subject_id)
        .subquery()
    )
    query = select(
        MaintenanceOrder.plan_id, MaintenanceOrder.subject_id, MaintenanceOrder.period_from, MaintenanceOrder.period_to,
        MaintenanceOrder.state, MaintenanceOrder.rectified_at,
    ).join(
        newest,
        (newest.c.plan_id == MaintenanceOrder.plan_id)
        & (newest.c.subject_id == MaintenanceOrder.subject_id)
        & (newest.c.p == MaintenanceOrder.period_from),
    ).where(MaintenanceOrder.site_id == site_id)  # fmt: skip
    return {(row.plan_id, row.subject_id): row for row in db.session.execute(query)}


def _before(row: Any, site: Site) -> Before | None:
    if row is None:
        return None
    done = business_day(row.rectified_at, site.zone, site.day_start) if row.rectified_at else None
    return Before(Period(row.period_from, row.period_to), done, open=row.state in BEFORE_DONE)


def _make(
    site: Site, plan: MaintenancePlan, subject: Subject, period: Period, today: date, clock: Reader, when: When
) -> MaintenanceOrder:
    order = MaintenanceOrder(
        id=uuid7(),
        site_id=site.id,
        number=next_number(site.id, PREFIX, today),
        title=plan.name,
        note=subject.name,
        place_id=subject.place_id,
        subject=subject.type,
        severity="minor",
        state="assigned" if plan.assignee_id else "planned",
        source="plan",
        team=plan.team,
        assignee_id=plan.assignee_id,
        reported_at=when.at,
        received_at=when.received_at,
        business_day=today,
        assigned_at=when.at,
        reopen_count=0,
        version=1,
        plan_id=plan.id,
        subject_id=subject.id,
        equipment_id=subject.equipment_id,
        period_from=period.first,
        period_to=period.last,
        checklist_code=plan.checklist_code,
        parts=list(plan.parts),
        expected_min=plan.expected_min,
        contractor=plan.contractor,
        company=plan.contractor,
        made_late=period.last < today,
        parts_used="",
        technician="",
        handed_in={},
    )
    set_due(order, site, due_on(site.id, period, subject.equipment_id, plan.checklist_code))
    db.session.add(order)
    db.session.flush()
    add_step(order, "plan", to=order.state, id=order.id, by=clock, when=when)
    _done_already(site, order, clock, when)
    return order


def _done_already(site: Site, order: MaintenanceOrder, clock: Reader, when: When) -> None:
    """Its list was filled within the period before the order was made."""
    if not order.checklist_code:
        return
    thing = (
        Inspection.equipment_id == order.equipment_id
        if order.equipment_id
        else Inspection.equipment_id.is_(None) & (Inspection.place_id == order.place_id)
    )
    query = select(Inspection).where(
        Inspection.site_id == site.id,
        Inspection.checklist_code == order.checklist_code,
        Inspection.business_day.between(order.period_from, order.period_to),
        Inspection.complete,
        thing,
    )
    row = db.session.scalars(query.order_by(Inspection.completed_at).limit(1)).first()
    if row is not None:
        filled = When(row.completed_at, max(row.received_at, when.received_at), row.completed_at)
        finish_with(order, row, by=replace(clock, user_id=row.user_id), when=filled)


def _miss(site_id: UUID, today: date, clock: Reader, when: When) -> None:
    """At the end of its last day, whenever that is noticed."""
    query = select(MaintenanceOrder).where(
        MaintenanceOrder.site_id == site_id,
        MaintenanceOrder.state.in_(BEFORE_DONE),
        MaintenanceOrder.period_to < today,
    )
    for order in db.session.scalars(query).all():
        end = wall(order.period_to + ONE_DAY, clock.day_start, clock.zone)
        data = MaintenanceStepData.model_validate({"order": order.id, "step": "miss"})
        take_maintenance_step(data, id=uuid7(), by=clock, when=replace(when, at=max(order.reported_at, end)))


def next_dues(site_id: UUID) -> Mapping[UUID, datetime]:
    """Per plan the nearest deadline of what is still to do."""
    query = (
        select(MaintenanceOrder.plan_id, func.min(MaintenanceOrder.due_at, type_=MaintenanceOrder.due_at.type))
        .where(MaintenanceOrder.site_id == site_id, MaintenanceOrder.state.in_(BEFORE_DONE))
        .group_by(MaintenanceOrder.plan_id)
    )
    rows: Iterable[Any] = db.session.execute(query).all()
    return dict(rows)
