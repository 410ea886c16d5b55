"""Visits drawn for a second look (抽查复核): which ones a week draws, and what somebody found in their pictures."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.period import Period
from patrol.rounds.evidence import voided
from patrol.rounds.scan import Scan
from patrol.sites.day import mark_day
from patrol.sites.place import Place

PER_WEEK = 5


class VisitCheck(SiteRow, Model):
    """One visit that was looked at again. business_day: the visit's, so that its week counts it."""

    __tablename__ = "visit_check"
    __table_args__ = (
        site_key("scan_id", "scan"),
        UniqueConstraint("site_id", "scan_id"),
        Index(None, "site_id", "business_day"),
    )

    scan_id: Mapped[UUID]
    business_day: Mapped[date]
    good: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class DrawnVisit:
    """photo: the first picture that has arrived. good: None until somebody looked."""

    scan_id: UUID
    day: date
    at: datetime
    place: str
    user_id: UUID
    person: str
    flags: tuple[str, ...]
    photo: UUID | None
    good: bool | None
    reason: str
    checked_by: str


def draw_visits(scans: Iterable[UUID], secret: bytes, week: str, n: int = PER_WEEK) -> list[UUID]:
    """The ``n`` lowest lots of the scans, so that one that comes late moves at most one other out."""

    def lot(scan_id: UUID) -> bytes:
        return hmac.new(secret, b"visit\x00" + week.encode() + scan_id.bytes, hashlib.sha256).digest()

    return sorted(scans, key=lot)[:n]


def drawn_visits(site_id: UUID, week: Period, secret: bytes) -> list[DrawnVisit]:
    """The visits a week draws from those with a picture, oldest first; whatever was looked at stays among them.

    secret: the site's own (``evidence_site``). Three queries.
    """
    checked = set(
        db.session.scalars(
            select(VisitCheck.scan_id).where(VisitCheck.site_id == site_id, *_within(VisitCheck.business_day, week))
        )
    )
    lots = draw_visits(db.session.scalars(_pictured(site_id, week)), secret, week.slug)
    room = PER_WEEK - len(checked)
    wanted = checked | set([scan_id for scan_id in lots if scan_id not in checked][: max(0, room)])
    return _named(site_id, wanted) if wanted else []


def check_visit(scan_id: UUID, *, good: bool, reason: str, secret: bytes, by: Reader, at: datetime) -> VisitCheck:
    """Say what the picture of a drawn visit shows, inside ``write()``. A second word about one visit is refused."""
    scan = db.session.get(Scan, (by.site_id, scan_id))
    if scan is None:
        raise NotHere("visit")
    if scan.user_id == by.user_id:
        raise Problem("visit.own_check", N_("This visit is your own. Somebody else has to look at it."), status=403)
    if not good and not reason.strip():
        raise Problem("visit.check_reason", N_("Say what is not in order."), field="reason")
    known = db.session.scalars(
        select(VisitCheck).where(VisitCheck.site_id == by.site_id, VisitCheck.scan_id == scan_id)
    ).first()
    if known is not None:
        raise Problem("visit.checked", N_("Somebody looked at this visit already."), status=409)
    week = Period.around("week", scan.business_day)
    if scan_id not in {one.scan_id for one in drawn_visits(by.site_id, week, secret)}:
        raise Problem("visit.not_drawn", N_("This visit was not drawn for a second look."), status=409)
    row = VisitCheck(
        id=uuid7(), site_id=by.site_id, scan_id=scan_id, business_day=scan.business_day, good=good,
        reason=reason.strip(), by_id=by.user_id, at=at,
    )  # fmt: skip
    db.session.add(row)
    mark_day(by.site_id, scan.business_day)
    note(
        "visit.checked", "scan", scan_id, site_id=by.site_id, by=by.user_id, at=at, good=good, reason=row.reason,
    )  # fmt: skip
    return row


def _pictured(site_id: UUID, week: Period) -> Any:
    """Scans of the week with a picture that has arrived; the picture may be taken on the morning after."""
    return (
        select(Scan.id)
        .join(Photo, and_(Photo.site_id == Scan.site_id, Photo.subject_id == Scan.id))
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(
            Photo.site_id == site_id,
            Photo.subject_kind == "scan",
            Photo.business_day >= week.first,
            Photo.business_day <= week.last + timedelta(days=1),
            *_within(Scan.business_day, week),
            Scan.id.not_in(voided(site_id)),
        )
        .distinct()
    )


def _within(column: Any, week: Period) -> tuple[Any, Any]:
    return column >= week.first, column <= week.last


def _named(site_id: UUID, scans: Iterable[UUID]) -> list[DrawnVisit]:
    checker = User.__table__.alias("checker")
    photo = (
        select(Photo.id)
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == Scan.site_id, Photo.subject_kind == "scan", Photo.subject_id == Scan.id)
        .order_by(Photo.taken_at, Photo.sort)
        .limit(1)
        .correlate(Scan)
        .scalar_subquery()
    )
    query = (
        select(
            Scan.id, Scan.business_day, Scan.effective_at, Place.full_name, Scan.user_id, User.name, Scan.flags,
            photo.label("photo"), VisitCheck.good, VisitCheck.reason, checker.c.name.label("checker"),
        )
        .join(Place, and_(Place.site_id == Scan.site_id, Place.id == Scan.place_id))
        .join(User, User.id == Scan.user_id)
        .outerjoin(VisitCheck, and_(VisitCheck.site_id == Scan.site_id, VisitCheck.scan_id == Scan.id))
        .outerjoin(checker, checker.c.id == VisitCheck.by_id)
        .where(Scan.site_id == site_id, Scan.id.in_(list(scans)))
        .order_by(Scan.effective_at, Scan.id)
    )  # fmt: skip
    return [
        DrawnVisit(
            row.id, row.business_day, row.effective_at, row.full_name, row.user_id, row.name, tuple(row.flags),
            row.photo, row.good, row.reason or "", row.checker or "",
        )
        for row in db.session.execute(query)
    ]  # fmt: skip
