"""Notice (通知): one matter that somebody has to know of, whom it is for, and who has taken note."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import Model, db, upsert
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import NotHere

LISTED = 60
SHOWN_FOR = timedelta(days=14)


class Notice(SiteRow, Model):
    """``key`` names the matter, so that it is told once. It stands until it has ended or somebody took note."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        Index(None, "site_id", "ended_at", "acknowledged_at"),
        Index(None, "site_id", "made_at", "id"),
    )

    key: Mapped[str]
    kind: Mapped[str]  # of rules.KINDS
    critical: Mapped[bool] = mapped_column(default=False)
    team: Mapped[str] = mapped_column(default="")
    url: Mapped[str]
    facts: Mapped[dict[str, Any]]  # what its words are filled with
    since: Mapped[datetime]  # when the matter arose
    made_at: Mapped[datetime]  # when it was noticed
    level: Mapped[int] = mapped_column(default=0)  # how often it was passed on to somebody higher
    ended_at: Mapped[datetime | None]  # the matter ended by itself: the round was started, the hazard put right
    acknowledged_at: Mapped[datetime | None]  # copied from the first acknowledgement

    @property
    def stands(self) -> bool:
        return self.ended_at is None and self.acknowledged_at is None


class NoticeFor(SiteRow, Model):
    """Somebody whom a notice is for. level: 0 from the start, 1 and 2 passed on since nobody took note."""

    __tablename__ = "notice_for"
    __table_args__ = (
        site_key("notice_id", "notice"),
        UniqueConstraint("site_id", "notice_id", "user_id"),
        Index(None, "site_id", "user_id", "at"),
    )

    notice_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    level: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


class NoticeAck(SiteRow, Model):
    """A fact: this person took note at that time. Added once, never changed."""

    __tablename__ = "notice_ack"
    __table_args__ = (
        site_key("notice_id", "notice"),
        UniqueConstraint("site_id", "notice_id", "user_id"),
    )

    notice_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


def notice_for(by: Reader, notice_id: UUID) -> Notice:
    """The notice, when it is for this reader (or the reader runs the site); NotHere otherwise."""
    notice = db.session.get(Notice, (by.site_id, notice_id))
    if notice is None or not (by.may("site.edit") or _is_for(notice, by.user_id)):
        raise NotHere("notice")
    return notice


def _is_for(notice: Notice, user_id: UUID) -> bool:
    query = select(NoticeFor.id).where(
        NoticeFor.site_id == notice.site_id, NoticeFor.notice_id == notice.id, NoticeFor.user_id == user_id
    )
    return db.session.scalar(query) is not None


def acknowledge(notice_id: UUID, *, by: Reader, at: datetime) -> Notice:
    """Take note: the notice stops asking, for everybody. Twice is no fault."""
    notice = notice_for(by, notice_id)
    row = {"site_id": by.site_id, "id": uuid7(), "notice_id": notice.id, "user_id": by.user_id, "at": at}
    fact = upsert(NoticeAck).values(row)
    db.session.execute(fact.on_conflict_do_nothing(index_elements=["site_id", "notice_id", "user_id"]))
    if notice.acknowledged_at is None:
        notice.acknowledged_at = at
    db.session.flush()
    count_bells(by.site_id)
    return notice


_STANDING_FOR = (
    select(func.count())
    .select_from(NoticeFor)
    .join(Notice, (Notice.site_id == NoticeFor.site_id) & (Notice.id == NoticeFor.notice_id))
    .where(
        NoticeFor.site_id == Membership.site_id,
        NoticeFor.user_id == Membership.user_id,
        Notice.ended_at.is_(None),
        Notice.acknowledged_at.is_(None),
    )
    .correlate(Membership)
    .scalar_subquery()
)
_COUNT_BELLS = (
    update(Membership)
    .where(Membership.site_id == bindparam("site"), Membership.bell != _STANDING_FOR)
    .values(bell=_STANDING_FOR)
    .execution_options(synchronize_session=False)
)


def count_bells(site_id: UUID) -> None:
    """Write beside everybody's name how many notices stand for them: pages show it and need no query for it."""
    db.session.execute(_COUNT_BELLS, {"site": site_id})


def listed(by: Reader, at: datetime) -> list[Any]:
    """(Notice, who took note first) for this reader: what stands first, then the newest of the last two weeks."""
    query = (
        select(Notice)
        .join(NoticeFor, (NoticeFor.site_id == Notice.site_id) & (NoticeFor.notice_id == Notice.id))
        .where(NoticeFor.site_id == by.site_id, NoticeFor.user_id == by.user_id)
        .where(_standing() | (Notice.made_at > at - SHOWN_FOR))
        .order_by(_standing().desc(), Notice.critical.desc(), Notice.made_at.desc(), Notice.id.desc())
        .limit(LISTED)
    )
    notices = list(db.session.scalars(query))
    names = _who_took_note(by.site_id, [notice.id for notice in notices])
    return [(notice, names.get(notice.id)) for notice in notices]


def _standing() -> Any:
    return Notice.ended_at.is_(None) & Notice.acknowledged_at.is_(None)


def _who_took_note(site_id: UUID, notices: list[UUID]) -> dict[UUID, str]:
    query = (
        select(NoticeAck.notice_id, User.name)
        .join(User, User.id == NoticeAck.user_id)
        .where(NoticeAck.site_id == site_id, NoticeAck.notice_id.in_(notices))
        .order_by(NoticeAck.at.desc(), NoticeAck.id.desc())
    )
    return {row.notice_id: row.name for row in db.session.execute(query)} if notices else {}


def urgent_for(by: Reader) -> list[Notice]:
    """The critical ones that stand for this reader, the newest first."""
    query = (
        select(Notice)
        .join(NoticeFor, (NoticeFor.site_id == Notice.site_id) & (NoticeFor.notice_id == Notice.id))
        .where(NoticeFor.site_id == by.site_id, NoticeFor.user_id == by.user_id, Notice.critical, _standing())
    )
    return list(db.session.scalars(query.order_by(Notice.made_at.desc(), Notice.id.desc()).limit(5)))
