"""The lake's lists and ledger: an extinguisher of every kind that matters, a lift, a group of detectors."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.checklist import Checklist, bring_in_catalogue
from patrol.equipment.complete import InspectionData, complete_inspection
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.equipment.keeping import EquipmentData, take_in
from tests.scenery import scene

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> When:
    """Half past nine at the lake on a day, or a time of that day: at("2026-03-03"), at("2026-03-03 22:10")."""
    moment = datetime.fromisoformat(text if " " in text else f"{text} 09:30").replace(tzinfo=SHANGHAI).astimezone(UTC)
    return When(at=moment, received_at=moment, captured_at=moment)


@pytest.fixture
@scene
def lists(sites: SimpleNamespace) -> dict[str, Checklist]:
    """Every list of the catalogue, in force at both sites; the lake's by code."""
    with write():
        for site in (sites.lake, sites.hill):
            bring_in_catalogue(site.id, at("2025-01-01").at, None)
    rows = db.session.query(Checklist).filter_by(site_id=sites.lake.id)
    return {row.code: row for row in rows}


@pytest.fixture
@scene
def ledger(people: SimpleNamespace, places: SimpleNamespace, reader_of: Any, lists: Any) -> SimpleNamespace:
    """Items of the lake by name, all in service since 2025."""
    by, made = reader_of(people.engineering), {}

    def add(name: str, code: str, kind: str, place: Any, **more: Any) -> None:
        data = EquipmentData(code=code, type=kind, place=place.id, in_service_from=date(2025, 1, 1), **more)
        made[name] = take_in(data, by=by, at=at("2025-01-01").at)

    with write():
        add("powder", "3B1-01", "extinguisher_dry_powder", places.pump, model="4kg", made_on=date(2024, 3, 1))
        add("powder2", "3B1-02", "extinguisher_dry_powder", places.pump, model="4kg", made_on=date(2024, 3, 1))
        add("crowded", "3L-01", "extinguisher_dry_powder", places.lobby, half_monthly=True, made_on=date(2024, 3, 1))
        add("pump", "3B1-P1", "fire_pump", places.pump)
        add("lift", "3-L1", "lift", places.block3)
    return SimpleNamespace(**made)


def good_answer(item: dict[str, Any]) -> dict[str, Any]:
    """What a careful engineer answers when the item is as it should be."""
    match item["kind"]:
        case "number":
            low, high = item.get("min"), item.get("max")
            return {"value": low if low is not None else (high if high is not None else 1)}
        case "choice":
            return {"choice": next(choice["code"] for choice in item["choices"] if not choice["fail"])}
        case "text":
            return {"text": "无"}
        case "photo":
            return {"photos": [uuid7()]}
    return {"result": "pass"}


def bad_answer(item: dict[str, Any]) -> dict[str, Any]:
    """The same item found wanting, with the photo it may call for."""
    answer: dict[str, Any] = {"photos": [uuid7()], "remark": "不行"}
    match item["kind"]:
        case "number":
            low = item.get("min")
            return answer | {"value": low - 1 if low is not None else item["max"] + 1}
        case "choice":
            return answer | {"choice": next(choice["code"] for choice in item["choices"] if choice["fail"])}
    return answer | {"result": "fail"}


def all_good(checklist: Checklist, **instead: dict[str, Any]) -> dict[str, Any]:
    """Findings of a list where everything is well but for the items named."""
    return {item["code"]: instead.get(item["code"], good_answer(item)) for item in checklist.items}


@pytest.fixture
def fill(people: SimpleNamespace, reader_of: Any, lists: dict[str, Checklist]) -> Callable[..., Inspection]:
    """Fill a list through the verb, as the engineer unless somebody else is named."""

    def go(
        code: str,
        *,
        equipment: Equipment | None = None,
        place: Any = None,
        when: When | None = None,
        by: Any = None,
        id: UUID | None = None,
        findings: dict[str, Any] | None = None,
        instead: dict[str, dict[str, Any]] | None = None,
        **more: Any,
    ) -> Inspection:
        data = InspectionData(
            checklist=code,
            equipment=equipment.id if equipment else None,
            place=place.id if place else None,
            findings=all_good(lists[code], **(instead or {})) if findings is None else findings,
            **{"signature": [uuid7()]} | more,
        )
        reader = reader_of(by or people.engineer)
        with write():
            return complete_inspection(data, id=id or uuid7(), by=reader, when=when or at("2026-03-03"))

    return go
