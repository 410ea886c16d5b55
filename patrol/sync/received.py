"""The shelf of refused records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow


class Shelved(SiteRow, Model):
    """A refused record, kept raw for a supervisor to see and settle: refused is not lost."""

    __tablename__ = "shelved"
    __table_args__ = (
        Index(None, "site_id", "settled_at"),
        Index(None, "site_id", "received_at", "id"),
        Index(None, "site_id", "record_id"),
    )

    record_id: Mapped[str]
    record_key: Mapped[UUID | None]  # record_id where it is an id at all
    kind: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    raw: Mapped[dict[str, Any]]
    problem: Mapped[str]
    problem_text: Mapped[str] = mapped_column(default="")  # the English sentence; words are picked when it is read
    problem_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content_hash: Mapped[str]
    device_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]  # by the phone's clock: with received_at it gives the effective time again
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None]
    settled_how: Mapped[str | None]  # settled, void, stored, replaced
    settled_note: Mapped[str] = mapped_column(default="")
    url: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
