"""The board (今天看板): what needs somebody now, then how the day stands. Six queries, however much happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.hazards.standing import Standing, standing_now
from patrol.reviews.board_checks import fire_checks
from patrol.reviews.board_duty import OnDuty, people_on_duty, whom_to_call
from patrol.reviews.board_heard import FEED, Heard, heard
from patrol.reviews.figures import Ratio
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.visits import VISITED
from patrol.rounds.visits_list import past
from patrol.rounds.walk import Stop, Walk, rounds_between, walks
from patrol.sites.shift_times import shift_times
from patrol.sites.site import Site

LOOK_BACK, LOOK_AHEAD = timedelta(hours=3, minutes=30), timedelta(hours=2, minutes=30)


@dataclass(frozen=True, slots=True)
class Missing:
    """A point missed or past its time. person, phone: who walks that round, or walked this route last, or leads
    the team's shift; without any of them the guard post's number."""

    walk: Walk
    stop: Stop
    over: bool  # the round has closed
    since: datetime
    person: str
    phone: str | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """The points of one round that somebody should see to: one call for all of them. first: the one that leads."""

    first: Missing
    points: list[Missing]

    @property
    def numbers(self) -> str:
        """Their numbers on the round: 4, or 9–12, or 4, 9."""
        numbers = sorted(point.stop.number for point in self.points)
        if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
            return f"{numbers[0]}–{numbers[-1]}"
        return ", ".join(map(str, numbers))


@dataclass(frozen=True, slots=True)
class Happened:
    """kind: scan, missed, hazard, step. tone and severity pick the icon."""

    kind: str
    at: datetime
    title: str
    place: str
    url: str
    severity: str | None = None
    step: str | None = None
    person: str = ""


@dataclass(frozen=True)
class Board:
    site: Any  # a Site, or what a reader knows of one
    at: datetime
    day: date
    walks: list[Walk]
    yesterday_missed: int
    missing: list[Missing]
    on_duty: list[OnDuty]
    open_hazards: list[Standing]
    checks: Ratio
    feed: list[Happened]

    @property
    def due(self) -> int:
        """Points whose time has come: settled, or past E + T."""
        return sum(1 for walk, stop in self._required() if stop.visit.state in VISITED or past(walk, stop, self.at))

    @property
    def reached(self) -> int:
        return sum(1 for _, stop in self._required() if stop.visit.state in VISITED)

    @property
    def missed(self) -> int:
        return sum(1 for _, stop in self._required() if stop.state == "missed")

    @property
    def alarms(self) -> list[Alarm]:
        """What is missing by round, in the order of ``missing``; points lost for good apart from those still open."""
        found: dict[Any, list[Missing]] = {}
        for missing in self.missing:
            found.setdefault((missing.over, missing.walk.id), []).append(missing)
        return [Alarm(points[0], points) for points in found.values()]

    @property
    def running(self) -> list[Walk]:
        return [walk for walk in self.walks if walk.state == "in_progress" and self.at < walk.times.closes_at]

    @property
    def expected(self) -> int:
        """How many the roster has on this shift."""
        return sum(one.expected for one in self.on_duty)

    @property
    def here(self) -> int:
        return sum(one.state not in ("absent", "begun") for one in self.on_duty)

    @property
    def alone(self) -> list[Walk]:
        """Rounds for two that somebody walked alone."""
        return [walk for walk in self.walks if "crew_short" in walk.flags]

    @property
    def overdue(self) -> list[Standing]:
        return [hazard for hazard in self.open_hazards if hazard.overdue(self.at)]

    @property
    def from_to(self) -> tuple[datetime, datetime]:
        zone = self.site.zone
        return (self.at - LOOK_BACK).astimezone(zone), (self.at + LOOK_AHEAD).astimezone(zone)

    def _required(self) -> Iterable[tuple[Walk, Stop]]:
        return ((walk, stop) for walk in counted(self.walks) for stop in walk.required)


def board(site_id: UUID, at: datetime, site: Any = None) -> Board:
    """site: what the reader knows of it already (zone, start of the day, shifts); else it is looked up."""
    site = site or db.session.get_one(Site, site_id)
    zone, day_start = site.zone, site.day_start
    ensure_rounds(site_id, at, zone, day_start)
    today = business_day(at, zone, day_start)
    found = walks(site_id, rounds_between(site_id, today - timedelta(days=1), today), at)
    now, before = [w for w in found if w.day == today], [w for w in found if w.day < today]
    told = heard(site_id, today, at)
    on_duty = people_on_duty(told, shift_times(today, site.shifts, zone, day_start), {w.id: w for w in now}, at)
    return Board(
        site=site,
        at=at,
        day=today,
        walks=now,
        yesterday_missed=_missed_by(before, at - timedelta(days=1)),
        missing=_missing(now, at, told, on_duty, getattr(site, "post_phone", "")),
        on_duty=on_duty,
        open_hazards=standing_now(site_id),
        checks=fire_checks(site_id, today, zone, day_start),
        feed=_feed(now, told, at),
    )


def counted(found: Iterable[Walk]) -> Iterator[Walk]:
    """Those that were expected: make-up rounds are counted apart and change no rate."""
    return (walk for walk in found if not walk.cancelled and walk.kind != "make_up")


def _missed_by(walks_before: Iterable[Walk], moment: datetime) -> int:
    """Points missed in rounds that had closed by the same time yesterday."""
    return sum(walk.count("missed") for walk in counted(walks_before) if walk.times.closes_at <= moment)


def _missing(found: list[Walk], at: datetime, told: Heard, on_duty: list[OnDuty], post: str) -> list[Missing]:
    """Those whose round is still open first, the longest past its time first; then those lost for good.

    A lost point that was reached on a make-up round since is not asked for again.
    """
    walked_by = {walk.route_id: walk.people[0][0] for walk in found if walk.people}
    known = {row.user_id: row for row in (*told.duty, *told.last.values())}
    made_up = _made_up(found)
    missing = []
    for walk in counted(found):
        caller: Any = known.get(walk.people[0][0] if walk.people else walked_by.get(walk.route_id))
        if caller is None or not caller.phone:
            caller = whom_to_call(on_duty, walk.team) or caller
        for stop in walk.required:
            closes_at, again = walk.times.closes_at, made_up.get((walk.route_id, stop.place_id))
            if not past(walk, stop, at) or (again is not None and again >= closes_at):
                continue
            seen = told.last.get(caller.user_id) if caller is not None else None
            missing.append(
                Missing(
                    walk=walk,
                    stop=stop,
                    over=stop.state == "missed",
                    since=walk.times.ends_at,
                    person=caller.name if caller is not None else "",
                    phone=(caller.phone if caller is not None else None) or post or None,
                    last_seen=seen.at if seen is not None else None,
                )
            )
    return sorted(missing, key=lambda m: (m.over, -m.since.timestamp() if m.over else m.since.timestamp()))


def _made_up(found: Iterable[Walk]) -> dict[tuple[UUID, UUID], datetime]:
    """(route, place) -> when a make-up round reached it last."""
    reached: dict[tuple[UUID, UUID], datetime] = {}
    for walk in found:
        if walk.kind == "make_up" and not walk.cancelled:
            for stop in walk.stops:
                if stop.visit.scan_at is not None:
                    reached[walk.route_id, stop.place_id] = stop.visit.scan_at
    return reached


def _feed(found: list[Walk], told: Heard, at: datetime) -> list[Happened]:
    events = [Happened("scan", s.at, s.name, s.place, f"/visits/{s.id}") for s in told.scans]
    events += [
        Happened("missed", walk.times.closes_at, walk.route_name, stop.name, f"/rounds/{walk.id}")
        for walk in counted(found)
        for stop in walk.required
        if stop.state == "missed"
    ]
    events += [
        Happened(
            "hazard" if row.word == "report" else "step",
            row.at, row.title, row.place, f"/hazards/{row.id}", row.severity, row.word, row.name or "",
        )
        for row in told.steps
    ]  # fmt: skip
    return sorted((e for e in events if e.at <= at), key=lambda e: e.at, reverse=True)[:FEED]
