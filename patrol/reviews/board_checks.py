"""The month's coverage of fire equipment as two numbers: the board asks often and names no item."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from patrol.core.business_day import day_bounds, month_bounds
from patrol.core.db import db
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.inspection import Inspection
from patrol.equipment.month import fire_types
from patrol.reviews.figures import TAKEN_IN_BEFORE, Ratio, covered, ratio

LINES = ("state", "serviced", "refilled", "retired")  # of an item's file: those that say where it is


def fire_checks(site_id: UUID, day: date, tz: ZoneInfo, day_start: Any) -> Ratio:
    """Inspected / to be inspected in the month ``day`` lies in, as ``equipment_month`` counts them. One query.

    Items alike in what matters come as one row with their number: the first and the last day of a complete
    inspection tell all there is to know, also of an item that is due in both halves.
    """
    first, last = month_bounds(day)
    begins = day_bounds(first, tz, day_start)[0]
    done = (
        select(
            Inspection.equipment_id,
            func.min(Inspection.business_day).label("first"),
            func.max(Inspection.business_day).label("last"),
        )
        .where(
            Inspection.site_id == site_id, Inspection.business_day >= first, Inspection.business_day <= last,
            Inspection.complete, Inspection.equipment_id.is_not(None),
        )
        .group_by(Inspection.equipment_id)
        .subquery()
    )  # fmt: skip
    counted = (
        Equipment.site_id == site_id,
        Equipment.type.in_(sorted(fire_types())),
        or_(Equipment.retired_on.is_(None), Equipment.retired_on >= last),
        Equipment.in_service_from <= last - TAKEN_IN_BEFORE,
        not_(_away_since(begins)),
    )
    alike = (Equipment.half_monthly, done.c.first, done.c.last)
    query = (
        select(*alike, func.count().label("n"))
        .outerjoin(done, done.c.equipment_id == Equipment.id)
        .where(*counted)
        .group_by(*alike)
    )
    rows = list(db.session.execute(query))
    good = sum(row.n for row in rows if covered([d for d in (row.first, row.last) if d], day, row.half_monthly))
    return ratio(good, sum(row.n for row in rows))


def _away_since(begins: Any) -> Any:
    """Out for service now, and no line of its file within the month says otherwise for a part of it."""
    line, known = aliased(EquipmentEvent), aliased(EquipmentEvent)
    mine = and_(line.site_id == Equipment.site_id, line.equipment_id == Equipment.id)
    within = exists().where(mine, line.kind.in_(LINES), line.at >= begins)
    ever = exists().where(known.site_id == Equipment.site_id, known.equipment_id == Equipment.id, known.kind == "state")
    return and_(Equipment.state == "out_for_service", not_(and_(ever, within)))
