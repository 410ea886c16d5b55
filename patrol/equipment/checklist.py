"""Checklist (检查表): a list of items in versions; an answer keeps the version it was given to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow


class Checklist(SiteRow, Model):
    """One version of one list; immutable but for ``retired_at``. ``items`` as in the catalogue's JSON."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("site_id", "code", "version"), Index(None, "site_id", "retired_at"))

    code: Mapped[str]
    version: Mapped[int]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    interval_days: Mapped[int]
    applies_to: Mapped[list[Any]]
    items: Mapped[list[Any]]
    source: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
