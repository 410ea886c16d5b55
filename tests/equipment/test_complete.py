"""Completing an inspection: what is stored, what is refused, what a failure sets going."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.answers import FindingData, what_failed
from patrol.equipment.checklist import new_version
from patrol.equipment.inspection import Finding, Inspection, findings_of, last_values
from patrol.hazards.hazard import Hazard, Sighting
from patrol.photos.photo import Photo
from patrol.sites.day import SiteDay
from tests.equipment.conftest import all_good, at, bad_answer, good_answer


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_good_extinguisher_is_stored_with_its_list_version_and_opens_nothing(fill, ledger, people):
    row = fill("extinguisher_dry_powder", equipment=ledger.powder)

    assert (row.complete, row.failed_count, row.checklist_version) == (True, 0, 1)
    assert (row.place_id, row.user_id) == (ledger.powder.place_id, people.engineer.id)
    assert len(findings_of(row.site_id, row.id)) == 11
    assert count(Hazard) == 0
    assert db.session.get(SiteDay, (row.site_id, row.business_day)) is not None


def test_golden_11_a_yellow_gauge_fails_asks_for_a_photo_and_opens_one_hazard(fill, ledger):
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, instead={"gauge": {"choice": "yellow"}})
    assert refused.value.code == "inspection.photo_missing"
    assert refused.value.field == "findings.gauge"
    assert count(Inspection) == count(Hazard) == 0

    photo = uuid7()
    row = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        instead={"gauge": {"choice": "yellow", "photos": [photo]}},
    )
    hazard = db.session.scalars(select(Hazard)).one()
    finding = findings_of(row.site_id, row.id)["gauge"]
    assert (hazard.category, hazard.severity, hazard.source) == ("extinguisher_fault", "major", "checklist")
    assert (hazard.origin_kind, hazard.origin_id) == ("equipment", ledger.powder.id)
    assert (finding.result, finding.hazard_id, finding.photo_ids) == ("fail", hazard.id, [str(photo)])
    picture = db.session.get(Photo, (row.site_id, photo))
    assert (picture.kind, picture.subject_id) == ("before", hazard.id)

    later = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        when=at("2026-04-02"),
        instead={"gauge": {"choice": "yellow", "photos": [uuid7()]}},
    )
    assert count(Hazard) == 1
    assert count(Sighting) == 1
    assert findings_of(later.site_id, later.id)["gauge"].hazard_id == hazard.id


def test_the_same_fault_of_the_bottle_beside_it_is_another_hazard(fill, ledger):
    for item in (ledger.powder, ledger.powder2):
        fill(
            "extinguisher_dry_powder",
            equipment=item,
            instead={"gauge": {"choice": "yellow", "photos": [uuid7()]}},
        )
    assert count(Hazard) == 2


def test_the_first_item_without_an_answer_is_named_and_nothing_is_stored(fill, ledger, lists):
    findings = all_good(lists["extinguisher_dry_powder"])
    del findings["label"], findings["body"]
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, findings=findings)

    assert (refused.value.code, refused.value.field) == ("inspection.answer_missing", "findings.label")
    assert refused.value.facts["number"] == 3
    assert count(Inspection) == count(Finding) == 0


def test_items_that_are_not_required_may_stay_empty_and_leave_no_finding(fill, ledger, lists):
    findings = {
        code: answer
        for code, answer in all_good(lists["extinguisher_dry_powder"]).items()
        if lists["extinguisher_dry_powder"].item(code)["required"]
    }
    row = fill("extinguisher_dry_powder", equipment=ledger.powder, findings=findings)
    assert set(findings_of(row.site_id, row.id)) == set(findings)


def test_not_applicable_needs_a_remark_and_is_no_failure(fill, ledger):
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, instead={"hose": {"result": "na"}})
    assert refused.value.code == "inspection.remark_missing"

    row = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        instead={"hose": {"result": "na", "remark": "此型号无喷管"}},
    )
    assert row.failed_count == 0
    assert findings_of(row.site_id, row.id)["hose"].result == "na"


def test_a_number_on_its_bound_is_good_and_just_outside_it_is_not(fill, places, people):
    edge = fill("power_room_daily", place=make_power_room(places), instead={"room_temp": {"value": "40"}})
    assert edge.failed_count == 0
    row = fill(
        "power_room_daily",
        place=places.pump,
        when=at("2026-03-04"),
        instead={"room_temp": {"value": "40,5", "photos": [uuid7()]}},
    )
    finding = findings_of(row.site_id, row.id)["room_temp"]
    assert (finding.result, finding.value, finding.limits) == ("fail", 40.5, {"min": -5, "max": 40})
    assert db.session.get(Hazard, (row.site_id, finding.hazard_id)).note == "室温：40.5 °C"


def test_a_failure_is_told_in_the_language_of_who_found_it():
    item = {
        "kind": "choice",
        "text": {"zh": "压力表", "en": "Gauge"},
        "choices": [{"code": "red", "text": {"zh": "红区", "en": "red"}, "fail": True}],
    }
    said = FindingData(choice="red", remark="x")
    assert what_failed(item, said) == "压力表：红区；x"
    assert what_failed(item, said, lang="en") == "Gauge: red; x"


def make_power_room(places: Any) -> Any:
    with write():
        db.session.merge(places.pump).type = "power_room"
    return places.pump


def test_the_equipments_own_limits_win_and_are_stored_with_the_value(fill, ledger):
    with write():
        db.session.merge(ledger.pump).limits = {"outlet_pressure": {"min": 0.6, "max": 0.9}}
    row = fill(
        "fire_pump",
        equipment=ledger.pump,
        instead={"outlet_pressure": {"value": 0.5, "photos": [uuid7()]}},
    )
    finding = findings_of(row.site_id, row.id)["outlet_pressure"]
    assert (finding.result, finding.limits) == ("fail", {"min": 0.6, "max": 0.9})
    assert last_values(row.site_id, ledger.pump.id, row.place_id, "fire_pump") == {"outlet_pressure": 0.5}


@pytest.mark.parametrize("kind", ["pass_fail", "number", "choice", "text", "photo"])
def test_every_kind_of_item_takes_a_good_answer_and_not_applicable(kind, fill, lists, places):
    code, item = next(
        (code, item)
        for code, row in sorted(lists.items())
        for item in row.items
        if item["kind"] == kind and item["required"]
    )
    place = fitting_place(places, lists[code])
    good = fill(code, place=place)
    assert findings_of(good.site_id, good.id)[item["code"]].result == "pass"
    na = {item["code"]: {"result": "na", "remark": "本处没有"}}
    row = fill(code, place=place, instead=na)
    assert findings_of(row.site_id, row.id)[item["code"]].result == "na"


def fitting_place(places: Any, checklist: Any) -> Any:
    """The pump room, turned into a place this list is for."""
    with write():
        db.session.merge(places.pump).type = checklist.applies_to[0]
    return places.pump


def test_all_46_lists_can_be_filled_all_good_and_with_each_failure(fill, lists, places):
    """A list without an equipment or place of its own is tried at a place of its type."""
    assert len(lists) == 46
    for code, checklist in lists.items():
        place = fitting_place(places, checklist)
        row = fill(code, place=place)
        assert row.failed_count == 0, code
        failing = [item for item in checklist.items if item["severity_on_fail"]]
        worst = {failing[0]["code"]: bad_answer(failing[0])} if failing else {}
        row = fill(code, place=place, instead=worst)
        assert row.failed_count == len(worst), code
        if worst:
            assert findings_of(row.site_id, row.id)[failing[0]["code"]].hazard_id is not None


def test_a_photo_item_keeps_its_photo_with_the_inspection(fill, ledger):
    photo = uuid7()
    row = fill("fire_pump", equipment=ledger.pump, instead={"panel_photo": {"photos": [photo]}})
    picture = db.session.get(Photo, (row.site_id, photo))
    assert (picture.kind, picture.subject_kind, picture.subject_id) == ("inspection", "inspection", row.id)
    with pytest.raises(Problem) as refused:
        fill("fire_pump", equipment=ledger.pump, instead={"panel_photo": {}})
    assert refused.value.code == "inspection.photo_missing"


def test_the_signature_is_kept_with_the_inspection(fill, ledger):
    signature = uuid7()
    row = fill("extinguisher_dry_powder", equipment=ledger.powder, signature=[signature])
    assert db.session.get(Photo, (row.site_id, signature)).kind == "signature"


def test_a_list_nobody_signed_is_refused_and_nothing_is_stored(fill, ledger):
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, signature=[])
    assert (refused.value.code, refused.value.field) == ("inspection.signature_missing", "signature")
    assert count(Inspection) == count(Photo) == 0


@pytest.mark.parametrize("said", [{"result": "pass"}, {"result": "na", "remark": "看不清"}])
def test_a_bottle_past_its_scrap_date_fails_though_the_phone_said_otherwise(said, fill, ledger):
    """Golden example 4: dry powder made 2015-03 is scrap from 2025-03 on."""
    with write():
        db.session.merge(ledger.powder).scrap_on = date(2025, 3, 1)
    row = fill("extinguisher_dry_powder", equipment=ledger.powder, instead={"not_scrap": said})

    hazard = db.session.scalars(select(Hazard)).one()
    found = findings_of(row.site_id, row.id)
    assert (hazard.category, hazard.severity, hazard.origin_id) == ("extinguisher_expired", "major", ledger.powder.id)
    assert hazard.note.startswith("未到报废年限：台账日期 2025-03 已过")
    assert (row.failed_count, found["not_scrap"].result, found["not_scrap"].hazard_id) == (1, "fail", hazard.id)
    assert found["not_scrap"].limits == {"past_due": "2025-03-01"}
    assert found["service_valid"].result == "pass"


def test_next_month_the_expired_bottle_is_seen_again_and_stays_one_hazard(fill, ledger):
    with write():
        db.session.merge(ledger.powder).next_service = date(2026, 2, 1)
    fill("extinguisher_dry_powder", equipment=ledger.powder)
    later = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        when=at("2026-04-02"),
        instead={"service_valid": {"result": "fail", "photos": [uuid7()]}},
    )
    hazard = db.session.scalars(select(Hazard)).one()
    assert count(Sighting) == 1
    assert findings_of(later.site_id, later.id)["service_valid"].hazard_id == hazard.id


def test_a_record_of_the_day_before_the_date_passed_is_believed(fill, ledger):
    with write():
        db.session.merge(ledger.powder).scrap_on = date(2026, 3, 4)
    row = fill("extinguisher_dry_powder", equipment=ledger.powder, when=at("2026-03-03"))
    assert (row.failed_count, count(Hazard)) == (0, 0)


def test_the_same_record_twice_is_stored_once(fill, ledger):
    name, bad = uuid7(), {"gauge": {"choice": "red", "photos": [uuid7()]}}
    first = fill("extinguisher_dry_powder", equipment=ledger.powder, id=name, instead=bad)
    again = fill("extinguisher_dry_powder", equipment=ledger.powder, id=name, instead=bad)

    assert again.id == first.id
    assert (count(Inspection), count(Finding), count(Hazard), count(Sighting)) == (1, 11, 1, 0)


def test_another_persons_record_under_the_same_number_is_refused(fill, ledger, people):
    name = uuid7()
    fill("extinguisher_dry_powder", equipment=ledger.powder, id=name)
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, id=name, by=people.leader)
    assert refused.value.code == "id_reused"


def test_a_phone_with_yesterdays_version_of_the_list_is_heard(fill, ledger, lists, people):
    old = lists["extinguisher_dry_powder"]
    with write():
        new_version(
            old.site_id, old.code, title=old.title, interval_days=30, applies_to=old.applies_to,
            items=old.items[:5], version=1, by=people.engineering.id, at=at("2026-03-01").at,
        )  # fmt: skip
    row = fill(old.code, equipment=ledger.powder, version=1)
    assert (row.checklist_version, row.checklist_id) == (1, old.id)
    with pytest.raises(Problem) as refused:
        fill(old.code, equipment=ledger.powder, version=7)
    assert refused.value.status == 404


def test_a_minor_matter_put_right_on_the_spot_opens_no_hazard(fill, ledger):
    row = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        instead={"tag_signed": {"result": "fail", "fixed": "on", "remark": "当场补记"}},
    )
    finding = findings_of(row.site_id, row.id)["tag_signed"]
    assert (finding.result, finding.fixed, finding.hazard_id) == ("fail", True, None)
    assert (row.failed_count, count(Hazard)) == (1, 0)


def test_a_blocked_extinguisher_cleared_at_once_is_a_closed_hazard_with_both_photos(fill, ledger):
    row = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        instead={"access": {"result": "fail", "fixed": True, "photos": [uuid7()], "after": [uuid7()]}},
    )
    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.state, hazard.spot_fixed) == ("closed", True)
    assert findings_of(row.site_id, row.id)["access"].fixed


def test_a_dead_gauge_is_not_fixed_by_saying_so(fill, ledger):
    row = fill(
        "extinguisher_dry_powder",
        equipment=ledger.powder,
        instead={"gauge": {"choice": "red", "fixed": True, "photos": [uuid7()]}},
    )
    assert not findings_of(row.site_id, row.id)["gauge"].fixed
    assert db.session.scalars(select(Hazard)).one().state == "reported"


def test_a_list_for_something_else_is_refused(fill, ledger):
    with pytest.raises(Problem) as refused:
        fill("extinguisher_co2", equipment=ledger.powder)
    assert refused.value.code == "inspection.not_for_this"


def test_an_answer_the_list_does_not_know_is_refused(fill, ledger, lists):
    findings = all_good(lists["extinguisher_dry_powder"]) | {"colour": {"result": "pass"}}
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, findings=findings)
    assert refused.value.code == "inspection.item_unknown"


@pytest.mark.parametrize(
    ("who", "code", "allowed"),
    [
        ("engineer", "extinguisher_dry_powder", True),
        ("leader", "extinguisher_dry_powder", True),
        ("guard", "extinguisher_dry_powder", True),
        ("desk", "extinguisher_dry_powder", False),
        ("contractor", "extinguisher_dry_powder", False),
        ("contractor", "lift_half_month", True),
        ("guard", "daily_fire_patrol", True),
        ("guard", "monthly_fire_inspection", True),
        ("guard", "power_room_daily", False),
        ("cleaner", "cleaning", True),
    ],
)
def test_who_fills_which_list(who, code, allowed, fill, ledger, people, places, lists):
    items = {"extinguisher_dry_powder": ledger.powder, "lift_half_month": ledger.lift}
    place = None if code in items else fitting_place(places, lists[code])
    person = getattr(people, who)
    if allowed:
        assert fill(code, equipment=items.get(code), place=place, by=person).user_id == person.id
        return
    with pytest.raises(Problem) as refused:
        fill(code, equipment=items.get(code), place=place, by=person)
    assert refused.value.status == 403


def test_the_other_sites_equipment_does_not_exist_here(fill, ledger, people):
    with pytest.raises(Problem) as refused:
        fill("extinguisher_dry_powder", equipment=ledger.powder, by=people.stranger)
    assert refused.value.status == 404


def test_a_check_after_midnight_belongs_to_the_evening_before(fill, ledger):
    row = fill("extinguisher_dry_powder", equipment=ledger.powder, when=at("2026-04-01 03:00"))
    assert str(row.business_day) == "2026-03-31"


def test_good_answers_are_good(lists):
    assert {good_answer(item).get("result", "pass") for row in lists.values() for item in row.items} == {"pass"}
