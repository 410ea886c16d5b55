"""Making notices: look at what stands, tell each matter once, repeat, pass on, stop. Safe on two machines at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.roster import on_duty
from patrol.core.db import db, upsert, write
from patrol.core.keys import uuid7
from patrol.core.queue import enqueue
from patrol.maintenance.ensure import ensure_orders
from patrol.notices.audience import Member, managers, members, told
from patrol.notices.matter import Matter
from patrol.notices.matters import matters
from patrol.notices.notice import Notice, NoticeFor, count_bells
from patrol.notices.person import Told, people_to_tell, subscriptions_of
from patrol.notices.rules import LEVELS, levels, passed_on_at, quiet_until, wave_at
from patrol.notices.site_notices import NoticeSite, of_site
from patrol.notices.target import NoticeTarget, targets_of
from patrol.rounds.ensure import ensure_rounds
from patrol.sites.site import Site

JOBS = ("push", "mail", "target", "trial")


def look(site: Site, at: datetime) -> int:
    """Everything due for one site. Not inside ``write()``. Returns how many notices are new."""
    ensure_rounds(site.id, at, site.zone, site.day_start)
    ensure_orders(site.id, at, site.zone, site.day_start)
    settings = of_site(site.id)
    standing = [notice.key for notice in _standing(site.id)]
    found = matters(site, settings.pace, at, settings.looked_at, standing)
    with write(site.id):
        return _Look(site, found, at).run()


def _standing(site_id: UUID) -> list[Notice]:
    query = select(Notice).where(Notice.site_id == site_id, Notice.ended_at.is_(None), Notice.acknowledged_at.is_(None))
    return list(db.session.scalars(query.order_by(Notice.made_at, Notice.id)))


class _Look:
    """One look at one site, inside ``write()``."""

    def __init__(self, site: Site, found: list[Matter], at: datetime):
        self.site, self.at = site, at
        self.found = {matter.key: matter for matter in found}
        self.people: list[Member] = members(site.id)
        self.on_shift = {one.user_id for one in on_duty(site.id, at)}
        self.targets: list[NoticeTarget] = targets_of(site.id)

    def run(self) -> int:
        settings = of_site(self.site.id)
        db.session.add(settings)
        settings.looked_at = max(settings.looked_at or self.at, self.at)
        before = _standing(self.site.id)
        self._end_what_is_over(before)
        new = self._new_notices()
        for notice in new:
            self._tell(notice, told(self.found[notice.key], self.people, self.on_shift), level=0)
            self._tell_targets(notice, wave=0)
        for notice in before:
            if notice.stands:
                self._again(notice, settings)
                self._pass_on(notice, settings)
        db.session.flush()
        count_bells(self.site.id)
        return len(new)

    def _end_what_is_over(self, before: Iterable[Notice]) -> None:
        for notice in before:
            if notice.key not in self.found and not notice.key.startswith("gap:"):
                notice.ended_at = self.at

    def _new_notices(self) -> list[Notice]:
        if not self.found:
            return []
        query = select(Notice.key).where(Notice.site_id == self.site.id, Notice.key.in_(list(self.found)))
        known = set(db.session.scalars(query))
        new = [self._notice(matter) for key, matter in self.found.items() if key not in known]
        db.session.add_all(new)
        db.session.flush()
        return new

    def _notice(self, matter: Matter) -> Notice:
        return Notice(
            site_id=self.site.id, id=uuid7(), key=matter.key, kind=matter.kind, critical=matter.critical,
            team=matter.team, url=matter.url, facts=matter.facts, since=matter.since, made_at=self.at, level=0,
        )  # fmt: skip

    def _again(self, notice: Notice, settings: NoticeSite) -> None:
        """A critical matter, to everybody it is for so far, every so many minutes."""
        wave = wave_at(notice.critical, notice.made_at, self.at, settings.pace)
        if wave:
            query = select(NoticeFor.user_id).where(
                NoticeFor.site_id == notice.site_id, NoticeFor.notice_id == notice.id
            )
            self._send(notice, list(db.session.scalars(query)), wave)
            self._tell_targets(notice, wave)

    def _pass_on(self, notice: Notice, settings: NoticeSite) -> None:
        """Nobody took note for too long: to the named person, then to the site manager."""
        while notice.level < levels(notice.kind, notice.facts) and self.at >= passed_on_at(
            notice.kind, notice.made_at, notice.level + 1, settings.pace
        ):
            notice.level += 1
            named = [settings.escalate_to_id] if settings.escalate_to_id else []
            here = {person.user_id for person in self.people}
            whom = managers(self.people) if notice.level == LEVELS else [one for one in named if one in here]
            self._tell(notice, whom, level=notice.level)

    def _tell(self, notice: Notice, people: list[UUID], level: int) -> None:
        """Put it under these people's bells, and on its way to those it is new to."""
        new = []
        for user_id in people:
            row = {
                "site_id": notice.site_id, "id": uuid7(), "notice_id": notice.id, "user_id": user_id,
                "level": level, "at": self.at,
            }  # fmt: skip
            adding = upsert(NoticeFor).values(row).returning(NoticeFor.user_id)
            adding = adding.on_conflict_do_nothing(index_elements=["site_id", "notice_id", "user_id"])
            new += list(db.session.scalars(adding))
        self._send(notice, new, wave=0)

    def _send(self, notice: Notice, people: list[UUID], wave: int) -> None:
        chosen = people_to_tell(people)
        wanted = {key: person for key, person in chosen.items() if notice.critical or notice.kind not in person.muted}
        pushed = [key for key, person in wanted.items() if person.push]
        for one in subscriptions_of(pushed, self.at):
            lane = f"push:{urlsplit(one.endpoint).hostname}"
            payload = {"notice": str(notice.id), "user": str(one.user_id), "subscription": str(one.id)}
            self._enqueue("push", f"push:{notice.id}:{one.id}:{wave}", payload, lane, wanted[one.user_id], notice)
        through = next((target for target in self.targets if target.channel == "mail"), None)
        for person in wanted.values():
            if person.mail and through is not None:
                payload = {"notice": str(notice.id), "user": str(person.user_id), "target": str(through.id)}
                key = f"mail:{notice.id}:{person.user_id}:{wave}"
                self._enqueue("mail", key, payload, f"target:{through.id}", person, notice)

    def _enqueue(self, kind: str, key: str, payload: dict[str, Any], lane: str, person: Told, notice: Notice) -> None:
        quiet = quiet_until(self.at, person.quiet_from, person.quiet_to, self.site.zone)
        run_at = quiet if quiet is not None and not notice.critical else self.at
        enqueue(self.site.id, kind, key, payload, run_at=run_at, lane=lane)

    def _tell_targets(self, notice: Notice, wave: int) -> None:
        """Groups and mailboxes keep no quiet hours: they choose what they are told of."""
        for target in self.targets:
            if target.wants(notice.kind):
                payload = {"notice": str(notice.id), "target": str(target.id)}
                key = f"target:{notice.id}:{target.id}:{wave}"
                enqueue(self.site.id, "target", key, payload, run_at=self.at, lane=f"target:{target.id}")


def try_target(target: NoticeTarget, at: datetime) -> None:
    """Inside ``write()``: a message that says where it comes from, so that a robot can be tried before it matters."""
    payload = {"target": str(target.id)}
    enqueue(target.site_id, "trial", f"trial:{uuid7()}", payload, run_at=at, lane=f"target:{target.id}")
