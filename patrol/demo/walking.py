"""The days on foot: who walks which round, mostly on time, now and then late, missing a point or out of signal.

Every scan goes in through ``take_scans``, so it carries the round, the flags and the distance a phone's would.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.core.facts import When
from patrol.demo.cast import CREWS
from patrol.demo.estate import Estate
from patrol.demo.lapses import Lapses, lapses
from patrol.demo.routes import LINES, Line
from patrol.demo.storm_times import BAD_DAY, storm_times
from patrol.demo.timeline import Ids
from patrol.demo.tonight import staged
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.scanning import NewScan, Position, ScanData, take_scans
from patrol.rounds.visits import effective_time
from patrol.sites.label import Label
from patrol.sites.site import Site

NO_SIGNAL = ("garage", "room")
OFF_ROUTE = ("garden", "shed.b", "room.office", "room.store")  # looked at in passing: extra scans
HOT = {  # where points are missed most, and at which hours
    "garage.b2c": frozenset({22, 23, 1, 2, 3}),
    "fence.west": frozenset({21, 1, 3, 4}),
    "b2.back": frozenset({4}),
    "b4.roof": frozenset({22}),
}
ROUTED = frozenset(key for line in LINES for key, _walk in line.stops)
MISS, LATE_START, CALLED_AWAY, NOBODY, TWICE = 0.003, 0.02, 0.03, 0.0016, 0.006


@dataclass(frozen=True, slots=True)
class Visit:
    """One scan of the story. person: key of the cast. round_id: as the story has it, None off the routes."""

    at: datetime
    key: str
    person: str
    round_id: UUID | None
    id: UUID
    last: bool = False  # of its round


class Walking:
    """Walks every round that has begun by ``until``."""

    def __init__(
        self, site: Site, estate: Estate, people: dict[str, Reader], until: datetime, rng: random.Random, ids: Ids
    ) -> None:
        self.site, self.estate, self.people, self.until, self.rng, self.ids = site, estate, people, until, rng, ids
        self.today = business_day(until, site.zone, site.day_start)
        self.night_now = is_night(until, site)
        self.storm = storm_times(site, until)
        self.lapses = Lapses()
        self.keys = {place.id: key for key, place in estate.places.items()}

    def walk_all(self, lines: dict[UUID, Line]) -> list[Visit]:
        """Inside ``write()``. All scans in order of time; those made are stored."""
        query = select(Round).where(Round.site_id == self.site.id, Round.starts_at <= self.until)
        rounds = list(db.session.scalars(query.order_by(Round.starts_at, Round.id)))
        stops = _stops(self.site.id)
        ways = {row.id: [(self.keys[stop.place_id], stop) for stop in stops[row.id]] for row in rounds}
        self.lapses = lapses(rounds, lines, ways, self.today, lambda row: self.walker(row, lines[row.route_id]))
        scenes = {**self.lapses.scenes, **staged(rounds, lines, self.until)}
        alone = _one_alone(rounds, lines, self.until)
        visits = []
        for row in rounds:
            line, way = lines[row.route_id], ways[row.id]
            person = self.walker(row, line)
            walked = scenes[row.id](row, way, self.until) if row.id in scenes else self._walk(row, line, way)
            visits += self._visits(row, walked, person)
            if line.pair and row.id != alone:
                visits += self._confirmed(row, walked, self._of_crew(row, line))
        visits += self._in_passing()
        visits.sort(key=lambda visit: (visit.at, visit.key))
        self._store(visits)
        return visits

    def go(self, round_id: UUID, person: str, start: datetime, gap: float) -> list[Visit]:
        """Walk one round that was made meanwhile, inside ``write()``: the places of no route first. gap: minutes."""
        query = select(RoundStop.place_id).where(RoundStop.site_id == self.site.id, RoundStop.round_id == round_id)
        keys = [self.keys[place] for place in db.session.scalars(query.order_by(RoundStop.position))]
        visits = []
        for n, key in enumerate(sorted(keys, key=lambda key: key in ROUTED)):
            self.ids.at = at = start + timedelta(minutes=gap * n + self.rng.uniform(0, 1))
            visits.append(Visit(at, key, person, round_id, self.ids()))
        self._store(visits)
        return visits

    def walker(self, row: Round, line: Line) -> str:
        if line.pair and "leader" in self.people:
            return "leader"
        if line.team == "engineering":
            return "engineer1" if row.business_day.toordinal() % 2 and "engineer2" in self.people else self._second()
        return self._of_crew(row, line)

    def _of_crew(self, row: Round, line: Line) -> str:
        crew = [key for key in CREWS[self._crew(row.starts_at, row.business_day)] if key in self.people]
        return crew[min(line.walker, len(crew) - 1)]

    def day_of(self, at: datetime) -> date:
        return business_day(at, self.site.zone, self.site.day_start)

    def _second(self) -> str:
        return "engineer2" if "engineer2" in self.people else "engineer1"

    def _crew(self, at: datetime, day: date) -> int:
        """Crews change shifts every week; the first has the shift that is on now."""
        weeks = (_monday(self.today) - _monday(day)).days // 7
        return (is_night(at, self.site) != self.night_now) ^ (weeks % 2)

    def on_duty(self, at: datetime) -> list[str]:
        """The guards of the shift at a moment."""
        day = business_day(at, self.site.zone, self.site.day_start)
        return [key for key in CREWS[self._crew(at, day)] if key in self.people]

    def _walk(self, row: Round, line: Line, way: list[tuple[str, Any]]) -> list[tuple[str, datetime]]:
        rng = self.rng
        recent = self.until - row.starts_at < timedelta(hours=14)
        worse = 9 if (self.today - row.business_day).days == BAD_DAY else 0 if recent else 1
        if rng.random() < NOBODY * worse:
            return []
        at = row.starts_at + timedelta(minutes=rng.uniform(-2.5, 3))
        if rng.random() < LATE_START * worse:
            at += timedelta(minutes=rng.uniform(16, 34))
        pace = (line.expected_min - 3) / sum(stop.walk_min + stop.stay_min for _key, stop in way) * rng.uniform(0.82, 1)
        if line.strict and rng.random() < 0.03:
            swap = rng.randrange(len(way) - 1)
            way[swap], way[swap + 1] = way[swap + 1], way[swap]
        pause = rng.randrange(len(way)) if rng.random() < CALLED_AWAY else None
        walked = []
        if self.storm is not None and self.storm.rests(row.starts_at, row.closes_at):
            way = [(key, stop) for key, stop in way if not stop.outdoor]
        for index, (key, stop) in enumerate(way):
            at += timedelta(minutes=(stop.walk_min + stop.stay_min) * pace * rng.uniform(0.85, 1.15))
            if index == pause:
                at += timedelta(minutes=rng.uniform(8, 40) if not recent else 6)
            hour = at.astimezone(self.site.zone).hour
            skip = MISS * worse * (14 if hour in HOT.get(key, ()) else 1)
            if at < min(self.until, row.closes_at) and rng.random() >= skip:
                walked.append((key, at))
            elif not recent and rng.random() < 0.08:
                late = row.closes_at + timedelta(minutes=rng.uniform(2, 12))
                walked.append((key, late))  # after the close: shown, changes nothing
        return walked

    def _visits(self, row: Round, walked: list[tuple[str, datetime]], person: str) -> list[Visit]:
        found = []
        for index, (key, at) in enumerate(walked):
            self.ids.at = at
            found.append(Visit(at, key, person, row.id, self.ids(), last=index == len(walked) - 1))
            again = at + timedelta(seconds=self.rng.uniform(3, 50))
            if self.rng.random() < TWICE and again < self.until:
                found.append(Visit(again, key, person, row.id, self.ids()))
        return found

    def _confirmed(self, row: Round, walked: list[tuple[str, datetime]], partner: str) -> list[Visit]:
        """The partner scans at both ends."""
        found = []
        for key, at in walked[:1] + walked[1:][-1:]:
            self.ids.at = at = at + timedelta(seconds=self.rng.uniform(8, 25))
            if at < min(self.until, row.closes_at):
                found.append(Visit(at, key, partner, row.id, self.ids()))
        return found

    def _in_passing(self) -> list[Visit]:
        """About one extra scan a day, by whoever has the shift."""
        keys = [key for key in OFF_ROUTE if key in self.estate.places]
        days = (self.until - self.site.created_at).days
        found = []
        for _ in range(days if keys else 0):
            at = self.until - timedelta(days=self.rng.uniform(0.01, days))
            self.ids.at = at
            found.append(Visit(at, self.rng.choice(keys), self.rng.choice(self.on_duty(at)), None, self.ids()))
        return found

    def _store(self, visits: list[Visit]) -> None:
        query = select(Label.place_id, Label.code).where(Label.site_id == self.site.id)
        code_of: dict[UUID, str] = {row.place_id: row.code for row in db.session.execute(query)}
        shifts: dict[tuple[str, date, bool], list[Visit]] = defaultdict(list)
        for visit in visits:
            day = business_day(visit.at, self.site.zone, self.site.day_start)
            shifts[visit.person, day, is_night(visit.at, self.site)].append(visit)
        phones = self._phones([shift for shift, walked in shifts.items() if len(walked) > 30])
        for shift, walked in shifts.items():
            scans = self._as_sent(walked, phones.get(shift, (0, False)), code_of)
            outcomes = take_scans(scans, by=self.people[shift[0]])
            assert not any(outcomes.values())

    def _phones(self, shifts: list[tuple[str, date, bool]]) -> dict[Any, tuple[int, bool]]:
        """(seconds the phone's clock is slow, whether it sent everything a day late) of the shifts that had trouble."""
        old = [shift for shift in shifts if 2 <= (self.today - shift[1]).days <= 60]
        picked = self.rng.sample(old, min(len(old), max(3, len(old) // 90)))
        troubles = [(420, False), (0, True), (-75, False), (0, False)]
        return {shift: troubles[n % len(troubles)] for n, shift in enumerate(picked)}

    def _as_sent(
        self, walked: list[Visit], phone: tuple[int, bool], code_of: dict[UUID, str]
    ) -> list[NewScan]:  # fmt: skip
        """As phones send them: below ground they wait for the next signal."""
        slow, day_late = timedelta(seconds=phone[0]), phone[1]
        sent: datetime | None = None
        scans = []
        for visit in reversed(walked):
            signal = visit.key.split(".")[0] not in NO_SIGNAL
            if signal or sent is None or sent - visit.at > timedelta(minutes=50):
                wait = self.rng.uniform(0.6, 4) if signal else self.rng.uniform(60, 240)
                sent = visit.at + timedelta(seconds=wait)
            received = visit.at + timedelta(hours=25, seconds=self.rng.uniform(0, 3000)) if day_late else sent
            received = min(received, self.until)
            eff = effective_time(visit.at - slow, received - slow, received)
            scans.append(
                NewScan(
                    id=visit.id,
                    data=ScanData(code=code_of[self.estate.id(visit.key)], method=self._method()),
                    when=When(eff.at, received, visit.at - slow, tuple(sorted(eff.flags))),
                    position=self._from_chair(visit) or (self._position(visit.key) if signal else None),
                )
            )
        return scans

    def _from_chair(self, visit: Visit) -> Position | None:
        if visit.round_id is None or visit.round_id != self.lapses.chair:
            return None
        post = self.estate.places["gate.east"]
        assert post.lat is not None
        assert post.lon is not None
        return Position(lat=post.lat, lon=post.lon, accuracy_m=12)

    def _method(self) -> Any:
        return self.rng.choices(("camera", "photo", "typed", "link"), (94, 3, 2, 1))[0]

    def _position(self, key: str) -> Position | None:
        if self.rng.random() < 0.1:
            return None
        place = self.estate.places[key]
        spread = 0.004 if self.rng.random() < 0.003 else 0.00012
        assert place.lat is not None
        assert place.lon is not None
        lat, lon = (value + self.rng.gauss(0, spread) for value in (place.lat, place.lon))
        return Position(lat=round(lat, 6), lon=round(lon, 6), accuracy_m=self.rng.randint(4, 30))


def _one_alone(rounds: list[Round], lines: dict[UUID, Line], until: datetime) -> UUID | None:
    """The newest round for two but one that is over: the partner had been called away."""
    over = [row for row in rounds if lines[row.route_id].pair and row.closes_at <= until]
    return over[-2].id if len(over) > 1 else None


def is_night(at: datetime, site: Site) -> bool:
    return not 8 <= at.astimezone(site.zone).hour < 20


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _stops(site_id: UUID) -> dict[UUID, list[Any]]:
    query = select(RoundStop.round_id, RoundStop.place_id, RoundStop.stay_min, RoundStop.walk_min, RoundStop.outdoor)
    found: dict[UUID, list[Any]] = defaultdict(list)
    for stop in db.session.execute(query.where(RoundStop.site_id == site_id).order_by(RoundStop.position)):
        found[stop.round_id].append(stop)
    return found


def by_place(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    """The visits of each place in order of time."""
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        found[visit.key].append(visit)
    return found
