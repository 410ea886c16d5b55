"""The demo site's places: twelve buildings, a garage, gates and rooms, about sixty checkpoints with labels."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.words import Both, Lang, say
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.place_types import TAGS, tags_of_type
from patrol.sites.site import Site
from patrol.sites.symbol import ALPHABET

BUILDINGS = 12
LAT, LON = 30.2741, 120.1551


@dataclass(slots=True)
class Estate:
    """Places by key ("b3.lobby", "garage.b2c"); ``points`` holds the keys that carry a label, in order."""

    places: dict[str, Place] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)

    def id(self, key: str) -> UUID:
        return self.places[key].id


LOOK: dict[str, list[tuple[str, Both, Both]]] = {
    "lobby": [
        ("door", ("单元门", "Entrance door"), ("能自己关上，门禁有效", "closes by itself, access control works")),
        ("fire-extinguisher", ("灭火器箱", "Extinguisher cabinet"), ("没锁、没挡", "not locked, not blocked")),
        ("stairs", ("楼梯口", "Stairs"), ("没有堆物和电动车", "no goods, no e-bikes")),
    ],
    "roof": [
        ("lock", ("天台门", "Roof door"), ("随手关好", "closed behind you")),
        ("eye", ("易坠物", "Loose objects"), ("女儿墙边没有花盆杂物", "nothing stands on the parapet")),
        ("droplet", ("雨水口", "Roof drain"), ("没有堵塞", "not blocked")),
    ],
    "pump": [
        ("gauge", ("压力表", "Pressure gauge"), ("0.4–0.6 MPa，指针在绿区", "0.4–0.6 MPa, needle in the green")),
        ("gauge", ("阀门", "Valves"), ("全开，手轮没有松", "fully open, hand wheels tight")),
        ("droplet", ("地面", "Floor"), ("没有积水、没有滴漏", "no puddles, no drips")),
        ("lock", ("出门", "Leaving"), ("随手锁门、关灯", "lock the door, lights off")),
    ],
    "garage": [
        ("car", ("通道", "Lanes"), ("没有占道、没有漏油", "clear, no oil")),
        ("droplet", ("集水井", "Sump"), ("水位正常，泵在自动", "level normal, pump in auto")),
        ("bulb", ("照明和指示灯", "Lights and signs"), ("都亮着", "all lit")),
    ],
    "gate": [
        ("eye", ("岗亭", "Post"), ("有人、记录在写", "manned, log kept")),
        ("car", ("道闸", "Barrier"), ("起落正常，消防通道没占", "works, fire lane clear")),
    ],
    "outside": [
        ("bulb", ("照明", "Lights"), ("没有不亮的", "none dark")),
        ("eye", ("地面和井盖", "Ground and covers"), ("平整、没有缺", "level, none missing")),
    ],
}

TAGS_BY_LOOK = {"outside": ("outdoor",), "gate": ("outdoor",), "garage": ("drainage",)}
TAGS_BY_KEY = {
    "b3.balcony": ("falling_object",),
    "b4.facade": ("outdoor", "falling_object"),
    "room.generator": ("power",),
}

ROOMS: tuple[tuple[str, Both, str, str | None], ...] = (  # key, name, what to look at, type
    ("gate.east", ("东大门", "East gate"), "gate", "guard_post"),
    ("gate.west", ("西门", "West gate"), "gate", "guard_post"),
    ("gate.south", ("南门人行口", "South footgate"), "gate", None),
    ("fence.north", ("北围墙", "North fence"), "outside", None),
    ("fence.west", ("西围墙", "West fence"), "outside", None),
    ("fence.lake", ("湖边步道", "Lake path"), "outside", None),
    ("play", ("儿童滑梯", "Playground"), "outside", "playground"),
    ("fitness", ("健身广场", "Fitness square"), "outside", "fitness_area"),
    ("shed.a", ("电动车棚 A", "E-bike shed A"), "outside", "ebike_shed"),
    ("shed.b", ("电动车棚 B", "E-bike shed B"), "outside", "ebike_shed"),
    ("bins", ("垃圾分类点", "Refuse point"), "outside", "cleaning_area"),
    ("garden", ("中央花园", "Central garden"), "outside", "green_area"),
    ("garage.b1a", ("B1 车库 A 区", "Garage B1 zone A"), "garage", "garage"),
    ("garage.b1b", ("B1 车库 B 区", "Garage B1 zone B"), "garage", None),
    ("garage.b1c", ("B1 车库 C 区", "Garage B1 zone C"), "garage", None),
    ("garage.b1d", ("B1 坡道口", "Garage ramp B1"), "garage", None),
    ("garage.b2a", ("B2 车库 A 区", "Garage B2 zone A"), "garage", None),
    ("garage.b2b", ("B2 车库 B 区", "Garage B2 zone B"), "garage", None),
    ("garage.b2c", ("B2 充电区", "Garage B2 charging zone"), "garage", None),
    ("garage.b2d", ("B2 集水井", "Garage B2 sump"), "garage", None),
    ("garage.fan", ("B2 排烟机房", "B2 smoke fan room"), "pump", None),
    ("room.pump", ("3 栋地下 消防泵房", "Fire pump room, B3"), "pump", "drainage"),
    ("room.water", ("2 栋地下 生活水泵房", "Water pump room, B2"), "pump", "water_pump_room"),
    ("room.power", ("5 栋地下 配电房", "Power room, B5"), "pump", "power_room"),
    ("room.generator", ("5 栋地下 发电机房", "Generator room, B5"), "pump", None),
    ("room.control", ("消防控制室", "Fire control room"), "pump", None),
    ("room.cctv", ("监控室", "CCTV room"), "pump", None),
    ("room.lift", ("7 栋 电梯机房", "Lift machine room, building 7"), "roof", None),
    ("room.meters", ("2 栋地下 水表间", "Water meter room, B2"), "pump", None),
    ("room.store", ("应急物资库", "Emergency store"), "lobby", "emergency_store"),
    ("room.office", ("物业服务中心", "Service centre"), "lobby", None),
    ("b3.balcony", ("3 栋 12 层东阳台", "Building 3, floor 12 east balconies"), "roof", None),
    ("b4.facade", ("4 栋 北外墙", "Building 4 north facade"), "outside", None),
    ("b2.back", ("2 栋 1 层后门", "Building 2 back door"), "lobby", None),
    ("b5.bridge", ("5 栋 9 层连廊", "Building 5 bridge, floor 9"), "roof", None),
)


SMALL_BUILDINGS = 4
SMALL_ROOMS = frozenset(
    "gate.east gate.west fence.north play shed.a bins garage.b1a garage.b1d room.pump room.power room.control "
    "b3.balcony b4.facade b2.back".split()
)
FLOORS = (3, 9, 12)


def build(site: Site, lang: Lang, at: datetime, rng: random.Random, *, small: bool = False) -> Estate:
    """Make every place, and a label for each checkpoint."""
    estate = Estate()
    buildings = SMALL_BUILDINGS if small else BUILDINGS
    for n in range(1, buildings + 1):
        name = say((f"{n} 栋", f"Building {n}"), lang)
        block = _place(estate, site, f"b{n}", name, at, rng, kind="building", type="building")
        lobby = say(("大堂", "lobby"), lang)
        roof = say(("天台", "roof"), lang)
        _point(estate, site, f"b{n}.lobby", lobby, at, rng, lang, "lobby", parent=block)
        _point(estate, site, f"b{n}.roof", roof, at, rng, lang, "roof", parent=block, type="roof")
        _upstairs(estate, site, n, block, at, rng, lang)
    for key, called, look, type_ in ROOMS:
        if small and key not in SMALL_ROOMS:
            continue
        owner = key.split(".")[0]
        parent = estate.places.get(owner) if owner.startswith("b") and "." in key else None
        _point(estate, site, key, say(called, lang), at, rng, lang, look, parent=parent, type=type_, whole=True)
    return estate


def _upstairs(estate: Estate, site: Site, n: int, block: Place, at: datetime, rng: random.Random, lang: Lang) -> None:
    """Entrances and floors: where hazards and equipment are, without a label of their own."""
    for number in (1, 2):
        name = say((f"{number} 单元", f"entrance {number}"), lang)
        _place(estate, site, f"b{n}.u{number}", name, at, rng, kind="entrance", parent=block)
    for floor in FLOORS:
        name = say((f"{floor} 层", f"floor {floor}"), lang)
        _place(estate, site, f"b{n}.f{floor}", name, at, rng, kind="floor", parent=block)


def _place(
    estate: Estate, site: Site, key: str, name: str, at: datetime, rng: random.Random, *, kind: str,
    parent: Place | None = None, type: str | None = None, full_name: str | None = None, **more: object,
) -> Place:  # fmt: skip
    place = Place(
        id=uuid7(),
        site_id=site.id,
        parent_id=parent.id if parent else None,
        kind=kind,
        name=name,
        full_name=full_name or (f"{parent.full_name} {name}" if parent else name),
        type=type,
        radius_m=100,
        lat=round(LAT + rng.uniform(-0.0015, 0.0015), 6),
        lon=round(LON + rng.uniform(-0.0018, 0.0018), 6),
        sort=len(estate.places),
        created_at=at,
        **more,
    )
    db.session.add(place)
    db.session.flush()
    estate.places[key] = place
    return place


def _point(
    estate: Estate, site: Site, key: str, name: str, at: datetime, rng: random.Random, lang: Lang, look: str, *,
    parent: Place | None = None, type: str | None = None, whole: bool = False,
) -> None:  # fmt: skip
    said = {*TAGS_BY_LOOK.get(look, ()), *TAGS_BY_KEY.get(key, ()), *tags_of_type(type)}
    if key.startswith("room"):
        said.discard("outdoor")
    lines = [{"icon": icon, "what": say(what, lang), "good": say(good, lang)} for icon, what, good in LOOK[look]]
    place = _place(
        estate, site, key, name, at, rng, kind="spot", parent=parent, type=type,
        full_name=name if whole else None, number=len(estate.points) + 1, look_for=lines, note=_way(key, lang), tags=[tag for tag in TAGS if tag in said],
    )  # fmt: skip
    estate.points.append(key)
    code = "".join(rng.choice(ALPHABET) for _ in range(12))
    db.session.add(Label(id=uuid7(), site_id=site.id, place_id=place.id, code=code, issued_at=at))


def _way(key: str, lang: Lang) -> str:
    if key.startswith("garage"):
        return say(
            ("从 3 栋电梯下到车库，沿绿色箭头走。", "Take the lift of building 3 down, follow the green arrows."), lang
        )
    if key.startswith("room"):
        return say(
            ("从大堂东侧楼梯下一层，左转到底。", "Stairs east of the lobby, one floor down, left to the end."), lang
        )
    if key.endswith("roof"):
        return say(("电梯到顶层，再走一层楼梯。", "Lift to the top floor, then one flight of stairs."), lang)
    return say(("沿主路走，牌子在墙上 1.4 米高。", "Along the main path; the label is on the wall at 1.4 m."), lang)
