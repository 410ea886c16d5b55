"""Who is told what of hazards, repairs and complaints, by DOMAIN's table, and nobody twice."""

import itertools
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.hazards.steps import StepData, take_step
from patrol.hazards.telling import MATTERS, calls, standing
from patrol.notices.notice import Notice
from patrol.notices.person import choose
from patrol.notices.rules import KINDS
from patrol.notices.views import ICONS
from patrol.notices.words import ORDERS, line_of, title_of
from tests.complaints.conftest import heard
from tests.complaints.conftest import step as complaint_step
from tests.notices.conftest import AT_NIGHT, MINUTE, ids
from tests.repairs.conftest import NOON, called, readers, registered, sent, step

__all__ = ["called", "complaint_step", "heard", "readers", "registered", "sent", "step"]
HOUR = timedelta(hours=1)


@pytest.fixture
def pot(world, places):
    """Major, of engineering, to be put right within 72 hours, given to the engineer after an hour."""
    hazard = world.hazard(places.roof, AT_NIGHT, hours=72)
    world.step(hazard, "assign", AT_NIGHT + HOUR)
    return hazard


def said(told) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.facts.get("what", ""), one.stands) for one in told.notices() if one.key.count(":") > 1]


def by_what(told, what) -> Notice:
    (found,) = [one for one in told.notices() if one.facts.get("what") == what]
    return found


def test_a_major_hazard_is_told_to_the_team_head_at_once_and_a_minor_one_waits_in_the_list(told, world, places, people):
    world.hazard(places.roof, AT_NIGHT, hours=72)
    world.hazard(places.pump, AT_NIGHT, severity="minor", hours=168)

    told.look(AT_NIGHT)

    notice = told.one("unassigned")
    assert told.for_whom(notice) == ids(people.engineering)
    assert title_of(notice.kind, notice.facts, "zh").startswith("新隐患：")


def test_not_assigned_within_four_hours_is_told_again_and_ends_with_the_assignment(told, world, places, people):
    hazard = world.hazard(places.roof, AT_NIGHT, hours=72)
    told.look(AT_NIGHT)
    told.look(AT_NIGHT + 4 * HOUR)

    first, second = told.notices("unassigned")
    assert (first.stands, second.stands, second.facts["what"]) == (False, True, "unassigned")
    assert told.for_whom(second) == ids(people.engineering)

    world.step(hazard, "assign", AT_NIGHT + 5 * HOUR)
    told.look(AT_NIGHT + 5 * HOUR)
    assert [one.stands for one in told.notices("unassigned")] == [False, False]


def test_a_critical_one_is_told_as_critical_alone(told, world, places):
    world.hazard(places.pump, AT_NIGHT, severity="critical", hours=24)

    for minutes in (0, 31, 61, 200):
        told.look(AT_NIGHT + minutes * MINUTE)

    assert [one.kind for one in told.notices("critical", "unassigned")] == ["critical"]


def test_the_deadline_before_at_and_after_it(told, pot, people):
    """24 h before, at 75 %, at due, a day later, and each three days: each to whom it is for, once."""
    hours = (47, 48, 54, 72, 72.1, 95, 96, 120, 168, 240)
    for hour in hours:
        told.look(AT_NIGHT + hour * HOUR)

    found = [(one.facts["what"], (one.since - AT_NIGHT) / HOUR) for one in told.notices("due_soon", "overdue")]
    assert sorted(found, key=lambda one: one[1]) == [
        ("day_before", 48), ("three_quarters", 54), ("due", 72), ("to_manager", 96),
        ("repeated", 168), ("repeated", 240),
    ]  # fmt: skip
    for what in ("day_before", "three_quarters"):
        assert told.for_whom(by_what(told, what)) == ids(people.engineer)
    assert told.for_whom(by_what(told, "due")) == ids(people.engineer, people.engineering)
    assert told.for_whom(by_what(told, "to_manager")) == ids(people.manager)
    assert [one.facts["what"] for one in told.notices("due_soon", "overdue") if one.stands] == ["due", "repeated"]


