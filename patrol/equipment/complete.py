"""Completing an inspection: judge every answer, keep it with the limits it was judged by, open the hazards."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.answers import (
    FindingData,
    InspectionData,
    check_signed,
    counts_as_fixed,
    judged,
    what_failed,
)
from patrol.equipment.asks import odd_ways
from patrol.equipment.checklist import Checklist, find_version
from patrol.equipment.dated import dates_of
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.inspection import Finding, Inspection
from patrol.equipment.judge import Verdict, bounds
from patrol.equipment.past import past_of
from patrol.equipment.rights import check_may_fill
from patrol.equipment.samples import in_words
from patrol.equipment.service_life import PastDue
from patrol.equipment.types import SCOPES
from patrol.equipment.units import NO_UNIT, Failed, failed_in_words, failed_of, untold
from patrol.hazards.items import hazard_from_item
from patrol.photos.photo import add_photos
from patrol.sites.day import mark_day
from patrol.sites.place import Place


def complete_inspection(data: InspectionData, *, id: UUID, by: Reader, when: When) -> Inspection:
    """Store one filled checklist and open a hazard for every failure that was not put right on the spot.

    All or nothing: an answer that is missing or lacks its photo or remark refuses the whole with a sentence
    that names the first such item; so does a list without a signature. What the ledger says is past its date
    fails, also when it was passed. An older version of the list is good as long as it exists. The same id
    again answers with what is stored.
    """
    known = db.session.get(Inspection, (by.site_id, id))
    if known is not None:
        return _same(known, by)
    checklist = find_version(by.site_id, data.checklist, data.version)
    equipment = find_equipment(by.site_id, data.equipment) if data.equipment else None
    place = _place(by.site_id, equipment.place_id if equipment else data.place)
    _check_applies(checklist, equipment, place)
    check_may_fill(by, checklist.applies_to, equipment.type if equipment else None)
    past = _past(checklist, equipment, business_day_of(by, when.at))
    verdicts = judged(checklist.items, equipment.limits if equipment else {}, data, past)
    check_signed(data)
    row = _inspection(id, checklist, equipment, place, data, by, when)
    row.failed_count = sum(verdict.result == "fail" for verdict in verdicts.values())
    _look_at(row, checklist, verdicts, data, by, _untold(equipment, verdicts, data, past))
    db.session.add(row)
    db.session.flush()
    source = "weather" if "weather_event" in checklist.applies_to else "checklist"
    for item in checklist.items:
        verdict = verdicts[item["code"]]
        if verdict.result != "missing":
            _store(row, equipment, item, verdict, data, past, by, when, source)
    add_photos(data.signature, kind="signature", **_subject(row, data, by, when))
    mark_day(by.site_id, row.business_day)
    return row


def _look_at(
    row: Inspection, checklist: Checklist, verdicts: Mapping[str, Verdict], data: InspectionData, by: Reader,
    unnamed: bool,
) -> None:  # fmt: skip
    """How it was filled: flags for a supervisor, and the photo that was asked for by lot, put to its item."""
    answered = [code for code, verdict in verdicts.items() if verdict.result not in ("missing", "na")]
    found = odd_ways(row, checklist.items, answered, by.language or "zh")
    if unnamed:
        found.append(NO_UNIT)
    if data.asked in data.findings:
        if data.asked_photos:
            row.asked_item = data.asked
            data.findings[data.asked].photos.extend(data.asked_photos)
        else:
            found.append("no_photo")
    row.flags = found or None


def _untold(
    equipment: Equipment | None, verdicts: Mapping[str, Verdict], data: InspectionData, past: PastDue | None
) -> bool:
    """Whether a group failed in something and it was not said which of its units did."""
    failed = [code for code, verdict in verdicts.items() if verdict.result == "fail"]
    told = {code: _failed(equipment, data.findings.get(code)) for code in failed}
    return untold(told, [past.item] if past else ())


def _failed(equipment: Equipment | None, said: FindingData | None) -> Failed | None:
    return failed_of(equipment.quantity if equipment else 1, said.units if said else None, said.which if said else "")


def _same(known: Inspection, by: Reader) -> Inspection:
    if known.user_id != by.user_id:
        raise Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)
    return known


def _place(site_id: UUID, place_id: UUID | None) -> Place:
    if place_id is None:
        raise Problem("inspection.place", N_("Choose the place this check was done at."), field="place")
    place = db.session.get(Place, (site_id, place_id))
    if place is None:
        raise NotHere("place")
    return place


def _past(checklist: Checklist, equipment: Equipment | None, day: date) -> PastDue | None:
    if equipment is None:
        return None
    return past_of(checklist.code, checklist.items, equipment, dates_of(equipment), day)


def _check_applies(checklist: Checklist, equipment: Equipment | None, place: Place) -> None:
    """The list must be meant for this kind of thing; lists of the site, of routes and points go anywhere."""
    targets = set(checklist.applies_to)
    if equipment is not None:
        fits = equipment.type in targets
    else:
        fits = place.type in targets or bool(targets & SCOPES.keys())
    if not fits:
        raise Problem(
            "inspection.not_for_this",
            N_("This list is not meant for what was checked. Choose the list again."),
            field="checklist",
        )


def _inspection(
    id: UUID,
    checklist: Checklist,
    equipment: Equipment | None,
    place: Place,
    data: InspectionData,
    by: Reader,
    when: When,
) -> Inspection:
    return Inspection(
        id=id,
        site_id=by.site_id,
        checklist_id=checklist.id,
        checklist_code=checklist.code,
        checklist_version=checklist.version,
        equipment_id=equipment.id if equipment else None,
        place_id=place.id,
        user_id=by.user_id,
        started_at=_started(data.started_at, when),
        completed_at=when.at,
        received_at=when.received_at,
        business_day=business_day_of(by, when.at),
        complete=True,
        failed_count=0,
        remark=data.remark,
    )


def _started(told: datetime | None, when: When) -> datetime | None:
    """The phone's own time of opening the list, put right like the record's; none if it makes no sense."""
    if told is None or told.tzinfo is None or told > when.captured_at:
        return None
    return told + (when.at - when.captured_at)


def _store(
    row: Inspection,
    equipment: Equipment | None,
    item: Mapping[str, Any],
    verdict: Verdict,
    data: InspectionData,
    past: PastDue | None,
    by: Reader,
    when: When,
    source: str,
) -> None:
    said = data.findings.get(item["code"]) or FindingData.model_validate({})
    failed = verdict.result == "fail"
    own = (equipment.limits if equipment else {}).get(item["code"])
    low, high = bounds(item, own)
    finding = Finding(
        id=uuid7(),
        site_id=row.site_id,
        inspection_id=row.id,
        item_code=item["code"],
        result=verdict.result,
        value=said.value if item["kind"] == "number" and verdict.result != "na" else None,
        choice=said.choice if item["kind"] == "choice" and verdict.result != "na" else None,
        text=in_words(said.samples) if item["kind"] == "number" else said.text,
        remark=said.remark,
        limits=_limits(item, low, high, past),
        photo_ids=[str(photo) for photo in dict.fromkeys((*said.photos, *said.after))],
        fixed=failed and counts_as_fixed(item, said),
    )
    group = _failed(equipment, said) if failed else None
    if group is not None:
        finding.failed_units, finding.failed_which = group.units, group.which or None
    if failed and (not finding.fixed or said.after):
        units = failed_in_words(group, equipment.quantity if equipment else 1, by.language or "zh")
        finding.hazard_id = _hazard(row, finding, item, said, data, past, units, by, when, source)
        db.session.add(finding)  # after its hazard: a finding is never changed
        return
    db.session.add(finding)
    category = item["hazard_category_on_fail"] if failed else None
    subject = _subject(row, data, by, when)
    photos = [*said.photos, *said.after]
    shown = "signature" if item["kind"] == "signature" else "inspection"
    add_photos(photos, kind=shown, category=category, detail_id=finding.id, **subject)


def _limits(
    item: Mapping[str, Any], low: float | None, high: float | None, past: PastDue | None
) -> dict[str, float | str | None]:
    """What the answer was judged by: the bounds of a number, the ledger's date that had passed."""
    if past is not None and past.item == item["code"]:
        return {"past_due": past.since.isoformat()}
    return {"min": low, "max": high} if item["kind"] == "number" else {}


