"""Recorders (录像主机): how many days back each plays, by the last weekly test of three cameras."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select

from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Finding, Inspection
from patrol.sites.place import Place

LIST, ITEM = "cctv_access", "retention_days"
_LATEST = func.max(Inspection.completed_at, type_=Inspection.completed_at.type)


@dataclass(frozen=True, slots=True)
class Recorder:
    """days: the lowest of the cameras tried; tried: each of them; None and "" before the first test."""

    id: UUID
    code: str
    name: str
    place: str
    days: float | None
    tried: str
    limit: float | None
    out: bool
    day: date | None
    inspection_id: UUID | None


def recorders(site_id: UUID) -> list[Recorder]:
    """Those in the ledger, the shortest memory first. Two queries."""
    last = (
        select(
            Inspection.equipment_id, func.max(Inspection.completed_at, type_=Inspection.completed_at.type).label("at")
        )
        .join(Finding, and_(Finding.site_id == Inspection.site_id, Finding.inspection_id == Inspection.id))
        .where(
            Inspection.site_id == site_id,
            Inspection.checklist_code == LIST,
            Finding.item_code == ITEM,
            Finding.value.is_not(None),
        )
        .group_by(Inspection.equipment_id)
        .subquery()
    )
    tests = (
        select(Inspection.equipment_id, Finding.value, Finding.text, Finding.limits, Finding.result,
               Inspection.business_day, Inspection.id)
        .join(last, and_(last.c.equipment_id == Inspection.equipment_id, last.c.at == Inspection.completed_at))
        .join(Finding, and_(Finding.site_id == Inspection.site_id, Finding.inspection_id == Inspection.id))
        .where(Inspection.site_id == site_id, Inspection.checklist_code == LIST, Finding.item_code == ITEM)
    )  # fmt: skip
    found = {row.equipment_id: row for row in db.session.execute(tests)}
    items = (
        select(Equipment.id, Equipment.code, Equipment.name, Place.full_name)
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(Equipment.site_id == site_id, Equipment.type == "cctv", Equipment.state != "retired")
        .order_by(Equipment.code)
    )
    made = []
    for id_, code, name, place in db.session.execute(items):
        row = found.get(id_)
        limit = (row.limits or {}).get("min") if row else None
        days, tried = (float(row.value), row.text) if row and row.value is not None else (None, "")
        out = bool(row and row.result == "fail")
        day, inspection_id = (row.business_day, row.id) if row else (None, None)
        made.append(Recorder(id_, code, name, place, days, tried, limit, out, day, inspection_id))
    return sorted(made, key=lambda one: (one.days is not None, one.days or 0, one.code))
