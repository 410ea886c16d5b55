"""A night as it might be, played through the phones' own door; what comes of it is written here by hand."""

from collections import Counter
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from patrol.core.db import db
from patrol.notices.make import look
from patrol.notices.notice import Notice
from patrol.reviews.board import board
from patrol.reviews.fresh import tallies
from patrol.reviews.tally import patrol_totals
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.exceptions_list import Wanted, exceptions
from patrol.rounds.excuse import Ask
from patrol.rounds.walk import rounds_between, walks
from tests.night.play import HOURS, play, write_the_story
from tests.night.stage import NIGHT, Stage, clock, set_the_stage
from tests.scenery import scene

ALL = "completed"
AT_EIGHT = {  # the garage has not been heard of since the evening; its guard is in there
    "外围线": [ALL] * 6,
    "楼栋线": [ALL, "incomplete", "missed", "incomplete", "missed", ALL],
    "东区线": [ALL, ALL, ALL, ALL, "missed", ALL],
    "车库线": ["missed"] * 6,
}
IN_THE_MORNING = {**AT_EIGHT, "车库线": [ALL] * 6}  # he came up at 08:06


LATE = {  # nobody had begun half an hour after the time, as far as the server could know
    ("楼栋线", "00:00"), ("楼栋线", "04:00"), ("东区线", "04:00"), *(("车库线", hour) for hour in HOURS),
}  # fmt: skip
LOST = {  # rounds that closed with points missing
    ("楼栋线", "22:00"), ("楼栋线", "00:00"), ("楼栋线", "02:00"), ("楼栋线", "04:00"), ("东区线", "04:00"),
    *(("车库线", hour) for hour in HOURS),
}  # fmt: skip
ODD = {  # what the cheat did, by the hour of the round: one sign that every point of it shows, or most do
    "22:00": ("far_away", 4), "00:00": ("burst", 6), "02:00": ("position_odd", 6), "04:00": ("clock_step", 6),
}  # fmt: skip


@pytest.fixture
def stage(app, sites, people, password_hash) -> Stage:
    stage = set_the_stage(app, sites.lake, people, password_hash)
    write_the_story(stage)
    return stage


@pytest.fixture
@scene
def half_past_eight(app, sites, people, password_hash) -> SimpleNamespace:
    """The night is over, and the garage has been heard of."""
    return over(set_the_stage(app, sites.lake, people, password_hash), "08:30")


@pytest.fixture
@scene
def twenty_past_ten(app, sites, people, password_hash) -> SimpleNamespace:
    """Everything has closed that the night could leave open."""
    return over(set_the_stage(app, sites.lake, people, password_hash), "10:20")


def over(stage: Stage, until: str) -> SimpleNamespace:
    """The whole story played until then; what is left of the stage."""
    write_the_story(stage)
    play(stage, clock(until), beat_of(stage))
    return SimpleNamespace(site=stage.site, people=stage.people, lazy=stage.phones["lazy"].owner)


def beat_of(stage: Stage):
    """What the server does beside its requests, here each ten minutes."""
    return lambda at: look(stage.site, at)


def notices(stage: Stage, kind: str) -> list[Notice]:
    query = select(Notice).where(Notice.site_id == stage.site.id, Notice.kind == kind)
    return list(db.session.scalars(query.order_by(Notice.made_at)))


def odd(stage: SimpleNamespace, grade: str) -> list[Any]:
    """Everything on the page of exceptions of this night."""
    ensure_evidence(stage.site.id, clock("10:20"))
    rows, cursor = [], None
    while True:
        page = exceptions(stage.site.id, Wanted(NIGHT, NIGHT, grade=grade), cursor)
        rows += page.rows
        if page.older is None:
            return rows
        cursor = page.older


def states(stage: Stage | SimpleNamespace, at: datetime) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for walk in walks(stage.site.id, rounds_between(stage.site.id, NIGHT, NIGHT), at):
        found.setdefault(walk.route_name, []).append(walk.state)
    return found


def test_the_rounds_stand_as_they_were_walked_and_a_night_without_signal_costs_nothing(stage):
    play(stage, clock("08:00"), beat_of(stage))
    assert states(stage, clock("08:00")) == AT_EIGHT

    play(stage, clock("08:30"), beat_of(stage), clock("08:10"))
    assert states(stage, clock("08:30")) == IN_THE_MORNING


def test_the_day_counts_every_point_of_the_night_once(half_past_eight):
    """132 points: three given up, one roof not reached, twelve not begun, six walked by a false clock."""
    patrol = patrol_totals(tallies(half_past_eight.site.id, NIGHT, NIGHT, clock("08:30"))[NIGHT])

    assert (patrol.rounds, patrol.completed_rounds, patrol.missed_rounds) == (24, 19, 3)
    assert patrol.planned == 6 * (6 + 6 + 6 + 4) == 132
    assert (patrol.missed, patrol.on_time, patrol.late) == (3 + 1 + 12 + 6, 110, 0)


