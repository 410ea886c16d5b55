"""What is seen on this estate now and then, and what stands open at the moment the demo is made."""

from dataclasses import dataclass

from patrol.demo.words import Both


@dataclass(frozen=True, slots=True)
class Sight:
    """category: of the catalogue. places: keys of the estate. weight: how often, beside the others."""

    category: str
    places: tuple[str, ...]
    note: Both
    weight: int = 2
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A hazard of the last days. hours: before now; by: who reports; fate: see ``lives.FATES``; late: hours past due."""

    sight: Sight
    hours: float
    by: str
    fate: str
    severity: str | None = None


SIGHTS = (
    Sight("balcony_flowerpot", ("b3.balcony", "b3.balcony", "b5.bridge", "b4.facade", "b7.f9"), ("底座没固定，风大会掉下来，楼下是儿童滑梯", "Not fixed; strong wind would bring it down on the playground"), 5),
    Sight("evac_route_blocked", ("b2.back", "b2.back", "b6.lobby", "b9.f3", "b3.lobby"), ("纸箱堆在楼梯口", "Boxes piled at the stairs"), 7),
    Sight("ebike_stairwell", ("b2.back", "b8.lobby", "b11.lobby"), ("电动车推进楼道充电", "E-bike charging in the stairwell"), 3),
    Sight("fire_lane_blocked", ("gate.east", "gate.west"), ("两辆车压在消防通道线上", "Two cars across the fire lane"), 4),
    Sight("loose_facade_tile", ("b4.f12", "b7.f9"), ("面砖空鼓，有一块已经掉了", "Hollow tiles, one has fallen"), 1),
    Sight("garage_flood_risk", ("garage.b2d",), ("集水井泵不启动，水位偏高", "Sump pump does not start, level is high"), 1),
    Sight("ground_trip", ("garage.b1c", "garage.b1c", "garage.b1d", "fence.lake"), ("地面积水发滑", "Puddle, slippery"), 6),
    Sight("lighting_fault", ("fence.west", "play", "garage.b2a", "b10.f3"), ("灯不亮", "Lamp is dark"), 6),
    Sight("water_leak", ("room.meters", "room.water"), ("主管接头滴漏", "Main pipe drips at a joint"), 3),
    Sight("fire_door_fault", ("b7.lobby", "b10.lobby", "b1.lobby", "b12.f9"), ("闭门器坏了，门关不严", "Closer broken, door does not shut"), 4),
    Sight("exit_sign_fault", ("garage.b1a", "b12.lobby", "b6.f3"), ("疏散指示灯不亮", "Exit sign dark"), 3),
    Sight("drain_blocked", ("b2.roof", "b9.roof", "b4.roof", "b1.roof"), ("雨水口被树叶堵住", "Roof drain blocked with leaves"), 4),
    Sight("roof_loose_object", ("b8.roof", "b10.roof", "b4.roof"), ("天台有装修剩下的木板", "Left-over boards on the roof"), 3),
    Sight("lift_fault", ("room.lift", "b3.u2", "b7.u1"), ("业主反映关门异响", "Residents hear a noise when the door shuts"), 3, "desk"),
    Sight("access_fault", ("b5.lobby", "b3.lobby", "b4.lobby"), ("单元门关不严", "Entrance door does not latch"), 4),
    Sight("hydrant_fault", ("b5.f3", "b8.f9", "b2.f12"), ("消火栓门卡住", "Hydrant door stuck"), 3),
    Sight("garbage_overflow", ("bins",), ("垃圾桶满了", "Bins are full"), 3),
    Sight("cleaning_defect", ("b6.lobby", "b2.lobby"), ("地面有水渍没擦", "Wet floor not wiped"), 2),
    Sight("greening_defect", ("garden",), ("枯枝没有清", "Dead branches not cleared"), 1),
    Sight("tree_risk", ("fence.lake", "garden"), ("大风后枝条断裂，挂在树上", "A branch broken by the wind hangs in the tree"), 2, "weather"),
    Sight("roof_loose_object", ("b6.roof", "b11.roof"), ("大风后检查：盖板移位", "After the wind: a cover has shifted"), 2, "weather"),
    Sight("playground_fault", ("play",), ("滑梯螺丝松了", "Loose screw on the slide"), 1),
    Sight("parking_violation", ("garage.b1a", "gate.south", "gate.east"), ("占用他人车位", "Parked in somebody else's place"), 3),
    Sight("power_room_env", ("room.power",), ("室温 41 °C，空调停机", "41 °C in the room, air conditioning off"), 1),
    Sight("window_sash", ("b5.bridge", "b9.f9"), ("窗扇螺丝松", "Window screws loose"), 2),
    Sight("perimeter_fault", ("fence.north", "fence.west"), ("围栏底部被人扒开", "Fence bent open at the bottom"), 1),
)  # fmt: skip

# The last days, newest last; what the pictures of the board and of the guard's day show.
SCENES = (
    Scene(Sight("illegal_renovation", ("b9.f12", "b2.f12"), ("业主拆阳台承重墙，劝阻无效", "A resident is taking down a load-bearing wall and will not stop")), 104, "desk", "transferred"),
    Scene(Sight("other", ("garden", "gate.east"), ("地上有一摊水，像是漏水", "A puddle, perhaps a leak")), 98, "guard2", "rejected"),
    Scene(Sight("access_fault", ("b5.lobby", "b4.lobby"), ("单元门关不严", "Entrance door does not latch")), 92, "guard3", "reopened"),
    Scene(Sight("loose_facade_tile", ("b4.facade",), ("6–8 层面砖空鼓，有一块已经掉了", "Hollow tiles on floors 6–8, one has fallen")), 70, "guard2", "overdue"),
    Scene(Sight("drying_rack", ("b6.f9", "b1.f9"), ("晾衣架一头脱开", "Drying rack hangs by one end")), 60, "guard1", "seen"),
    Scene(Sight("loose_facade_tile", ("b4.f9",), ("外墙砖掉渣", "Crumbs fall from the wall")), 48, "leader", "merged"),
    Scene(Sight("hydrant_fault", ("b5.f3", "b4.f3"), ("消火栓门卡住", "Hydrant door stuck")), 30, "guard1", "closed"),
    Scene(Sight("parking_violation", ("gate.east",), ("外来车停在访客位过夜，已劝离", "Visitor's car parked overnight, moved on")), 27, "guard2", "spot"),
    Scene(Sight("evac_route_blocked", ("b2.back",), ("纸箱和电动车堵住后门", "Boxes and an e-bike block the back door")), 25.2, "guard2", "overdue"),
    Scene(Sight("ebike_stairwell", ("b8.lobby", "b3.lobby"), ("楼道内充电，已断电推出", "Charging in the stairwell, unplugged and moved out")), 21, "leader", "spot"),
    Scene(Sight("lift_fault", ("b3.u2",), ("业主反映关门异响", "Residents hear a noise when the door shuts"), source="desk"), 8, "desk", "assigned"),
    Scene(Sight("window_sash", ("b5.bridge", "b4.f12"), ("连廊窗扇螺丝松", "Window screws loose on the bridge")), 6.5, "engineer2", "to_verify"),
    Scene(Sight("temp_wiring", ("b1.lobby",), ("门厅私拉插线板给手机充电", "An extension lead across the lobby")), 5.5, "guard1", "assigned"),
    Scene(Sight("water_leak", ("room.meters", "room.pump"), ("主管接头滴漏", "Main pipe drips at a joint")), 2.6, "engineer1", "assigned"),
    Scene(Sight("lighting_fault", ("play",), ("12 号路灯不亮", "Lamp 12 is dark")), 2.4, "guard1", "reported"),
    Scene(Sight("ground_trip", ("garage.b1c", "garage.b1a"), ("C 区地面积水", "Puddle in zone C")), 0.55, "guard3", "reported"),
    Scene(Sight("balcony_flowerpot", ("b3.balcony",), ("底座没固定，风大会掉下来，楼下是儿童滑梯", "Not fixed; strong wind would bring it down on the playground")), 0.2, "guard1", "reported"),
)  # fmt: skip
