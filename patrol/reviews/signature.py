"""Signed reviews (签字): an edition freezes what was signed, names stand under it; both are added, never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.user import User
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key
from patrol.reviews.fingerprint import fingerprint
from patrol.reviews.period import Period
from patrol.reviews.signers import Signed


class ReviewEdition(SiteRow, Model):
    """What was signed. ``number`` 1 is the first; later ones are amendments (更正) and say why.

    ``hash``: SHA-256 of the snapshot; ``journal_head``: the journal's last hash when it was frozen.
    """

    __tablename__ = "review_edition"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "first", "number"),
        CheckConstraint("kind IN ('day','week','month')", name="kind"),
    )

    kind: Mapped[str]
    first: Mapped[date]
    number: Mapped[int]
    snapshot: Mapped[dict[str, Any]]
    hash: Mapped[str]
    journal_head: Mapped[str]
    made_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(default="")


class ReviewSignature(SiteRow, Model):
    """One name under one edition. ``act``: sign, countersign."""

    __tablename__ = "review_signature"
    __table_args__ = (
        site_key("edition_id", "review_edition"),
        UniqueConstraint("site_id", "edition_id", "user_id"),
        CheckConstraint("act IN ('sign','countersign')", name="act"),
        Index(None, "site_id", "edition_id"),
    )

    edition_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str]
    act: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


def mark_of(signature: ReviewSignature) -> str:
    """Fingerprint of a signature, for the journal."""
    values = {column.name: getattr(signature, column.name) for column in ReviewSignature.__table__.columns}
    return fingerprint(values).hex()


def editions_of(site_id: UUID, period: Period) -> list[ReviewEdition]:
    """Every edition of a review, the first one first."""
    query = select(ReviewEdition).where(
        ReviewEdition.site_id == site_id, ReviewEdition.kind == period.kind, ReviewEdition.first == period.first
    )
    return list(db.session.scalars(query.order_by(ReviewEdition.number)))


def names_under(site_id: UUID, edition_id: UUID) -> list[Signed]:
    """Who signed an edition, in the order they did."""
    query = (
        select(ReviewSignature, User.name)
        .join(User, User.id == ReviewSignature.user_id)
        .where(ReviewSignature.site_id == site_id, ReviewSignature.edition_id == edition_id)
        .order_by(ReviewSignature.at, ReviewSignature.id)
    )
    return [
        Signed(row.user_id, name, row.role, "countersign" if row.act == "countersign" else "sign", row.at, row.note)
        for row, name in db.session.execute(query)
    ]
