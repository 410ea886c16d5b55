"""What a checklist can apply to: kinds of equipment, kinds of places, and the scopes that are neither.

Some rooms are both: a power room may stand in the ledger as equipment, or be just a place of that type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from patrol.equipment.catalogue import glossary
from patrol.sites.place_types import PLACE_TYPES


@dataclass(frozen=True, slots=True)
class Kind:
    """code: as in applies_to. team: whose duty it is. unit: the Chinese measure word, "" where none is said."""

    code: str
    zh: str
    en: str
    icon: str
    team: str
    unit: str = "处"
    contractor: str = "fire_contractor"

    @property
    def name(self) -> Mapping[str, str]:
        return {"zh": self.zh, "en": self.en}


def _known(code: str, icon: str, unit: str, team: str = "engineering", contractor: str = "") -> Kind:
    """A kind whose name the glossary holds, under fire. or equip."""
    words = glossary()
    fire = f"fire.{code}" in words
    name = words[f"fire.{code}" if fire else f"equip.{code}"]
    return Kind(code, name["zh"], name["en"], icon, team, unit, contractor or ("fire_contractor" if fire else ""))


def _place(code: str, icon: str, team: str, unit: str) -> Kind:
    """A kind of place, named as the places' own page names it."""
    name = PLACE_TYPES[code]
    return Kind(code, name["zh"], name["en"], icon, team, unit)


def _by_code(kinds: Iterable[Kind]) -> dict[str, Kind]:
    return {kind.code: kind for kind in kinds}


EQUIPMENT_TYPES: Mapping[str, Kind] = _by_code(
    (
        _known("extinguisher_dry_powder", "fire-extinguisher", "具"),
        _known("extinguisher_co2", "fire-extinguisher", "具"),
        _known("extinguisher_water", "fire-extinguisher", "具"),
        _known("extinguisher_clean_gas", "fire-extinguisher", "具"),
        _known("extinguisher_wheeled", "fire-extinguisher", "台"),
        _known("indoor_hydrant", "fire-hydrant", "个"),
        _known("outdoor_hydrant", "fire-hydrant", "个"),
        _known("pump_adapter", "fire-hydrant", "个"),
        _known("hose_reel", "fire-hydrant", "个"),
        _known("smoke_detector", "alarm-smoke", "组"),
        _known("heat_detector", "alarm-smoke", "组"),
        _known("manual_call_point", "urgent", "个"),
        _known("alarm_sounder", "urgent", "个"),
        _known("sprinkler_zone", "droplet", "处"),
        _known("fire_door", "door", "樘"),
        _known("fire_shutter", "window", "樘"),
        _known("emergency_light", "bulb", "组"),
        _known("exit_sign", "door", "组"),
        _known("fire_pump", "propeller", "台"),
        _known("fire_water_tank", "droplet", "座"),
        _known("smoke_exhaust_fan", "wind", "台"),
        _known("pressurisation_fan", "wind", "台"),
        _known("smoke_vent", "wind", "个"),
        _known("fire_lane", "car", "条", team="security"),
        _known("micro_fire_station", "flame", "个", team="security"),
        _known("fire_control_room", "flame", "间", team="security"),
        _known("lift", "elevator", "部", contractor="lift_contractor"),
        _known("power_room", "bolt", "间"),
        _known("generator", "engine", "台"),
        _known("water_pump_room", "propeller", "间"),
        _known("water_tank", "droplet", "座"),
        _known("gas_riser", "flame", "根"),
        _known("cctv", "device-cctv", "套"),
        _known("access_control", "lock", "套"),
        _known("intercom", "phone", "套"),
        _known("parking_barrier", "barrier-block", "套"),
        _known("ebike_shed", "motorbike", "个", team="security"),
        _known("emergency_store", "building-warehouse", "个", team="security"),
    )
)

# Rooms and grounds of the ledger that are as often just a place; the first two are for engineers' eyes.
_TECHNICAL_ROOMS = ("power_room", "water_pump_room")
_ROOMS = ("fire_lane", "micro_fire_station", "fire_control_room", "ebike_shed", "emergency_store")

PLACE_KINDS: Mapping[str, Kind] = _by_code(
    (
        Kind("building", "楼栋", "Building", "building", "security", "栋"),
        _place("garage", "car", "security", "个"),
        _place("roof", "stairs", "engineering", "处"),
        _place("drainage", "droplet", "engineering", "处"),
        _place("building_facade", "wall", "security", "面"),
        _place("balcony_line", "window", "security", "列"),
        _place("cleaning_area", "shield-check", "cleaning", "片"),
        _place("green_area", "tree", "greening", "片"),
        _place("guard_post", "shield-lock", "security", "个"),
        _place("playground", "pool", "engineering", "处"),
        _place("fitness_area", "walk", "engineering", "处"),
        _place("renovation_unit", "hammer", "security", "户"),
        *(EQUIPMENT_TYPES[code] for code in _ROOMS + _TECHNICAL_ROOMS),
    )
)

# Neither equipment nor a type of place. "site" and "drill" are owed once by the site; the others are filled
# when the moment comes: at a point of a round, on a route, around a weather event.
SCOPES: Mapping[str, Kind] = _by_code(
    (
        Kind("site", "全项目", "Whole site", "building-community", "engineering", "次"),
        Kind("drill", "演练", "Drill", "speakerphone", "security", "次"),
        Kind("route", "巡查路线", "Route", "route", "security", "次"),
        Kind("checkpoint", "巡查点", "Checkpoint", "map-pin", "security", "次"),
        Kind("weather_event", "恶劣天气", "Severe weather", "storm", "security", "次"),
    )
)
OWED_BY_SITE = frozenset({"site", "drill"})

ALL_KINDS: Mapping[str, Kind] = {**PLACE_KINDS, **SCOPES, **EQUIPMENT_TYPES}

# What a guard passes on every round and can judge by looking: the monthly eye check, no tools.
_BY_EYE = {code for code in EQUIPMENT_TYPES if code.startswith("extinguisher_")} | {
    *("indoor_hydrant", "outdoor_hydrant", "hose_reel", "emergency_light", "exit_sign", "fire_door", "fire_lane"),
}
_PATROL = ((PLACE_KINDS.keys() | SCOPES.keys()) - set(_TECHNICAL_ROOMS)) | _BY_EYE


def is_patrol_list(applies_to: Iterable[str]) -> bool:
    """Whether guards, cleaners and gardeners may fill it: routines, and what is judged by eye; nothing technical."""
    return all(code in _PATROL for code in applies_to)


def kind_of(applies_to: Iterable[str]) -> Kind:
    """The kind whose icon and words stand for a list: the first it applies to."""
    first = next(iter(applies_to), "site")
    return ALL_KINDS.get(first, SCOPES["site"])