def test_the_board_at_half_past_one_names_what_is_being_lost(stage):
    """Midnight's round of the buildings, and the garage's since the evening; nobody else."""
    play(stage, clock("01:00"), beat_of(stage))

    found = board(stage.site.id, clock("01:00"))

    assert {(m.walk.route_name, m.over) for m in found.missing if not m.over} == {("楼栋线", False), ("车库线", False)}
    assert {m.walk.route_name for m in found.missing if m.over} == {"楼栋线", "车库线"}
    assert found.reached == 6 * 3 + 6 + 3 + 6 * 3  # honest and cheat three rounds each, lazy one and a half


def test_the_notices_are_those_an_honest_supervisor_would_have_sent(stage, as_user):
    """Each once; the gas leak again each half hour until somebody takes note at ten past midnight."""

    def take_note(at: datetime) -> None:
        [leak] = notices(stage, "critical")
        reply = as_user(stage.people.leader).post(f"/notices/{leak.id}/acknowledgement")
        assert reply.status_code == 303

    stage.at(clock("00:11"), take_note)
    play(stage, clock("10:20"), beat_of(stage))

    def named(kind: str) -> list[tuple[str, str]]:
        return [(notice.facts["route"], notice.facts["time"]) for notice in notices(stage, kind)]

    assert sorted(named("not_started")) == sorted(LATE)
    assert sorted(named("missed")) == sorted(LOST)
    dark = [notice for notice in notices(stage, "missed") if notice.facts["route"] == "车库线"]
    assert {notice.ended_at for notice in dark} == {clock("08:10")}  # they ended by themselves when he came up
    assert [(n.facts["category"], n.acknowledged_at) for n in notices(stage, "critical")] == [
        ("gas_leak", clock("00:11"))
    ]
    assert [n.facts["slug"] for n in notices(stage, "unsigned")] == ["2026-03-30"]
    assert notices(stage, "unsent") == []  # a phone that is not heard of cannot say what it holds
    # the leak and the pot were given to nobody in time (30 min, 4 h), the leak was three quarters through its hour
    kinds = Counter(kind for kind in db.session.scalars(select(Notice.kind)))
    orders = {"critical": 1, "overdue": 1, "unassigned": 2, "due_soon": 1}
    assert kinds == {"not_started": 9, "missed": 11, "unsigned": 1, **orders}


def test_the_exceptions_are_the_five_ways_of_one_man_and_nobody_elses(twenty_past_ten):
    rows = odd(twenty_past_ten, "C")

    assert {row.person for row in rows} == {"贾明"}
    for hour, (flag, times) in ODD.items():
        at = [row for row in rows if row.scan_id and flag in row.flags and row.starts_at == clock(hour)]
        assert len(at) == times, (hour, flag)
    assert [row.flags for row in rows if row.kind == "addition"] == [["photo_seen"]]
    assert [row.flags for row in rows if row.kind == "round" and row.flags] == [["round_too_fast"]]
    assert [row.person for row in odd(twenty_past_ten, "B") if row.person != "贾明"] == []


def test_what_a_supervisor_makes_void_is_missed_and_the_day_says_so(twenty_past_ten, as_user):
    chair = [row for row in odd(twenty_past_ten, "C") if row.scan_id and row.starts_at == clock("22:00")]
    with time_machine.travel(clock("10:30"), tick=False):
        for row in chair:
            reply = as_user(twenty_past_ten.people.supervisor).post(
                f"/exceptions/{row.id}/words", data={"act": "voided", "text": "人在东门岗亭，没有到点"}
            )
            assert reply.status_code == 303

    assert len(chair) == 4
    patrol = patrol_totals(tallies(twenty_past_ten.site.id, NIGHT, NIGHT, clock("10:31"))[NIGHT])
    assert (patrol.completed_rounds, patrol.missed, patrol.on_time) == (18, 22 + 4, 110 - 4)


def test_an_approved_excuse_leaves_the_denominator_and_completes_the_round(half_past_eight, as_user):
    """The locked roof at two o'clock; giving up at ten had no excuse to ask for."""
    ask = db.session.scalars(select(Ask)).one()
    with time_machine.travel(clock("08:40"), tick=False):
        form = {"ask[]": str(ask.id), "do": "approve"}
        lazy = as_user(half_past_eight.lazy).post(f"/rounds/{ask.round_id}/decisions", data=form)
        reply = as_user(half_past_eight.people.supervisor).post(f"/rounds/{ask.round_id}/decisions", data=form)

    assert (lazy.status_code, reply.status_code) == (403, 303)
    patrol = patrol_totals(tallies(half_past_eight.site.id, NIGHT, NIGHT, clock("08:41"))[NIGHT])
    assert (patrol.planned, patrol.excused, patrol.missed, patrol.completed_rounds) == (131, 1, 21, 20)
    assert states(half_past_eight, clock("08:41"))["楼栋线"] == [ALL, "incomplete", "missed", ALL, "missed", ALL]
