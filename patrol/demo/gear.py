"""The demo site's fire equipment: about three hundred pieces, some due soon, a few overdue."""

import random
from datetime import date, datetime

from patrol.accounts.reader import Reader
from patrol.demo.estate import BUILDINGS, Estate
from patrol.demo.words import Lang
from patrol.equipment.equipment import Equipment
from patrol.equipment.keeping import EquipmentData, take_in

KINDS_PER_BUILDING = (
    ("extinguisher_dry_powder", 12, "MFZ/ABC4", "4 kg"),
    ("indoor_hydrant", 5, "SN65", ""),
    ("emergency_light", 2, "", ""),
    ("exit_sign", 2, "", ""),
    ("fire_door", 2, "", ""),
)
IN_ROOMS = (
    ("room.pump", "fire_pump", 2),
    ("room.pump", "fire_water_tank", 1),
    ("room.power", "extinguisher_co2", 4),
    ("room.generator", "extinguisher_co2", 2),
    ("room.generator", "generator", 1),
    ("room.control", "fire_control_room", 1),
    ("room.cctv", "extinguisher_clean_gas", 2),
    ("room.cctv", "cctv", 1),
    ("room.lift", "lift", 2),
    ("garage.b1a", "extinguisher_dry_powder", 6),
    ("garage.b2a", "extinguisher_dry_powder", 6),
    ("garage.b2c", "extinguisher_water", 4),
    ("garage.fan", "smoke_exhaust_fan", 2),
    ("garage.b1d", "fire_shutter", 2),
    ("gate.east", "outdoor_hydrant", 2),
    ("fence.north", "outdoor_hydrant", 2),
    ("room.store", "micro_fire_station", 1),
)
PREFIX = {
    "extinguisher_dry": "M",
    "extinguisher_co2": "MT",
    "extinguisher_clean": "MQ",
    "extinguisher_water": "MS",
    "indoor_hydrant": "X",
    "outdoor_hydrant": "W",
    "emergency_light": "Y",
    "exit_sign": "S",
}


def equip(estate: Estate, by: Reader, at: datetime, rng: random.Random, lang: Lang) -> list[Equipment]:
    """Take everything into the ledger, as it stood when the history begins."""
    made: list[Equipment] = []
    buildings = min(BUILDINGS, sum(key.startswith("b") and key[1:].isdigit() for key in estate.places))
    for n in range(1, buildings + 1):
        for kind, count, model, weight in KINDS_PER_BUILDING:
            for index in range(1, count + 1):
                key = f"b{n}.lobby" if index % 2 else f"b{n}.roof"
                made.append(
                    _take(estate, by, at, rng, lang, f"{n}-{_letter(kind)}{index:02d}", kind, key, model, weight)
                )
    for key, kind, count in IN_ROOMS:
        for index in range(1, count + 1):
            code = f"{key.split('.')[-1].upper()}-{_letter(kind)}{index:02d}"
            made.append(_take(estate, by, at, rng, lang, code, kind, key, "", ""))
    return made


def _take(
    estate: Estate, by: Reader, at: datetime, rng: random.Random, lang: Lang, code: str, kind: str, key: str,
    model: str, weight: str,
) -> Equipment:  # fmt: skip
    made_on = _made_on(kind, at.date(), rng)
    data = EquipmentData(
        code=code,
        type=kind,
        name=weight,
        place=estate.id(key),
        model=model,
        made_on=made_on,
        in_service_from=at.date(),
        last_service=_serviced(kind, made_on, at.date(), rng),
        quantity=1,
        contractor="",
    )
    return take_in(data, by=by, at=at)


def _letter(kind: str) -> str:
    return next(
        (letter for word, letter in PREFIX.items() if kind.startswith(word)),
        "".join(word[0] for word in kind.split("_")).upper(),
    )


def _made_on(kind: str, today: date, rng: random.Random) -> date | None:
    if not kind.startswith("extinguisher"):
        return date(today.year - rng.randint(2, 7), rng.randint(1, 12), 1)
    oldest = 5 if kind == "extinguisher_water" else 8
    return date(today.year - rng.randint(1, oldest), rng.randint(1, 12), 1)


def _serviced(kind: str, made_on: date | None, today: date, rng: random.Random) -> date | None:
    """Old bottles were serviced in time, but for a few."""
    if made_on is None or not kind.startswith("extinguisher"):
        return None
    age = (today - made_on).days / 365
    first = 3 if kind == "extinguisher_water" else 5
    if age < first - 0.2 or rng.random() < 0.015:
        return None
    return date(today.year - (rng.random() < 0.3), rng.randint(1, today.month), 1)
