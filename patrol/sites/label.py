"""Label (点位牌): the printed code that names one place; re-issuing ends the old code and keeps its history."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key


class Label(SiteRow, Model):
    """One issue of a place's label. ``code``: 12 characters of Crockford base 32, random."""

    __tablename__ = "label"
    __table_args__ = (
        site_key("place_id", "place"),
        UniqueConstraint("site_id", "code"),
        Index(None, "code"),
        Index(None, "site_id", "place_id"),
    )

    place_id: Mapped[UUID]
    code: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None]
    revoked_reason: Mapped[str] = mapped_column(default="")
