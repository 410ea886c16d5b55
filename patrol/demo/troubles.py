"""About a hundred and fifty hazards in ninety days, found where and when somebody really walked past."""

import random
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.lives import Lives
from patrol.demo.sights import SCENES, SIGHTS, Scene, Sight
from patrol.demo.timeline import Story, Timeline
from patrol.demo.walking import Visit, by_place
from patrol.demo.words import Lang, say
from patrol.hazards.category import category
from patrol.hazards.hazard import Hazard
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.sightings import open_twin

SINCE = timedelta(days=4.5)  # the scenes tell the last days
LATELY = timedelta(days=9)
WINDS = (47.5,)  # days ago, when the weather brought things down; what the storm did is told by ``storm``


class Troubles:
    """Plans what is found and puts it on the timeline. ``troubled``: scans that were followed by a report."""

    def __init__(
        self, people: dict[str, Reader], estate: Estate, visits: list[Visit], timeline: Timeline, lives: Lives,
        rng: random.Random, lang: Lang,
    ) -> None:  # fmt: skip
        self.people, self.estate, self.timeline, self.lives = people, estate, timeline, lives
        self.until, self.rng, self.lang = timeline.until, rng, lang
        self.passing = by_place(visits)
        self.troubled: set[UUID] = set()
        self.tile: UUID | None = None

    def begin(self, first: datetime, count: int) -> int:
        """``count`` hazards up to some days ago, and the scenes of the last days. Returns how many were planned."""
        planned = 0
        last = self.until - SINCE
        spread = (last - first).total_seconds()
        for _ in range(count if spread > 0 else 0):
            sight = self.rng.choices(SIGHTS, weights=[sight.weight for sight in SIGHTS])[0]
            at = first + timedelta(seconds=self.rng.uniform(0, spread))
            if sight.source == "weather":
                at = self.until - timedelta(days=self.rng.choice(WINDS), hours=self.rng.uniform(0, 9))
            planned += at > first and self._plan(sight, at, None, None, None, last)
        for scene in SCENES:
            at = self.until - timedelta(hours=scene.hours)
            planned += at > first and self._plan(scene.sight, at, scene.by, scene.fate, scene, None)
        return planned

    def _plan(
        self, sight: Sight, at: datetime, by: str | None, fate: str | None, scene: Scene | None, before: datetime | None
    ) -> bool:  # fmt: skip
        keys = [key for key in sight.places if key in self.estate.places]
        if not keys or (by is not None and by not in self.people):
            return False
        key = self.rng.choice(keys) if scene is None else keys[0]
        visit = self._visit(key, at, by, before)
        if visit is not None:
            at, by = visit.at + timedelta(seconds=self.rng.uniform(35, 70)), visit.person
            if at >= self.until:
                return False
            self.troubled.add(visit.id)
        elif sight.source == "desk":
            by = "desk"
        by = by or self.rng.choice(
            [name for name in ("engineer1", "engineer2", "leader", "cleaner") if name in self.people]
        )
        self.timeline.begin(at, self._found(sight, key, at, by, fate, visit))
        return True

    def _visit(self, key: str, at: datetime, by: str | None, before: datetime | None) -> Visit | None:
        """The next scan at the place, that person's if one is wanted; None when nobody comes by soon."""
        visits = self.passing.get(key, [])
        start = bisect_left(visits, at, key=lambda visit: visit.at)
        if by is not None:
            near = [
                v
                for v in visits
                if v.person == by and abs(v.at - at) < timedelta(hours=1) and v.id not in self.troubled
            ]
            return min(near, key=lambda v: abs(v.at - at), default=None)
        for visit in visits[start : start + 6]:
            if visit.id not in self.troubled and (before is None or visit.at < before):
                return visit
        return None

    def _found(self, sight: Sight, key: str, at: datetime, by: str, fate: str | None, visit: Visit | None) -> Story:
        """The report, and what comes of it."""
        who, kind = self.people[by], category(sight.category)
        place_id = self.estate.id(key)
        data: dict[str, Any] = {
            "place": place_id,
            "category": sight.category,
            "note": say(sight.note, self.lang),
            "photos": [uuid7() for _ in range(self.rng.choice((1, 1, 2)))],
            "scan": visit.id if visit else None,
        }
        twin = open_twin(who.site_id, place_id, sight.category)
        if twin is not None:
            self._report({**data, "seen_again": twin.id}, who, at, sight, visit)
            return
        minor = kind["default_severity"] == "minor"
        if fate == "spot" or (fate is None and kind["spot_fix"] and self.rng.random() < (0.5 if minor else 0.15)):
            data |= self._fixed_at_once(data["photos"], at)
        if fate is None and self.until - at < LATELY:
            fate = "normal"  # settled by now, so that what stands open is what the scenes tell
        hazard = self._report(data, who, at, sight, visit)
        if fate == "overdue" and sight.category == "loose_facade_tile":
            self.tile = hazard.id
        if fate == "merged":
            yield from self.lives.merge_into(hazard.id, self.tile) if self.tile else iter(())
            return
        yield from self.lives.story(hazard, None if fate == "spot" else fate)

    def _fixed_at_once(self, photos: list[UUID], at: datetime) -> dict[str, Any]:
        after = uuid7()
        before = {str(photo): {"taken_at": (at - timedelta(minutes=6)).isoformat()} for photo in photos}
        return {"spot": True, "after": [after], "photo_facts": {**before, str(after): {"taken_at": at.isoformat()}}}

    def _report(self, data: dict[str, Any], by: Reader, at: datetime, sight: Sight, visit: Visit | None) -> Hazard:
        hazard = report_hazard(
            HazardData.model_validate(data), id=uuid7(), by=by, when=self.lives.when(at),
            round_id=visit.round_id if visit else None, source=sight.source,
        )  # fmt: skip
        in_words(hazard, self.lang)
        return hazard


def in_words(hazard: Hazard, lang: Lang) -> None:
    """The title in the site's language; the product writes the trade's Chinese one."""
    hazard.title = say((category(hazard.category)["short"]["zh"], category(hazard.category)["short"]["en"]), lang)


def hazards_of(site_id: UUID, ids: Iterator[UUID | None]) -> list[Hazard]:
    return [db.session.get_one(Hazard, (site_id, key)) for key in dict.fromkeys(ids) if key is not None]