def test_a_tick_that_was_down_for_a_week_tells_what_stands_and_not_what_has_passed(told, pot):
    told.look(AT_NIGHT + 170 * HOUR)

    assert sorted(one.facts["what"] for one in told.notices("due_soon", "overdue")) == ["due", "repeated"]


def test_all_of_it_ends_when_it_is_put_right(told, world, pot):
    told.look(AT_NIGHT + 100 * HOUR)
    world.step(pot, "rectify", AT_NIGHT + 101 * HOUR)

    told.look(AT_NIGHT + 102 * HOUR)

    assert not [one for one in told.notices("due_soon", "overdue") if one.stands]


@pytest.mark.parametrize(
    ("severity", "hours", "who"),
    [("minor", 24, ["leader"]), ("major", 24, ["engineering"]), ("critical", 8, ["engineering", "manager"])],
)
def test_a_verification_that_waits(severity, hours, who, told, world, places, people):
    hazard = world.hazard(places.roof, AT_NIGHT, severity=severity, hours=400)
    world.step(hazard, "assign", AT_NIGHT)
    world.step(hazard, "rectify", AT_NIGHT)
    told.look(AT_NIGHT + hours * HOUR - MINUTE)
    assert told.notices("unverified") == []

    told.look(AT_NIGHT + hours * HOUR)

    assert told.for_whom(told.one("unverified")) == ids(*(getattr(people, name) for name in who))


def critical_here(places, readers) -> Hazard:
    from patrol.hazards.category import category
    from patrol.hazards.report import open_hazard

    with write():
        return open_hazard(
            category("gas_leak"), "critical", place_id=places.pump.id, note="", source="patrol", id=uuid7(),
            by=readers.guard, when=When(AT_NIGHT, AT_NIGHT, AT_NIGHT), photos=[uuid7()], after=[],
        )  # fmt: skip


@pytest.mark.parametrize(("who", "knows"), [("engineering", True), ("manager", True), ("leader", False)])
def test_taking_note_of_a_critical_one_is_saying_that_one_knows(who, knows, told, places, readers, as_user, people):
    hazard = critical_here(places, readers)
    told.look(AT_NIGHT)
    notice = told.one("critical")

    assert as_user(getattr(people, who)).post(f"/notices/{notice.id}/acknowledgement").status_code == 303

    db.session.refresh(hazard)
    assert (hazard.acknowledged_at is not None) == knows
    assert hazard.state == "reported"


def test_assigned_by_somebody_in_charge_it_is_known_and_by_the_desk_it_goes_on(told, places, readers):
    first, second = critical_here(places, readers), critical_here(places, readers)
    for hazard, by in ((first, readers.engineering), (second, readers.desk)):
        data = StepData(order=hazard.id, step="assign", team="engineering", interim="围挡")
        with write():
            take_step(data, id=uuid7(), by=by, when=When(AT_NIGHT, AT_NIGHT, AT_NIGHT))

    told.look(AT_NIGHT + MINUTE)

    assert told.one("critical").url == f"/hazards/{second.id}"


def test_an_urgent_repair_is_told_at_once_and_half_an_hour_later_to_those_above(
    told, registered, step, sent, readers, people
):
    repair = registered(urgent=True)
    told.look(NOON)
    assert told.for_whom(told.one("urgent")) == ids(
        people.engineer, people.engineering
    )  # the whole team: nobody has it

    step(readers.engineering, repair, "assign", NOON + MINUTE, **sent("assign"))
    told.look(NOON + 30 * MINUTE)
    ended, given = told.notices("urgent")
    assert (ended.stands, given.stands, told.for_whom(given)) == (False, True, ids(people.engineer))

    told.look(NOON + 31 * MINUTE)
    late = by_what(told, "late")
    assert told.for_whom(late) == ids(people.engineer, people.engineering, people.desk)

    step(readers.engineer, repair, "visit", NOON + 40 * MINUTE, **sent("visit"))
    told.look(NOON + 41 * MINUTE)
    assert not [one for one in told.notices("urgent") if one.stands]


def test_a_repair_past_its_day_is_told_once(told, registered, people):
    repair = registered()
    told.look(repair.due_at)
    assert told.notices("repair", "urgent") == []

    told.look(repair.due_at + MINUTE)
    told.look(repair.due_at + HOUR)

    assert told.for_whom(told.one("repair")) == ids(people.engineer, people.engineering)


