"""The demo site's equipment: over three hundred pieces, some due for service soon, a few past it."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.demo.estate import Estate
from patrol.demo.gear_details import details
from patrol.demo.timeline import Timeline
from patrol.demo.words import Lang, say
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.keeping import EquipmentData, move, retire, serviced, set_state, take_in
from patrol.equipment.month import fire_types
from patrol.equipment.service_life import SERVICE_YEARS, due_state, service_life
from patrol.equipment.spares import send_out
from patrol.sites.site import Site

PER_BUILDING = (  # kind, how many, model; hydrants hang on the floors
    ("extinguisher_dry_powder", 12, "MFZ/ABC4"),
    ("indoor_hydrant", 6, "SN65"),
    ("emergency_light", 2, ""),
    ("exit_sign", 2, ""),
    ("fire_door", 2, ""),
)
IN_ROOMS = (
    ("room.pump", "fire_pump", 2, "XBD8/30"),
    ("room.pump", "fire_water_tank", 1, ""),
    ("room.pump", "extinguisher_dry_powder", 2, "MFZ/ABC4"),
    ("room.power", "extinguisher_co2", 4, "MT5"),
    ("room.generator", "extinguisher_co2", 2, "MT5"),
    ("room.generator", "generator", 1, "200 kW"),
    ("room.control", "fire_control_room", 1, ""),
    ("room.cctv", "extinguisher_clean_gas", 2, "MQ4"),
    ("room.cctv", "cctv", 1, ""),
    ("room.lift", "lift", 3, ""),
    ("garage.b1a", "extinguisher_dry_powder", 6, "MFZ/ABC5"),
    ("garage.b1d", "extinguisher_wheeled", 1, "MFTZ/ABC35"),
    ("garage.b1d", "fire_shutter", 2, ""),
    ("garage.b2a", "extinguisher_dry_powder", 6, "MFZ/ABC5"),
    ("garage.b2a", "sprinkler_zone", 2, ""),
    ("garage.b2c", "extinguisher_water", 4, "MSZ/6"),
    ("garage.b2c", "smoke_detector", 2, ""),
    ("garage.b2c", "manual_call_point", 2, ""),
    ("garage.b2c", "hose_reel", 1, ""),
    ("garage.fan", "smoke_exhaust_fan", 2, "HTF-II"),
    ("gate.east", "outdoor_hydrant", 2, "SS100"),
    ("gate.east", "fire_lane", 1, ""),
    ("fence.north", "outdoor_hydrant", 2, "SS100"),
    ("fence.north", "pump_adapter", 1, "SQ100"),
    ("room.store", "micro_fire_station", 1, ""),
)
LETTERS = {
    "extinguisher_dry_powder": "M", "extinguisher_co2": "MT", "extinguisher_clean_gas": "MQ", "extinguisher_water": "MS",
    "extinguisher_wheeled": "MFT", "indoor_hydrant": "X", "outdoor_hydrant": "W", "emergency_light": "Y", "exit_sign": "S",
}  # fmt: skip
SOON, OVERDUE, SCRAP = range(3)
ODD = {5: SOON, 17: SOON, 41: OVERDUE, 58: SOON, 77: SOON, 96: SCRAP, 113: SOON, 121: SOON, 140: OVERDUE}


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece to be taken in."""

    code: str
    kind: str
    key: str
    model: str


def equip(estate: Estate, site: Site, by: Reader, until: date, rng: random.Random, lang: Lang) -> list[Equipment]:
    """Take everything into the ledger, on the site's first day. until: the day the dates stand well for."""
    at = site.created_at
    today = at.astimezone(site.zone).date()
    made = []
    bottles, numbers, kinds = 0, Counter[str](), random.Random(rng.random())  # noqa: S311
    for unit in _units(estate):
        made_on, last_service = _dates(unit.kind, today, rng), None
        if unit.kind in SERVICE_YEARS:
            made_on, last_service = _bottle(unit.kind, ODD.get(bottles), today, until, rng)
            bottles += 1
        data = _data(
            code=unit.code, type=unit.kind, place=estate.id(unit.key), model=unit.model, made_on=made_on,
            in_service_from=today, last_service=last_service, half_monthly=unit.key == "garage.b2c",
            quantity=rng.randint(12, 40) if unit.kind in ("smoke_detector", "emergency_light", "exit_sign") else 1,
            contractor=_contractor(unit.kind, lang),
            attributes=details(unit.kind, numbers[unit.kind], until, kinds, lang),
        )  # fmt: skip
        numbers[unit.kind] += 1
        made.append(take_in(data, by=by, at=at))
    return made


def _contractor(kind: str, lang: Lang) -> str:
    if kind == "lift":
        return say(("恒通电梯维保", "Hengtong Lift Service"), lang)
    return say(("安泰消防维保", "Antai Fire Service"), lang) if kind in fire_types() else ""


def _data(**fields: Any) -> EquipmentData:
    return EquipmentData.model_validate(fields)


