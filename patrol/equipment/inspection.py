"""Inspection (检查记录): one filled checklist, with a finding (检查结果) for each item."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key


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
