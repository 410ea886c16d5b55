"""Signature (签字) under a review: who put the name to which day, week or month, and when. Facts, never changed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.user import User
from patrol.core.db import Model, db, upsert
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.reviews.period import Period


class ReviewSignature(SiteRow, Model):
    __tablename__ = "review_signature"
    __table_args__ = (UniqueConstraint("site_id", "kind", "first_day", "user_id"),)

    kind: Mapped[str]  # day, week, month
    first_day: Mapped[date]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


def may_sign(by: Reader, kind: str) -> bool:
    return by.may("review.sign") or (kind == "day" and by.may("review.sign_day"))


def sign_review(period: Period, *, by: Reader, at: datetime) -> None:
    """Inside ``write()``. A period that still runs cannot be signed; signing twice is no fault."""
    if not may_sign(by, period.kind):
        raise Problem("review.sign", N_("Your role does not sign this review."), status=403)
    if business_day_of(by, at) <= period.last:
        raise Problem("review.runs", N_("This period is not over yet. Sign when it is."), status=409)
    row = {
        "site_id": by.site_id, "id": uuid7(), "kind": period.kind, "first_day": period.first,
        "user_id": by.user_id, "at": at,
    }  # fmt: skip
    fact = upsert(ReviewSignature).values(row).returning(ReviewSignature.id)
    fact = fact.on_conflict_do_nothing(index_elements=["site_id", "kind", "first_day", "user_id"])
    if db.session.execute(fact).first():
        told = {"kind": period.kind, "period": period.slug}
        note("review_signed", "review", None, site_id=by.site_id, by=by.user_id, at=at, review=told)


def signatures(site_id: UUID, period: Period) -> list[Any]:
    """(user_id, name, at), the first one first."""
    query = (
        select(ReviewSignature.user_id, User.name, ReviewSignature.at)
        .join(User, User.id == ReviewSignature.user_id)
        .where(
            ReviewSignature.site_id == site_id,
            ReviewSignature.kind == period.kind,
            ReviewSignature.first_day == period.first,
        )
    )
    return list(db.session.execute(query.order_by(ReviewSignature.at)))


def unsigned(site_id: UUID, periods: Iterable[Period]) -> list[Period]:
    """Those of the periods that bear no signature."""
    periods = list(periods)
    query = select(ReviewSignature.kind, ReviewSignature.first_day).where(
        ReviewSignature.site_id == site_id, ReviewSignature.first_day.in_([period.first for period in periods])
    )
    signed = {(kind, first) for kind, first in db.session.execute(query)}
    return [period for period in periods if (period.kind, period.first) not in signed]
