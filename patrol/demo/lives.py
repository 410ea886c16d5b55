"""The lives of hazards: from the report to wherever they have come by now, each step by somebody who may take it."""

import random
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, wall
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.timeline import Story
from patrol.demo.words import Both, Lang, say
from patrol.hazards.hazard import Hazard
from patrol.hazards.steps import StepData, take_step

# fate -> how many of forty; what a hazard meets after its report
FATES = {
    "normal": 25,
    "late": 4,
    "refused": 3,
    "extended": 2,
    "rejected": 2,
    "seen": 2,
    "reopened": 1,
    "transferred": 1,
}
TOLD = {"assigned", "overdue", "to_verify", "closed"}  # fates of the last days, which do not wait for office hours
DONE: tuple[Both, ...] = (
    ("已处理，现场拍照留存", "Put right, photo taken"),
    ("已更换配件，试了三次正常", "Part replaced, tried three times"),
    ("已清走，和业主当面说过", "Cleared, spoken to the resident"),
    ("已加固，风大时再看", "Fastened, to be looked at again in strong wind"),
)
INTERIM: Both = ("已拉警戒线，安排人看守", "Cordoned off, somebody stands by")
WHY_NOT: Both = ("现场复核，不构成隐患", "Looked at again: not a hazard")
AGAIN: Both = ("照片看还没固定好，请再处理", "The photo shows it is still loose, please do it again")
BACK: Both = ("又坏了，重新处理", "Broken again, to be done once more")
LONGER: Both = ("配件到货要三天", "The part takes three days to arrive")
STILL: Both = ("还在，没人处理", "Still there")
WORKERS = {
    "engineering": ("engineer1", "engineer2"),
    "security": ("guard2", "guard5", "guard1", "guard4"),
    "customer_service": ("desk",),
    "cleaning": ("cleaner",),
    "greening": ("gardener",),
    "lift_contractor": ("contractor",),
}
HEADS = {"engineering": "engineering", "lift_contractor": "engineering", "customer_service": "service", "management": "manager"}  # fmt: skip
REPLACED = {"extinguisher_expired", "supplies_shortage", "cctv_retention"}  # need weeks, not hours


