"""The demo site's five routes and their plans: at any hour one round is being walked and another is near."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.words import Both, Lang, say
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.sites.site import Site

EVERY = 120
TOLERANCE = 5
PAIR_DAYS = 0b1010010  # Tuesday, Friday, Sunday
SHIFTS: tuple[tuple[Both, int, int], ...] = ((("白班", "Day"), 8, 20), (("夜班", "Night"), 20, 8))


@dataclass(frozen=True, slots=True)
class Line:
    """A route. stops: place key and minutes on foot from the one before.

    ago: how many minutes before the anchor one of its rounds starts (see ``anchor``); None: at fixed times.
    walker: place in the crew on duty, or person of the engineers. pair: the leader walks, and the crew's walker
    confirms at both ends.
    """

    key: str
    name: Both
    note: Both
    team: str
    stops: tuple[tuple[str, int], ...]
    expected_min: int
    walker: int
    ago: int | None = None
    times: tuple[str, ...] = ()
    strict: bool = False
    pair: bool = False


LINES = (
    Line(
        "perimeter", ("夜巡一线", "Night route 1"), ("外围", "Perimeter"), "security",
        (("gate.east", 2), ("fence.north", 3), ("shed.a", 2), ("play", 2), ("fitness", 2), ("gate.south", 3),
         ("fence.west", 3), ("gate.west", 2), ("fence.lake", 4), ("bins", 3)),
        60, 1, ago=50,
    ),
    Line(
        "night", ("夜巡二线", "Night route 2"), ("楼栋和地下", "Buildings and basement"), "security",
        (("b1.lobby", 2), ("b1.roof", 3), ("b2.back", 2), ("b2.lobby", 1), ("room.meters", 2), ("b2.roof", 3),
         ("b3.balcony", 3), ("b3.lobby", 2), ("room.pump", 3), ("b4.lobby", 2), ("b4.facade", 2), ("b4.roof", 3)),
        60, 0, ago=0,
    ),
    Line(
        "garage", ("车库线", "Garage route"), ("B1 和 B2", "B1 and B2"), "security",
        (("garage.b1d", 2), ("garage.b1a", 2), ("garage.b1b", 2), ("garage.b2c", 3), ("garage.b1c", 2), ("garage.b2a", 3),
         ("garage.b2b", 2), ("garage.b2d", 2), ("garage.fan", 2)),
        45, 2, ago=60, strict=True,
    ),
    Line(
        "plant", ("设备房线", "Plant route"), ("工程", "Engineering"), "engineering",
        (("room.control", 2), ("room.cctv", 2), ("room.power", 4), ("room.generator", 2), ("room.water", 5),
         ("room.pump", 4), ("room.lift", 6), ("garage.fan", 6)),
        60, 1, times=("09:00", "14:30", "20:30", "23:00"),
    ),
    Line(
        "roofs", ("天台线", "Roof route"), ("两人同行", "Two together"), "security",
        (("b6.roof", 3), ("b8.roof", 5), ("b9.roof", 4), ("b11.roof", 5), ("b12.roof", 4)),
        45, 2, times=("21:10",), pair=True,
    ),
)  # fmt: skip


def anchor(until: datetime, site: Site) -> datetime:
    """The local start of the buildings' round under way: on a full ten minutes, 70 to 80 minutes ago.

    By then its hour is over by a few minutes and its close far off, so one point can be late and four can wait.
    """
    local = until.astimezone(site.zone) - timedelta(minutes=70)
    return local.replace(minute=local.minute // 10 * 10, second=0, microsecond=0)


def draw_routes(site: Site, estate: Estate, lang: Lang, first: date, until: datetime) -> dict[UUID, Line]:
    """Make routes, stops and plans; returns the line of each route."""
    made = {}
    for sort, line in enumerate(LINES):
        stops = [(key, walk) for key, walk in line.stops if key in estate.places]
        if len(stops) < 4:
            continue
        route = Route(
            id=uuid7(), site_id=site.id, name=say(line.name, lang), note=say(line.note, lang), team=line.team,
            strict_order=line.strict, sort=sort, created_at=site.created_at,
        )  # fmt: skip
        db.session.add(route)
        db.session.flush()
        for position, (key, walk) in enumerate(stops, 1):
            place_id = estate.id(key)
            db.session.add(
                RouteStop(
                    id=uuid7(), site_id=site.id, route_id=route.id, place_id=place_id, position=position, walk_min=walk
                )
            )
        for fields in _plans(line, site, until):
            name = say(fields.pop("name"), lang)  # type: ignore[arg-type]
            db.session.add(
                Plan(id=uuid7(), site_id=site.id, route_id=route.id, name=name, valid_from=first,
                     expected_min=line.expected_min, tolerance_min=TOLERANCE, **fields)
            )  # fmt: skip
        made[route.id] = line
    db.session.flush()
    return made


def _plans(line: Line, site: Site, until: datetime) -> list[dict[str, object]]:
    """Each shift every two hours, laid so that the rounds stand well at the moment the demo is made."""
    if line.pair:
        two = {"crew_size": 2, "weekdays": PAIR_DAYS, "random_min": 20, "random_key": line.key}
        return [{"name": ("双人夜巡", "Night round for two"), "form": "fixed", "times": list(line.times), **two}]
    if line.ago is None:
        return [{"name": ("每日", "Daily"), "form": "fixed", "times": list(line.times)}]
    extra: dict[str, object] = {"name": ("临时加巡", "Extra round"), "form": "on_demand"}
    start = anchor(until, site) - timedelta(minutes=line.ago)
    offset = (start.hour * 60 + start.minute) % EVERY
    return [
        {"name": name, "form": "every", "every_min": EVERY, "band_start": _time(begin * 60 + offset), "band_end": time(end)}
        for name, begin, end in SHIFTS
    ] + ([extra] if line.strict is False else [])  # fmt: skip


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
