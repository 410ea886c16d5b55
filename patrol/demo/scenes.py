"""The demo's stand-in photos: which scene shows which hazard or equipment, and how it is drawn.

Nothing here is a photo of a real place; the pictures are drawn so that the demo ships no image files.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from patrol.demo import indoors, outdoors, plant
from patrol.demo.brush import Canvas

Drawing = Callable[[Canvas, random.Random, bool], None]


class Scene(NamedTuple):
    """What is drawn, whether its fault shows, and the light the camera had."""

    drawing: Drawing
    fault: bool
    light: float = 1.0
    vignette: float = 0.75


class Pair(NamedTuple):
    """Names of the scene with the fault and of the same place put right."""

    before: str
    after: str


NAMES: dict[str, Scene] = {
    "flowerpot_loose": Scene(outdoors.balcony, True),
    "flowerpot_safe": Scene(outdoors.balcony, False),
    "facade_missing": Scene(outdoors.facade, True),
    "facade_repaired": Scene(outdoors.facade, False),
    "gate_barrier_broken": Scene(outdoors.gate, True, 1.05, 0.4),
    "gate_night": Scene(outdoors.gate, False, 1.05, 0.4),
    "drain_blocked": Scene(outdoors.roof_drain, True),
    "drain_clear": Scene(outdoors.roof_drain, False),
    "lamp_out": Scene(outdoors.street_lamp, True, 1.0, 0.5),
    "lamp_lit": Scene(outdoors.street_lamp, False, 1.0, 0.5),
    "garage_puddle": Scene(indoors.garage, True, 1.05, 0.6),
    "garage_dry": Scene(indoors.garage, False, 1.05, 0.6),
    "corridor_blocked": Scene(indoors.corridor, True),
    "corridor_clear": Scene(indoors.corridor, False),
    "fire_door_wedged": Scene(indoors.fire_door, True),
    "fire_door_shut": Scene(indoors.fire_door, False),
    "lift_gap": Scene(indoors.lift, True),
    "lift_shut": Scene(indoors.lift, False),
    "lobby_wet": Scene(indoors.lobby, True),
    "lobby_clean": Scene(indoors.lobby, False),
    "pump_room_wet": Scene(plant.pump_room, True),
    "pump_room": Scene(plant.pump_room, False),
    "hydrant_empty": Scene(plant.hydrant_box, True),
    "hydrant_full": Scene(plant.hydrant_box, False),
    "extinguisher_low": Scene(plant.extinguisher, True),
    "extinguisher_ok": Scene(plant.extinguisher, False),
    "switchgear_open": Scene(plant.switchgear, True),
    "switchgear": Scene(plant.switchgear, False),
    "pipe_leaking": Scene(plant.pipe, True),
    "pipe_clamped": Scene(plant.pipe, False),
}

# Each pair, and the hazard categories and equipment types it stands for.
_SHOWN: tuple[tuple[Pair, str], ...] = (
    (
        Pair("flowerpot_loose", "flowerpot_safe"),
        "balcony_flowerpot window_sash drying_rack railing_loose roof_loose_object thrown_object balcony_line",
    ),
    (
        Pair("facade_missing", "facade_repaired"),
        "loose_facade_tile ac_bracket billboard_sign illegal_renovation building_facade building renovation_unit",
    ),
    (
        Pair("gate_barrier_broken", "gate_night"),
        "access_fault perimeter_fault suspicious_person parking_violation fire_lane_blocked duty_absent"
        " cctv_fault cctv_retention intercom_fault fire_lane parking_barrier access_control cctv intercom"
        " guard_post site route checkpoint drill weather_event",
    ),
    (
        Pair("drain_blocked", "drain_clear"),
        "drain_blocked manhole_cover garbage_overflow greening_defect tree_risk roof drainage green_area smoke_vent",
    ),
    (
        Pair("lamp_out", "lamp_lit"),
        "lighting_fault emergency_light_fault emergency_light playground_fault playground fitness_area",
    ),
    (
        Pair("garage_puddle", "garage_dry"),
        "garage_flood_risk ground_trip sprinkler_fault fire_shutter_fault garage fire_shutter sprinkler_zone"
        " ebike_shed_fault ebike_shed",
    ),
    (
        Pair("corridor_blocked", "corridor_clear"),
        "evac_route_blocked ebike_stairwell ebike_flying_wire shaft_storage exit_sign_fault"
        " construction_waste equipment_blocked hot_work exit_sign smoke_detector heat_detector"
        " manual_call_point alarm_sounder"
        " fire_alarm_fault smoke_control_fault",
    ),
    (
        Pair("fire_door_wedged", "fire_door_shut"),
        "fire_door_fault exit_locked fire_door",
    ),
    (
        Pair("lift_gap", "lift_shut"),
        "lift_fault lift_trapped lift_alarm_fault lift_cert_expired lift",
    ),
    (
        Pair("lobby_wet", "lobby_clean"),
        "cleaning_defect pest record_missing qr_damaged other cleaning_area emergency_store",
    ),
    (
        Pair("pump_room_wet", "pump_room"),
        "fire_pump_fault fire_water_low water_quality fire_pump water_pump_room water_tank fire_water_tank",
    ),
    (
        Pair("hydrant_empty", "hydrant_full"),
        "hydrant_fault micro_station_shortage supplies_shortage indoor_hydrant outdoor_hydrant hose_reel"
        " pump_adapter micro_fire_station",
    ),
    (
        Pair("extinguisher_low", "extinguisher_ok"),
        "extinguisher_fault extinguisher_expired extinguisher_clean_gas extinguisher_co2"
        " extinguisher_dry_powder extinguisher_water extinguisher_wheeled",
    ),
    (
        Pair("switchgear_open", "switchgear"),
        "electrical_overheat temp_wiring distribution_box_open power_room_env fire_system_disabled power_room"
        " generator fire_control_room smoke_exhaust_fan pressurisation_fan",
    ),
    (
        Pair("pipe_leaking", "pipe_clamped"),
        "water_leak gas_leak gas_pipe_corrosion gas_riser",
    ),
)

SCENES: dict[str, Pair] = {code: pair for pair, codes in _SHOWN for code in codes.split()}


def draw(scene: str, variant: int, rng: random.Random, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """A drawn picture, the same for the same scene, variant, state of `rng` and size.

    scene: a key of NAMES; KeyError otherwise.
    variant: which place it is. The two scenes of a pair with one variant show the same wall and the
        same angle, so that before and after belong together.
    rng: the moment: grain, rain, drops.
    size: width and height in pixels; anything but 4:3 is cut out of the middle.
    """
    drawing, fault, light, vignette = NAMES[scene]
    canvas = Canvas(size, rng)
    look = random.Random(f"{drawing.__name__}/{variant}")  # noqa: S311 (a picture, no secret)
    drawing(canvas, look, fault)
    camera = random.Random(variant)  # noqa: S311
    return canvas.photo(camera, light, vignette)
