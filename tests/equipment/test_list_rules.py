"""DOMAIN §5, "list rules", on the whole catalogue: what fails, what counts, what is owed, and until when."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.answers import FindingData, counts_as_fixed, may_be_fixed
from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.checklist import every_shift
from patrol.equipment.duty import duties
from patrol.equipment.inspection import Inspection
from patrol.equipment.judge import Answer, bounds, judge
from patrol.equipment.ledger import Filter, listed
from patrol.hazards.category import categories
from patrol.hazards.hazard import Hazard
from tests.equipment.conftest import at

LISTS = {row["code"]: row for row in catalogue_lists()}
ITEMS = [(code, item) for code, row in LISTS.items() for item in row["items"]]
SEVERITY_HOURS = {"minor": 168, "major": 72, "critical": 24}


def of_kind(kind):
    found = [pytest.param(item, id=f"{code}.{item['code']}") for code, item in ITEMS if item["kind"] == kind]
    return pytest.mark.parametrize("item", found)


@of_kind("number")
def test_bounds_are_good_and_what_lies_beyond_them_is_not(item):
    low, high = bounds(item)
    assert low is not None or high is not None
    for bound, way in ((low, -1), (high, 1)):
        if bound is not None:
            assert judge(item, Answer(value=bound)).result == "pass"
            assert judge(item, Answer(value=bound + way * 0.001)).result == "fail"


@of_kind("choice")
def test_each_choice_says_itself_whether_it_fails(item):
    told = {one["code"]: judge(item, Answer(choice=one["code"])).result for one in item["choices"]}
    assert told == {one["code"]: "fail" if one["fail"] else "pass" for one in item["choices"]}
    assert set(told.values()) == {"pass", "fail"}


def test_every_failure_asks_for_its_photo_and_names_its_hazard():
    for code, item in ITEMS:
        if item["kind"] in ("text", "photo"):
            continue
        where = f"{code}.{item['code']}"
        assert item["hazard_category_on_fail"] in categories(), where
        assert item["severity_on_fail"] in SEVERITY_HOURS, where
        if item["kind"] == "pass_fail":
            verdict = judge(item, Answer(result="fail"))
            assert (verdict.result, verdict.photo_needed) == ("fail", item["photo_on_fail"]), where
            assert verdict.problem == ("photo_missing" if item["photo_on_fail"] else None), where


def test_not_applicable_is_open_to_every_item_with_a_remark():
    for _code, item in ITEMS:
        assert judge(item, Answer(result="na")).problem == "remark_missing"
        said = judge(item, Answer(result="na", remark="本处没有"))
        assert (said.result, said.problem) == ("na", None)


def test_only_what_the_category_lets_be_put_right_at_once_counts_as_fixed():
    said = FindingData(fixed=True, after=[uuid7()])
    for code, item in ITEMS:
        if item["hazard_category_on_fail"]:
            spot = bool(categories()[item["hazard_category_on_fail"]]["spot_fix"])
            assert may_be_fixed(item) is counts_as_fixed(item, said) is spot, f"{code}.{item['code']}"


def test_the_lists_of_every_shift_are_those_whose_title_says_so():
    told = {code for code, row in LISTS.items() if every_shift(row["title"]["zh"], row["title"]["en"])}
    assert told == {"fire_control_room", "guard_handover"}


@pytest.fixture
def by(people, reader_of):
    return reader_of(people.engineer)


def owed(by, when):
    return {duty.code: duty for duty in duties(by, at(when).at)}


def test_the_control_room_is_owed_by_each_shift(fill, places, by, ledger):
    with write():
        db.session.merge(places.gate).type = "fire_control_room"
    fill("fire_control_room", place=places.gate, when=at("2026-03-03 09:00"))
    assert owed(by, "2026-03-03 19:59")["fire_control_room"].done
    assert not owed(by, "2026-03-03 20:00")["fire_control_room"].done
    fill("fire_control_room", place=places.gate, when=at("2026-03-03 21:00"))
    assert owed(by, "2026-03-04 07:59")["fire_control_room"].done  # the night belongs to the evening
    assert not owed(by, "2026-03-04 08:00")["fire_control_room"].done


def test_what_is_filled_when_the_moment_comes_is_never_owed(by, ledger, places):
    asked_for = {code for code, row in LISTS.items() if row["interval_days"] == 0}
    assert asked_for == {"weather_before", "weather_after"}
    assert not owed(by, "2026-03-03").keys() & (asked_for | {"shift_patrol_point"})


def test_only_a_complete_inspection_counts(fill, ledger, by):
    done = fill("extinguisher_dry_powder", equipment=ledger.powder)
    columns = {column.name: getattr(done, column.name) for column in Inspection.__table__.columns}
    half = columns | {"id": uuid7(), "equipment_id": ledger.powder2.id, "complete": False}
    with write():
        db.session.add(Inspection(**half))
    found = {duty.equipment_id: duty.done for duty in duties(by, at("2026-03-03 10:00").at)}
    assert (found[ledger.powder.id], found[ledger.powder2.id]) == (True, False)
    missing, _more = listed(by.site_id, Filter(missing=date(2026, 3, 1)), date(2026, 3, 31))
    assert ledger.powder.id not in {row.id for row in missing}
    assert ledger.powder2.id in {row.id for row in missing}


@pytest.mark.parametrize("agrees", [True, False])
def test_the_deadline_is_the_categorys_where_the_severities_agree_else_the_severitys(agrees, fill, places):
    def fits(item):
        kind = categories().get(item["hazard_category_on_fail"] or "")
        return (
            kind is not None
            and item["kind"] == "pass_fail"
            and (item["severity_on_fail"] == kind["default_severity"]) is agrees
            and kind["default_deadline_hours"] != SEVERITY_HOURS[item["severity_on_fail"]]
        )

    code, item = next((code, item) for code, item in ITEMS if fits(item))
    with write():
        db.session.merge(places.pump).type = LISTS[code]["applies_to"][0]
    fill(code, place=places.pump, instead={item["code"]: {"result": "fail", "photos": [uuid7()]}})
    hazard = db.session.scalars(select(Hazard)).one()
    kind = categories()[item["hazard_category_on_fail"]]
    hours = kind["default_deadline_hours"] if agrees else SEVERITY_HOURS[item["severity_on_fail"]]
    assert hazard.severity == item["severity_on_fail"]
    assert hazard.due_at - hazard.reported_at == timedelta(hours=hours)
