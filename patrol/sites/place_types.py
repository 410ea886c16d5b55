"""What a place can be, for the checklists that are for places and not for equipment (their ``applies_to``)."""

PLACE_TYPES: dict[str, dict[str, str]] = {
    "building": {"zh": "楼栋公共部位", "en": "Building, common parts"},
    "building_facade": {"zh": "楼栋外立面", "en": "Building facade"},
    "balcony_line": {"zh": "阳台立面", "en": "Balcony line"},
    "roof": {"zh": "屋面/天台", "en": "Roof"},
    "garage": {"zh": "地下车库", "en": "Underground garage"},
    "power_room": {"zh": "配电房", "en": "Power room"},
    "water_pump_room": {"zh": "水泵房", "en": "Pump room"},
    "fire_control_room": {"zh": "消防控制室", "en": "Fire control room"},
    "micro_fire_station": {"zh": "微型消防站", "en": "Micro fire station"},
    "fire_lane": {"zh": "消防车通道/登高场地", "en": "Fire lane or ladder-truck area"},
    "ebike_shed": {"zh": "电动自行车充电棚", "en": "E-bike charging shed"},
    "guard_post": {"zh": "秩序岗亭", "en": "Guard post"},
    "emergency_store": {"zh": "应急物资库", "en": "Emergency store"},
    "playground": {"zh": "儿童游乐区", "en": "Playground"},
    "fitness_area": {"zh": "健身区", "en": "Fitness area"},
    "green_area": {"zh": "绿化区", "en": "Green area"},
    "cleaning_area": {"zh": "保洁责任区", "en": "Cleaning area"},
    "drainage": {"zh": "排水沟井", "en": "Drains"},
    "gas_riser": {"zh": "燃气管井", "en": "Gas riser"},
    "renovation_unit": {"zh": "装修现场", "en": "Renovation site"},
}

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
