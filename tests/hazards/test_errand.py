"""Taking on, setting out, arriving: who may, and that a scan of the place's label marks the arrival."""

from datetime import timedelta

import pytest

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.hazards.draw import SAMPLED, drawn
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.workorders.timeline import steps_of
from tests.hazards.conftest import NIGHT, at


@pytest.fixture
def teams(report, readers, step):
    """A hazard that is the whole engineering team's."""
    hazard = report(readers.guard, "water_leak", place="lobby")
    return step(readers.supervisor, hazard, "assign", team="engineering", interim="关阀")


def scan(readers, places, part, place, moment):
    with write():
        scan_label(NewScan(uuid7(), ScanData(code=places.codes[place]), at(moment)), by=getattr(readers, part))


def test_one_of_the_team_takes_it_and_the_second_is_told_who_has_it(teams, readers, step):
    step(readers.engineer, teams, "take")
    assert teams.assignee_id == readers.engineer.user_id

    with pytest.raises(Problem) as refusal:
        step(readers.engineering, teams, "take")

    assert (refusal.value.code, refusal.value.status, refusal.value.facts["name"]) == ("order.taken", 409, "李强")


def test_somebody_of_another_team_takes_nothing(teams, readers, step):
    for part in ("guard", "cleaner", "leader", "manager", "desk", "contractor"):
        for name in ("take", "set_out", "arrive"):
            with pytest.raises(Problem) as refusal:
                step(getattr(readers, part), teams, name)
            assert refusal.value.status == 403, part


def test_setting_out_takes_it_on_and_each_is_noted_once(teams, readers, step):
    step(readers.engineer, teams, "set_out")
    assert (teams.assignee_id, teams.taken_at) == (readers.engineer.user_id, teams.set_out_at)
    step(readers.engineer, teams, "arrive")
    for name in ("take", "set_out", "arrive"):
        with pytest.raises(Problem) as refusal:
            step(readers.engineer, teams, name)
        assert refusal.value.status == 409


def test_what_the_phone_sent_on_the_way_does_not_make_its_own_form_stale(teams, readers, step):
    read = teams.version
    step(readers.engineer, teams, "take")
    assert teams.version == read + 1

    step(readers.engineer, teams, "rectify", note="换了", after=[uuid7()], version=read)

    assert teams.state == "to_verify"


def test_but_what_others_did_meanwhile_does(teams, readers, step):
    read = teams.version
    step(readers.engineer, teams, "take")
    step(readers.engineering, teams, "assign", note="换人", team="engineering")
    with pytest.raises(Problem, match="stale"):
        step(readers.engineer, teams, "rectify", note="换了", after=[uuid7()], version=read)


def test_a_scan_at_the_place_marks_the_arrival_of_the_one_it_names(teams, readers, step, places):
    step(readers.engineer, teams, "take")
    scan(readers, places, "engineer", "lobby", NIGHT + timedelta(hours=2))

    db.session.refresh(teams)
    assert teams.arrived_at == NIGHT + timedelta(hours=2)
    last = steps_of(teams)[-1]
    assert (last.step, last.detail["scan"], last.user_id) == ("arrive", True, readers.engineer.user_id)
    scan(readers, places, "engineer", "lobby", NIGHT + timedelta(hours=3))
    db.session.refresh(teams)
    assert teams.arrived_at == NIGHT + timedelta(hours=2)


@pytest.mark.parametrize(
    ("part", "place", "hours"), [("guard", "lobby", 2), ("engineer", "pump", 2), ("engineer", "lobby", -1)]
)
def test_other_scans_say_nothing_about_it(part, place, hours, teams, readers, step, places):
    step(readers.engineer, teams, "take")
    scan(readers, places, part, place, NIGHT + timedelta(hours=hours))

    db.session.refresh(teams)
    assert teams.arrived_at is None


def test_sent_back_or_given_to_another_nobody_is_on_the_way(teams, readers, step):
    step(readers.engineer, teams, "arrive")
    step(readers.engineer, teams, "rectify", note="换了", after=[uuid7()])
    step(readers.supervisor, teams, "refuse", note="还在滴")
    assert (teams.taken_at, teams.set_out_at, teams.arrived_at) == (None, None, None)
    step(readers.engineer, teams, "set_out")
    step(readers.supervisor, teams, "assign", team="security", note="保安先看住")
    assert (teams.set_out_at, teams.assignee_id) == (None, None)


def test_a_critical_one_is_acknowledged_once_by_somebody_in_charge(in_state, readers, step):
    hazard = in_state("reported", "critical")
    with pytest.raises(Problem) as refusal:
        step(readers.leader, hazard, "acknowledge")
    assert refusal.value.status == 403
    step(readers.supervisor, hazard, "acknowledge")
    assert hazard.acknowledged_at is not None
    with pytest.raises(Problem, match="known"):
        step(readers.manager, hazard, "acknowledge")
    with pytest.raises(Problem, match="known"):
        step(readers.manager, in_state("reported"), "acknowledge")


def test_about_a_tenth_of_what_was_closed_on_the_spot_is_drawn():
    ids = [uuid7() for _one in range(2000)]
    assert 0.05 < sum(drawn(id, When.now().received_at) for id in ids) / len(ids) < 2 / SAMPLED


def test_a_drawn_one_is_looked_at_by_somebody_else(report, readers, step):
    pot = report(readers.guard, "parking_violation", place="gate", spot=True, after=[uuid7()], moment=now())
    with write():
        pot.to_sample = False
    with pytest.raises(Problem, match="not_drawn"):
        step(readers.leader, pot, "sample")
    with write():
        pot.to_sample = True
        pot.rectified_by_id = readers.leader.user_id
        db.session.add(pot)
    with pytest.raises(Problem, match="own_work"):
        step(readers.leader, pot, "sample")
    step(readers.supervisor, pot, "sample", note="看过", photos=[uuid7()])
    assert (pot.state, pot.to_sample) == ("closed", False)