def _hazard(
    row: Inspection,
    finding: Finding,
    item: Mapping[str, Any],
    said: FindingData,
    data: InspectionData,
    past: PastDue | None,
    units: str,
    by: Reader,
    when: When,
    source: str,
) -> UUID:
    """The hazard behind a failure; the pictures become its own, since a picture proves one thing only."""
    hazard, _new = hazard_from_item(
        category_code=item["hazard_category_on_fail"],
        severity=item["severity_on_fail"],
        place_id=row.place_id,
        owner_kind="equipment" if row.equipment_id else "place",
        owner_id=row.equipment_id or row.place_id,
        item=f"{row.checklist_code}.{item['code']}",
        note=what_failed(item, said, past, by.language or "zh", units),
        photos=said.photos if finding.fixed else [*said.photos, *said.after],
        after=said.after if finding.fixed else [],
        fixed=finding.fixed,
        detail_id=finding.id,
        photo_facts=data.photo_facts,
        source=source,
        by=by,
        when=when,
    )
    return hazard.id


def _subject(row: Inspection, data: InspectionData, by: Reader, when: When) -> dict[str, Any]:
    return {
        "subject_kind": "inspection",
        "subject_id": row.id,
        "place_id": row.place_id,
        "by": by,
        "when": when,
        "facts": data.photo_facts,
    }
