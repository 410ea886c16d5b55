"""The demo's store, its papers and costs, footage that somebody asked for, a door that was locked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.timeline import Timeline
from patrol.demo.words import Lang, say
from patrol.equipment.dated import note_date
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.footage import LookData, log_look
from patrol.equipment.keeping_rules import WARN_AHEAD, change_rules
from patrol.equipment.not_reached import NotReachedData, say_not_reached
from patrol.equipment.supplies import SupplyData, add_supply, change_supply, supplies_of

HOLDS = (  # name, unit, at least, there, days it is still good
    (("沙袋", "Sandbags"), ("袋", "bags"), 50, 76, None),
    (("移动抽水泵", "Portable pumps"), ("台", ""), 1, 2, None),
    (("应急手电", "Torches"), ("个", ""), 4, 5, 400),
    (("担架", "Stretchers"), ("副", ""), 1, 2, None),
    (("急救箱药品", "First-aid kits"), ("套", "kits"), 2, 2, 41),
    (("警戒带", "Barrier tape"), ("卷", "rolls"), 6, 8, None),
)
COSTS = {
    "extinguisher_dry_powder": (35, 85), "extinguisher_co2": (60, 180), "extinguisher_water": (45, 120),
    "extinguisher_clean_gas": (90, 260), "extinguisher_wheeled": (150, 480),
}  # fmt: skip


def provide(estate: Estate, gear: list[Equipment], people: dict[str, Reader], timeline: Timeline, lang: Lang) -> None:
    """Small acts of the last weeks, those only that the site is old enough for."""
    engineering, until = people["engineering"], timeline.until
    since = gear[0].created_at + timedelta(hours=2)

    def later(days: float, act: Callable[[datetime], Any]) -> None:
        at = max(until - timedelta(days=days), since)
        if at < until:
            timeline.once(at, lambda: act(at))

    store = estate.places.get("room.store")
    if store is not None:
        later(14, lambda at: _fill(estate.id("room.store"), engineering, at, until, lang))
        later(3, lambda at: _take(people["guard1"], at, lang))
    later(12, lambda at: _costs(engineering, at))
    for days_left, row in zip((48, 200, 310), [row for row in gear if row.type == "lift"], strict=False):
        later(11, partial(_dated, row, engineering, until, days_left, lang))
    later(5.3, lambda at: _looked(people["guard1"], at, lang))
    hydrants = [row for row in gear if row.type == "indoor_hydrant"]
    if hydrants:
        later(1.4, lambda at: _locked(hydrants[-1], people["engineer1"], at, lang))


def _fill(place: Any, by: Reader, at: datetime, until: datetime, lang: Lang) -> None:
    for name, unit, minimum, count, days in HOLDS:
        good = (until + timedelta(days=days)).date() if days else None
        data = SupplyData(
            place=place, name=say(name, lang), unit=say(unit, lang), minimum=minimum, count=count, expires_on=good
        )
        add_supply(data, by=by, at=at)


def _take(by: Reader, at: datetime, lang: Lang) -> None:
    tape = say(HOLDS[-1][0], lang)
    for row, _store in supplies_of(by.site_id):
        if row.name == tape:
            why = say(("外墙维修围挡", "Works at the facade"), lang)
            change_supply(row, "taken", 3, expires_on=None, why=why, version=None, by=by, at=at)


def _costs(by: Reader, at: datetime) -> None:
    costs = {kind: {"service": service * 100, "scrap": scrap * 100} for kind, (service, scrap) in COSTS.items()}
    change_rules(by.site_id, costs=costs, years={}, warn_days=WARN_AHEAD, version=None, by=by.user_id, at=at)


def _dated(row: Equipment, by: Reader, until: datetime, days: int, lang: Lang, at: datetime) -> None:
    day = (until + timedelta(days=days)).date()
    note = say(("市特检院", "City inspection institute"), lang)
    note_date(find_equipment(by.site_id, row.id), "inspection_mark", day, by=by, at=at, note=note)


def _looked(by: Reader, at: datetime, lang: Lang) -> None:
    told = {
        "act": "viewed", "ground": "owner", "who": say(("陈女士", "Ms Chen"), lang),
        "unit": say(("6 栋业主", "owner, building 6"), lang), "cameras": say(("东棚 2 路", "East shed, 2"), lang),
        "why": say(("电动车被刮，查停车棚", "Scratched e-bike, looked at the shed"), lang),
        "shows_from": at - timedelta(hours=20), "shows_to": at - timedelta(hours=18),
    }  # fmt: skip
    log_look(LookData.model_validate(told), id=uuid7(), by=by, at=at)


def _locked(row: Equipment, by: Reader, at: datetime, lang: Lang) -> None:
    note = say(("业主杂物间锁着，已约周五", "Owner's store room locked, Friday agreed"), lang)
    data = NotReachedData(checklist=row.type, equipment=row.id, reason="locked", note=note)
    say_not_reached(data, id=uuid7(), by=by, when=When(at=at, received_at=at, captured_at=at))
