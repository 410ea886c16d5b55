"""Suspension (暂停): when points outdoors rest. Facts, never changed: its begin, its end, its withdrawal.

A suspension [from, until) covers a point outdoors of a planned round or one on demand if it began before the round
closed and ended after the round started. Rounds that were closed when it began keep their misses. One that
was withdrawn as a mistake covers only rounds that were closed by then; those still open are walked in full.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.rounds.round import Round, RoundStop
from patrol.sites.day import mark_day

WITHDRAWN = "withdrawn"  # reason of the row that says: the rest which ended at this moment was a mistake
RESTING = ("plan", "on_demand")  # kinds of rounds; those of the weather itself are walked all the more


class Suspension(SiteRow, Model):
    __tablename__ = "suspension"
    __table_args__ = (Index(None, "site_id", "from_at"),)

    from_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="weather")


class SuspensionEnd(SiteRow, Model):
    __tablename__ = "suspension_end"
    __table_args__ = (site_key("suspension_id", "suspension"), UniqueConstraint("site_id", "suspension_id"))

    suspension_id: Mapped[UUID]
    at: Mapped[datetime]


def covers(
    from_at: datetime, until: datetime | None, starts_at: datetime, closes_at: datetime, withdrawn: bool = False
) -> bool:
    """Whether a suspension takes in a round; until None: it still lasts. withdrawn: it ended as a mistake, so that
    only rounds which were over by then rested."""
    if withdrawn and until is not None and closes_at > until:
        return False
    return from_at < closes_at and (until is None or starts_at < until)


def suspended() -> Any:
    """The same as a column of ``round_stop``: true where a suspension covers the point."""
    ended = and_(SuspensionEnd.site_id == Suspension.site_id, SuspensionEnd.suspension_id == Suspension.id)
    back = aliased(Suspension)
    withdrawn = (
        select(back.id)
        .where(
            back.site_id == SuspensionEnd.site_id,
            back.reason == WITHDRAWN,
            back.from_at == SuspensionEnd.at,
            back.from_at < Round.closes_at,
        )
        .correlate(SuspensionEnd, Round)
        .exists()
    )
    covering = (
        select(Suspension.id)
        .join(Round, Round.site_id == Suspension.site_id)
        .outerjoin(SuspensionEnd, ended)
        .where(
            Round.site_id == RoundStop.site_id,
            Round.id == RoundStop.round_id,
            Round.kind.in_(RESTING),
            Suspension.reason != WITHDRAWN,
            Suspension.from_at < Round.closes_at,
            or_(SuspensionEnd.at.is_(None), Round.starts_at < SuspensionEnd.at),
            ~withdrawn,
        )
        .correlate(RoundStop)
        .exists()
    )
    return and_(RoundStop.outdoor, covering)


def running(site_id: UUID) -> Suspension | None:
    """The suspension that still lasts."""
    ended = select(SuspensionEnd.suspension_id).where(SuspensionEnd.site_id == site_id)
    query = select(Suspension).where(
        Suspension.site_id == site_id, Suspension.reason != WITHDRAWN, Suspension.id.not_in(ended)
    )
    return db.session.scalars(query.order_by(Suspension.from_at).limit(1)).first()


def suspend(site_id: UUID, at: datetime) -> None:
    """From now on points outdoors rest; nothing happens where they do already. Inside ``write()``."""
    if running(site_id) is None:
        db.session.add(Suspension(id=uuid7(), site_id=site_id, from_at=at))
        _mark(site_id, at)


def resume(site_id: UUID, at: datetime) -> None:
    """Points outdoors are walked again, on rounds that start from now on. Inside ``write()``."""
    found = running(site_id)
    if found is not None:
        db.session.add(SuspensionEnd(id=uuid7(), site_id=site_id, suspension_id=found.id, at=at))
        _mark(site_id, found.from_at)


def take_back(site_id: UUID, at: datetime) -> None:
    """It was a mistake: points outdoors are walked again, on rounds that are still open too. Inside ``write()``."""
    if running(site_id) is not None:
        db.session.add(Suspension(id=uuid7(), site_id=site_id, from_at=at, reason=WITHDRAWN))
    resume(site_id, at)


def _mark(site_id: UUID, since: datetime) -> None:
    """The days of every round that is made and was open then or later: their points count otherwise now."""
    query = select(Round.business_day).where(Round.site_id == site_id, Round.closes_at > since).distinct()
    mark_day(site_id, *db.session.scalars(query))
