"""What else the ledger keeps of each type (DOMAIN §5): a bottle's agent, a hydrant's hose, a lift's registration.

One table for the form, the import, the export and the item's page. Pure: no database, no Flask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Attribute:
    """choices: code -> (zh, en). low, high: bounds of a number, both good; one without a
    unit is a count, so a whole number. A text is at most 80 characters."""

    code: str
    zh: str
    en: str
    kind: Literal["text", "number", "choice", "date"] = "text"
    unit: str = ""
    choices: Mapping[str, tuple[str, str]] | None = None
    low: float = 0
    high: float = 100_000

    @property
    def name(self) -> Mapping[str, str]:
        return {"zh": self.zh, "en": self.en}

    def head(self, language: str) -> str:
        """The heading of its column: the name and the unit, as people write tables."""
        name = self.zh if language == "zh" else self.en
        return f"{name}({self.unit})" if self.unit else name

    def shown(self, value: Any, language: str) -> str:
        """A stored value as a person reads it, without the unit."""
        if self.choices is not None:
            pair = self.choices.get(str(value))
            return pair[0 if language == "zh" else 1] if pair else str(value)
        return str(value)


def _text(code: str, zh: str, en: str) -> Attribute:
    return Attribute(code, zh, en)


def _number(code: str, zh: str, en: str, unit: str = "", low: float = 0, high: float = 100_000) -> Attribute:
    return Attribute(code, zh, en, "number", unit, low=low, high=high)


def _choice(code: str, zh: str, en: str, **choices: tuple[str, str]) -> Attribute:
    return Attribute(code, zh, en, "choice", choices=choices)


def _date(code: str, zh: str, en: str) -> Attribute:
    return Attribute(code, zh, en, "date")


YES_NO = {"yes": ("是", "yes"), "no": ("否", "no")}

ATTRIBUTES: Mapping[str, Attribute] = {
    one.code: one
    for one in (
        _text("maker", "生产厂家", "Maker"),
        _text("serial_no", "出厂编号", "Serial no."),
        # extinguishers
        _number("charge_kg", "充装量", "Charge", "kg", 0.5, 200),
        _number("charge_l", "充装容量", "Charge volume", "L", 0.5, 200),
        _choice("powder", "干粉种类", "Powder",
                abc=("磷酸铵盐（ABC）", "Ammonium phosphate (ABC)"), bc=("碳酸氢钠（BC）", "Sodium bicarbonate (BC)")),
        _choice("water_agent", "水基灭火剂", "Water-based agent", water=("清水", "Plain water"),
                wetting=("水系", "Water with additive"), foam=("水成膜泡沫", "Film-forming foam")),
        _choice("gas_agent", "气体灭火剂", "Clean agent", hfc236fa=("六氟丙烷", "HFC-236fa"),
                hfc227ea=("七氟丙烷", "HFC-227ea"), inert=("惰性气体", "Inert gas"),
                halon=("卤代烷 1211", "Halon 1211")),
        _text("rating", "灭火级别", "Fire rating"),
        _choice("pressure_kind", "驱动方式", "Driven by", stored=("贮压式", "Stored pressure"),
                cartridge=("贮气瓶式", "Cartridge")),
        # hydrants, hoses
        _number("hose_m", "水带长度", "Hose length", "m", 5, 100),
        _number("hose_dn", "水带口径", "Hose diameter", "mm", 20, 150),
        _number("nozzle_mm", "水枪喷嘴口径", "Nozzle", "mm", 4, 40),
        _number("valve_dn", "栓口公称直径", "Valve size", "DN", 20, 200),
        _choice("has_reel", "配软管卷盘", "With hose reel", **YES_NO),
        _choice("reducing", "减压稳压", "Pressure-reducing", **YES_NO),
        _choice("mounting", "安装形式", "Mounting", above=("地上式", "Pillar"), below=("地下式", "Underground"),
                wall=("墙壁式", "Wall")),
        _choice("feeds", "所接系统", "Feeds", hydrant=("消火栓系统", "Hydrant system"),
                sprinkler=("自动喷水系统", "Sprinkler system"), both=("两者", "Both")),
        # alarm
        _number("loop", "回路号", "Loop", "", 0, 999),
        _text("address", "地址号", "Address"),
        _text("panel", "所属控制器", "Panel"),
        _choice("wiring", "连接方式", "Wiring", addressable=("编码型", "Addressable"),
                conventional=("非编码型", "Conventional"), wireless=("无线", "Wireless"),
                alone=("独立式", "Stand-alone")),
        # sprinklers
        _number("heads", "喷头数", "Heads", "", 1, 10_000),
        _choice("head_temp", "喷头动作温度", "Head opens at", t57=("57 ℃", "57 °C"), t68=("68 ℃", "68 °C"),
                t79=("79 ℃", "79 °C"), t93=("93 ℃", "93 °C"), t141=("141 ℃", "141 °C")),
        _text("alarm_valve", "报警阀编号", "Alarm valve no."),
        # doors, shutters
        _choice("door_class", "防火等级", "Fire class", a=("甲级", "Class A"), b=("乙级", "Class B"),
                c=("丙级", "Class C")),
        _choice("leaves", "门扇", "Leaves", one=("单扇", "Single"), two=("双扇", "Double")),
        _choice("normally", "平时状态", "Normally", shut=("常闭", "Kept shut"), open=("常开", "Held open")),
        _choice("shutter_kind", "帘面材质", "Curtain", steel=("钢质", "Steel"), inorganic=("无机布", "Inorganic"),
                water=("水雾式", "With water mist")),
        _number("resists_h", "耐火极限", "Fire resistance", "h", 0.5, 6),
        # lights and signs
        _choice("light_system", "供电方式", "Supply", own=("自带电源", "Own battery"),
                central=("集中电源", "Central battery")),
        _number("battery_min", "应急时间", "Discharge time", "min", 1, 600),
        # pumps, tanks, fans
        _choice("pump_role", "泵的用途", "Pump role", main=("主泵", "Duty"), standby=("备用泵", "Standby"),
                jockey=("稳压泵", "Jockey")),
        _choice("drive", "动力", "Drive", electric=("电动", "Electric"), diesel=("柴油", "Diesel")),
        _number("power_kw", "功率", "Power", "kW", 0.01, 5000),
        _number("head_m", "扬程", "Head", "m", 1, 500),
        _number("flow_ls", "流量", "Flow", "L/s", 0.1, 1000),
        _number("volume_m3", "有效容积", "Volume", "m³", 0.1, 20_000),
        _choice("tank_material", "水箱材质", "Tank made of", steel=("不锈钢", "Stainless steel"),
                concrete=("混凝土", "Concrete"),
                grp=("玻璃钢", "GRP")),
        _date("cleaned_on", "上次清洗日期", "Last cleaned"),
        _number("airflow_m3h", "风量", "Air flow", "m³/h", 10, 1_000_000),
        _number("vent_area", "开口面积", "Opening", "m²", 0.05, 500),
        _choice("opens", "开启方式", "Opens", auto=("联动", "By the alarm"), hand=("手动", "By hand"),
                both=("联动加手动", "Both")),
        # fire lane, fire station, control room
        _number("width_m", "净宽", "Clear width", "m", 0.5, 100),
        _number("height_m", "净高", "Clear height", "m", 0.5, 100),
        _number("crew", "队员人数", "Crew", "", 1, 100),
        _text("leader", "负责人", "Person in charge"),
        _text("duty_phone", "值班电话", "Duty phone"),
        # lifts
        _text("registration_no", "设备注册代码", "Registration no."),
        _text("certificate_no", "使用登记证编号", "Use certificate no."),
        _choice("lift_kind", "电梯类别", "Lift kind", passenger=("乘客电梯", "Passenger"), goods=("载货电梯", "Goods"),
                fire=("消防电梯", "Fire-fighting"), escalator=("自动扶梯", "Escalator"),
                service=("杂物电梯", "Dumb waiter")),
        _number("load_kg", "额定载重", "Rated load", "kg", 50, 20_000),
        _number("speed_ms", "额定速度", "Rated speed", "m/s", 0.1, 20),
        _number("stops", "层站数", "Stops", "", 2, 200),
        # power, water, gas
        _number("power_kva", "容量", "Capacity", "kVA", 0.1, 50_000),
        _number("voltage_v", "额定电压", "Rated voltage", "V", 1, 120_000),
        _choice("fuel", "燃料", "Fuel", diesel=("柴油", "Diesel"), petrol=("汽油", "Petrol"), gas=("燃气", "Gas")),
        _number("fuel_tank_l", "油箱容积", "Fuel tank", "L", 1, 50_000),
        _number("circuits", "出线回路数", "Outgoing circuits", "", 1, 1000),
        _number("pumps", "水泵台数", "Pumps", "", 1, 100),
        _text("serves", "供应范围", "Serves"),
        _text("supplier", "供应单位", "Supply company"),
        _number("pipe_dn", "管径", "Pipe size", "DN", 10, 1000),
        # technical security, parking
        _text("recorder", "录像机", "Recorder"),
        _text("channel", "通道号", "Channel"),
        _number("cameras", "摄像机台数", "Cameras", "", 1, 10_000),
        _number("keep_days", "录像保存天数", "Recording kept", "d", 1, 365),
        _text("controller_no", "控制器编号", "Controller no."),
        _number("readers", "读头数", "Readers", "", 1, 10_000),
        _number("homes", "接入户数", "Homes connected", "", 1, 10_000),
        _choice("lane_way", "车道方向", "Lane", enter=("入口", "Entry"), leave=("出口", "Exit"),
                both=("双向", "Both ways")),
        # sheds, stores
        _number("spaces", "车位数", "Spaces", "", 1, 10_000),
        _number("sockets", "充电插座数", "Charging sockets", "", 0, 10_000),
        _choice("cut_off", "充满自停", "Cuts off when full", **YES_NO),
        _text("keeper", "保管人", "Keeper"),
        _number("first_aid_kits", "急救箱", "First-aid kits", "", 0, 1000),
        _date("first_aid_until", "急救药品有效期", "First-aid kit valid until"),
        _number("stretchers", "担架", "Stretchers", "", 0, 1000),
        _number("lamps", "应急照明灯具", "Lamps", "", 0, 1000),
    )
}  # fmt: skip

_BOTTLE = ("charge_kg", "rating", "pressure_kind")
_FAN = ("power_kw", "airflow_m3h", "maker", "serial_no")
_POINT = ("loop", "address", "panel", "wiring", "maker")

OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "extinguisher_dry_powder": ("powder", *_BOTTLE, "maker", "serial_no"),
    "extinguisher_co2": ("charge_kg", "rating", "maker", "serial_no"),
    "extinguisher_water": ("water_agent", "charge_l", "rating", "pressure_kind", "maker", "serial_no"),
    "extinguisher_clean_gas": ("gas_agent", *_BOTTLE, "maker", "serial_no"),
    "extinguisher_wheeled": ("powder", *_BOTTLE, "maker", "serial_no"),
    "indoor_hydrant": ("valve_dn", "hose_m", "hose_dn", "nozzle_mm", "has_reel", "reducing", "maker"),
    "outdoor_hydrant": ("mounting", "valve_dn", "feeds", "maker"),
    "pump_adapter": ("mounting", "valve_dn", "feeds", "serves", "maker"),
    "hose_reel": ("hose_m", "hose_dn", "nozzle_mm", "maker"),
    "smoke_detector": _POINT,
    "heat_detector": _POINT,
    "manual_call_point": _POINT,
    "alarm_sounder": _POINT,
    "sprinkler_zone": ("heads", "head_temp", "alarm_valve", "serves"),
    "fire_door": ("door_class", "leaves", "normally", "maker", "serial_no"),
    "fire_shutter": ("shutter_kind", "resists_h", "width_m", "height_m", "opens", "maker"),
    "emergency_light": ("light_system", "battery_min", "loop", "address", "maker"),
    "exit_sign": ("light_system", "battery_min", "loop", "address", "maker"),
    "fire_pump": ("pump_role", "drive", "power_kw", "flow_ls", "head_m", "maker", "serial_no"),
    "fire_water_tank": ("volume_m3", "tank_material", "serves"),
    "smoke_exhaust_fan": _FAN,
    "pressurisation_fan": _FAN,
    "smoke_vent": ("vent_area", "opens", "maker"),
    "fire_lane": ("width_m", "height_m"),
    "micro_fire_station": ("crew", "leader", "duty_phone"),
    "fire_control_room": ("panel", "duty_phone", "leader"),
    "lift": (
        "registration_no", "certificate_no", "lift_kind", "load_kg", "speed_ms", "stops", "maker",
        "serial_no",
    ),
    "power_room": ("power_kva", "voltage_v", "circuits"),
    "generator": ("power_kva", "voltage_v", "fuel", "fuel_tank_l", "maker", "serial_no"),
    "water_pump_room": ("pumps", "power_kw", "serves"),
    "water_tank": ("volume_m3", "tank_material", "cleaned_on", "serves"),
    "gas_riser": ("pipe_dn", "serves", "supplier"),
    "cctv": ("recorder", "channel", "cameras", "keep_days", "maker"),
    "access_control": ("controller_no", "readers", "maker"),
    "intercom": ("controller_no", "homes", "maker"),
    "parking_barrier": ("lane_way", "controller_no", "maker"),
    "ebike_shed": ("spaces", "sockets", "cut_off"),
    "emergency_store": ("keeper", "first_aid_kits", "first_aid_until", "stretchers", "lamps"),
}  # fmt: skip


def attributes_of(kind: str) -> tuple[Attribute, ...]:
    """What is kept of this type, in the order of the form; nothing for a type nobody knows."""
    return tuple(ATTRIBUTES[code] for code in OF_TYPE.get(kind, ()))
