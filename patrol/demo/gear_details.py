"""What the demo's equipment has besides, by kind: agents, hoses, loads, powers, as such a site would have them."""

import random
from datetime import date
from typing import Any

from patrol.demo.words import Lang, say

_MAKERS = {
    "extinguisher": (("沪安消防器材", "Hu'an Fire Equipment"), ("江山灭火器厂", "Jiangshan Extinguishers")),
    "lift": (("沪宁电梯", "Huning Lifts"), ("沪宁电梯", "Huning Lifts")),
    "": (("恒盾消防", "Hengdun Fire"), ("安泰消防", "Antai Fire")),
}
_HYDRANT = {"valve_dn": 65, "hose_m": 25, "hose_dn": 65, "nozzle_mm": 19, "has_reel": "yes"}
_POINT = {"wiring": "addressable", "panel": "JB-QG 01"}
_LIGHT = {"light_system": "own", "battery_min": 90}

FIXED: dict[str, dict[str, Any]] = {
    "extinguisher_dry_powder": {"powder": "abc", "charge_kg": 4, "rating": "2A 55B", "pressure_kind": "stored"},
    "extinguisher_co2": {"charge_kg": 5, "rating": "55B"},
    "extinguisher_water": {"water_agent": "wetting", "charge_l": 6, "rating": "2A 55B", "pressure_kind": "stored"},
    "extinguisher_clean_gas": {"gas_agent": "hfc236fa", "charge_kg": 4, "rating": "1A 34B", "pressure_kind": "stored"},
    "extinguisher_wheeled": {"powder": "abc", "charge_kg": 35, "rating": "6A 144B", "pressure_kind": "stored"},
    "indoor_hydrant": _HYDRANT,
    "outdoor_hydrant": {"mounting": "above", "valve_dn": 100, "feeds": "hydrant"},
    "pump_adapter": {"mounting": "above", "valve_dn": 100, "feeds": "both"},
    "hose_reel": {"hose_m": 30, "hose_dn": 25, "nozzle_mm": 6},
    "smoke_detector": _POINT,
    "manual_call_point": _POINT,
    "sprinkler_zone": {"heads": 320, "head_temp": "t68"},
    "fire_door": {"door_class": "b", "leaves": "two", "normally": "shut"},
    "fire_shutter": {"shutter_kind": "inorganic", "resists_h": 3, "width_m": 6.2, "height_m": 3.6, "opens": "both"},
    "emergency_light": _LIGHT,
    "exit_sign": _LIGHT,
    "fire_pump": {"drive": "electric", "power_kw": 37, "flow_ls": 30, "head_m": 80},
    "fire_water_tank": {"volume_m3": 324, "tank_material": "concrete"},
    "smoke_exhaust_fan": {"power_kw": 15, "airflow_m3h": 32000},
    "fire_lane": {"width_m": 4.2, "height_m": 4.5},
    "micro_fire_station": {"crew": 6},
    "fire_control_room": {"panel": "JB-QG 01"},
    "lift": {"load_kg": 1000, "speed_ms": 1.75, "stops": 20},
    "generator": {"power_kva": 250, "voltage_v": 400, "fuel": "diesel", "fuel_tank_l": 500},
    "cctv": {"cameras": 128, "keep_days": 30},
}


def details(kind: str, number: int, until: date, rng: random.Random, lang: Lang) -> dict[str, Any]:
    """number: which one of its kind, from 0."""
    found = dict(FIXED.get(kind, {}))
    family = "extinguisher" if kind.startswith("extinguisher") else kind if kind == "lift" else ""
    if kind not in ("fire_lane", "micro_fire_station", "fire_control_room"):
        found["maker"] = say(_MAKERS[family][rng.randrange(2)], lang)
    if family == "extinguisher":
        found["serial_no"] = f"{rng.randint(100000, 999999)}"
    elif kind in ("smoke_detector", "manual_call_point", "emergency_light", "exit_sign"):
        found |= {"loop": rng.randint(1, 8), "address": f"{number * 30 + 1}-{number * 30 + 30}"}
    elif kind == "lift":
        found |= {
            "registration_no": f"31103101002020{number + 11:04}",
            "lift_kind": "fire" if number == 0 else "passenger",
        }
    elif kind == "fire_pump":
        found["pump_role"] = ("main", "standby")[number % 2]
    return found
