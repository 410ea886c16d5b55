"""What each person has chosen: quiet hours, what to be told of, mail; and the browsers that take web push."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.device import Device
from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import Model, db, upsert
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.notices.rules import KINDS

MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}", re.ASCII)
KEY = re.compile(r"[A-Za-z0-9_-]{16,128}={0,2}", re.ASCII)
MOST_BROWSERS = 10


class NoticeChoice(Model):
    """One person's choices, for all sites. Nothing chosen: everything, at any hour, by push where it is switched on."""

    __tablename__ = "notice_choice"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), primary_key=True)
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    muted: Mapped[list[Any]] = mapped_column(default=list)  # kinds that are shown under the bell only
    push: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[str] = mapped_column(default="")


class PushSubscription(Model):
    """One browser that takes web push; it ends with the sign-in it was made in."""

    __tablename__ = "push_subscription"
    __table_args__ = (UniqueConstraint("endpoint_hash"), Index(None, "user_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    endpoint: Mapped[str]
    endpoint_hash: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """A person to tell, with language and choices."""

    user_id: UUID
    language: str
    quiet_from: time | None = None
    quiet_to: time | None = None
    muted: tuple[str, ...] = ()
    push: bool = True
    mail: str = ""


def choice_of(user_id: UUID) -> NoticeChoice:
    """The stored choices, or the usual ones, not yet stored."""
    return db.session.get(NoticeChoice, user_id) or NoticeChoice(user_id=user_id, muted=[], push=True, mail="")


def choose(
    user_id: UUID, *, quiet: tuple[time | None, time | None], muted: Iterable[str], push: bool, mail: str
) -> None:
    """Inside ``write()``. Raises Problem naming the field."""
    if (quiet[0] is None) != (quiet[1] is None):
        raise Problem("notices.quiet", N_("Enter both ends of the quiet hours, or neither."), field="quiet_to")
    if mail and not MAIL.fullmatch(mail):
        raise Problem("notices.mail", N_("This is not a mail address."), field="mail")
    row = choice_of(user_id)
    row.quiet_from, row.quiet_to = quiet
    row.muted = sorted(kind for kind in muted if kind in KINDS and kind != "critical")
    row.push, row.mail = push, mail
    db.session.add(row)


def people_to_tell(user_ids: Iterable[UUID]) -> dict[UUID, Told]:
    query = (
        select(User.id, User.language, NoticeChoice)
        .outerjoin(NoticeChoice, NoticeChoice.user_id == User.id)
        .where(User.id.in_(list(user_ids)), User.disabled_at.is_(None))
    )
    found = {}
    for user_id, language, choice in db.session.execute(query):
        told = Told(user_id, language or "zh")
        if choice is not None:
            told = Told(
                user_id, language or "zh", choice.quiet_from, choice.quiet_to, tuple(choice.muted), choice.push,
                choice.mail,
            )  # fmt: skip
        found[user_id] = told
    return found


def subscribe(endpoint: str, p256dh: str, auth: str, *, by: Reader, at: datetime) -> None:
    """Inside ``write()``: this browser takes push from now on; one that had it under another sign-in changes hands."""
    parts = urlsplit(endpoint) if len(endpoint) <= 1000 else None
    if parts is None or not parts.hostname or parts.scheme not in ("https", "http"):
        raise Problem("push.endpoint", N_("This browser gave no usable address for notices."))
    if not (KEY.fullmatch(p256dh) and KEY.fullmatch(auth)):
        raise Problem("push.keys", N_("This browser gave no usable address for notices."))
    values = {
        "user_id": by.user_id, "device_id": by.device_id, "endpoint": endpoint, "endpoint_hash": _hash(endpoint),
        "p256dh": p256dh, "auth": auth, "created_at": at,
    }  # fmt: skip
    adding = upsert(PushSubscription).values(id=uuid7(), **values)
    db.session.execute(adding.on_conflict_do_update(index_elements=["endpoint_hash"], set_=values))
    _forget_the_oldest(by.user_id)


def _forget_the_oldest(user_id: UUID) -> None:
    newest = select(PushSubscription.id).where(PushSubscription.user_id == user_id)
    kept = list(db.session.scalars(newest.order_by(PushSubscription.created_at.desc()).limit(MOST_BROWSERS)))
    db.session.execute(
        delete(PushSubscription).where(PushSubscription.user_id == user_id, PushSubscription.id.not_in(kept))
    )


def unsubscribe(endpoint: str, *, by: Reader) -> None:
    """Inside ``write()``."""
    db.session.execute(
        delete(PushSubscription).where(
            PushSubscription.endpoint_hash == _hash(endpoint), PushSubscription.user_id == by.user_id
        )
    )


def forget_subscription(subscription_id: UUID) -> None:
    """Inside ``write()``: its push service says that it is gone."""
    db.session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))


def subscriptions_of(user_ids: Iterable[UUID], at: datetime) -> list[PushSubscription]:
    """Those whose sign-in still holds."""
    query = (
        select(PushSubscription)
        .join(Device, Device.id == PushSubscription.device_id)
        .where(
            PushSubscription.user_id.in_(list(user_ids)),
            Device.user_id == PushSubscription.user_id,
            Device.ended_at.is_(None),
            Device.expires_at > at,
        )
    )
    return list(db.session.scalars(query.order_by(PushSubscription.id)))


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
