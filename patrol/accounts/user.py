"""User (人员) and membership: one person, one role on each site he or she belongs to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, uuid7


class User(Model):
    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("staff_no"), UniqueConstraint("phone"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    staff_no: Mapped[str]
    phone: Mapped[str | None]
    password_hash: Mapped[str | None]
    language: Mapped[str | None]  # "zh" or "en"; None follows the browser
    theme: Mapped[str] = mapped_column(default="auto")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Membership(SiteRow, Model):
    """What one person is on one site."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("site_id", "user_id"),
        Index(None, "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str]
    team: Mapped[str]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    bell: Mapped[int] = mapped_column(default=0)  # notices that stand for this person here, counted when they change
    version: Mapped[int] = mapped_column(default=1)
