"""Export (导出): a file somebody asked for, made by a job, kept for some days and then removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, and_, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.core.queue import Job, enqueue, withdraw
from patrol.journal.entry import note

JOB = "export"
MOST_OPEN = 5  # of one person at a time
PAGE = 30
KINDS = ("tables", "photos", "bundle")


class Export(SiteRow, Model):
    """``asked``: what was asked for, as the kind understands it. ``sha256``: of the whole file."""

    __tablename__ = "export"
    __table_args__ = (
        Index(None, "site_id", "asked_at", "id"),
        Index(None, "site_id", "user_id", "asked_at", "id"),
        Index(None, "removed_at", "expires_at"),
        Index(None, "ended_at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]  # tables, photos, bundle
    asked: Mapped[dict[str, Any]]
    language: Mapped[str]
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    doing: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")  # made, cancelled, failed
    problem: Mapped[str] = mapped_column(default="")  # of a failed one: a key of PROBLEMS
    file_name: Mapped[str] = mapped_column(default="")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    @property
    def job_key(self) -> str:
        return f"{JOB}:{self.id}"

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0

    def state(self, at: datetime) -> str:
        """waiting, running, made, gone (its time is over), cancelled or failed."""
        if self.ended_at is None:
            return "running" if self.begun_at else "waiting"
        if self.outcome == "made" and (self.removed_at or (self.expires_at and self.expires_at <= at)):
            return "gone"
        return self.outcome


PROBLEMS: dict[str, str] = {
    "disk_full": N_("The server's disk is full, so the file was not made. Tell the administrator, then ask again."),
    "gave_up": N_("It was begun several times and never finished. Ask for a shorter period."),
    "broken": N_("Something went wrong on the server. Ask again, or tell the administrator."),
}


def ask(kind: str, asked: dict[str, Any], *, by: Reader, language: str, at: datetime, small: bool = False) -> Export:
    """Inside ``write()``: a file is wanted. The job makes it; of big ones a site makes one at a time."""
    if not by.may("export"):
        raise Problem("forbidden", N_("Your role cannot take records out of Patrol."), status=403)
    mine = select(func.count()).where(
        Export.site_id == by.site_id, Export.user_id == by.user_id, Export.ended_at.is_(None)
    )
    if (db.session.scalar(mine) or 0) >= MOST_OPEN:
        raise Problem(
            "export.many", N_("%(most)s of your files are still being made. Wait for one, or cancel it."),
            status=429, most=MOST_OPEN, retry_after=60,
        )  # fmt: skip
    row = Export(
        id=uuid7(), site_id=by.site_id, user_id=by.user_id, kind=kind, asked=asked, language=language, asked_at=at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    lane = "" if small else f"export:{by.site_id}"
    enqueue(by.site_id, JOB, row.job_key, {"export": str(row.id)}, run_at=at, lane=lane)
    note("export.asked", "export", row.id, site_id=by.site_id, by=by.user_id, at=at, kind=kind, asked=asked)
    return row


def cancel(row: Export, *, by: Reader, at: datetime) -> None:
    """Inside ``write()``. What is being made stops at its next step; a file that is there stays."""
    if row.ended_at is not None:
        raise Problem("export.ended", N_("It has ended already."), status=409)
    withdraw(row.site_id, row.job_key, at)
    row.ended_at, row.outcome = at, "cancelled"
    note("export.cancelled", "export", row.id, site_id=row.site_id, by=by.user_id, at=at)


def export_here(by: Reader, export_id: UUID) -> Export:
    """Of the person who asked, or any of the site for its manager; another's is not there."""
    row = db.session.get(Export, (by.site_id, export_id))
    if row is None or (row.user_id != by.user_id and not sees_all(by)):
        raise NotHere("export")
    return row


def sees_all(by: Reader) -> bool:
    return by.role == "site_manager"


def downloadable(row: Export, at: datetime) -> None:
    """Refuses a file that is not there yet, or not any more."""
    state = row.state(at)
    if state == "gone":
        text = N_("The time of this file is over, and it was removed. Ask for it again.")
        raise Problem("export.expired", text, status=410)
    if state != "made":
        raise Problem("export.not_made", N_("This file is not made yet."), status=409)


def note_download(row: Export, *, by: Reader, at: datetime) -> None:
    """Inside ``write()``: who took the file out, and when."""
    note("export.downloaded", "export", row.id, site_id=row.site_id, by=by.user_id, at=at, sha256=row.sha256)


def exports_of(by: Reader, before: tuple[datetime, UUID] | None) -> tuple[list[Any], tuple[datetime, UUID] | None]:
    """One page, newest first, each with the name of who asked, and the edge of the next."""
    query = select(Export, User.name).join(User, User.id == Export.user_id).where(Export.site_id == by.site_id)
    if not sees_all(by):
        query = query.where(Export.user_id == by.user_id)
    if before is not None:
        at, last = before
        query = query.where(or_(Export.asked_at < at, and_(Export.asked_at == at, Export.id < last)))
    rows: Sequence[Any] = db.session.execute(
        query.order_by(Export.asked_at.desc(), Export.id.desc()).limit(PAGE + 1)
    ).all()
    more = len(rows) > PAGE
    return list(rows[:PAGE]), (rows[PAGE - 1].Export.asked_at, rows[PAGE - 1].Export.id) if more else None


def gave_up() -> list[Export]:
    """Those whose job ended without them: its runner died every time."""
    open_ones = {row.job_key: row for row in db.session.scalars(select(Export).where(Export.ended_at.is_(None)))}
    if not open_ones:
        return []
    over = select(Job.key).where(Job.kind == JOB, Job.key.in_(list(open_ones)), Job.done_at.is_not(None))
    return [open_ones[key] for key in db.session.scalars(over)]


def expired(at: datetime, limit: int = 200) -> list[Export]:
    """Made, not removed, and their time is over."""
    query = select(Export).where(Export.removed_at.is_(None), Export.expires_at <= at)
    return list(db.session.scalars(query.order_by(Export.expires_at).limit(limit)))


def until(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days)
