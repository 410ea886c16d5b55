"""Evidence (佐证): what a visit or a round looked like when it was over. One row each, made once, never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key


class Evidence(SiteRow, Model):
    """``id`` is that of what it speaks of: the scan (visit, extra), the round, or what came after (addition).

    measured: seconds and metres from the point before, the minimum used, the scans and photos it points at.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        site_key("scan_id", "scan"),
        site_key("round_id", "round"),
        site_key("place_id", "place"),
        CheckConstraint("kind IN ('visit','extra','round','addition')", name="kind"),
        CheckConstraint("grade IN ('A','B','C')", name="grade"),
        Index(None, "site_id", "grade", "business_day", "at", "id"),
        Index(None, "site_id", "business_day"),
        Index(None, "site_id", "scan_id"),
    )

    kind: Mapped[str]
    scan_id: Mapped[UUID | None]
    round_id: Mapped[UUID | None]
    place_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    business_day: Mapped[date]
    at: Mapped[datetime]
    made_at: Mapped[datetime]
    grade: Mapped[str]
    flags: Mapped[list[Any]] = mapped_column(default=list)
    measured: Mapped[dict[str, Any]] = mapped_column(default=dict)
    from_place_id: Mapped[UUID | None]  # where the walk of this visit began, if it was one within the round
    walked_s: Mapped[float | None]


class EvidenceDay(Model):
    """Up to which change of a day its evidence was made, and when time itself adds to it: a round closes."""

    __tablename__ = "evidence_day"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    changes: Mapped[int]
    looked_at: Mapped[datetime]  # photos that came before were judged
    valid_until: Mapped[datetime | None]


class ScanVoid(SiteRow, Model):
    """A scan that does not count any more: who said so, when and why. The scan itself stays and is shown struck out."""

    __tablename__ = "scan_void"
    __table_args__ = (site_key("scan_id", "scan"), UniqueConstraint("site_id", "scan_id"))

    scan_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    reason: Mapped[str]


class EvidenceWord(SiteRow, Model):
    """What a supervisor made of it: explained (it was innocent), confirmed (it was as it looks), voided."""

    __tablename__ = "evidence_word"
    __table_args__ = (
        site_key("evidence_id", "evidence"),
        CheckConstraint("act IN ('explained','confirmed','voided')", name="act"),
        Index(None, "site_id", "evidence_id"),
    )

    evidence_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    act: Mapped[str]
    text: Mapped[str] = mapped_column(default="")


def voided(site_id: UUID) -> Select[Any]:
    """The scans of a site that do not count any more, as a subquery: there are few."""
    return select(ScanVoid.scan_id).where(ScanVoid.site_id == site_id)