def _units(estate: Estate) -> Iterator[Unit]:
    buildings = sorted(int(key[1:]) for key in estate.places if key.startswith("b") and key[1:].isdigit())
    for n in buildings:
        for kind, count, model in PER_BUILDING:
            for index in range(1, count + 1):
                floors = ("f3", "f9", "f12") if kind == "indoor_hydrant" else ("lobby", "roof", "f3", "f9")
                yield Unit(f"{n}-{_letter(kind)}{index:02d}", kind, f"b{n}.{floors[index % len(floors)]}", model)
    for key, kind, count, model in IN_ROOMS:
        for index in range(1, count + 1):
            if key in estate.places:
                yield Unit(f"{key.split('.')[-1].upper()}-{_letter(kind)}{index:02d}", kind, key, model)


def _letter(kind: str) -> str:
    return LETTERS.get(kind) or "".join(word[0] for word in kind.split("_")).upper()


def _dates(kind: str, today: date, rng: random.Random) -> date:
    return date(today.year - rng.randint(2, 7), rng.randint(1, 12), 1)


def _bottle(
    kind: str, odd: int | None, today: date, until: date, rng: random.Random
) -> tuple[date, date | None]:  # fmt: skip
    """Month made and month of the last service. The odd ones are due soon, since this month, or to be scrapped."""
    years = SERVICE_YEARS[kind]
    if odd == SOON:
        soon = (until + timedelta(days=rng.randint(32, 58))).replace(day=1)
        return soon.replace(year=soon.year - years.first), None
    if odd == OVERDUE:
        return until.replace(day=1, year=until.year - years.first), None
    if odd == SCRAP:
        return until.replace(day=1, year=until.year - years.scrap), _months(until, rng.randint(4, 9))
    for _ in range(200):
        made_on = _months(today, rng.randint(2, years.scrap * 12 - 10))
        last = _months(today, rng.randint(0, years.every * 12 - 7)) if rng.random() < 0.8 else None
        life = service_life(kind, made_on, last if last and last > made_on else None)
        later = until + timedelta(days=90)
        if due_state(*life, today) == "ok" and due_state(*life, later, warn_days=0) == "ok":
            return made_on, last if last and last > made_on else None
    return _months(today, 3), None


def _months(day: date, back: int) -> date:
    """The first of the month that many months before."""
    total = day.year * 12 + day.month - 1 - back
    return date(total // 12, total % 12 + 1, 1)


def ups_and_downs(gear: list[Equipment], by: Reader, timeline: Timeline, lang: Lang) -> dict[UUID, datetime]:
    """Bottles serviced, sent away with a spare in their place, scrapped; a door that is faulty.

    Returns which items are gone since when: nobody inspects them any more.
    """
    bottles = [row for row in gear if row.type == "extinguisher_dry_powder"]
    store = next((row for row in gear if row.type == "micro_fire_station"), gear[0])
    doors = [row for row in gear if row.type == "fire_door"]

    def later(days: float, row: Equipment, act: Callable[[Equipment, datetime], object]) -> None:
        at = timeline.until - timedelta(days=days)
        if at > row.created_at + timedelta(days=1):
            timeline.once(at, lambda: act(find_equipment(by.site_id, row.id), at))

    def service(row: Equipment, at: datetime) -> None:
        serviced(row, at.date() - timedelta(days=1), by=by, at=at, why=say(("送检合格", "Passed its service"), lang))

    def send_away(row: Equipment, at: datetime) -> None:
        made_on = at.date().replace(day=1, year=at.year - 1)
        data = _data(
            code=f"{row.code}-B", type=row.type, place=store.place_id, model=row.model, made_on=made_on,
            contractor=row.contractor, attributes=row.attributes | {"serial_no": "507731"},
        )  # fmt: skip
        spare = take_in(data, by=by, at=at)
        send_out(row, spare=spare, by=by, at=at, why=say(("压力不足，送修", "Low pressure, sent away"), lang))

    def refill(row: Equipment, at: datetime) -> None:
        why = say(("演练用过，重新充装", "Used in a drill, refilled"), lang)
        serviced(row, at.date(), by=by, at=at, refill=True, why=why)

    def shift(row: Equipment, at: datetime) -> None:
        move(
            row,
            gear[0].place_id,
            by=by,
            at=at,
            why=say(("装修挡住，移到大堂", "Works in the way, moved to the lobby"), lang),
        )

    for n, row in enumerate(bottles[2:8]):
        later(45 - n, row, service)
    scrapped, sent = bottles[9], bottles[20]
    rusted = say(("筒体锈蚀", "Body rusted"), lang)
    later(38, scrapped, lambda row, at: retire(row, by=by, at=at, despite=True, why=rusted))
    later(3.5, sent, send_away)
    for n, row in enumerate(bottles[12:15]):
        later(24 - n, row, refill)
    for n, row in enumerate(bottles[15:17]):
        later(17 - n, row, shift)
    if doors:
        why = say(("顺序器损坏，配件已订", "Selector broken, part ordered"), lang)
        later(2, doors[-1], lambda row, at: set_state(row, "faulty", by=by, at=at, why=why))
    return {row.id: timeline.until - timedelta(days=days) for row, days in ((scrapped, 38), (sent, 3.5))}
