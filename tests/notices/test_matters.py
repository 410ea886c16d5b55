"""Each of the six matters: when it arises, whom it is for, when it ends, that it is told once and never lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from patrol.accounts.reader import reader_by_token
from patrol.accounts.roster import Duty
from patrol.accounts.user import Membership
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.notices.audience import Member
from patrol.notices.audience import told as audience
from patrol.notices.make import look
from patrol.notices.matter import Matter
from patrol.notices.notice import acknowledge
from patrol.notices.rules import Pace
from patrol.notices.site_notices import change_pace
from patrol.reviews.period import Period
from patrol.reviews.review import review
from patrol.reviews.signature import ReviewEdition
from patrol.reviews.signing import sign
from patrol.rounds.round import Round
from patrol.sync.waiting import tell_waiting
from tests.conftest import read_as, token_of
from tests.notices.conftest import AT_NIGHT, DAY, MINUTE, ids


def test_a_round_nobody_began_by_s_plus_t_is_told_once_to_those_who_lead_the_team(told, north, people):
    """20:00 every 2 h, 40 min: T is 24 min."""
    told.look("20:23")
    assert told.notices("not_started", "missed") == []

    told.look("20:24")
    told.look("20:25")

    notice = told.one("not_started")
    assert (notice.facts["route"], notice.facts["time"], notice.team) == ("北线", "20:00", "security")
    assert told.for_whom(notice) == ids(people.leader, people.supervisor)


def test_it_ends_by_itself_when_the_round_is_begun(told, north, world):
    told.look("20:30")
    world.walk(world.rounds(DAY, north)[0], ["late"])

    told.look("20:50")

    assert told.one("not_started").ended_at == told.at("20:50")


def test_when_the_round_closes_unwalked_it_becomes_a_missed_one(told, north):
    """C is 21:36."""
    told.look("20:30")
    told.look("21:35")
    assert told.notices("missed") == []

    told.look("21:36")

    assert told.one("not_started").ended_at is not None
    missed = told.one("missed")
    assert (missed.facts["whole"], missed.facts["points"], missed.stands) == (True, 4, True)


def test_points_left_out_are_named(told, north, world):
    told.look("20:00")
    world.walk(world.rounds(DAY, north)[0], ["on_time", "on_time", "missed", "on_time"])

    told.look("21:40")

    facts = told.one("missed").facts
    assert (facts["missed"], facts["whole"], facts["names"]) == (1, False, "3 栋 天台")


def test_a_missed_round_whose_scans_arrive_late_ends_by_itself(told, north, world):
    told.look("20:00")
    told.look("21:40")
    world.walk(world.rounds(DAY, north)[0], ["on_time"] * 4)

    told.look("23:00")

    assert told.notices("missed")[0].ended_at == told.at("23:00")


def test_nothing_missed_is_lost_while_no_tick_ran(told, north):
    """The whole night without a tick: the six rounds are told in the morning, each once."""
    told.look("20:00")

    told.look(told.at("07:59") + 20 * 60 * MINUTE)
    told.look(told.at("07:59") + 20 * 60 * MINUTE)

    assert len(told.notices("missed")) >= 6
    keys = [notice.key for notice in told.notices("missed")]
    assert len(keys) == len(set(keys))


def test_rounds_made_after_their_time_are_one_matter_for_each_route_and_day(told, north, world):
    world.make_rounds(DAY, AT_NIGHT)
    with write():
        for round_ in db.session.query(Round).all():
            db.session.get(Round, (round_.site_id, round_.id)).made_late = True

    told.look(told.at("20:00") + timedelta(hours=12))

    missed = told.one("missed")
    assert (missed.facts["rounds"], missed.url) == (6, f"/reviews/day/{DAY}")


@pytest.fixture
def gas(world, places):
    return world.hazard(places.pump, AT_NIGHT, category="gas_leak", severity="critical", hours=1)


def test_a_critical_hazard_is_told_at_once_to_who_leads_and_to_the_manager(told, gas, people):
    told.look(AT_NIGHT)

    notice = told.one("critical")
    assert notice.critical
    assert told.for_whom(notice) == ids(people.leader, people.engineering, people.supervisor, people.manager)


def test_it_ends_when_somebody_takes_the_hazard_in_hand(told, gas, world):
    told.look(AT_NIGHT)
    world.step(gas, "assign", AT_NIGHT + MINUTE)

    told.look(AT_NIGHT + 2 * MINUTE)

    assert told.one("critical").ended_at == AT_NIGHT + 2 * MINUTE


def test_who_takes_note_stops_it_for_everybody(told, gas, people):
    told.look(AT_NIGHT)
    notice, leader = told.one("critical"), read_as(people.leader)
    with write():
        acknowledge(notice.id, by=leader, at=AT_NIGHT + MINUTE)

    told.look(AT_NIGHT + 31 * MINUTE)

    assert told.one("critical").acknowledged_at == AT_NIGHT + MINUTE
    assert read_as(people.manager).here.bell == len(
        [one for one in told.notices() if one.stands and people.manager.id in told.for_whom(one)]
    )


def test_an_overdue_hazard_goes_to_who_has_to_put_it_right_and_a_new_deadline_is_a_new_matter(
    told, world, places, people
):
    hazard = world.hazard(places.roof, AT_NIGHT, hours=2)
    world.step(hazard, "assign", AT_NIGHT)
    told.look(AT_NIGHT + 120 * MINUTE)
    assert told.notices("overdue") == []

    told.look(AT_NIGHT + 121 * MINUTE)
    assert told.for_whom(told.one("overdue")) == ids(people.engineer, people.engineering)

    world.step(hazard, "rectify", AT_NIGHT + 125 * MINUTE)
    told.look(AT_NIGHT + 126 * MINUTE)
    assert told.one("overdue").ended_at is not None
    world.step(hazard, "refuse", AT_NIGHT + 130 * MINUTE)
    with write():
        db.session.get(type(hazard), (hazard.site_id, hazard.id)).due_at = AT_NIGHT + 180 * MINUTE
    told.look(AT_NIGHT + 181 * MINUTE)
    assert [one.stands for one in told.notices("overdue")] == [False, True]


def test_the_day_is_to_be_signed_by_ten_the_week_on_monday_the_month_by_the_fifth(told, people):
    def unsigned() -> set[str]:
        return {one.facts["slug"] for one in told.notices("unsigned") if one.stands}

    told.look(told.world.at(DAY, "08:00") + 25 * 60 * MINUTE)  # Thursday 09:00
    assert "2026-03-18" not in unsigned()
    told.look(told.world.at(DAY, "08:00") + 26 * 60 * MINUTE)  # Thursday 10:00
    assert {"2026-03-18", "2026-W11", "2026-02"} <= unsigned()
    day = next(one for one in told.notices("unsigned") if one.facts["slug"] == "2026-03-18")
    week = next(one for one in told.notices("unsigned") if one.facts["slug"] == "2026-W11")
    assert told.for_whom(day) == ids(people.leader, people.supervisor)
    assert told.for_whom(week) == ids(people.supervisor, people.engineering)


def test_the_signatures_of_all_end_it(told, people):
    morning = told.world.at(DAY, "08:00") + 26 * 60 * MINUTE
    told.look(morning)
    found, hash = review(told.world.site.id, Period.around("day", DAY), morning), None
    for by in (read_as(people.leader), read_as(people.supervisor)):
        told.look(morning)
        with write():
            sign(found, by=by, at=morning, hash=hash)
        hash = db.session.scalars(select(ReviewEdition.hash)).one()

    told.look(morning + MINUTE)

    day = next(one for one in told.notices("unsigned") if one.facts["slug"] == "2026-03-18")
    assert day.ended_at == morning + MINUTE


def test_a_phone_that_said_that_something_old_waits_is_told_to_its_owner_and_who_leads(told, people):
    by = reader_by_token(token_of(people.guard), now())
    at = now()
    sent_at = at + timedelta(hours=9)  # its clock is wrong; how long it waited is right all the same
    tell_waiting(by, {"count": 3, "oldest": (sent_at - 119 * MINUTE).isoformat(), "sent_at": sent_at.isoformat()}, at)
    told.look(at)
    assert told.notices("unsent") == []

    told.look(at + 2 * MINUTE)
    notice = told.one("unsent")
    assert notice.facts["count"] == 3
    assert told.for_whom(notice) == ids(people.guard, people.leader, people.supervisor)

    tell_waiting(by, {"count": 0, "oldest": None, "sent_at": sent_at.isoformat()}, at + 3 * MINUTE)
    told.look(at + 4 * MINUTE)
    assert told.one("unsent").ended_at is not None


def test_when_nobody_else_is_there_for_it_the_manager_is_told(told, north, people):
    with write():
        for person in (people.leader, people.supervisor):
            db.session.get(type(person), person.id).disabled_at = AT_NIGHT

    told.look("20:30")

    assert told.for_whom(told.one("not_started")) == ids(people.manager)


def test_another_site_is_told_nothing(told, gas, sites, people):
    told.look(AT_NIGHT)
    look(sites.hill, AT_NIGHT)

    assert people.stranger.id not in told.for_whom(told.one("critical"))


def test_nobody_took_note_so_it_goes_to_the_named_person_and_then_to_the_manager(told, north, people):
    with write():
        pace = Pace(escalate_min=20)
        change_pace(told.site.id, pace, people.engineering.id, version=1, by=people.manager.id, at=AT_NIGHT)
    told.look("20:24")

    told.look("20:43")
    assert told.for_whom(told.one("not_started")) == ids(people.leader, people.supervisor)
    told.look("20:44")
    assert told.for_whom(told.one("not_started")) == ids(people.leader, people.supervisor, people.engineering)
    told.look("21:04")
    everybody = ids(people.leader, people.supervisor, people.engineering, people.manager)
    assert told.for_whom(told.one("not_started")) == everybody
    assert told.one("not_started").level == 2


def test_a_tick_that_was_down_passes_it_on_to_both_at_once(told, gas, people):
    with write():
        change_pace(told.site.id, Pace(), people.engineer.id, version=1, by=people.manager.id, at=AT_NIGHT)
    told.look(AT_NIGHT)

    told.look(AT_NIGHT + 600 * MINUTE)

    assert people.engineer.id in told.for_whom(told.one("critical"))
    assert told.one("critical").level == 2


def test_the_bell_counts_what_stands_for_each(told, gas, people):
    told.look(AT_NIGHT)

    assert read_as(people.guard).here.bell == 0
    standing = [one for one in told.notices() if people.engineering.id in told.for_whom(one)]
    assert read_as(people.engineering).here.bell == len(standing) > 0


def member(role: str, team: str) -> Member:
    return Member(uuid7(), role, team)


def test_of_each_team_those_on_duty_are_told_and_the_whole_team_where_the_roster_names_nobody():
    early, late = member("engineer", "engineering"), member("engineer", "engineering")
    head, desk, leader = (
        member("engineering_supervisor", "engineering"), member("service_desk", "customer_service"),
        member("shift_leader", "security"),
    )  # fmt: skip
    everybody = [early, late, head, desk, leader]
    matter = Matter("k", "urgent", "/", {}, AT_NIGHT, "engineering", whom=("team", "team_head", "desk"))

    def names(*on_shift: Member) -> set:
        return set(audience(matter, everybody, {one.user_id for one in on_shift}))

    def these(*people: Member) -> set:
        return {one.user_id for one in people}

    assert names() == names(leader) == these(early, late, head, desk)
    assert names(early) == these(early, head, desk)
    assert names(desk) == these(early, late, head, desk)  # the desk's duty says nothing of the engineers
    assert names(early, desk) == these(early, head, desk)


def test_what_lasts_for_days_is_told_to_every_shift():
    early, late = member("engineer", "engineering"), member("engineer", "engineering")
    sent = Matter("k", "sent", "/", {}, AT_NIGHT, "engineering")

    assert set(audience(sent, [early, late], {early.user_id})) == {early.user_id, late.user_id}


def test_a_round_nobody_began_is_told_to_the_leader_on_the_roster(told, north, people):
    with write():
        place = db.session.scalars(select(Membership).where(Membership.user_id == people.guard.id)).one()
        place.role = "shift_leader"  # there are two now, and one of them is off duty tonight
        db.session.add(
            Duty(id=uuid7(), site_id=told.site.id, day=DAY, shift="night", team="security", user_id=people.leader.id)
        )

    told.look("20:24")

    assert told.for_whom(told.one("not_started")) == ids(people.leader, people.supervisor)