def test_the_same_home_again_is_the_site_managers_at_once(told, heard, people):
    heard()
    heard(NOON + 48 * HOUR)

    told.look(NOON + 48 * HOUR)

    again = by_what(told, "again")
    assert told.for_whom(again) == ids(people.manager)


def test_no_answer_in_a_day_and_no_solution_by_the_promised_day(told, heard, complaint_step, readers, people):
    complaint = heard(subject="service")
    told.look(NOON + 24 * HOUR)
    assert told.notices("complaint") == []
    told.look(NOON + 24 * HOUR + MINUTE)
    assert told.for_whom(told.one("complaint")) == ids(people.desk)  # no customer-service supervisor here

    complaint_step(readers.desk, complaint, "apologise", NOON + 25 * HOUR, note="已致歉")
    told.look(NOON + 26 * HOUR)
    assert not told.one("complaint").stands  # answered, and three working days to solve it
    promised = NOON + 48 * HOUR
    complaint_step(readers.engineering, complaint, "investigate", NOON + 27 * HOUR, note="属实", promised_at=promised)
    told.look(promised + MINUTE)

    late = by_what(told, "promise")
    assert (late.stands, late.url) == (True, f"/complaints/{complaint.id}")


def test_what_a_person_does_not_want_to_hear_of_is_not_sent(told, pot, people):
    with write():
        muted = [kind for kind in KINDS if kind != "critical"]
        choose(people.engineer.id, quiet=(None, None), muted=muted, push=True, mail="")

    told.look(AT_NIGHT + 50 * HOUR)

    assert told.for_whom(told.one("due_soon")) == ids(people.engineer)  # under the bell it stands
    assert told.jobs("push", "mail") == []


def test_another_site_hears_nothing(told, pot, people):
    told.look(AT_NIGHT + 100 * HOUR)

    assert not [one for one in told.notices() if people.stranger.id in told.for_whom(one)]


def test_every_reason_has_its_words_and_every_kind_its_picture():
    assert set(ICONS) == set(KINDS)
    assert {kind for kind, _what in ORDERS} < set(KINDS)
    facts = {"category": "gas_leak", "place": "3 栋", "number": "YH-1", "title": "Lift"}
    for (kind, what), lang in itertools.product(ORDERS, ("zh", "en")):
        shown = {**facts, "what": what}
        assert "YH-1" in line_of(kind, shown, lang)
        assert "%" not in title_of(kind, shown, lang)


def test_titles_of_repairs_are_in_the_readers_language(app):
    facts = {"what": "new", "title": "Water leak", "place": "3 栋", "number": "BX-1"}
    assert (title_of("urgent", facts, "zh"), title_of("urgent", facts, "en")) == (
        "紧急报修：漏水",
        "Urgent repair: Water leak",
    )


@given(
    st.sampled_from(["minor", "major", "critical"]), st.sampled_from(["reported", "assigned", "to_verify", "closed"]),
    st.integers(1, 400), st.integers(0, 2000), st.booleans(),
)  # fmt: skip
def test_what_stands_is_the_last_of_what_was_called_and_no_matter_stands_twice(severity, state, span, passed, known):
    """By recount: each standing call is one of ``calls``, and none of its matter came later."""
    at = AT_NIGHT + passed * HOUR / 4
    hazard = SimpleNamespace(
        severity=severity, state=state, reported_at=AT_NIGHT, due_at=AT_NIGHT + span * HOUR,
        acknowledged_at=AT_NIGHT if known else None, rectified_at=AT_NIGHT if state == "to_verify" else None,
    )  # fmt: skip

    all_calls = calls(hazard, AT_NIGHT - HOUR, at)
    stands = standing(hazard, at)

    assert len({MATTERS[call.what] for call in stands}) == len(stands)
    for call in stands:
        assert call in all_calls
        later = [one for one in all_calls if MATTERS.get(one.what) == MATTERS[call.what] and one.at > call.at]
        assert later == []
    if state == "closed":
        assert stands == []
