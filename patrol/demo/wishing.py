"""Owners of the demo: their repairs from the call to the call-back, their complaints, and what waits at the desk."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.complaints.listen import listen
from patrol.complaints.steps import ComplaintStepData, take_complaint_step
from patrol.core.business_day import ONE_DAY, wall
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.timeline import Story, Timeline
from patrol.demo.wishes import GRIEFS, NOISE, OWNERS, PARKING, STAFF, WAITING, WANTED, WISHES, Grief, Wish
from patrol.demo.words import Both, Lang, say
from patrol.owners.report import OwnerReport, by_telephone, new_report, report_here
from patrol.owners.visitor import visitor_of
from patrol.owners.words import KINDS
from patrol.repairs.register import register_report
from patrol.repairs.steps import RepairStepData, take_repair_step
from patrol.sites.site import Site

EVERY, EVERY_GRIEF = timedelta(hours=31), timedelta(days=9)
SINCE = timedelta(days=6)  # the last days are told one by one
FREE: Both = ("保修期内、公共部位，不收费", "Common part, free of charge")
PRICED: Both = ("人工费加材料费，上门时已向业主说明", "Labour and material, told to the owner before the work")
PARTS: Both = ("对讲主机摄像头停产，已向厂家订货，三天到", "The camera is ordered from the maker, three days")
AWAY: Both = ("业主出差，约好回来再修", "The owner is away and wants it done when back")
AGAIN: Both = ("业主来电：刷卡又没反应了", "The owner calls: the card does not work again")
UNSIGNED: Both = ("业主不在家，家人不愿代签，电话确认已修好", "Nobody at home to sign; confirmed by telephone")
MARKS = (5, 5, 4, 5, 5, 4, 3, 5)


def tell_wishes(
    site: Site, estate: Estate, people: dict[str, Reader], timeline: Timeline, rng: random.Random, lang: Lang
) -> None:
    """Put the owners' stories on the timeline; small sites have those whose places and people they have."""
    _Wishing(site, estate, people, timeline, rng, lang).begin()


