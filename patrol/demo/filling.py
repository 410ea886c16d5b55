"""Carrying checks out: those that open hazards or need photos one by one, the thousands that pass in bulk."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.answers import answers, needs_photo
from patrol.demo.checking import Check
from patrol.demo.timeline import Ids
from patrol.demo.words import Lang
from patrol.equipment.answers import InspectionData, judged
from patrol.equipment.inspection import Finding, Inspection
from patrol.equipment.judge import bounds
from patrol.equipment.rights import check_may_fill
from patrol.equipment.samples import in_words
from patrol.maintenance.by_list import fill_list
from patrol.sites.day import mark_day


def plain(check: Check) -> bool:
    """Whether nothing fails and no photo is asked for, so that there is nothing but the answers to keep."""
    return check.wrong is None and not needs_photo(check.checklist.items)


def carry_out(check: Check, people: dict[str, Reader], until: datetime, rng: random.Random, lang: Lang) -> Inspection:
    """One check through the verb, inside ``write()``."""
    data, when = _record(check, until, rng, lang)
    return fill_list(data, id=uuid7(), by=people[check.by], when=when)


def carry_out_plain(
    checks: list[Check], people: dict[str, Reader], until: datetime, rng: random.Random, ids: Ids, lang: Lang
) -> None:
    """The rows ``complete_inspection`` would make of checks in which all is well, inside ``write()``; but for the
    signatures, four thousand pictures nobody would look at."""
    if not checks:
        return
    rows: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    for check in checks:
        ids.at = check.at
        equipment_type = check.equipment.type if check.equipment else None
        check_may_fill(people[check.by], check.checklist.applies_to, equipment_type)
        data, when = _record(check, until, rng, lang)
        row = _inspection(check, data, people[check.by], when, ids)
        rows.append(row)
        findings += _findings(check, data, row, ids)
    for model, made in ((Inspection, rows), (Finding, findings)):
        for start in range(0, len(made), 5000):
            db.session.connection().execute(insert(model.__table__), made[start : start + 5000])  # type: ignore[arg-type]
    mark_day(rows[0]["site_id"], *{row["business_day"] for row in rows})


def _record(check: Check, until: datetime, rng: random.Random, lang: Lang) -> tuple[InspectionData, When]:
    limits = check.equipment.limits if check.equipment else {}
    data = InspectionData.model_validate(
        {
            "checklist": str(check.checklist.id),
            "equipment": check.equipment.id if check.equipment else None,
            "place": check.place_id,
            "started_at": check.at - timedelta(seconds=rng.randint(40, 200)),
            "findings": _named(check, answers(check.checklist.items, limits, check.wrong, rng, lang)),
            "signature": [uuid7()],
        }
    )
    return data, When(check.at, min(until, check.at + timedelta(seconds=rng.randint(1, 400))), check.at)


def _named(check: Check, found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of a group one unit fails, and it is named."""
    group = check.equipment
    if check.wrong is not None and group is not None and group.quantity > 1:
        found[check.wrong["code"]] |= {"units": 1, "which": f"{group.code}-{check.at.minute % group.quantity + 1:02}"}
    return found


def _inspection(check: Check, data: InspectionData, by: Reader, when: When, ids: Ids) -> dict[str, Any]:
    return {
        "site_id": by.site_id,
        "id": ids(),
        "checklist_id": check.checklist.id,
        "checklist_code": check.checklist.code,
        "checklist_version": check.checklist.version,
        "equipment_id": check.equipment.id if check.equipment else None,
        "place_id": check.equipment.place_id if check.equipment else check.place_id,
        "user_id": by.user_id,
        "started_at": data.started_at,
        "completed_at": when.at,
        "received_at": when.received_at,
        "business_day": business_day_of(by, when.at),
        "complete": True,
        "failed_count": 0,
        "remark": "",
    }


def _findings(check: Check, data: InspectionData, row: dict[str, Any], ids: Ids) -> list[dict[str, Any]]:
    own = check.equipment.limits if check.equipment else {}
    verdicts = judged(check.checklist.items, own, data)
    made = []
    for item in check.checklist.items:
        verdict = verdicts[item["code"]]
        assert verdict.result != "fail"
        if verdict.result == "missing":
            continue
        said = data.findings[item["code"]]
        low, high = bounds(item, own.get(item["code"]))
        made.append(
            {
                "site_id": row["site_id"],
                "id": ids(),
                "inspection_id": row["id"],
                "item_code": item["code"],
                "result": verdict.result,
                "value": said.value if item["kind"] == "number" else None,
                "choice": said.choice if item["kind"] == "choice" else None,
                "text": in_words(said.samples) if item["kind"] == "number" else said.text,
                "remark": said.remark,
                "limits": {"min": low, "max": high} if item["kind"] == "number" else {},
                "fixed": False,
                "photo_ids": [],
                "hazard_id": None,
            }
        )
    return made
