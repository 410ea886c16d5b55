"""The first page between rounds: it says when the next one is, also when that is not today."""

import time_machine

from patrol.core.db import db, write
from patrol.rounds.route import Plan, add_route
from patrol.rounds.today import Planned, today_of
from tests.rounds.conftest import shanghai

SUNDAY_NOON = shanghai("2026-04-05 12:00")


def only_on(weekday: int) -> None:
    with write():
        db.session.query(Plan).one().weekdays = 1 << weekday


def test_the_next_round_is_told_though_it_is_days_ahead(as_user, people, reader_of, night_route):
    only_on(2)
    with time_machine.travel(SUNDAY_NOON, tick=True):
        found = today_of(reader_of(people.guard), SUNDAY_NOON)
        page = as_user(people.guard).get("/today").text

    assert (found.current, found.others) == (None, [])
    assert found.upcoming == Planned("北线", shanghai("2026-04-08 20:00"))
    assert "北线" in page
    assert "4-08 20:00" in page
    assert "接下来几小时没有安排" not in page.partition("<template")[0]


def test_another_teams_rounds_are_not_told(people, reader_of, night_route):
    only_on(2)
    with time_machine.travel(SUNDAY_NOON, tick=True):
        assert today_of(reader_of(people.cleaner), SUNDAY_NOON).upcoming is None
        assert today_of(reader_of(people.manager), SUNDAY_NOON).upcoming is not None


def test_a_plan_that_has_ended_promises_nothing(people, reader_of, night_route):
    with write():
        plan = db.session.query(Plan).one()
        plan.valid_to = plan.valid_from
    with time_machine.travel(SUNDAY_NOON, tick=True):
        assert today_of(reader_of(people.guard), SUNDAY_NOON).upcoming is None


def test_once_a_point_counts_as_late_the_card_says_so(as_user, people, night_route):
    for moment, said in (("2026-03-31 20:50", "21:04 前到"), ("2026-03-31 21:20", "已算迟到，21:36 前仍有效")):
        with time_machine.travel(shanghai(moment), tick=True):
            assert said in as_user(people.guard).get("/today").text


def test_the_next_round_in_turn_is_told_by_the_name_of_its_route(people, reader_of, night_route):
    with write():
        other = add_route(night_route.site_id, "南线", by=None, at=SUNDAY_NOON)
        plan = db.session.query(Plan).one()
        plan.other_route_id, plan.weekdays, plan.every_min, plan.random_min = other.id, 1 << 2, 720, 60
    with time_machine.travel(SUNDAY_NOON, tick=True):
        found = today_of(reader_of(people.guard), SUNDAY_NOON).upcoming

    # Wednesdays only, one round each: 1 April was this route's turn, 8 April is the other's; chance is not told
    assert found == Planned("南线", shanghai("2026-04-08 20:00"))
