"""About a hundred and fifty hazards in ninety days, in every state there is."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.words import Both, Lang, say
from patrol.hazards.category import category
from patrol.hazards.hazard import Hazard
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.sightings import open_twin
from patrol.hazards.steps import StepData, take_step


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that is seen now and then: what, where, in which words."""

    category: str
    places: tuple[str, ...]
    note: Both
    weight: int = 2


SIGHTS = (
    Sight("balcony_flowerpot", ("b3.balcony", "b5.bridge", "b4.facade"), ("底座没固定，风大会掉下来，楼下是儿童滑梯", "Not fixed; strong wind would bring it down on the playground"), 5),
    Sight("evac_route_blocked", ("b2.back", "b6.lobby", "b9.lobby"), ("纸箱堆在楼梯口", "Boxes piled at the stairs"), 7),
    Sight("ebike_stairwell", ("b2.back", "b8.lobby", "b11.lobby"), ("电动车推进楼道充电", "E-bike charging in the stairwell"), 4),
    Sight("fire_lane_blocked", ("gate.east", "gate.west"), ("两辆车压在消防通道线上", "Two cars across the fire lane"), 4),
    Sight("loose_facade_tile", ("b4.facade", "fence.north"), ("6–8 层面砖空鼓，有一块已经掉了", "Hollow tiles on floors 6–8, one has fallen"), 2),
    Sight("garage_flood_risk", ("garage.b2d",), ("集水井泵不启动，水位偏高", "Sump pump does not start, level is high"), 1),
    Sight("ground_trip", ("garage.b1c", "garage.b1d", "fence.lake"), ("地面积水发滑", "Puddle, slippery"), 5),
    Sight("lighting_fault", ("fence.west", "play", "garage.b2a"), ("路灯不亮", "Lamp is dark"), 6),
    Sight("water_leak", ("room.meters", "room.water"), ("主管接头滴漏", "Main pipe drips at a joint"), 3),
    Sight("fire_door_fault", ("b7.lobby", "b10.lobby", "b1.lobby"), ("闭门器坏了，门关不严", "Closer broken, door does not shut"), 4),
    Sight("exit_sign_fault", ("garage.b1a", "b12.lobby"), ("疏散指示灯不亮", "Exit sign dark"), 3),
    Sight("drain_blocked", ("b2.roof", "b9.roof", "b4.roof"), ("雨水口被树叶堵住", "Roof drain blocked with leaves"), 4),
    Sight("roof_loose_object", ("b8.roof", "b10.roof"), ("天台有装修剩下的木板", "Left-over boards on the roof"), 3),
    Sight("lift_fault", ("room.lift", "b7.lobby"), ("关门异响", "Noise when the door shuts"), 2),
    Sight("access_fault", ("b5.lobby", "b3.lobby"), ("单元门关不严", "Entrance door does not latch"), 4),
    Sight("garbage_overflow", ("bins",), ("垃圾桶满了", "Bins are full"), 3),
    Sight("greening_defect", ("garden",), ("枯枝没有清", "Dead branches not cleared"), 2),
    Sight("playground_fault", ("play",), ("滑梯螺丝松了", "Loose screw on the slide"), 1),
    Sight("parking_violation", ("garage.b1a", "gate.south"), ("占用他人车位", "Parked in somebody else's place"), 3),
    Sight("power_room_env", ("room.power",), ("室温 36 °C", "36 °C in the room"), 1),
)  # fmt: skip
DONE: Both = ("已处理，现场拍照留存", "Put right, photo taken")
WHY_NOT: Both = ("现场复核，不构成隐患", "Looked at again: not a hazard")
AGAIN: Both = ("照片看还没固定好，请再处理", "The photo shows it is still loose, please do it again")


