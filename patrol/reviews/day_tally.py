"""Day tally: one business day's numbers as one row, recounted from the facts whenever they changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.reviews.tally import patrol_totals

PATROL = ("rounds", "completed_rounds", "planned", "on_time", "late", "missed")
HAZARDS = ("closed", "due", "due_on_time")
COUNTS = (*PATROL, "found", *HAZARDS, "inspections")


class DayTally(Model):
    """``changes``: the day's mark it was made from; ``valid_until``: when the next round of the day closes.

    The counts stand in columns of their own as well, behind one index: a page of a hundred sites sums them and reads
    no figures.
    """

    __tablename__ = "day_tally"
    __table_args__ = (Index("ix_day_tally_counts", "site_id", "day", "changes", "valid_until", "v", *COUNTS),)

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
    checked: Mapped[dict[str, Any] | None]  # see checked.py; apart, since a month asks it of more days than it sums
    changes: Mapped[int]
    valid_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
    v: Mapped[int] = mapped_column(default=0, server_default="0")  # version of the figures
    rounds: Mapped[int] = mapped_column(default=0, server_default="0")
    completed_rounds: Mapped[int] = mapped_column(default=0, server_default="0")
    planned: Mapped[int] = mapped_column(default=0, server_default="0")
    on_time: Mapped[int] = mapped_column(default=0, server_default="0")
    late: Mapped[int] = mapped_column(default=0, server_default="0")
    missed: Mapped[int] = mapped_column(default=0, server_default="0")
    found: Mapped[int] = mapped_column(default=0, server_default="0")
    closed: Mapped[int] = mapped_column(default=0, server_default="0")
    due: Mapped[int] = mapped_column(default=0, server_default="0")
    due_on_time: Mapped[int] = mapped_column(default=0, server_default="0")
    inspections: Mapped[int] = mapped_column(default=0, server_default="0")


def counts_of(tally: Mapping[str, Any]) -> dict[str, int]:
    """A tally's counts as the columns hold them."""
    patrol, hazards = patrol_totals(dict(tally)), tally["hazards"]
    return {
        **{name: getattr(patrol, name) for name in PATROL},
        **{name: hazards[name] for name in HAZARDS},
        "found": hazards["found"]["valid"],
        "inspections": sum(done["done"] for done in tally["inspections"].values()),
    }
