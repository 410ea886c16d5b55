"""Work order (工单): everything that is to be put right shares one number, place, team, deadline and timeline."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts import user  # noqa: F401  a table that the keys below point at
from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key
from patrol.sites import place, site  # noqa: F401  tables that the keys below point at

SEVERITIES = ("minor", "major", "critical")


class WorkOrder(SiteRow, Model):
    """State and dates as they stand; how they came about is in its steps. Kinds add a table of their own."""

    __tablename__ = "work_order"
    __table_args__ = (
        site_key("place_id", "place"),
        UniqueConstraint("site_id", "number"),
        CheckConstraint("severity IN ('minor','major','critical')", name="severity"),
        Index(None, "site_id", "kind", "state", "due_at", "id"),
        Index(None, "site_id", "kind", "reported_at", "id"),
        Index(None, "site_id", "place_id", "reported_at"),
        # A list under any filter reads its page from the index of that filter, already in order.
        Index(None, "site_id", "kind", "state", "reported_at", "id"),
        Index(None, "site_id", "kind", "severity", "reported_at", "id"),
        Index(None, "site_id", "kind", "subject", "reported_at", "id"),
        Index(None, "site_id", "kind", "assignee_id", "reported_at", "id"),
        Index(None, "site_id", "kind", "team", "reported_at", "id"),
        Index(None, "site_id", "kind", "place_id", "reported_at", "id"),
        Index(None, "site_id", "kind", "reported_by_id", "reported_at", "id"),
        Index(None, "site_id", "kind", "rectified_by_id", "reported_at", "id"),
        Index(None, "site_id", "kind", "closed_at", "id"),
        Index(None, "site_id", "assignee_id", "state", "due_at", "id"),
        Index(None, "site_id", "assignee_id", "state", "reported_at", "id"),
        Index(None, "site_id", "team", "state", "due_at", "id"),
        Index(None, "site_id", "team", "state", "reported_at", "id"),
        Index(None, "site_id", "reported_by_id", "reported_at"),
        Index(None, "site_id", "business_day"),
        Index(None, "site_id", "closed_day"),
    )
    __mapper_args__ = {"polymorphic_on": "kind"}

    kind: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")  # what lists filter by: a hazard's category, a repair's trade
    note: Mapped[str] = mapped_column(default="")
    place_id: Mapped[UUID]
    severity: Mapped[str]
    state: Mapped[str]
    source: Mapped[str]  # patrol, checklist, owner, weather, desk
    team: Mapped[str]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reported_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reported_at: Mapped[datetime]
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    due_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime | None]
    asked_due_at: Mapped[datetime | None]  # more time asked for, and not answered yet
    asked_by_id: Mapped[UUID | None]
    assigned_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]  # somebody in charge has said that he knows
    taken_at: Mapped[datetime | None]  # these three: of the present assignment, and of the person it names
    set_out_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    rectified_at: Mapped[datetime | None]
    rectified_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    first_look_at: Mapped[datetime | None]  # the first of two looks at what was put right, where two are needed
    closed_at: Mapped[datetime | None]
    closed_day: Mapped[date | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reopen_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class WorkOrderStep(SiteRow, Model):
    """One line of an order's timeline; never changed, never removed."""

    __tablename__ = "work_order_step"
    __table_args__ = (
        site_key("order_id", "work_order"),
        Index(None, "site_id", "order_id", "at"),
        Index(None, "site_id", "order_id", "business_day"),
        Index(None, "site_id", "business_day"),
    )

    order_id: Mapped[UUID]
    step: Mapped[str]  # report, seen, and the names in the kind's table of steps
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class OrderCounter(Model):
    """The last number given out per site, prefix and day."""

    __tablename__ = "order_counter"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
