"""Sent (发送记录): every attempt to tell somebody outside the pages, with what came of it. Never holds a secret."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.user import User
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_
from patrol.notices.notice import Notice
from patrol.notices.target import NoticeTarget

RESULTS: dict[str, str] = {
    "sent": N_("Sent"),
    "later": N_("Failed, is tried again"),
    "gave_up": N_("Failed for good"),
    "refused": N_("Refused"),
    "gone": N_("Browser is gone"),
    "missing": N_("Not installed"),
}
PAGE = 100


class NoticeSent(SiteRow, Model):
    """A fact about one attempt. reason: a short code (status 500, timeout, private_address), no address, no key."""

    __tablename__ = "notice_sent"
    __table_args__ = (Index(None, "site_id", "at", "id"),)

    notice_id: Mapped[UUID | None]  # None: a trial
    channel: Mapped[str]  # push, mail, wecom, dingtalk, feishu
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    target_id: Mapped[UUID | None]
    attempt: Mapped[int]
    at: Mapped[datetime]
    result: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")


def log_sent(site_id: UUID, **values: Any) -> None:
    """Inside ``write()``."""
    db.session.add(NoticeSent(site_id=site_id, id=uuid7(), **values))


def sent_lately(site_id: UUID) -> list[Any]:
    """(NoticeSent, kind of the notice, person's name, target's name), the newest first."""
    query = (
        select(NoticeSent, Notice.kind, User.name, NoticeTarget.name)
        .outerjoin(Notice, (Notice.site_id == NoticeSent.site_id) & (Notice.id == NoticeSent.notice_id))
        .outerjoin(User, User.id == NoticeSent.user_id)
        .outerjoin(
            NoticeTarget, (NoticeTarget.site_id == NoticeSent.site_id) & (NoticeTarget.id == NoticeSent.target_id)
        )
        .where(NoticeSent.site_id == site_id)
        .order_by(NoticeSent.at.desc(), NoticeSent.id.desc())
        .limit(PAGE)
    )
    return list(db.session.execute(query))
