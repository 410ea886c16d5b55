"""Hazard (隐患): something that can hurt or breaks a rule."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key
from patrol.workorders.order import WorkOrder


class Hazard(WorkOrder):
    __tablename__ = "hazard"
    __table_args__ = (  # type: ignore[assignment]
        site_key("id", "work_order"),
        Index(None, "site_id", "category"),
        Index(None, "site_id", "to_sample"),
        Index(None, "site_id", "origin_id", "origin_item"),
    )
    __mapper_args__ = {"polymorphic_identity": "hazard"}

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str]
    spot_fixed: Mapped[bool] = mapped_column(default=False)
    to_sample: Mapped[bool] = mapped_column(default=False)  # closed on the spot, and drawn for a second look
    interim_measure: Mapped[str] = mapped_column(default="")
    origin_kind: Mapped[str | None]  # "equipment" or "place" when a checklist item opened it
    origin_id: Mapped[UUID | None]
    origin_item: Mapped[str | None]
    merged_into_id: Mapped[UUID | None]
    recurs_of_id: Mapped[UUID | None]
    transferred_to: Mapped[str] = mapped_column(default="")
    round_id: Mapped[UUID | None]  # the round it was found on


class Sighting(SiteRow, Model):
    """The same hazard seen again (再次发现)."""

    __tablename__ = "sighting"
    __table_args__ = (site_key("hazard_id", "hazard"), Index(None, "site_id", "hazard_id"))

    hazard_id: Mapped[UUID]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
