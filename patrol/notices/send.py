"""Sending what is due: several at a time, one of each lane, so that a sink that hangs delays only itself."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.user import Membership
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_
from patrol.core.queue import Claimed, again, any_due, claim, finish
from patrol.notices.make import JOBS
from patrol.notices.notice import Notice
from patrol.notices.person import PushSubscription, forget_subscription, people_to_tell, subscriptions_of
from patrol.notices.push import message, send_push
from patrol.notices.robots import Outcome, send_to
from patrol.notices.sent import log_sent
from patrol.notices.target import NoticeTarget
from patrol.notices.words import line_of, title_of
from patrol.web.i18n import said_in

AT_ONCE = 6
SECONDS = 15.0  # after that no further job is begun; the next tick goes on


@dataclass(frozen=True, slots=True)
class Post:
    """What the sending needs of this installation. local: PATROL_NOTICES_LOCAL; keep_days: PATROL_OUTBOX_DAYS."""

    instance: Path
    public_url: str
    local: bool = False
    keep_days: int = 90

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Post":
        return cls(config["INSTANCE"], config["PUBLIC_URL"].rstrip("/"), config["NOTICES_LOCAL"], config["OUTBOX_DAYS"])

    @property
    def contact(self) -> str:
        """Whom a push service may ask; it wants an https or a mail address."""
        return self.public_url if self.public_url.startswith("https://") else "mailto:patrol@example.com"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message ready to go: who it is for stands in the log, how it goes is one call without a database."""

    channel: str
    go: Callable[[], Outcome]
    notice_id: UUID | None = None
    user_id: UUID | None = None
    target_id: UUID | None = None
    subscription_id: UUID | None = None


def send_due(
    context: Callable[[], AbstractContextManager[Any]], post: Post, *, clock: Callable[[], datetime] = now
) -> int:
    """Everything that is due. Returns how many jobs were taken up. context: opens the app's context in a thread."""
    if not any_due(clock(), kinds=JOBS):
        return 0
    end, counts = time.monotonic() + SECONDS, [0] * AT_ONCE

    def work(number: int) -> None:
        with context():
            while time.monotonic() < end and (job := claim(clock(), kinds=JOBS)) is not None:
                counts[number] += 1
                run_job(job, post, clock)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def run_job(job: Claimed, post: Post, clock: Callable[[], datetime] = now) -> str:
    """Do one job that this runner holds. Returns what came of it."""
    delivery = _delivery(job, post, clock())
    db.session.rollback()  # no transaction stays open across the network
    if delivery is None:
        with write(job.site_id):
            finish(job, clock(), "dropped")
        return "dropped"
    outcome = delivery.go()
    return _settle(job, delivery, outcome, clock())


def _settle(job: Claimed, delivery: Delivery, outcome: Outcome, at: datetime) -> str:
    result = "gave_up" if outcome.result == "later" and job.last_attempt else outcome.result
    with write(job.site_id):
        log_sent(
            job.site_id, notice_id=delivery.notice_id, channel=delivery.channel, user_id=delivery.user_id,
            target_id=delivery.target_id, attempt=job.attempts, at=at, result=result, reason=outcome.reason,
        )  # fmt: skip
        if outcome.result == "gone" and delivery.subscription_id is not None:
            forget_subscription(delivery.subscription_id)
        if outcome.result == "later":
            again(job, at)
        else:
            finish(job, at, "done" if outcome.result == "sent" else "refused")
    return result


def _delivery(job: Claimed, post: Post, at: datetime) -> Delivery | None:
    """None when it is not wanted any more: the matter is over, the person left, the target was removed."""
    if job.kind == "trial":
        return _trial(job, post)
    notice = db.session.get(Notice, (job.site_id, UUID(job.payload["notice"])))
    if notice is None or not notice.stands:
        return None
    if job.kind == "target":
        target = _target(job)
        return _to_target(notice, target, post) if target else None
    user_id = UUID(job.payload["user"])
    person = people_to_tell([user_id]).get(user_id)
    if person is None or not _works_here(job.site_id, user_id):
        return None
    words = _words(notice, person.language)
    if job.kind == "mail":
        target = _target(job)
        return _to_mail(notice, target, person.user_id, person.mail, words, post) if target and person.mail else None
    wanted = UUID(job.payload["subscription"])
    one = next((found for found in subscriptions_of([user_id], at) if found.id == wanted), None)
    return _to_browser(notice, one, person.language, words, post) if one and person.push else None


def _words(notice: Notice, lang: str) -> tuple[str, str]:
    return title_of(notice.kind, notice.facts, lang), line_of(notice.kind, notice.facts, lang)


def _works_here(site_id: UUID, user_id: UUID) -> bool:
    query = select(Membership.id).where(
        Membership.site_id == site_id, Membership.user_id == user_id, Membership.ended_at.is_(None)
    )
    return db.session.scalar(query) is not None


def _target(job: Claimed) -> NoticeTarget | None:
    target = db.session.get(NoticeTarget, (job.site_id, UUID(job.payload["target"])))
    return target if target is not None and target.ended_at is None else None


def _to_target(notice: Notice, target: NoticeTarget, post: Post) -> Delivery:
    title, line = _words(notice, target.language)
    return _letter(target, title, f"{line}\n{post.public_url}/notices/{notice.id}", post, notice_id=notice.id)


def _trial(job: Claimed, post: Post) -> Delivery | None:
    target = _target(job)
    if target is None:
        return None
    title = said_in(target.language, N_("Patrol: a trial"))
    line = said_in(target.language, N_("Notices of this site will arrive here."))
    return _letter(target, title, f"{line}\n{post.public_url}", post)


def _letter(target: NoticeTarget, title: str, body: str, post: Post, notice_id: UUID | None = None) -> Delivery:
    channel, secret = target.channel, dict(target.secret)
    return Delivery(
        channel,
        lambda: send_to(channel, secret, title, body, local=post.local),
        notice_id=notice_id,
        target_id=target.id,
    )


def _to_mail(
    notice: Notice, through: NoticeTarget, user_id: UUID, address: str, words: tuple[str, str], post: Post
) -> Delivery:
    title, line = words
    body, secret = f"{line}\n{post.public_url}/notices/{notice.id}", dict(through.secret)
    return Delivery(
        "mail",
        lambda: send_to("mail", secret, title, body, local=post.local, to=address),
        notice_id=notice.id,
        user_id=user_id,
        target_id=through.id,
    )


def _to_browser(notice: Notice, one: PushSubscription, lang: str, words: tuple[str, str], post: Post) -> Delivery:
    data = message(notice.id, *words, critical=notice.critical, lang=lang)
    keys = {"endpoint": one.endpoint, "p256dh": one.p256dh, "auth": one.auth}
    return Delivery(
        "push",
        lambda: send_push(
            keys, data, instance=post.instance, contact=post.contact, urgent=notice.critical, local=post.local
        ),
        notice_id=notice.id,
        user_id=one.user_id,
        subscription_id=one.id,
    )
