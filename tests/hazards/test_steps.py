"""What the steps leave behind: deadlines, golden examples, assignment, replays."""

from datetime import UTC, datetime, timedelta

import pytest

from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.hazards.deadline import late_by, time_to_rectify
from patrol.hazards.hazard import Sighting
from patrol.hazards.queries import days_late
from patrol.sites.day import SiteDay
from patrol.workorders.timeline import steps_of
from tests.hazards.conftest import NIGHT


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_golden_5_a_refused_flowerpot(report, readers, step):
    hazard = report(readers.guard, "balcony_flowerpot", moment=shanghai(1, 22, 10))
    assert hazard.due_at == shanghai(2, 22, 10)
    step(readers.manager, hazard, "assign", assignee=readers.engineer.user_id, interim="拉线", moment=shanghai(2, 9))
    step(readers.engineer, hazard, "rectify", note="移走", after=[uuid7()], moment=shanghai(2, 21))
    step(readers.supervisor, hazard, "refuse", note="又放回去了", moment=shanghai(3, 9))
    assert (hazard.state, hazard.rectified_at, hazard.reopen_count) == ("assigned", None, 1)
    assert hazard.due_at == shanghai(3, 21)
    step(readers.engineer, hazard, "rectify", note="固定", after=[uuid7()], moment=shanghai(3, 15))
    step(readers.supervisor, hazard, "verify", moment=shanghai(3, 16))

    assert hazard.state == "closed"
    assert late_by(hazard.first_due_at, hazard.rectified_at, shanghai(9, 0)) == timedelta(hours=16, minutes=50)
    assert time_to_rectify(hazard.reported_at, hazard.rectified_at) == timedelta(hours=40, minutes=50)
    assert days_late(hazard, shanghai(9, 0)) == 1
    days = {str(row.day) for row in db.session.query(SiteDay)}
    assert {"2026-03-01", "2026-03-02", "2026-03-03"} <= days


@pytest.mark.parametrize(("severity", "hours"), [("critical", 24), ("minor", 168)])
def test_golden_6_raised_or_lowered_while_assigning(severity, hours, report, readers, step):
    hazard = report(readers.guard)
    step(readers.supervisor, hazard, "assign", team="engineering", severity=severity, interim="拉线", note="核过")

    assert hazard.severity == severity
    assert hazard.due_at == hazard.reported_at + timedelta(hours=hours)


def test_a_stale_form_is_refused_and_changes_nothing(in_state, readers, step):
    hazard = in_state("assigned")
    read = hazard.version
    step(readers.supervisor, hazard, "assign", team="engineering", note="换人")

    with pytest.raises(Problem) as refusal:
        step(readers.supervisor, hazard, "reject", note="不成立", version=read)

    assert (refusal.value.code, refusal.value.status) == ("stale", 409)
    db.session.refresh(hazard)
    assert (hazard.state, hazard.version) == ("assigned", read + 1)


def test_the_same_step_twice_counts_once(in_state, readers, step):
    hazard, record, photo = in_state("assigned"), uuid7(), uuid7()
    for _twice in range(2):
        step(readers.engineer, hazard, "rectify", note="好了", after=[photo], id=record)

    assert [line.step for line in steps_of(hazard)] == ["report", "assign", "rectify"]


def test_only_the_person_named_rectifies_while_the_team_may_when_nobody_is(report, readers, step):
    named = report(readers.guard)
    step(readers.manager, named, "assign", assignee=readers.cleaner.user_id, interim="拉线")
    with pytest.raises(Problem, match="not_yours"):
        step(readers.engineer, named, "rectify", note="好了", after=[uuid7()])
    team = report(readers.guard, "water_leak")
    step(readers.supervisor, team, "assign", team="engineering", interim="关阀")
    assert step(readers.engineer, team, "rectify", note="好了", after=[uuid7()]).state == "to_verify"


def test_the_desk_assigns_to_teams_and_a_supervisor_to_people_of_the_own_team(report, readers, step):
    hazard = report(readers.guard)
    engineer = readers.engineer.user_id
    for part, code in (("desk", "hazard.team_only"), ("supervisor", "hazard.other_team")):
        with pytest.raises(Problem) as refusal:
            step(getattr(readers, part), hazard, "assign", assignee=engineer, interim="拉线")
        assert (refusal.value.code, refusal.value.status) == (code, 403)
    step(readers.engineering, hazard, "assign", assignee=engineer, interim="拉线")
    assert (hazard.assignee_id, hazard.team) == (engineer, "engineering")


