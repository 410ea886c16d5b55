"""A small site for one night: four routes, a guard for each, every two hours from eight to eight."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import UUID
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate, build
from patrol.rounds.ensure import forget_made
from patrol.rounds.round import Round
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.site import Site
from tests.conftest import make_person
from tests.night.phone import Phone, near

NIGHT = date(2026, 3, 30)  # a Monday; its last rounds walk on the 31st, the month's last day
ZONE = ZoneInfo("Asia/Shanghai")
WALK = timedelta(minutes=3)  # from point to point
LINES: dict[str, tuple[str, tuple[str, ...]]] = {  # guard -> route and its points
    "honest": ("外围线", ("gate.east", "fence.north", "shed.a", "play", "gate.west", "bins")),
    "lazy": ("楼栋线", ("b1.lobby", "b1.roof", "b2.back", "b2.lobby", "b3.balcony", "b3.lobby")),
    "cheat": ("东区线", ("b4.lobby", "b4.roof", "b4.facade", "b2.roof", "b3.roof", "room.power")),
    "dark": ("车库线", ("garage.b1d", "garage.b1a", "room.pump", "room.control")),
}
NAMES = {"honest": ("秦守", "0221"), "lazy": ("兰多", "0222"), "cheat": ("贾明", "0223"), "dark": ("龙地", "0224")}


def clock(text: str) -> datetime:
    """ "02:10" of the night on the wall of the site; hours before noon are the morning after."""
    t = time.fromisoformat(text)
    day = NIGHT if t.hour >= 12 else NIGHT + timedelta(days=1)
    return datetime.combine(day, t, ZONE).astimezone(UTC)


@dataclass
class Stage:
    """phones by guard; ``story``: what happens when, in any order until it is played."""

    site: Site
    people: SimpleNamespace
    estate: Estate
    phones: dict[str, Phone]
    codes: dict[str, str]
    routes: dict[str, Route]
    rng: random.Random
    story: list[tuple[datetime, Callable[[datetime], object]]] = field(default_factory=list)

    def at(self, moment: datetime, act: Callable[[datetime], object]) -> None:
        self.story.append((moment, act))

    def place(self, key: str) -> Place:
        return self.estate.places[key]

    def round_(self, who: str, hour: str, *, points: int | None = None, pace: timedelta = WALK) -> list[datetime]:
        """An honest round of this guard, begun three minutes after the hour; ``points``: only so many. Its times."""
        begin = clock(hour) + timedelta(minutes=3)
        keys = LINES[who][1][:points]
        moments = [begin + n * pace + timedelta(seconds=self.rng.uniform(0, 40)) for n in range(len(keys))]
        for key, moment in zip(keys, moments, strict=True):
            self.at(moment, lambda at, key=key: self.visit(who, key, at))
        return moments

    def round_id(self, who: str, begin: datetime) -> UUID:
        query = select(Round.id).where(
            Round.site_id == self.site.id, Round.route_id == self.routes[who].id, Round.starts_at == begin
        )
        return db.session.scalars(query).one()

    def visit(self, who: str, key: str, at: datetime, *, away_m: float = 0) -> None:
        phone = self.phones[who]
        scan = phone.scan(self.codes[key], at, near(self.place(key), self.rng, away_m))
        phone.all_normal(scan, at + timedelta(seconds=15))


def set_the_stage(app, site: Site, people: SimpleNamespace, password_hash: str) -> Stage:
    """The site as it stands at seven in the evening; its first rounds are tonight's."""
    forget_made()
    rng, opened = random.Random(7), clock("19:00")
    with write():
        site = db.session.get_one(Site, site.id)
        site.created_at = clock("12:00")
        estate = build(site, "zh", opened - timedelta(days=90), rng, small=True)
        guards = {who: make_person(*NAMES[who], "guard", site.id, password_hash) for who in NAMES}
        routes = {who: _route(site, estate, sort, *LINES[who]) for sort, who in enumerate(LINES)}
    labels = db.session.execute(select(Label.place_id, Label.code).where(Label.site_id == site.id))
    by_place = {row.place_id: row.code for row in labels}
    codes = {key: by_place[place.id] for key, place in estate.places.items() if place.id in by_place}
    with time_machine.travel(opened, tick=False):
        phones = {who: Phone(app, user, opened, rng) for who, user in guards.items()}
    return Stage(site, people, estate, phones, codes, routes, rng)


def _route(site: Site, estate: Estate, sort: int, name: str, points: tuple[str, ...]) -> Route:
    route = Route(id=uuid7(), site_id=site.id, name=name, sort=sort, created_at=site.created_at)
    db.session.add(route)
    db.session.flush()
    for position, key in enumerate(points, 1):
        db.session.add(
            RouteStop(
                id=uuid7(), site_id=site.id, route_id=route.id, place_id=estate.id(key), position=position, walk_min=3
            )
        )
    db.session.add(
        Plan(
            id=uuid7(), site_id=site.id, route_id=route.id, form="every", band_start=time(20), band_end=time(8),
            every_min=120, expected_min=24, valid_from=NIGHT,
        )
    )  # fmt: skip
    return route
