"""Golden examples 5, 6 and 8 by the real verbs; deadlines, extensions, reopenings over midnight and month end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.hazards.deadline import late_by, time_to_rectify
from patrol.hazards.standing import standing
from patrol.workorders.timeline import steps_of


def march(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def pot(report, readers, step):
    """Golden 5's flowerpot, assigned."""
    hazard = report(readers.guard, moment=march(1, 22, 10))
    return step(readers.supervisor, hazard, "assign", moment=march(1, 22, 20), team="engineering", interim="拉线")


def test_golden_5_refused_once_and_late_against_the_first_deadline(pot, readers, step):
    assert pot.due_at == march(2, 22, 10)
    step(readers.engineer, pot, "rectify", moment=march(2, 21), note="搬走", after=[uuid7()])
    step(readers.supervisor, pot, "refuse", moment=march(3, 9), note="没固定")
    assert (pot.state, pot.due_at, pot.rectified_at) == ("assigned", march(3, 21), None)
    step(readers.engineer, pot, "rectify", moment=march(3, 15), note="固定", after=[uuid7()])
    step(readers.supervisor, pot, "verify", moment=march(3, 16))

    assert (pot.state, pot.reopen_count, pot.first_due_at) == ("closed", 1, march(2, 22, 10))
    assert late_by(pot.first_due_at, pot.rectified_at, march(3, 16)) == timedelta(hours=16, minutes=50)
    assert time_to_rectify(pot.reported_at, pot.rectified_at) == timedelta(hours=40, minutes=50)
    assert [line.step for line in steps_of(pot)] == ["report", "assign", "rectify", "refuse", "rectify", "verify"]


def test_golden_6_another_severity_brings_its_own_deadline(report, readers, step):
    for severity, hours in (("critical", 24), ("minor", 168)):
        hazard = report(readers.guard, moment=march(1, 22, 10))
        step(
            readers.supervisor, hazard, "assign", moment=march(1, 23), team="security", severity=severity, note="看过",
            interim="拉线",
        )  # fmt: skip
        assert hazard.due_at == hazard.first_due_at == march(1, 22, 10) + timedelta(hours=hours)


def test_golden_8_the_balance_holds_over_the_months_end(report, readers, step):
    """12 open + 20 found + 1 reopened - 18 closed - 2 removed = 13 open, counted again from the rows."""
    february = [report(readers.guard, "tree_risk", moment=march(20, 9, month=2)) for _one in range(13)]
    shut(february[0], readers, step, march(27, 9, month=2))
    assert len(standing(february[0].site_id, date(2026, 2, 28))) == 12
    found = [report(readers.guard, "water_leak", moment=march(3, 9)) for _one in range(20)]
    step(readers.supervisor, february[0], "reopen", moment=march(2, 9), note="又倒了")
    for hazard in (*february[1:9], *found[:10]):
        shut(hazard, readers, step, march(5, 9))
    step(readers.supervisor, found[10], "reject", moment=march(6, 9), note="不是")
    step(readers.supervisor, found[11], "transfer", moment=march(6, 9), transferred_to="城管", reference="1")

    assert len(standing(february[0].site_id, date(2026, 3, 31))) == 12 + 20 + 1 - 18 - 2 == 13


def shut(hazard, readers, step, at) -> None:
    step(readers.leader, hazard, "rectify", moment=at, note="好了", after=[uuid7()])
    step(readers.supervisor, hazard, "verify", moment=at + timedelta(hours=1))


def test_after_midnight_before_the_day_begins_belongs_to_the_evening_before(report, readers, step):
    hazard = report(readers.guard, moment=march(1, 3, month=4))
    assert hazard.business_day == date(2026, 3, 31)
    assert hazard.due_at == march(2, 3, month=4)  # deadlines use real time
    shut(hazard, readers, step, march(1, 6, 30, month=4))
    assert hazard.closed_day == date(2026, 3, 31)


def test_an_extension_over_the_months_end_keeps_the_first_deadline(report, readers, step):
    hazard = report(readers.guard, moment=march(31, 23, 50))
    step(readers.supervisor, hazard, "assign", moment=march(31, 23, 55), team="engineering", interim="拉线")
    first = hazard.due_at
    step(readers.engineer, hazard, "extend", moment=first, note="等件", due_at=march(3, 0, 10, month=4))
    step(readers.supervisor, hazard, "grant", moment=first + timedelta(minutes=1))
    assert (hazard.first_due_at, hazard.due_at) == (march(1, 23, 50, month=4), march(3, 0, 10, month=4))


def test_seven_days_to_the_second_and_not_one_more(report, readers, step):
    for over, refused in ((timedelta(0), False), (timedelta(seconds=1), True)):
        hazard = report(readers.guard, "tree_risk", moment=march(25, 9))
        shut(hazard, readers, step, march(25, 22, 59))
        late = march(25, 23, 59) + timedelta(days=7) + over  # the month turns in between
        if refused:
            with pytest.raises(Problem, match="reopen_late"):
                step(readers.supervisor, hazard, "reopen", moment=late, note="又松")
            again = report(readers.guard, "tree_risk", moment=late)
            assert again.recurs_of_id is not None
        else:
            assert step(readers.supervisor, hazard, "reopen", moment=late, note="又松").state == "assigned"
            assert (hazard.closed_day, hazard.reopen_count) == (None, 1)
