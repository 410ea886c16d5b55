"""A round that somebody asks for: made once, open at once, judged like any other."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.journal.entry import history
from patrol.reviews.fresh import tallies
from patrol.reviews.tally import patrol_totals
from patrol.rounds.on_demand import demand_times, start_round, startable
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import Plan
from patrol.rounds.walk import walk_by_id
from patrol.sites.day import SiteDay
from tests.rounds.conftest import NIGHT, shanghai
from tests.rounds.test_walk import scan_at  # noqa: F401  fixture

EVENING = shanghai("2026-03-31 21:30")


@pytest.fixture
def on_demand(night_route):
    with write():
        plan = Plan(
            id=uuid7(), site_id=night_route.site_id, route_id=night_route.id, name="大风后", form="on_demand",
            expected_min=50, crew_size=2, both_scan=True, valid_from=NIGHT,
        )  # fmt: skip
        db.session.add(plan)
    return plan


def started(plan, reader, at=EVENING, id=None):
    with write():
        return start_round(plan.id, id=id or uuid7(), by=reader, at=at)


def round_of(plan, round_id) -> Round:
    return db.session.get_one(Round, (plan.site_id, round_id))


def test_its_times_begin_now_and_its_tolerance_is_a_fifth_of_the_walk():
    times = demand_times(EVENING, 50, None)

    assert (times.opens_at, times.starts_at) == (EVENING, EVENING)
    assert times.ends_at - EVENING == timedelta(minutes=50)
    assert times.tolerance == timedelta(minutes=10)
    assert times.closes_at - times.ends_at == timedelta(minutes=60)
    assert demand_times(EVENING, 300, None).tolerance == timedelta(minutes=30)
    own = demand_times(EVENING, 50, 90)
    assert (own.tolerance, own.closes_at - own.ends_at) == (timedelta(minutes=90), timedelta(minutes=90))


def test_a_round_started_by_hand_has_the_stops_and_rules_of_its_plan_and_marks_the_day(
    on_demand, people, reader_of, sites
):
    marks = db.session.scalar(select(SiteDay.changes).where(SiteDay.day == NIGHT))
    row = round_of(on_demand, started(on_demand, reader_of(people.leader)))

    assert (row.kind, row.plan_id, row.made_late) == ("on_demand", on_demand.id, False)
    assert (row.business_day, row.ordinal, row.crew_size, row.both_scan) == (NIGHT, 7, 2, True)
    assert db.session.scalar(select(func.count()).select_from(RoundStop).where(RoundStop.round_id == row.id)) == 3
    assert db.session.scalar(select(SiteDay.changes).where(SiteDay.day == NIGHT)) == marks + 1
    assert [entry.verb for entry in history(row.site_id, "round", row.id)] == ["round.started"]


def test_a_plan_on_demand_never_starts_by_itself(on_demand, night_route):
    assert db.session.scalar(select(func.count()).select_from(Round).where(Round.plan_id == on_demand.id)) == 0


def test_a_double_tap_starts_one_round(on_demand, as_user, people):
    form = {"id": str(uuid7())}
    with time_machine.travel(EVENING, tick=False):
        browser = as_user(people.supervisor)
        answers = [browser.post(f"/plans/{on_demand.id}/rounds", data=form) for _ in range(2)]

    assert [(one.status_code, one.location) for one in answers] == [(303, f"/rounds/{form['id']}")] * 2
    assert db.session.scalar(select(func.count()).select_from(Round).where(Round.kind == "on_demand")) == 1


def test_the_guard_sees_it_at_once_and_so_do_the_board_and_the_pack(on_demand, as_user, people):
    round_id = uuid7()
    with time_machine.travel(shanghai("2026-03-31 12:00"), tick=False):  # no other round is open at noon
        as_user(people.leader).post(f"/plans/{on_demand.id}/rounds", data={"id": str(round_id)})
        guard = as_user(people.guard)
        assert f"/rounds/{round_id}" in guard.get("/today").text
        assert str(round_id) in [one["id"] for one in guard.get("/sync/pack").get_json()["rounds"]]
        assert f"/rounds/{round_id}" in as_user(people.supervisor).get("/board").text
        assert "临时发起" in guard.get(f"/rounds/{round_id}").text


def test_it_counts_like_any_other_round(on_demand, people, reader_of, scan_at, sites):  # noqa: F811
    noon = shanghai("2026-03-31 12:00")
    round_id = started(on_demand, reader_of(people.supervisor), noon)
    before = patrol_totals(tallies(sites.lake.id, NIGHT, NIGHT, shanghai("2026-03-31 19:00"))[NIGHT])
    scan_at("lobby", "2026-03-31 12:10")
    after = patrol_totals(tallies(sites.lake.id, NIGHT, NIGHT, shanghai("2026-03-31 19:00"))[NIGHT])

    assert (before.rounds, before.planned, before.missed) == (1, 3, 3)
    assert (after.rounds, after.planned, after.on_time, after.missed) == (1, 3, 1, 2)
    assert walk_by_id(sites.lake.id, round_id, shanghai("2026-03-31 19:00")).state == "incomplete"


def test_what_was_scanned_before_somebody_asked_is_not_part_of_it(on_demand, people, reader_of, scan_at):  # noqa: F811
    round_id = started(on_demand, reader_of(people.supervisor), shanghai("2026-03-31 12:00"))

    assert scan_at("lobby", "2026-03-31 11:59").round_id is None
    assert scan_at("pump", "2026-03-31 12:00").round_id == round_id


def test_while_one_is_under_way_there_is_no_other_and_a_walked_one_makes_way(
    on_demand, people, reader_of, scan_at, sites  # noqa: F811
):  # fmt: skip
    reader = reader_of(people.supervisor)
    first = started(on_demand, reader, shanghai("2026-03-31 12:00"))
    with pytest.raises(Problem) as caught:
        started(on_demand, reader, shanghai("2026-03-31 12:20"))
    assert caught.value.code == "round.under_way"

    for key in ("lobby", "pump", "roof"):
        scan_at(key, "2026-03-31 12:10")
    second = started(on_demand, reader, shanghai("2026-03-31 12:20"))

    assert scan_at("lobby", "2026-03-31 12:25").round_id == second
    walk = walk_by_id(sites.lake.id, first, shanghai("2026-03-31 19:00"))
    assert (walk.state, walk.count("on_time")) == ("completed", 3)
    times = walk.times
    assert times.opens_at <= times.starts_at <= times.ends_at <= times.closes_at


def test_a_second_one_is_refused_in_words(on_demand, as_user, people):
    with time_machine.travel(EVENING, tick=False):
        browser = as_user(people.supervisor)
        browser.post(f"/plans/{on_demand.id}/rounds", data={"id": str(uuid7())})
        again = browser.post(f"/plans/{on_demand.id}/rounds", data={"id": str(uuid7())})

    assert again.status_code == 409
    assert "已有一轮正在进行" in again.text


def test_a_plan_offers_itself_only_while_it_holds(on_demand, people, reader_of, sites):
    def offered(day):
        return [one.plan_id for one in startable(sites.lake.id, day)]

    tomorrow = NIGHT + timedelta(days=1)
    assert offered(NIGHT) == offered(tomorrow) == [on_demand.id]
    assert offered(NIGHT - timedelta(days=1)) == []
    with write():
        plan = db.session.get_one(Plan, (on_demand.site_id, on_demand.id))
        plan.skip_dates = [tomorrow.isoformat()]
        plan.valid_to = tomorrow + timedelta(days=1)
    assert offered(tomorrow) == offered(tomorrow + timedelta(days=2)) == []
    with pytest.raises(Problem) as caught:
        started(on_demand, reader_of(people.supervisor), shanghai("2026-04-01 12:00"))
    assert caught.value.code == "round.no_plan"


def test_a_plan_with_times_is_not_started_by_hand(night_route, people, reader_of):
    plan = db.session.scalars(select(Plan).where(Plan.route_id == night_route.id)).one()
    with pytest.raises(NotHere):
        started(plan, reader_of(people.supervisor))


@pytest.mark.parametrize(("part", "sees"), [("leader", True), ("supervisor", True), ("guard", False)])
def test_who_may_start_one_finds_the_button(part, sees, on_demand, as_user, people):
    with time_machine.travel(EVENING, tick=False):
        browser = as_user(getattr(people, part))
        assert ("/rounds/start" in browser.get("/today").text) == sees
        page = browser.get("/rounds/start")
        assert (page.status_code, f"/plans/{on_demand.id}/rounds" in page.text) == (
            (200, True) if sees else (403, False)
        )
        if part == "supervisor":
            assert f"/plans/{on_demand.id}/rounds" in browser.get(f"/routes/{on_demand.route_id}").text
            assert "/rounds/start" in browser.get("/routes").text
            assert "/rounds/start" in browser.get("/board").text


def test_without_such_a_plan_the_page_says_what_to_do(night_route, as_user, people):
    assert "没有可以开始的" in as_user(people.leader).get("/rounds/start").text
