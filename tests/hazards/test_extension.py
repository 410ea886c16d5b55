"""More time (延期): asked before the deadline, answered one level up, twice at most; the first deadline stays."""

from datetime import timedelta

import pytest

from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.hazards.queries import days_late
from tests.hazards.conftest import NIGHT

LATER = NIGHT + timedelta(hours=40)
DUE = NIGHT + timedelta(hours=24)


def refused(take, *args, **data) -> tuple[str, int]:
    with pytest.raises(Problem) as refusal:
        take(*args, **data)
    return refusal.value.code, refusal.value.status


def test_the_engineer_asks_and_the_supervisor_gives(in_state, readers, step):
    hazard = in_state("assigned")
    step(readers.engineer, hazard, "extend", due_at=LATER, note="等配件")
    assert (hazard.due_at, hazard.asked_due_at) == (DUE, LATER)

    step(readers.engineering, hazard, "grant")

    assert (hazard.due_at, hazard.first_due_at, hazard.asked_due_at) == (LATER, DUE, None)
    step(readers.engineer, hazard, "rectify", note="好了", after=[uuid7()], moment=LATER)
    assert days_late(hazard, LATER) == 1  # against the first deadline, whatever was given since


def test_it_is_refused_with_a_reason_and_stays_as_it_was(in_state, readers, step):
    hazard = in_state("assigned")
    step(readers.engineer, hazard, "extend", due_at=LATER, note="等配件")

    assert refused(step, readers.supervisor, hazard, "decline") == ("order.missing", 422)
    step(readers.supervisor, hazard, "decline", note="今天必须完成")

    assert (hazard.due_at, hazard.asked_due_at) == (DUE, None)
    assert refused(step, readers.supervisor, hazard, "grant") == ("hazard.not_asked", 409)


def test_it_is_asked_before_the_deadline_for_a_later_one_once_at_a_time(in_state, readers, step):
    hazard = in_state("assigned")
    ask = (step, readers.engineer, hazard, "extend")
    assert refused(*ask, due_at=LATER) == ("order.missing", 422)
    assert refused(*ask, note="等") == ("order.missing", 422)
    assert refused(*ask, note="等", due_at=DUE)[0] == "hazard.not_later"
    assert refused(*ask, note="等", due_at=LATER, moment=DUE + timedelta(seconds=1))[0] == "hazard.extension_late"
    step(readers.engineer, hazard, "extend", note="等", due_at=LATER, moment=DUE)
    assert refused(*ask, note="等", due_at=LATER + timedelta(hours=1))[0] == "hazard.asked"


def test_it_may_be_answered_after_the_deadline_that_it_was_asked_before(in_state, readers, step):
    hazard = in_state("assigned")
    step(readers.engineer, hazard, "extend", note="等", due_at=LATER, moment=DUE)

    assert step(readers.supervisor, hazard, "grant", moment=DUE + timedelta(hours=5)).due_at == LATER


def test_twice_and_not_a_third_time(in_state, readers, step):
    hazard = in_state("assigned")
    for day in (2, 3):
        step(readers.engineer, hazard, "extend", note="等", due_at=NIGHT + timedelta(days=day))
        step(readers.supervisor, hazard, "grant")

    ask = (step, readers.engineer, hazard, "extend")
    assert refused(*ask, note="等", due_at=NIGHT + timedelta(days=4))[0] == "hazard.extensions"
    assert hazard.first_due_at == DUE


@pytest.mark.parametrize(
    ("severity", "asks", "answers", "refuses"),
    [
        ("minor", "engineer", "leader supervisor manager", "engineer guard desk"),
        ("major", "engineer", "supervisor engineering manager", "engineer leader desk"),
        ("major", "supervisor", "manager", "supervisor engineering leader"),
        ("critical", "engineer", "manager", "supervisor leader engineer"),
    ],
)
def test_it_is_answered_one_level_up(severity, asks, answers, refuses, in_state, readers, step):
    for part in (*answers.split(), *refuses.split()):
        hazard = in_state("assigned", severity)
        step(getattr(readers, asks), hazard, "extend", note="等", due_at=NIGHT + timedelta(days=9))
        if part in answers.split():
            assert step(getattr(readers, part), hazard, "grant").due_at == NIGHT + timedelta(days=9), part
        else:
            assert refused(step, getattr(readers, part), hazard, "grant")[1] == 403, part


def test_what_was_asked_for_falls_away_with_the_repair(in_state, readers, step):
    hazard = in_state("assigned")
    step(readers.engineer, hazard, "extend", note="等", due_at=LATER)
    step(readers.engineer, hazard, "rectify", note="修好了", after=[uuid7()])

    assert hazard.asked_due_at is None


def test_a_supervisor_gives_himself_no_time(report, readers, step):
    hazard = report(readers.guard)
    step(readers.supervisor, hazard, "assign", assignee=readers.supervisor.user_id, interim="拉线")

    assert refused(step, readers.supervisor, hazard, "assign", note="忙", due_at=LATER, team="security")[1] == 403
