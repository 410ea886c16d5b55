"""Month tally: the coverage of a month's fire equipment, kept so that many sites can be read side by side.

A row counts while its ``mark`` is what the month's day tallies and the equipment's files say now.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model


class MonthTally(Model):
    """``month``: its first day. ``covered`` of ``items`` had their complete inspection."""

    __tablename__ = "month_tally"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    covered: Mapped[int]
    items: Mapped[int]
    mark: Mapped[str]
    made_at: Mapped[datetime]
