"""The five steps, cell by cell, as the trade wrote them down (copied by hand, not from the code).

DOMAIN §8: listen 耐心倾听 -> apologise 真诚致歉 -> investigate 调查核实 -> solve 解决问题 (with date) -> call back
回访确认. Closed only after call-back; first answer 24 h, solution date 3 working days; repeat complaint (same home
and subject, 30 days) goes to the manager.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from patrol.complaints import flow
from patrol.complaints.deadline import answer_by, is_overdue, solve_by
from patrol.core.problems import Problem
from tests.complaints.conftest import SENT
from tests.repairs.conftest import NOON

STATES = ("reported", "answered", "investigated", "solved", "closed", "rejected")
DESK = "supervisor engineering manager desk"
HEADS = "supervisor engineering manager"

# | step | from | to | who (it is the engineers' team's; 周敏 solved it) | needs |
TABLE = f"""
apologise   | reported                       | answered     | {DESK}                  | note
assign      | reported answered investigated |              | {DESK}                  | team
investigate | answered                       | investigated | engineer {HEADS}        | note promised_at
solve       | investigated                   | solved       | engineer {HEADS}        | note
callback    | solved                         | closed       | supervisor manager desk | satisfaction
again       | solved                         | answered     | supervisor manager desk | note
reject      | reported answered              | rejected     | {HEADS}                 | note
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]
EVERYBODY = "guard guard2 engineer leader supervisor engineering manager desk contractor cleaner".split()
CELLS = [
    pytest.param(name, state, (to or state) if state in sources.split() else None, id=f"{name}-from-{state}")
    for name, sources, to, _who, _needs in ROWS
    for state in STATES
]


def test_the_copy_names_every_state_and_step_there_is():
    assert set(STATES) == set(flow.STATES)
    assert {row[0] for row in ROWS} | {"comment"} == set(flow.FLOW)


@pytest.mark.parametrize(("name", "state", "to"), CELLS)
def test_each_step_leads_from_its_states_and_from_no_other(name, state, to, in_state, readers, step):
    complaint = in_state(state)

    if to is not None:
        assert step(readers.manager, complaint, name, **SENT[name]).state == to
        return
    with pytest.raises(Problem) as refusal:
        step(readers.manager, complaint, name, **SENT[name])
    assert (refusal.value.code, refusal.value.status) == ("order.state", 409)
    assert complaint.state == state


@pytest.mark.parametrize(("name", "sources", "to", "who", "_needs"), ROWS, ids=[row[0] for row in ROWS])
def test_each_step_is_taken_by_its_people_and_by_no_other(name, sources, to, who, _needs, in_state, readers, step):
    for part in EVERYBODY:
        complaint = in_state(sources.split()[0])
        before = complaint.state
        if part in who.split():
            assert step(getattr(readers, part), complaint, name, **SENT[name]).state == (to or before), part
            continue
        with pytest.raises(Problem) as refusal:
            step(getattr(readers, part), complaint, name, **SENT[name])
        assert refusal.value.status == 403, part


LACKS = [(row[0], row[1].split()[0], need) for row in ROWS for need in row[4].split()]


@pytest.mark.parametrize(("name", "state", "need"), LACKS)
def test_each_step_names_what_is_missing(name, state, need, in_state, readers, step):
    complaint = in_state(state)

    with pytest.raises(Problem) as refusal:
        step(readers.manager, complaint, name, **{key: value for key, value in SENT[name].items() if key != need})

    assert (refusal.value.code, refusal.value.status, refusal.value.field) == ("order.missing", 422, need)
    assert complaint.state == state


def test_the_first_answer_is_due_in_24_hours_and_then_what_was_promised(heard, readers, step):
    complaint = heard()
    assert complaint.due_at == NOON + timedelta(hours=24)
    assert not is_overdue(complaint, NOON + timedelta(hours=24))
    assert is_overdue(complaint, NOON + timedelta(hours=24, seconds=1))

    step(readers.desk, complaint, "apologise", NOON + timedelta(hours=1), **SENT["apologise"])
    step(readers.manager, complaint, "investigate", NOON + timedelta(hours=2), **SENT["investigate"])

    assert complaint.due_at == complaint.promised_at == NOON + timedelta(days=3)
    assert complaint.first_due_at == NOON + timedelta(hours=24)


@pytest.mark.parametrize(
    ("heard_on", "solved_on"),
    [
        ("2026-03-02", "2026-03-05"),
        ("2026-03-06", "2026-03-11"),
        ("2026-02-27", "2026-03-04"),
        ("2026-12-31", "2027-01-05"),
    ],
)
def test_three_working_days_skip_the_weekend_and_run_over_the_months_end(heard_on, solved_on):
    shanghai = ZoneInfo("Asia/Shanghai")
    reported = datetime.fromisoformat(f"{heard_on}T23:30").replace(tzinfo=shanghai).astimezone(UTC)

    assert solve_by(reported, shanghai) == datetime.fromisoformat(f"{solved_on}T18:00").replace(tzinfo=shanghai)
    assert answer_by(reported) == reported + timedelta(hours=24)


def test_a_promise_in_the_past_is_no_promise(in_state, readers, step):
    with pytest.raises(Problem) as refusal:
        step(readers.manager, in_state("answered"), "investigate", note="看过", promised_at=NOON - timedelta(days=1))
    assert (refusal.value.code, refusal.value.field) == ("complaint.promise", "promised_at")


def test_the_same_home_and_subject_within_30_days_is_the_managers(heard, readers, step):
    first = heard(owner_flat="3-2-1201", owner_phone="")
    again = heard(NOON + timedelta(days=29), owner_flat="3-2-1201", owner_phone="")

    assert (again.repeat_of_id, again.team, again.severity) == (first.id, "management", "major")
    for name in ("apologise", "assign"):
        with pytest.raises(Problem) as refusal:
            step(readers.engineering, again, name, NOON + timedelta(days=29), **SENT[name])
        assert (refusal.value.code, refusal.value.status) == ("complaint.manager", 403)
    assert step(readers.manager, again, "apologise", NOON + timedelta(days=29), note="经理致歉").state == "answered"


@pytest.mark.parametrize(
    ("days", "subject", "home", "repeated"),
    [
        (29, "noise", {"owner_flat": "3-2-1201", "owner_phone": "13811112222"}, True),
        (29, "noise", {"owner_flat": "", "owner_phone": "13800006021"}, True),
        (31, "noise", {"owner_flat": "3-2-1201", "owner_phone": ""}, False),
        (29, "clean", {"owner_flat": "3-2-1201", "owner_phone": ""}, False),
        (29, "noise", {"owner_flat": "3-2-1202", "owner_phone": ""}, False),
        (29, "noise", {"owner_flat": "", "owner_phone": ""}, False),
    ],
)
def test_what_counts_as_a_repeat(days, subject, home, repeated, heard):
    heard(owner_flat="3-2-1201", owner_phone="13800006021")

    again = heard(NOON + timedelta(days=days), subject=subject, **home)

    assert (again.repeat_of_id is not None) == repeated


def test_whoever_solved_it_does_not_call_back(in_state, readers, step):
    complaint = in_state("solved")

    with pytest.raises(Problem) as refusal:
        step(readers.engineering, complaint, "callback", satisfaction=5)

    assert refusal.value.code == "complaint.own_work"
