"""Complaint (投诉): what an owner is not content with, in five steps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.keys import site_key
from patrol.workorders.order import WorkOrder

PREFIX = "TS"


class Complaint(WorkOrder):
    """Who the owner is stands in his report (patrol/owners), never here."""

    __tablename__ = "complaint"
    __table_args__ = (  # type: ignore[assignment]
        site_key("id", "work_order"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        Index(None, "site_id", "subject"),
    )
    __mapper_args__ = {"polymorphic_identity": "complaint"}

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    answered_at: Mapped[datetime | None]  # the first answer
    promised_at: Mapped[datetime | None]  # by when it is to be solved
    repeat_of_id: Mapped[UUID | None]  # the same home and subject within 30 days: the manager's
    satisfaction: Mapped[int | None]
    called_back_at: Mapped[datetime | None]
    called_back_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
