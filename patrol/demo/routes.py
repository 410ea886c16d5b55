"""The demo site's four routes and their plans: at any hour one round is open or about to be."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.words import Both, Lang, say
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.site import Site


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    name: Both
    note: Both
    team: str
    stops: tuple[str, ...]
    expected_min: int
    every: tuple[time, time, int] | None = None
    times: tuple[str, ...] = ()


LINES = (
    Line(
        "perimeter", ("外围线", "Perimeter route"), ("大门、围墙、湖边", "Gates, fences, lake"), "security",
        ("gate.east", "fence.north", "shed.a", "play", "fitness", "fence.lake", "gate.south", "bins", "fence.west", "gate.west"),
        60, every=(time(8), time(8), 120),
    ),
    Line(
        "night", ("夜巡二线", "Night route 2"), ("楼栋和地下", "Buildings and basements"), "security",
        ("b1.lobby", "b1.roof", "b2.back", "b2.lobby", "room.meters", "b2.roof", "b3.balcony", "b3.lobby", "room.pump",
         "b4.lobby", "b4.facade", "b4.roof"),
        80, every=(time(20), time(8), 120),
    ),
    Line(
        "garage", ("车库线", "Garage route"), ("B1 和 B2", "B1 and B2"), "security",
        ("garage.b1d", "garage.b1a", "garage.b1b", "garage.b1c", "garage.b2a", "garage.b2b", "garage.b2c", "garage.b2d",
         "garage.fan"),
        45, times=("10:00", "14:00", "18:00", "21:00", "00:30", "03:30"),
    ),
    Line(
        "plant", ("设备房线", "Plant route"), ("工程", "Engineering"), "engineering",
        ("room.control", "room.cctv", "room.power", "room.generator", "room.water", "room.pump", "room.lift", "garage.fan"),
        60, times=("09:00", "16:00", "22:30"),
    ),
)  # fmt: skip

WALKERS = {
    "perimeter": ("guard2", "guard1"),
    "night": ("guard1", "guard2"),
    "garage": ("guard3",),
    "plant": ("engineer1", "engineer2"),
}


def draw_routes(site: Site, estate: Estate, lang: Lang, at: datetime, first: date) -> dict[UUID, str]:
    """Make routes, stops and plans; returns route id -> key of its line."""
    made = {}
    for sort, line in enumerate(LINES):
        route = Route(
            id=uuid7(), site_id=site.id, name=say(line.name, lang), note=say(line.note, lang), team=line.team,
            sort=sort, created_at=at,
        )  # fmt: skip
        db.session.add(route)
        db.session.flush()
        for position, key in enumerate(line.stops, 1):
            db.session.add(
                RouteStop(
                    id=uuid7(), site_id=site.id, route_id=route.id, place_id=estate.id(key), position=position,
                    stay_min=1 + (position % 2), walk_min=2 + (position % 3),
                )
            )  # fmt: skip
        start, end, every = line.every or (None, None, None)
        db.session.add(
            Plan(
                id=uuid7(), site_id=site.id, route_id=route.id, form="every" if line.every else "fixed",
                band_start=start, band_end=end, every_min=every, times=list(line.times),
                expected_min=line.expected_min, valid_from=first,
            )
        )  # fmt: skip
        made[route.id] = line.key
    db.session.flush()
    return made
