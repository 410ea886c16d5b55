"""Ninety days of checklists: every month's fire equipment, the daily and weekly rooms, a few failures."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, business_day, month_days, wall
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.words import Lang, say
from patrol.equipment.answers import InspectionData
from patrol.equipment.checklist import Checklist, all_current
from patrol.equipment.complete import complete_inspection
from patrol.equipment.equipment import Equipment
from patrol.sites.site import Site

DAILY = ("power_room_daily", "lift_daily", "fire_control_room", "fire_lane")
FAILS = 0.008


@dataclass(frozen=True, slots=True)
class Check:
    """One checklist to be filled: what, by whom, when."""

    checklist: Checklist
    equipment: Equipment | None
    place_id: UUID
    by: Reader
    at: datetime


class Lists:
    """The site's current lists, read once: by code, and by the type of equipment they apply to."""

    def __init__(self, site_id: UUID):
        self.by_code = {row.code: row for row in all_current(site_id)}

    def for_type(self, kind: str, interval_days: int) -> list[Checklist]:
        return [row for row in self.by_code.values() if row.interval_days == interval_days and kind in row.applies_to]


def planned_checks(
    site: Site, estate: Estate, gear: list[Equipment], people: dict[str, Reader], first: datetime, until: datetime,
    rng: random.Random,
) -> list[Check]:  # fmt: skip
    """All checks of the period in order of time; the current month is as far along as its days are."""
    lists = Lists(site.id)
    checks = [
        *_monthly(site, lists, gear, people, first, until, rng),
        *_regular(site, lists, estate, gear, people, first, until, rng),
    ]
    return sorted((check for check in checks if first < check.at < until), key=lambda check: check.at)


def carry_out(check: Check, rng: random.Random, lang: Lang) -> None:
    """Fill one checklist; about one item in a hundred fails, with a photo and a hazard of its own."""
    limits = check.equipment.limits if check.equipment else {}
    findings = {item["code"]: _answer(item, limits, rng, lang) for item in check.checklist.items}
    data = InspectionData.model_validate(
        {
            "checklist": str(check.checklist.id),
            "equipment": check.equipment.id if check.equipment else None,
            "place": check.place_id,
            "started_at": check.at - timedelta(seconds=rng.randint(40, 200)),
            "findings": findings,
        }
    )
    received = check.at + timedelta(seconds=rng.randint(1, 600))
    complete_inspection(data, id=uuid7(), by=check.by, when=When(check.at, received, check.at))


def _monthly(
    site: Site, lists: Lists, gear: list[Equipment], people: dict[str, Reader], first: datetime, until: datetime,
    rng: random.Random,
) -> Iterator[Check]:  # fmt: skip
    engineers = (people["engineer1"], people["engineer2"])
    for month in _months(site, first, until):
        days = [day for day in month_days(month.year, month.month) if day.weekday() < 6][2:20]
        forgotten = set(rng.sample(range(len(gear)), 3)) if rng.random() < 0.5 else set()
        for index, item in enumerate(gear):
            monthly = lists.for_type(item.type, 30)
            if index in forgotten or not monthly:
                continue
            day = days[index * len(days) // len(gear)]
            at = _at(site, day, 9, rng, minutes=8 * 60)
            yield Check(monthly[0], item, item.place_id, engineers[index % 2], at)


def _regular(
    site: Site, lists: Lists, estate: Estate, gear: list[Equipment], people: dict[str, Reader],
    first: datetime, until: datetime, rng: random.Random,
) -> Iterator[Check]:  # fmt: skip
    engineer = people["engineer2"]
    day, last = _day(site, first), _day(site, until)
    while day <= last:
        if "power_room_daily" in lists.by_code and rng.random() < 0.97:
            yield Check(
                lists.by_code["power_room_daily"], None, estate.id("room.power"), engineer, _at(site, day, 9, rng)
            )
        for item in gear:
            for row in lists.for_type(item.type, 1):
                if row.code in DAILY and rng.random() < 0.98:
                    yield Check(row, item, item.place_id, engineer, _at(site, day, 10, rng))
            for row in lists.for_type(item.type, 7) if day.weekday() == 4 else ():
                yield Check(row, item, item.place_id, engineer, _at(site, day, 15, rng))
        day += ONE_DAY


def _answer(item: dict[str, Any], limits: dict[str, Any], rng: random.Random, lang: Lang) -> dict[str, Any]:
    fails = rng.random() < FAILS and item["kind"] in ("pass_fail", "number", "choice")
    answer: dict[str, Any] = {"result": "fail" if fails else "pass"}
    if item["kind"] == "number":
        answer["value"] = _number({**item, **(limits.get(item["code"]) or {})}, fails, rng)
    elif item["kind"] == "choice":
        fails = fails and any(choice.get("fail") for choice in item["choices"])
        wanted = [choice["code"] for choice in item["choices"] if bool(choice.get("fail")) == fails]
        answer["choice"] = wanted[0]
        answer["result"] = "fail" if fails else "pass"
    elif item["kind"] == "text":
        answer["text"] = say(("正常", "normal"), lang)
    elif item["kind"] == "photo":
        answer["photos"] = [uuid7()]
    if fails:
        answer["photos"] = [uuid7()]
        answer["remark"] = say(("现场已看，请工程处理", "Seen on site, please put it right"), lang)
    return answer


def _number(item: dict[str, Any], fails: bool, rng: random.Random) -> float:
    given = [float(bound) for bound in (item.get("min"), item.get("max")) if bound is not None]
    if not given:
        return float(rng.randint(1, 9))
    room = max(1.0, abs(given[0]) / 5)
    low = given[0] if item.get("min") is not None else given[0] - room
    high = given[-1] if item.get("max") is not None else low + room
    if fails:
        return round(float(high) + max(1.0, (high - low) / 4), 2) if item.get("max") is not None else float(low) - 1
    return round(rng.uniform(low + (high - low) / 4, high - (high - low) / 4), 2) if high > low else float(low)


def _months(site: Site, first: datetime, until: datetime) -> Iterable[date]:
    months = {_day(site, first).replace(day=1), _day(site, until).replace(day=1)}
    day = _day(site, first)
    while day < _day(site, until):
        months.add(day.replace(day=1))
        day += timedelta(days=20)
    return sorted(months)


def _day(site: Site, at: datetime) -> date:
    return business_day(at, site.zone, site.day_start)


def _at(site: Site, day: date, hour: int, rng: random.Random, minutes: int = 100) -> datetime:
    return wall(day, time(hour), site.zone) + timedelta(minutes=rng.uniform(0, minutes))
