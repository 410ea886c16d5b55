"""What a place can be, for the checklists that are for places and not for equipment (their ``applies_to``)."""

PLACE_TYPES: dict[str, dict[str, str]] = {
    "building": {"zh": "楼栋公共部位", "en": "Building common parts"},
    "building_facade": {"zh": "楼栋外立面", "en": "Facade"},
    "balcony_line": {"zh": "阳台/窗台一线", "en": "Line of balconies"},
    "roof": {"zh": "屋面/天台", "en": "Roof"},
    "garage": {"zh": "地下车库", "en": "Garage"},
    "drainage": {"zh": "排水设施", "en": "Drainage"},
    "power_room": {"zh": "配电房", "en": "Power room"},
    "water_pump_room": {"zh": "生活水泵房", "en": "Domestic pump room"},
    "fire_control_room": {"zh": "消防控制室", "en": "Fire control room"},
    "micro_fire_station": {"zh": "微型消防站", "en": "Micro fire station"},
    "fire_lane": {"zh": "消防车通道", "en": "Fire lane"},
    "ebike_shed": {"zh": "电动自行车充电棚", "en": "E-bike charging shed"},
    "emergency_store": {"zh": "应急物资库", "en": "Emergency store"},
    "guard_post": {"zh": "秩序岗亭", "en": "Guard post"},
    "playground": {"zh": "儿童游乐场", "en": "Playground"},
    "fitness_area": {"zh": "健身区", "en": "Fitness area"},
    "green_area": {"zh": "绿化区域", "en": "Green area"},
    "cleaning_area": {"zh": "保洁区域", "en": "Cleaning area"},
    "gas_riser": {"zh": "燃气立管", "en": "Gas riser"},
    "renovation_unit": {"zh": "装修户", "en": "Home under renovation"},
}

TAGS: dict[str, dict[str, str]] = {
    "outdoor": {"zh": "室外", "en": "Outdoors"},
    "falling_object": {"zh": "易坠物", "en": "Falling objects"},
    "drainage": {"zh": "排水", "en": "Drainage"},
    "power": {"zh": "供电", "en": "Power"},
}
"""What severe weather asks about a place: is it outside, can things fall there, does water run off, is there power."""

_TAGS_BY_TYPE: dict[str, tuple[str, ...]] = {
    "building_facade": ("outdoor", "falling_object"),
    "balcony_line": ("outdoor", "falling_object"),
    "roof": ("outdoor", "falling_object", "drainage"),
    "garage": ("drainage",),
    "drainage": ("outdoor", "drainage"),
    "power_room": ("power",),
    "fire_lane": ("outdoor",),
    "ebike_shed": ("outdoor", "power"),
    "playground": ("outdoor",),
    "fitness_area": ("outdoor",),
    "green_area": ("outdoor", "falling_object"),
}


def tags_of_type(kind: str | None) -> list[str]:
    """What a new place of this type is taken to be where nobody says anything else."""
    return list(_TAGS_BY_TYPE.get(kind or "", ()))


NOT_PLACES = frozenset({"site", "route", "checkpoint", "weather_event", "drill"})
"""What checklists also apply to: neither a place's type nor a piece of equipment."""

KIND_NAMES: dict[str, dict[str, str]] = {
    "building": {"zh": "楼栋", "en": "Building"},
    "entrance": {"zh": "单元", "en": "Entrance"},
    "floor": {"zh": "楼层", "en": "Floor"},
    "area": {"zh": "区域", "en": "Area"},
    "spot": {"zh": "位置", "en": "Spot"},
}

BELOW: dict[str, frozenset[str]] = {
    "building": frozenset({"area"}),
    "entrance": frozenset({"building", "area"}),
    "floor": frozenset({"building", "entrance", "area"}),
    "area": frozenset({"building", "entrance", "floor", "area"}),
    "spot": frozenset({"building", "entrance", "floor", "area"}),
}
"""kind -> the kinds it may stand below; every kind may also stand at the top."""

LOOK_ICONS = (
    "eye", "door", "window", "fire-extinguisher", "fire-hydrant", "gauge", "bulb", "elevator", "stairs", "droplet",
    "flame", "bolt", "car", "motorbike", "device-cctv", "alarm-smoke", "tree", "wall", "fence", "lock", "temperature",
)  # fmt: skip
