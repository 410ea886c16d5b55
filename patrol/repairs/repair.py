"""Repair (报修): what an owner asked to have put right, in seven steps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.keys import site_key
from patrol.workorders.order import WorkOrder

PREFIX = "BX"


class Repair(WorkOrder):
    """Who the owner is stands in his report (patrol/owners), never here."""

    __tablename__ = "repair"
    __table_args__ = (  # type: ignore[assignment]
        site_key("id", "work_order"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        Index(None, "site_id", "registered_at"),
    )
    __mapper_args__ = {"polymorphic_identity": "repair"}

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime | None]
    appointment_at: Mapped[datetime | None]
    visited_at: Mapped[datetime | None]  # the first visit
    visits: Mapped[int] = mapped_column(default=0)
    fee_fen: Mapped[int | None]  # stated before work; 0: nothing to pay; None: not stated
    fee_note: Mapped[str] = mapped_column(default="")
    materials: Mapped[str] = mapped_column(default="")
    first_done_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_how: Mapped[str | None]  # finger, link, refused
    satisfaction: Mapped[int | None]
    called_back_at: Mapped[datetime | None]
    called_back_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
