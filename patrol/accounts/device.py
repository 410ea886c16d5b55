"""Device: one signed-in browser or phone; a sign-in lives as a row, so a lost phone can be ended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import uuid7


class Device(Model):
    """``token_hash``: SHA-256 of the 256-bit secret in the cookie."""

    __tablename__ = "device"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))  # the site it looks at now
    token_hash: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    password_at: Mapped[datetime | None]  # when the password was last given on it
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None]
    waiting: Mapped[int] = mapped_column(default=0)  # records that it said at its last contact wait on it, unsent
    waiting_since: Mapped[datetime | None]  # when the oldest of them was made, by the server's clock


class Ticket(Model):
    """A one-time link or QR: ``setup`` (first manager), ``signin`` (a guard's phone), ``password`` (a reset)."""

    __tablename__ = "ticket"
    __table_args__ = (Index(None, "token_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(Model):
    """A sign-in that failed; counted per person and per address, shared by all workers."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "bucket", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    bucket: Mapped[str]  # a hash: neither names nor addresses are kept
    at: Mapped[datetime]