class Lives:
    """Plays one hazard after its report. ``story`` yields the moment of each next step."""

    def __init__(self, people: dict[str, Reader], until: datetime, rng: random.Random, lang: Lang) -> None:
        self.people, self.until, self.rng, self.lang = people, until, rng, lang
        self.zone = next(iter(people.values())).zone
        self.fates: list[str] = []

    def fate(self) -> str:
        """The next one from a shuffled pack, so that each comes up in its share."""
        if not self.fates:
            self.fates = [fate for fate, share in FATES.items() for _ in range(share)]
            self.rng.shuffle(self.fates)
        return self.fates.pop()

    def story(self, hazard: Hazard, fate: str | None = None) -> Story:
        fate = fate or ("replaced" if hazard.category in REPLACED else self.fate())
        if fate == "reported":
            return iter(())
        if hazard.state != "reported":  # fixed on the spot
            return self._checked(_key(hazard), "normal")
        if fate in ("rejected", "transferred"):
            return self._settled(_key(hazard), fate)
        return self._handled(_key(hazard), fate)

    def _handled(self, key: UUID, fate: str) -> Story:
        rng, hazard = self.rng, self._hazard(key)
        assert hazard.due_at is not None
        reported, due = hazard.reported_at, hazard.due_at
        worker = self._worker(hazard)
        assigned = self._assigned_at(reported, due) if fate not in TOLD else reported + timedelta(minutes=12)
        yield assigned
        self._assign(key, worker, assigned, later=timedelta(days=20) if fate == "replaced" else None)
        if fate in ("assigned", "overdue", "replaced"):
            return
        before = assigned
        if fate in ("seen", "extended"):
            before = at = assigned + (due - assigned) * 0.5
            yield at
            if fate == "extended" and self._hazard(key).severity != "critical":
                due += timedelta(days=2)
                self._step(key, "assign", self._head(key), at, team=self._hazard(key).team, due_at=due, note=LONGER)
            else:
                self._step(key, "comment", self.people["leader"], at, note=STILL)
        done = assigned + (due - assigned) * rng.uniform(0.2, 0.8)
        if fate == "late":
            done = due + timedelta(hours=rng.uniform(2, 40))
        elif fate == "to_verify":
            done = min(done, self.until - timedelta(minutes=45))
        elif fate in ("closed", "reopened"):
            done = assigned + timedelta(hours=3)
        done = max(done, before + timedelta(minutes=6))
        yield done
        self._rectify(key, worker, done)
        if fate != "to_verify":
            yield from self._checked(key, fate, worker)

    def _checked(self, key: UUID, fate: str, worker: str = "leader") -> Story:
        """Verified, perhaps refused first, perhaps reopened days later."""
        hazard = self._hazard(key)
        if hazard.state != "to_verify":
            return
        assert hazard.rectified_at is not None
        looked = self._office(hazard.rectified_at + timedelta(hours=self.rng.uniform(0.5, 5)))
        yield looked
        if fate == "refused":
            self._step(key, "refuse", self._head(key), looked, note=AGAIN)
            done = looked + timedelta(hours=self.rng.uniform(1, 4))
            yield done
            self._rectify(key, worker, done)
            looked = self._office(done + timedelta(hours=2))
            yield looked
        yield from self._close(key, looked)
        if fate == "reopened":
            again = self._office(looked + timedelta(days=2))
            yield again
            self._step(key, "reopen", self._head(key), again, note=BACK)
            done = again + timedelta(hours=30)
            yield done
            self._rectify(key, worker, done)
            looked = self._office(done + timedelta(hours=2))
            yield looked
            yield from self._close(key, looked)

    def _settled(self, key: UUID, fate: str) -> Story:
        at = self._office(self._hazard(key).reported_at + timedelta(hours=self.rng.uniform(0.5, 2)))
        yield at
        if fate == "rejected":
            self._step(key, "reject", self._head(key), at, note=WHY_NOT)
            return
        self._step(
            key, "transfer", self.people["supervisor"], at, note=("已书面报告", "Reported in writing"),
            transferred_to=say(("区住建局", "District housing bureau"), self.lang), reference=f"{at:%Y}-{self.rng.randint(20, 190)}",
        )  # fmt: skip

    def merge_into(self, key: UUID, target: UUID) -> Story:
        at = self._office(self._hazard(key).reported_at + timedelta(hours=1))
        yield at
        self._step(key, "merge", self._head(key), at, target=str(target), note=("同一处", "The same place"))

    def _assign(self, key: UUID, worker: str, at: datetime, later: timedelta | None) -> None:
        hazard = self._hazard(key)
        head, person = self._head(key), self.people[worker]
        given: dict[str, Any] = {"team": hazard.team}
        if person.team == hazard.team and (head.team == hazard.team or head.may("order.assign_any_team")):
            given = {"assignee": person.user_id}
        if hazard.severity != "minor":
            given["interim"] = say(INTERIM, self.lang)
        if later is not None:
            given |= {"due_at": at + later, "note": ("已报更换计划", "Replacement is planned")}
        self._step(key, "assign", head, at, **given)
        if hazard.severity == "critical":
            self._step(key, "interim", head, at, interim=say(INTERIM, self.lang), photos=[uuid7()])

    def _rectify(self, key: UUID, worker: str, at: datetime) -> None:
        count = 2 if self._hazard(key).severity == "critical" else 1
        after = [uuid7() for _ in range(count)]
        cost = round(self.rng.uniform(20, 600)) if self.rng.random() < 0.3 else None
        self._step(key, "rectify", self.people[worker], at, note=self.rng.choice(DONE), after=after, cost=cost)

    def _close(self, key: UUID, at: datetime) -> Story:
        """Minor and major in one look; a critical one by the supervisor, then by the site manager."""
        if self._hazard(key).severity != "critical":
            photos = [uuid7()] if self.rng.random() < 0.25 else []
            self._step(key, "verify", self._head(key), at, photos=photos)
            return
        self._step(key, "verify", self._head(key), at, photos=[uuid7()])
        later = at + timedelta(minutes=self.rng.randint(15, 80))
        yield later
        self._step(key, "verify", self.people["manager"], later, photos=[uuid7()])

    def _step(self, key: UUID, name: str, by: Reader, at: datetime, *, note: Both | None = None, **fields: Any) -> None:
        words = {"note": say(note, self.lang)} if note else {}
        data = StepData.model_validate({"order": key, "step": name, **words, **fields})
        take_step(data, id=uuid7(), by=by, when=self.when(at))

    def when(self, at: datetime) -> When:
        return When(at, min(self.until, at + timedelta(seconds=self.rng.randint(1, 90))), at)

    def _hazard(self, key: UUID) -> Hazard:
        return db.session.get_one(Hazard, (self.people["supervisor"].site_id, key))

    def _head(self, key: UUID) -> Reader:
        """Who assigns and verifies: never one who rectifies. A critical one is first looked at by a supervisor."""
        hazard = self._hazard(key)
        wanted = HEADS.get(hazard.team, "supervisor")
        if wanted == "manager" and hazard.severity == "critical":
            wanted = "supervisor"
        return self.people[wanted]

    def _worker(self, hazard: Hazard) -> str:
        return self._one_of(WORKERS.get(hazard.team, ())) or "leader"

    def _one_of(self, keys: Iterable[str]) -> str | None:
        here = [key for key in keys if key in self.people]
        return self.rng.choice(here) if here else None

    def _assigned_at(self, reported: datetime, due: datetime) -> datetime:
        """Urgent things at once, the others in office hours."""
        soon = reported + timedelta(minutes=self.rng.uniform(4, 25))
        if due - reported <= timedelta(hours=8):
            return min(soon, reported + (due - reported) * 0.4)
        return min(self._office(soon + timedelta(minutes=30)), max(soon, due - timedelta(hours=1)))

    def _office(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone)
        if 8 <= local.hour < 20:
            return at
        day = local.date() + (ONE_DAY if local.hour >= 20 else timedelta(0))
        return wall(day, time(8, 20), self.zone) + timedelta(minutes=self.rng.uniform(0, 60))


def _key(hazard: Hazard) -> UUID:
    return hazard.id