def test_a_leader_assigns_minor_ones_only(report, readers, step):
    minor = report(readers.guard, "lighting_fault")
    assert step(readers.leader, minor, "assign", team="engineering").state == "assigned"
    with pytest.raises(Problem) as refusal:
        step(readers.leader, report(readers.guard), "assign", team="engineering", interim="拉线")
    assert refusal.value.status == 403


def test_somebody_who_left_cannot_be_assigned(report, readers, step):
    with pytest.raises(Problem, match=r"hazard\.assignee"):
        step(readers.manager, report(readers.guard), "assign", assignee=readers.stranger.user_id, interim="拉线")


def test_a_slow_assignment_buys_no_time(report, readers, step):
    hazard = report(readers.guard)
    late = NIGHT + timedelta(hours=30)
    step(
        readers.supervisor,
        hazard,
        "assign",
        team="engineering",
        interim="x",
        due_at=late + timedelta(hours=5),
        moment=late,
    )

    assert hazard.first_due_at == NIGHT + timedelta(hours=24)
    assert hazard.due_at == late + timedelta(hours=5)


def test_more_time_is_given_twice_before_the_deadline_with_a_reason(in_state, readers, step):
    hazard = in_state("assigned")
    for extra in (10, 20):
        due = NIGHT + timedelta(hours=24 + extra)
        step(readers.supervisor, hazard, "assign", team="engineering", due_at=due, note="等材料")
        assert hazard.due_at == due
    with pytest.raises(Problem, match=r"hazard\.extensions"):
        step(readers.supervisor, hazard, "assign", team="engineering", due_at=NIGHT + timedelta(days=3), note="等")
    assert hazard.first_due_at == NIGHT + timedelta(hours=24)
    with pytest.raises(Problem, match=r"hazard\.extension_late"):
        step(
            readers.supervisor, hazard, "assign", team="engineering", note="等",
            due_at=NIGHT + timedelta(days=9), moment=NIGHT + timedelta(days=8),
        )  # fmt: skip


def test_more_time_for_a_critical_one_is_the_managers(report, readers, step):
    hazard = report(readers.guard, severity="critical")
    plan = {"team": "engineering", "interim": "封闭", "due_at": NIGHT + timedelta(days=4)}
    with pytest.raises(Problem, match="plan_by_manager"):
        step(readers.supervisor, hazard, "assign", **plan)
    assert step(readers.manager, hazard, "assign", **plan).due_at == plan["due_at"]


def test_a_deadline_of_a_form_is_the_sites_wall_clock(report, readers, step):
    hazard = report(readers.guard)
    step(readers.supervisor, hazard, "assign", team="engineering", interim="x", due_at="2026-03-02T18:00")

    assert hazard.due_at == shanghai(2, 18)


def test_reopened_within_seven_days_and_not_later(in_state, readers, step):
    hazard = in_state("closed")
    assert hazard.closed_day is not None
    step(readers.supervisor, hazard, "reopen", note="又松了", moment=NIGHT + timedelta(days=6))
    assert (hazard.state, hazard.reopen_count, hazard.closed_at, hazard.rectified_at) == ("assigned", 1, None, None)
    old = in_state("closed")
    with pytest.raises(Problem) as refusal:
        step(readers.supervisor, old, "reopen", note="又松了", moment=NIGHT + timedelta(days=8))
    assert (refusal.value.code, refusal.value.status) == ("hazard.reopen_late", 409)


def test_a_merged_one_gives_its_sightings_away(report, readers, step):
    stays, goes = report(readers.guard), report(readers.guard2)
    report(readers.guard, seen_again=str(goes.id), photos=[uuid7()])
    step(readers.supervisor, goes, "merge", target=stays.number)

    assert (goes.state, goes.merged_into_id) == ("merged", stays.id)
    assert {row.hazard_id for row in db.session.query(Sighting)} == {stays.id}
    assert db.session.query(Sighting).count() == 2
    with pytest.raises(Problem, match="merge_target"):
        step(readers.supervisor, stays, "merge", target=stays.number)


def test_an_interim_measure_of_a_critical_one_needs_a_photo(in_state, readers, step):
    hazard = in_state("assigned", "critical")
    with pytest.raises(Problem, match=r"order\.missing"):
        step(readers.engineer, hazard, "interim", interim="围挡")
    step(readers.engineer, hazard, "interim", interim="围挡", photos=[uuid7()])
    assert hazard.interim_measure == "围挡"
