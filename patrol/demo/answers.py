"""How people fill a checklist: nearly everything good, with believable numbers; one thing wrong when it is to fail."""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from patrol.core.keys import uuid7
from patrol.demo.words import Both, Lang, say
from patrol.equipment.items import can_fail
from patrol.equipment.service_life import DATE_ITEMS, past_due

COUNTED = {"人", "个", "副", "路", "d", "台", "具"}
USUAL: dict[str, tuple[float, float]] = {  # where a plain middle would look wrong
    "room_temp": (24, 33), "humidity": (45, 68), "voltage_ab": (384, 398), "transformer_temp": (48, 66), "load_pct": (35, 62),
    "cameras_total": (168, 168), "retention_days": (31, 34), "clock_error_s": (-8, 12), "outlet_pressure": (0.42, 0.58),
    "phone_battery": (72, 100), "level_pct": (92, 99), "days_since": (13, 15), "lock_engagement": (8, 11), "members": (7, 7),
    "first_arrival_s": (95, 160), "evacuate_s": (310, 420), "people": (26, 38), "frequency": (49.8, 50.2), "sandbags": (60, 80),
    "controller_faults": (0, 3), "faults": (0, 2), "chlorine": (0.2, 0.5), "turbidity": (0.2, 0.5), "level_mm": (-4, 4),
}  # fmt: skip
SAID: dict[str, Both] = {
    "handover": ("设备正常，无遗留事项", "All working, nothing left over"),
    "open_matters": ("东阳台花盆待业主固定", "Pots on the east balcony still to be fixed by the resident"),
    "focus": ("夜间多看充电区", "Keep an eye on the charging zone at night"),
    "remark": ("零风险", "Zero risk"),
    "drill": ("水带连接与铺设", "Connecting and laying hoses"),
    "scenario": ("3 栋厨房起火，疏散 12 层", "Kitchen fire in building 3, evacuation of floor 12"),
    "lessons": ("对讲机信号弱，已换频道", "Weak radio signal, channel changed"),
    "signed_by": ("李敏", "Li Min"),
    "test_id": ("B2-17", "B2-17"),
}
SEEN: Both = ("现场已看，请处理", "Seen on site, please put it right")


def life_failure(items: Sequence[Mapping[str, Any]], equipment: Any, day: date) -> Mapping[str, Any] | None:
    """The item that must fail because the bottle is past its service or scrap date on this day."""
    if equipment is None:
        return None
    past = past_due(items, equipment.next_service, equipment.scrap_on, day)
    return next((item for item in items if past is not None and item["code"] == past.item), None)


def may_go_wrong(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Items that can fail by chance: not the dates, and nothing critical, which would be a catastrophe a week."""
    return [
        item
        for item in items
        if can_fail(item) and item["code"] not in DATE_ITEMS.values() and item["severity_on_fail"] != "critical"
    ]


def needs_photo(items: Sequence[Mapping[str, Any]]) -> bool:
    return any(item["kind"] == "photo" and item["required"] for item in items)


def answers(
    items: Sequence[Mapping[str, Any]], limits: Mapping[str, Any], wrong: Mapping[str, Any] | None,
    rng: random.Random, lang: Lang,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """findings of an inspection record: every item answered, ``wrong`` the one that fails."""
    found = {}
    for item in items:
        if not item["required"] and item["kind"] in ("text", "photo"):
            continue
        fails = wrong is not None and item["code"] == wrong["code"]
        found[item["code"]] = _answer({**item, **(limits.get(item["code"]) or {})}, fails, rng, lang)
    return found


def _answer(item: Mapping[str, Any], fails: bool, rng: random.Random, lang: Lang) -> dict[str, Any]:
    answer: dict[str, Any] = {"result": "fail" if fails else "pass"}
    match item["kind"]:
        case "number":
            answer["value"] = _beyond(item) if fails else _usual(item, rng)
            if item.get("samples"):
                answer["samples"] = [answer["value"] + more for more in range(int(item["samples"]))]
        case "choice":
            codes = [choice["code"] for choice in item["choices"] if bool(choice.get("fail")) == fails]
            answer["choice"] = codes[0]
        case "text":
            answer["text"] = say(SAID.get(item["code"], ("正常", "Normal")), lang)
        case "photo":
            answer["photos"] = [uuid7()]
    if fails:
        answer |= {"photos": [uuid7()], "remark": say(SEEN, lang)}
    return answer


def _usual(item: Mapping[str, Any], rng: random.Random) -> float:
    low, high = item.get("min"), item.get("max")
    if item["code"] in USUAL:
        first, last = USUAL[item["code"]]
        first = first if low is None else max(first, low)
        last = last if high is None else min(last, high)
        if first <= last:
            return _rounded(item, rng.uniform(first, last), first, last)
    low = low if low is not None else (high or 0) - max(2, abs(high or 0) / 5)
    high = high if high is not None else low + max(2, abs(low) / 5)
    middle = (high - low) / 4
    return _rounded(item, rng.uniform(low + middle, high - middle), low, high)


def _rounded(item: Mapping[str, Any], value: float, low: float, high: float) -> float:
    if item.get("unit") in COUNTED or (float(low).is_integer() and float(high).is_integer() and high - low > 4):
        return float(min(max(round(value), math.ceil(low)), math.floor(high)))
    return round(value, 2)


def _beyond(item: Mapping[str, Any]) -> float:
    low, high = item.get("min"), item.get("max")
    if high is not None:
        return round(high + max(1.0, abs(high) / 20), 2)
    return round((low or 0) - max(1.0, abs(low or 0) / 10), 2)
