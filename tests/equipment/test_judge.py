import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patrol.catalog
from patrol.equipment.judge import Answer, Verdict, bounds, complete, judge

CHECKLISTS = Path(patrol.catalog.__file__).parent / "checklists"


@cache
def items(checklist: str) -> dict[str, dict]:
    listed = json.loads((CHECKLISTS / f"{checklist}.json").read_text(encoding="utf-8"))["items"]
    return {item["code"]: item for item in listed}


GAUGE = items("extinguisher_dry_powder")["gauge"]
SEAL = items("extinguisher_dry_powder")["seal"]
LOOSE = items("extinguisher_dry_powder")["powder_loose"]
RETENTION = items("cctv_access")["retention_days"]
ROOM = items("power_room_daily")["room_temp"]
SHEET = items("lift_half_month")["sheet"]


def test_golden_9_the_lowest_of_three_recordings_fails_and_names_its_hazard():
    verdict = judge(RETENTION, Answer(value=min(31, 30, 27), photos=1))

    assert verdict.result == "fail"
    assert RETENTION["hazard_category_on_fail"] == "cctv_retention"
    assert RETENTION["severity_on_fail"] == "major"


def test_golden_11_a_needle_in_yellow_fails_and_forces_a_photo():
    verdict = judge(GAUGE, Answer(choice="yellow"))

    assert verdict == Verdict("fail", photo_needed=True, problem="photo_missing")
    assert judge(GAUGE, Answer(choice="yellow", photos=1)).problem is None
    assert GAUGE["hazard_category_on_fail"] == "extinguisher_fault"


def test_a_needle_in_green_passes_whatever_else_is_claimed():
    assert judge(GAUGE, Answer(result="fail", choice="green")) == Verdict("pass")


@pytest.mark.parametrize(("value", "result"), [(-5, "pass"), (40, "pass"), (40.1, "fail"), (-6, "fail"), (31, "pass")])
def test_the_bounds_of_a_number_are_good(value, result):
    assert judge(ROOM, Answer(value=value, photos=1)).result == result


def test_a_number_without_an_upper_bound_may_be_as_high_as_it_likes():
    assert judge(RETENTION, Answer(value=900)).result == "pass"


def test_a_limit_of_the_equipment_wins_over_the_list():
    assert judge(ROOM, Answer(value=36, photos=1), {"max": 35}).result == "fail"
    assert judge(ROOM, Answer(value=99), {"max": None}).result == "pass"
    assert bounds(ROOM, {"max": 35}) == (-5, 35)
    assert bounds(RETENTION) == (30, None)


def test_what_is_no_number_is_refused():
    assert judge(ROOM, Answer.of({"value": "warm"})).problem == "number_invalid"
    assert judge(ROOM, Answer.of({"value": "inf"})).problem == "number_invalid"


def test_not_applicable_needs_a_remark_and_is_no_failure():
    assert judge(SEAL, Answer(result="na")) == Verdict("na", remark_needed=True, problem="remark_missing")
    assert judge(SEAL, Answer(result="na", remark="锁在机房内")).problem is None


def test_a_failure_asks_for_a_photo_only_where_the_list_says_so():
    assert judge(SEAL, Answer(result="fail")).problem == "photo_missing"
    assert judge(LOOSE, Answer(result="fail")) == Verdict("fail")


def test_an_item_left_blank_is_missing_and_only_a_required_one_is_a_problem():
    assert judge(SEAL, Answer()) == Verdict("missing", problem="answer_missing")
    assert judge(LOOSE, Answer()) == Verdict("missing")
    assert judge(ROOM, Answer(result="pass")).problem == "answer_missing"


def test_an_unknown_word_is_no_answer():
    assert judge(SEAL, Answer(result="perhaps")).problem == "result_unknown"
    assert judge(GAUGE, Answer(choice="blue")) == Verdict("missing", problem="choice_unknown")


def test_a_required_photo_is_the_answer_itself():
    assert judge(SHEET, Answer(result="pass")) == Verdict("missing", photo_needed=True, problem="photo_missing")
    assert judge(SHEET, Answer(photos=1)) == Verdict("pass", photo_needed=True)
    assert judge({**SHEET, "required": False}, Answer()) == Verdict("missing")


def test_a_text_is_answered_by_words():
    text = {**SEAL, "kind": "text"}
    assert judge(text, Answer(text="  ")).result == "missing"
    assert judge(text, Answer(text="正常")).result == "pass"


def test_an_answer_is_read_from_a_record():
    finding = {"result": "fail", "value": "31.5", "photos": ["a", "b"], "remark": " x ", "fixed": "on"}
    assert Answer.of(finding) == Answer("fail", 31.5, None, "", "x", 2, True)
    assert Answer.of(None) == Answer()


def test_a_list_is_complete_when_every_required_item_is_answered_without_a_problem():
    seal_ok = judge(SEAL, Answer(result="pass"))
    gauge_ok = judge(GAUGE, Answer(choice="red", photos=1))
    some = [SEAL, GAUGE, LOOSE]
    assert complete(some, {"seal": seal_ok, "gauge": gauge_ok})
    assert not complete(some, {"seal": seal_ok})
    assert not complete(some, {"seal": seal_ok, "gauge": judge(GAUGE, Answer(choice="red"))})
    assert not complete(some, {"seal": seal_ok, "gauge": gauge_ok, "powder_loose": judge(LOOSE, Answer(result="na"))})


def every_item() -> list[dict]:
    return [item for path in sorted(CHECKLISTS.glob("*.json")) for item in items(path.stem).values()]


answers = st.builds(
    Answer,
    result=st.sampled_from([None, "pass", "fail", "na", "?"]),
    value=st.none() | st.floats(),
    choice=st.sampled_from([None, "green", "red", "?"]),
    text=st.sampled_from(["", "x"]),
    remark=st.sampled_from(["", "x"]),
    photos=st.integers(0, 2),
)


@settings(deadline=None)
@given(st.sampled_from(every_item()), answers)
def test_any_answer_to_any_item_of_the_catalogue_is_judged(item, answer):
    verdict = judge(item, answer)
    if verdict.result == "missing" and item["required"]:
        assert verdict.problem
    if verdict.photo_needed and not answer.photos:
        assert verdict.problem == "photo_missing"