class _Wishing:
    def __init__(
        self, site: Site, estate: Estate, people: dict[str, Reader], timeline: Timeline, rng: random.Random, lang: Lang
    ) -> None:
        self.site, self.estate, self.people, self.timeline = site, estate, people, timeline
        self.rng, self.lang, self.until = rng, lang, timeline.until
        self.desk = people["desk"]

    def begin(self) -> None:
        first, last = self.site.created_at + timedelta(hours=2), self.until - SINCE
        for n, at in enumerate(self._moments(first, last, EVERY)):
            self._start(at, self.repair(WISHES[n % len(WISHES)], at, "reopened" if n % 11 == 7 else "normal"))
        for n, at in enumerate(self._moments(first, last, EVERY_GRIEF)):
            self._start(at, self.complaint(GRIEFS[n % len(GRIEFS)], at, "closed"))
        for wanted in WANTED:
            at = self.until - timedelta(hours=wanted.hours)
            self._start(at, self.repair(wanted.wish, at, wanted.fate))
        home = self._home()
        for hours, grief, fate in ((139, NOISE, "closed"), (64, PARKING, "solved"), (44, NOISE, "again"), (29, STAFF, "late"), (4, GRIEFS[0], "answered")):  # fmt: skip
            at = self.until - timedelta(hours=hours)
            self._start(at, self.complaint(grief, at, fate, home if grief is NOISE else None))
        for ago, kind, key, words in WAITING:
            at = self.until - timedelta(hours=ago)
            if key in self.estate.places:
                self._start(at, self._reported(at, kind, key, words))

    def _start(self, at: datetime, story: Story) -> None:
        if at > self.site.created_at:
            self.timeline.begin(at, story)

    def _moments(self, first: datetime, last: datetime, every: timedelta) -> list[datetime]:
        found = []
        while (first := first + every * self.rng.uniform(0.7, 1.3)) < last:
            found.append(self._by_day(first, 8, 21))
        return found

    # -- repairs ----------------------------------------------------------------------------------
    def repair(self, wish: Wish, at: datetime, fate: str) -> Story:
        """From the owner's words to the mark he gives, or to where ``fate`` stops it."""
        public = self.rng.random() < 0.4
        report_id = self._report(at, wish.kind, self._key(wish.places), wish.said, public)
        registered = at + timedelta(minutes=self.rng.uniform(2, 5 if wish.urgent else 25))
        yield registered
        report = report_here(self.site.id, report_id)
        assert report.place_id is not None
        key = register_report(
            report, by=self.desk, when=_when(registered), version=None, category=wish.kind, place_id=report.place_id,
            urgent=wish.urgent,
        ).id  # fmt: skip
        if fate == "registered":
            return
        team = KINDS[wish.kind].team
        given = registered + timedelta(minutes=self.rng.uniform(1, 4 if wish.urgent else 15))
        yield given
        self._step(key, "assign", self.desk, given, team=team)
        if fate in ("assigned", "late"):
            return
        worker = self.people["engineer2" if self.rng.random() < 0.5 and "engineer2" in self.people else "engineer1"]
        taken = given + timedelta(minutes=self.rng.uniform(1, 5 if wish.urgent else 20))
        yield taken
        self._step(key, "claim", worker, taken)
        there = taken + timedelta(minutes=self.rng.uniform(6, 15 if wish.urgent else 50))
        there = there if wish.urgent or fate == "visiting" else self._by_day(there, 8, 20)
        yield there
        if fate == "owner":
            back = self._by_day(self.until + timedelta(hours=14), 9, 18)
            self._step(key, "wait_owner", worker, there, note=say(AWAY, self.lang), appointment_at=back)
            return
        self._arrive(key, wish, worker, there)
        if fate == "visiting":
            return
        done = there + timedelta(minutes=self.rng.uniform(15, 70))
        yield done
        if fate == "parts":
            self._step(key, "wait_parts", worker, done, note=say(PARTS, self.lang))
            return
        done = yield from self._finished(key, wish, worker, done, fate)
        if fate in ("done", "signed"):
            return
        called = self._by_day(done + timedelta(hours=self.rng.uniform(3, 26)), 9, 18)
        yield called
        self._step(key, "archive", self.desk, called, satisfaction=2 if fate == "refused" else self.rng.choice(MARKS))
        if fate == "reopened":
            yield from self._once_more(key, wish, worker, self._by_day(called + timedelta(hours=20), 9, 18))

    def _finished(self, key: UUID, wish: Wish, worker: Reader, at: datetime, fate: str) -> Any:
        """Done and, but for the fate ``done``, signed. Returns when."""
        self._step(
            key, "done", worker, at, note=say(wish.done, self.lang), materials=say(wish.materials, self.lang),
            after=[uuid7()],
        )  # fmt: skip
        if fate == "done":
            return at
        signed = at + timedelta(minutes=self.rng.uniform(1, 6))
        yield signed
        if fate == "refused":
            self._step(key, "refuse_sign", worker, signed, note=say(UNSIGNED, self.lang))
        else:
            self._step(key, "sign", worker, signed, signature=[uuid7()])
        return signed

    def _once_more(self, key: UUID, wish: Wish, worker: Reader, at: datetime) -> Story:
        """返修: opened again by the desk, given to the team, done and asked about once more."""
        yield at
        self._step(key, "reopen", self.desk, at, note=say(AGAIN, self.lang))
        given = at + timedelta(minutes=8)
        yield given
        self._step(key, "assign", self.desk, given, team=KINDS[wish.kind].team)
        there = given + timedelta(minutes=40)
        yield there
        self._step(key, "claim", worker, there)
        self._arrive(key, wish, worker, there)
        done = there + timedelta(minutes=30)
        yield done
        signed = yield from self._finished(key, wish, worker, done, "normal")
        called = self._by_day(signed + timedelta(hours=4), 9, 18)
        yield called
        self._step(key, "archive", self.desk, called, satisfaction=4)

    def _arrive(self, key: UUID, wish: Wish, worker: Reader, at: datetime) -> None:
        words = say(PRICED if wish.fee else FREE, self.lang)
        self._step(key, "visit", worker, at, photos=[uuid7()], fee=wish.fee, fee_note=words)

    def _step(self, key: UUID, name: str, by: Reader, at: datetime, **told: Any) -> None:
        data = RepairStepData.model_validate({"order": key, "step": name, **told})
        take_repair_step(data, id=uuid7(), by=by, when=_when(at))

    # -- complaints -------------------------------------------------------------------------------
    def complaint(self, grief: Grief, at: datetime, fate: str, home: dict[str, str] | None = None) -> Story:
        """The five steps, or as many as ``fate`` lets it have; the same home again is the manager's."""
        report_id = self._report(at, grief.subject, self._key(grief.places), grief.said, False, home)
        heard = at + timedelta(minutes=2)
        yield heard
        report = report_here(self.site.id, report_id)
        assert report.place_id is not None
        key = listen(
            report, by=self.desk, when=_when(heard), version=None, subject=grief.subject, place_id=report.place_id
        ).id
        if fate == "late":
            return
        head = self.people["manager"] if fate == "again" else self.people["service"]
        for name, by, soon, words in (
            ("apologise", head if fate == "again" else self.desk, timedelta(minutes=25), grief.answered),
            ("investigate", head, timedelta(hours=5), grief.found),
            ("solve", head, timedelta(hours=20), grief.solved),
            ("callback", self.desk, timedelta(hours=9), ("", "")),
        ):
            if (fate, name) in (("answered", "investigate"), ("again", "solve"), ("solved", "callback")):
                return
            heard = self._by_day(heard + soon * self.rng.uniform(0.8, 1.2), 9, 18)
            yield heard
            told: dict[str, Any] = {"note": say(words, self.lang)}
            if name == "investigate":
                told["promised_at"] = self._by_day(heard + timedelta(days=1.5), 12, 18)
            if name == "callback":
                told["satisfaction"] = self.rng.choice(MARKS)
            data = ComplaintStepData.model_validate({"order": key, "step": name, **told})
            take_complaint_step(data, id=uuid7(), by=by, when=_when(heard))

    # -- owners -----------------------------------------------------------------------------------
    def _reported(self, at: datetime, kind: str, key: str, words: Both) -> Story:
        self._report(at, kind, key, words, True)
        yield from ()

    def _report(
        self, at: datetime, kind: str, key: str, words: Both, public: bool, home: dict[str, str] | None = None
    ) -> UUID:
        told: dict[str, Any] = {
            "kind": kind, "words": say(words, self.lang), "place_id": self.estate.id(key), **(home or self._home()),
        }  # fmt: skip
        made: Callable[..., OwnerReport] = by_telephone
        if public:
            report = new_report(
                id=uuid7(), by=visitor_of(self.site), when=_when(at), source="public", photos=[uuid7()], **told
            )
            return report.id
        return made(self.desk, _when(at), **told).id

    def _home(self) -> dict[str, str]:
        """Nobody's name and number: 1390000 is given out to no one."""
        rng = self.rng
        flat = (rng.randint(1, 12), rng.randint(1, 2), rng.randint(2, 18) * 100 + rng.randint(1, 4))
        return {
            "owner_name": say(rng.choice(OWNERS), self.lang),
            "owner_phone": f"1390000{rng.randint(0, 9999):04d}",
            "owner_flat": say(("{} 栋 {} 单元 {}", "{}-{}-{}"), self.lang).format(*flat),
        }

    def _key(self, keys: tuple[str, ...]) -> str:
        here = [key for key in keys if key in self.estate.places]
        return self.rng.choice(here) if here else self.estate.points[0]

    def _by_day(self, at: datetime, first: int, last: int) -> datetime:
        """The same moment, or the next morning outside these hours."""
        local = at.astimezone(self.site.zone)
        if first <= local.hour < last:
            return at
        day = local.date() + (ONE_DAY if local.hour >= last else timedelta(0))
        return wall(day, time(first), self.site.zone) + timedelta(minutes=self.rng.uniform(0, 50))


def _when(at: datetime) -> When:
    return When(at, at, at)
