"""Inspection (检查记录): one filled checklist, with a finding (检查结果) for each item."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key
from patrol.core.problems import NotHere


class Inspection(SiteRow, Model):
    __tablename__ = "inspection"
    __table_args__ = (
        site_key("checklist_id", "checklist"),
        site_key("equipment_id", "equipment"),
        site_key("place_id", "place"),
        Index(None, "site_id", "equipment_id", "business_day"),
        Index(None, "site_id", "checklist_code", "place_id", "business_day"),
        Index(None, "site_id", "business_day"),
        Index(None, "site_id", "completed_at", "id"),
        Index(None, "site_id", "user_id", "checklist_code", "completed_at"),
    )

    checklist_id: Mapped[UUID]
    checklist_code: Mapped[str]
    checklist_version: Mapped[int]
    equipment_id: Mapped[UUID | None]
    place_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime]  # the phone's time, put right
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    complete: Mapped[bool]
    failed_count: Mapped[int]
    flags: Mapped[list[Any] | None]  # what is odd about how it was filled (asks.py); None when nothing is
    asked_item: Mapped[str | None]  # the item whose photo was asked for by lot, and was taken
    remark: Mapped[str] = mapped_column(default="")


class Finding(SiteRow, Model):
    __tablename__ = "finding"
    __table_args__ = (
        site_key("inspection_id", "inspection"),
        CheckConstraint("result IN ('pass','fail','na')", name="result"),
        Index(None, "site_id", "inspection_id"),
    )

    inspection_id: Mapped[UUID]
    item_code: Mapped[str]
    result: Mapped[str]
    value: Mapped[float | None]
    choice: Mapped[str | None]
    text: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the limits that were in force
    fixed: Mapped[bool] = mapped_column(default=False)  # put right on the spot, so it opened no hazard
    photo_ids: Mapped[list[Any]] = mapped_column(default=list)  # the photos taken for this item, in order
    hazard_id: Mapped[UUID | None]
    failed_units: Mapped[int | None]  # of a group: how many of its units failed …
    failed_which: Mapped[str | None]  # … and which; both None where it is no group, or nobody said


def find_inspection(site_id: UUID, inspection_id: UUID) -> Inspection:
    row = db.session.get(Inspection, (site_id, inspection_id))
    if row is None:
        raise NotHere("inspection")
    return row


def findings_of(site_id: UUID, inspection_id: UUID) -> dict[str, Finding]:
    """By item code."""
    query = select(Finding).where(Finding.site_id == site_id, Finding.inspection_id == inspection_id)
    return {row.item_code: row for row in db.session.scalars(query)}


def last_values(site_id: UUID, equipment_id: UUID | None, place_id: UUID, code: str) -> dict[str, float]:
    """The numbers of the last inspection with this list, by item: shown beside the field."""
    same = Inspection.equipment_id == equipment_id if equipment_id else Inspection.place_id == place_id
    last = (
        select(Inspection.id)
        .where(Inspection.site_id == site_id, Inspection.checklist_code == code, same)
        .order_by(Inspection.completed_at.desc(), Inspection.id.desc())
        .limit(1)
    )
    query = select(Finding.item_code, Finding.value).where(
        Finding.site_id == site_id, Finding.inspection_id == last.scalar_subquery(), Finding.value.is_not(None)
    )
    return {code: float(value) for code, value in db.session.execute(query) if value is not None}


def last_done(site_id: UUID, equipment_id: UUID, code: str) -> date | None:
    """The business day this list was last completed for the item."""
    query = select(Inspection.business_day).where(
        Inspection.site_id == site_id,
        Inspection.equipment_id == equipment_id,
        Inspection.checklist_code == code,
        Inspection.complete,
    )
    return db.session.scalar(query.order_by(Inspection.business_day.desc()).limit(1))