class Troubles:
    """Plays each hazard through its life with the people whose job each step is."""

    def __init__(self, people: dict[str, Reader], estate: Estate, until: datetime, rng: random.Random, lang: Lang):
        self.people, self.estate, self.until, self.rng, self.lang = people, estate, until, rng, lang
        self.last: dict[str, Hazard] = {}

    def happen(self, at: datetime) -> Hazard:
        """One hazard from its report to wherever it has come by now."""
        rng = self.rng
        sight = rng.choices(SIGHTS, weights=[sight.weight for sight in SIGHTS])[0]
        places = [key for key in sight.places if key in self.estate.places]
        key = rng.choice(places or ["b1.lobby"])
        by = self.people[rng.choice(("guard1", "guard1", "guard2", "guard3", "engineer1"))]
        twin = open_twin(by.site_id, self.estate.id(key), sight.category)
        data: dict[str, Any] = {
            "place": self.estate.id(key),
            "category": sight.category,
            "note": say(sight.note, self.lang),
            "photos": [uuid7() for _ in range(rng.choice((1, 1, 2)))],
        }
        if twin is not None:
            return self._report({**data, "seen_again": twin.id}, by, at)
        kind = category(sight.category)
        if kind["spot_fix"] and kind["default_severity"] == "minor" and rng.random() < 0.5:
            return self._report({**data, "spot": True, "after": [uuid7()]}, by, at)
        hazard = self._report(data, by, at)
        self.last[sight.category] = hazard
        self._go_on(hazard, at)
        return hazard

    def settle(self, hazard: Hazard) -> None:
        """Go on with a hazard that a checklist has opened."""
        self._go_on(hazard, hazard.reported_at)

    def _report(self, data: dict[str, Any], by: Reader, at: datetime) -> Hazard:
        return report_hazard(HazardData.model_validate(data), id=uuid7(), by=by, when=_when(at, self.rng))

    def _go_on(self, hazard: Hazard, at: datetime) -> None:
        rng = self.rng
        fate = rng.random()
        span = (hazard.due_at or at) - at
        assigned = at + min(span * 0.2, timedelta(hours=rng.uniform(0.1, 5)))
        if not self._in_time(assigned) or (fate < 0.06 and self._young(at)):
            return
        if fate > 0.97:
            self._step(hazard, "reject", self._head(hazard), assigned, note=say(WHY_NOT, self.lang))
            return
        if fate > 0.95:
            who = say(("辖区消防救援大队", "District fire brigade"), self.lang)
            self._step(hazard, "transfer", self.people["supervisor"], assigned, transferred_to=who, reference="2026-118",
                       note=say(("已书面报告", "Reported in writing"), self.lang))  # fmt: skip
            return
        self._assign(hazard, assigned)
        done = assigned + span * (rng.uniform(0.15, 0.75) if rng.random() < 0.88 else rng.uniform(1.0, 1.6))
        if not self._in_time(done) or (self._young(at) and rng.random() < 0.2):
            return
        self._rectify(hazard, done)
        looked = done + timedelta(hours=rng.uniform(0.5, 9))
        if not self._in_time(looked):
            return
        if rng.random() < 0.08:
            self._step(hazard, "refuse", self._head(hazard), looked, note=say(AGAIN, self.lang))
            done, looked = looked + timedelta(hours=5), looked + timedelta(hours=9)
            if not self._in_time(looked):
                return
            self._rectify(hazard, done)
        self._close(hazard, looked)

    def _assign(self, hazard: Hazard, at: datetime) -> None:
        head = self._head(hazard)
        worker = self._worker(hazard)
        given: dict[str, Any] = {"team": hazard.team}
        if worker.team == hazard.team and (head.team == hazard.team or head.may("order.assign_any_team")):
            given = {"assignee": worker.user_id}
        if hazard.severity != "minor":
            given["interim"] = say(("已拉警戒线，安排人看守", "Cordoned off, somebody stands by"), self.lang)
        if hazard.severity == "critical":
            given["photos"] = [uuid7()]
        self._step(hazard, "assign", head, at, **given)

    def _rectify(self, hazard: Hazard, at: datetime) -> None:
        count = 2 if hazard.severity == "critical" else 1
        self._step(
            hazard,
            "rectify",
            self._worker(hazard),
            at,
            note=say(DONE, self.lang),
            after=[uuid7() for _ in range(count)],
        )

    def _close(self, hazard: Hazard, at: datetime) -> None:
        head = self._head(hazard)
        if hazard.severity != "critical":
            self._step(hazard, "verify", head, at)
            return
        self._step(hazard, "verify", head, at, photos=[uuid7()])
        if hazard.state == "to_verify":
            self._step(hazard, "verify", self.people["manager"], at + timedelta(minutes=40), photos=[uuid7()])

    def _step(self, hazard: Hazard, name: str, by: Reader, at: datetime, **fields: Any) -> None:
        data = StepData.model_validate({"order": hazard.id, "step": name, **fields})
        take_step(data, id=uuid7(), by=by, when=_when(at, self.rng))

    def _head(self, hazard: Hazard) -> Reader:
        """Who assigns and verifies: never the one who rectifies."""
        return self.people["engineering" if hazard.team == "engineering" else "supervisor"]

    def _worker(self, hazard: Hazard) -> Reader:
        key = {
            "engineering": "engineer1" if int(hazard.number[-1]) % 2 else "engineer2",
            "security": "leader" if hazard.severity == "critical" else "guard2",
            "customer_service": "desk",
            "cleaning": "cleaner",
            "greening": "gardener",
        }.get(hazard.team, "leader")
        return self.people[key]

    def _in_time(self, at: datetime) -> bool:
        return at < self.until - timedelta(minutes=1)

    def _young(self, at: datetime) -> bool:
        return self.until - at < timedelta(days=4)


def moments(first: datetime, until: datetime, count: int, rng: random.Random) -> list[datetime]:
    """When hazards are seen: more in the evening, and some in the last hours so that the board is alive."""
    span = (until - first).total_seconds()
    spread = [first + timedelta(seconds=rng.uniform(0, span)) for _ in range(count - 6)]
    recent = [until - timedelta(hours=rng.uniform(0.2, 20)) for _ in range(6)]
    return sorted(spread + recent)


def _when(at: datetime, rng: random.Random) -> When:
    return When(at, at + timedelta(seconds=rng.randint(1, 90)), at)
