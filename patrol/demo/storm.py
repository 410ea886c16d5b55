"""A storm two weeks ago, as an event: declared, raised, given the all-clear, its rounds walked by the shift leader."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.lives import Lives
from patrol.demo.storm_times import StormTimes
from patrol.demo.timeline import Story, Timeline
from patrol.demo.troubles import in_words
from patrol.demo.walking import Visit, Walking
from patrol.demo.words import Both, Lang, say
from patrol.hazards.report import HazardData
from patrol.photos.photo import add_photos
from patrol.rounds.round import Round, RoundsMade
from patrol.weather.declare import DeclareData, TurnData, declare, turn
from patrol.weather.found import report_found
from patrol.weather.rounds import WeatherRound

WALKER = "leader"
PICTURED = ("b1.lobby", "b4.facade", "b6.lobby", "b8.lobby", "garage.b1a", "b3.balcony")
FOUND: tuple[tuple[str, str, Both], ...] = (  # the phase, the category, what was said
    ("during", "drain_blocked", ("雨水口被落叶堵住，已清一半", "Drain blocked by leaves, half of them cleared")),
    ("after", "roof_loose_object", ("大风后检查：盖板移位", "After the storm: a cover has shifted")),
    ("after", "window_sash", ("大风后窗扇松动", "After the storm: a window is loose")),
)
SAID: dict[str, Both] = {
    "declared": ("气象台发布大风黄色预警，先看花盆、广告牌", "Yellow gale warning: pots and signs first"),
    "orange": ("阵风 11 级，室外点暂停", "Gusts of force 11: points outdoors rest"),
    "clear": ("风停了，天亮后全面复查", "The wind is over; everything is looked over at daybreak"),
}


class Storm:
    def __init__(
        self, times: StormTimes, walking: Walking, people: dict[str, Reader], estate: Estate, lives: Lives,
        timeline: Timeline, lang: Lang,
    ) -> None:  # fmt: skip
        self.times, self.walking, self.people, self.estate = times, walking, people, estate
        self.lives, self.timeline, self.lang = lives, timeline, lang
        self.site_id = people["supervisor"].site_id
        self.left = {phase: [one for one in FOUND if one[0] == phase] for phase in ("before", "during", "after")}

    def story(self) -> Story:
        event = self._declared(self.times.declared)
        for row in self._rounds(event, "before"):
            self._walk(row, "before")
        acts: list[tuple[datetime, Callable[[], object]]] = [
            (self.times.orange, lambda: self._turn(event, self.times.orange, "orange")),
            *((row.starts_at, partial(self._walk, row, "during")) for row in self._rounds(event, "during")),
        ]
        for at, act in sorted(acts, key=lambda one: one[0]):
            if at < self.times.clear:
                yield at
                act()
        yield self.times.clear
        self._turn(event, self.times.clear, "clear")
        for row in self._rounds(event, "after"):
            self._walk(row, "after")

    def _declared(self, at: datetime) -> UUID:
        """Made as the server stood then: the rounds of the days after it were not made yet."""
        by = self.people["supervisor"]
        made = db.session.get_one(RoundsMade, self.site_id)
        through, made.through = made.through, self.walking.day_of(at)
        event = declare(
            DeclareData(level="yellow", note=self._say("declared")), id=uuid7(), by=by, at=at, lang=self.lang
        )
        db.session.get_one(RoundsMade, self.site_id).through = through
        return event.id

    def _turn(self, event: UUID, at: datetime, what: str) -> None:
        step = {"step": "all_clear"} if what == "clear" else {"level": what}
        data = TurnData.model_validate({**step, "note": self._say(what)})
        turn(event, data, id=uuid7(), by=self.people["supervisor"], at=at, lang=self.lang)

    def _rounds(self, event: UUID, phase: str) -> list[Round]:
        query = (
            select(Round)
            .join(WeatherRound, (WeatherRound.site_id == Round.site_id) & (WeatherRound.round_id == Round.id))
            .where(WeatherRound.site_id == self.site_id, WeatherRound.event_id == event, WeatherRound.phase == phase)
            .order_by(Round.starts_at)
        )
        return list(db.session.scalars(query))

    def _walk(self, row: Round, phase: str) -> None:
        gap = 4.0 if phase == "during" else 7.0
        visits = self.walking.go(row.id, WALKER, row.starts_at + timedelta(minutes=4), gap)
        for visit in visits:
            if phase != "during" and visit.key in PICTURED:
                self._picture(visit)
        for visit in visits:
            found = next((one for one in self.left[phase] if self._fits(one[1], visit.key)), None)
            if found is not None:
                self.left[phase].remove(found)
                at = visit.at + timedelta(seconds=50)
                self.timeline.begin(at, self._reported(visit, found[1], found[2], at))

    def _fits(self, category: str, key: str) -> bool:
        return (
            key.endswith("roof") if category == "drain_blocked" else key.endswith("lobby") and key[:2] in ("b8", "b6")
        )

    def _picture(self, visit: Visit) -> None:
        at = visit.at + timedelta(seconds=15)
        add_photos(
            [uuid7()], kind="visit", subject_kind="scan", subject_id=visit.id, place_id=self.estate.id(visit.key),
            by=self.people[WALKER], when=When(at, at, at), round_id=visit.round_id,
        )  # fmt: skip

    def _reported(self, visit: Visit, category: str, words: Both, at: datetime) -> Story:
        data = HazardData.model_validate(
            {"place": self.estate.id(visit.key), "category": category, "note": say(words, self.lang),
             "photos": [uuid7()], "scan": visit.id}
        )  # fmt: skip
        hazard = report_found(data, id=uuid7(), by=self.people[WALKER], when=self.lives.when(at))
        in_words(hazard, self.lang)
        yield from self.lives.story(hazard, "normal")

    def _say(self, what: str) -> str:
        return say(SAID[what], self.lang)
