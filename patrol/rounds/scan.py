"""Scan (扫码): the raw event that somebody read a label. Never changed; suspicion is a flag, not a refusal."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, connection, db
from patrol.core.keys import SiteRow, site_key
from patrol.core.prepared import Prepared

BY_HAND: dict[str, str] = {"manual": "manual_entry", "paper": "paper"}  # method -> its flag: no label was read


class Scan(SiteRow, Model):
    """``round_id`` is None for an extra (计划外) scan. ``flags``: sorted list of flag codes."""

    __tablename__ = "scan"
    __table_args__ = (
        site_key("place_id", "place"),
        site_key("label_id", "label"),
        site_key("round_id", "round"),
        Index(None, "site_id", "round_id"),
        Index(None, "site_id", "place_id", "effective_at"),
        Index(None, "site_id", "user_id", "effective_at"),
        Index(None, "site_id", "business_day"),
    )

    place_id: Mapped[UUID]
    label_id: Mapped[UUID]
    round_id: Mapped[UUID | None]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    device_id: Mapped[UUID | None]
    method: Mapped[str]  # camera, photo, typed, link, nfc; by hand: manual, paper
    captured_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    skew_s: Mapped[int] = mapped_column(default=0)
    monotonic_ms: Mapped[int | None] = mapped_column(BigInteger)  # milliseconds since 1970: over 32 bits
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    distance_m: Mapped[int | None]
    flags: Mapped[list[Any]] = mapped_column(default=list)


class VisitResult(SiteRow, Model):
    """What the person said on arrival: all normal (一切正常), or a word of explanation."""

    __tablename__ = "visit_result"
    __table_args__ = (site_key("scan_id", "scan"), Index(None, "site_id", "scan_id"))

    scan_id: Mapped[UUID]
    user_id: Mapped[UUID]
    at: Mapped[datetime]
    result: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


_ROUND_OF = Prepared(select(Scan.round_id).where(Scan.site_id == bindparam("site_id"), Scan.id == bindparam("id")))


def round_of(site_id: UUID, scan_id: UUID | None) -> UUID | None:
    """The round a scan was counted to; None for an extra one, or one that is not here (yet)."""
    if scan_id is None:
        return None
    found = _ROUND_OF.first(connection(), {"site_id": site_id, "id": scan_id})
    return found.round_id if found else None


def latest_scan(site_id: UUID, user_id: UUID, at: datetime, within: timedelta = timedelta(minutes=30)) -> Scan | None:
    """Where this person was last, if that was just now."""
    query = select(Scan).where(
        Scan.site_id == site_id, Scan.user_id == user_id, Scan.effective_at <= at, Scan.effective_at > at - within
    )
    return db.session.scalars(query.order_by(Scan.effective_at.desc()).limit(1)).first()
