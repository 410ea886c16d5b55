"""Day tally: one business day's numbers as one row, recounted from the facts whenever they changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model


class DayTally(Model):
    """``changes``: the day's mark it was made from; ``valid_until``: when the next round of the day closes."""

    __tablename__ = "day_tally"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
    changes: Mapped[int]
    valid_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
