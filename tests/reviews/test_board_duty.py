"""Who is on duty: the roster's people of this shift and whoever scanned, and what to think of their silence."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import update

from patrol.accounts.device import Device
from patrol.accounts.roster import Duty
from patrol.accounts.user import User
from patrol.core.db import db, write
from patrol.reviews.board import board

DAY = date(2026, 3, 18)


@pytest.fixture
def roster(sites):
    def put(*people, shift="night", team="security"):
        with write():
            db.session.add_all(
                Duty(site_id=sites.lake.id, day=DAY, shift=shift, team=team, user_id=person.id) for person in people
            )

    return put


@pytest.fixture
def phones():
    def give(*numbers):
        with write():
            for person, number in numbers:
                db.session.execute(update(User).where(User.id == person.id).values(phone=number))

    return give


@pytest.fixture
def spoke(reader_of):
    """spoke(person, at): the person's phone was heard of then."""

    def once(person, at):
        reader_of(person)
        with write():
            db.session.execute(update(Device).where(Device.user_id == person.id).values(last_seen_at=at))

    return once


@pytest.fixture
def tonight(world, north):
    world.make_rounds(DAY, world.at(DAY, "19:00"))
    return world.rounds(DAY)


def states(world, clock):
    return {one.name: (one.state, one.expected) for one in board(world.site.id, world.at(DAY, clock)).on_duty}


def test_whoever_is_on_the_roster_and_was_not_seen_is_missed(world, tonight, roster, people):
    roster(people.guard, people.guard2)
    world.walk(tonight[0], ["on_time", "pending", "pending", "pending"])
    assert states(world, "20:10") == {"张伟": ("heard", True), "赵敏": ("begun", True)}
    found = board(world.site.id, world.at(DAY, "20:30"))
    assert [(one.name, one.state) for one in found.on_duty] == [("赵敏", "absent"), ("张伟", "heard")]
    assert (found.expected, found.here) == (2, 1)


def test_the_day_shift_is_not_expected_at_night(world, tonight, roster, people):
    roster(people.guard, shift="day")
    assert states(world, "20:40") == {}


def test_a_stand_in_is_on_duty_without_the_roster(world, tonight, roster, people):
    roster(people.guard2)
    world.walk(tonight[0], ["on_time", "pending", "pending", "pending"], by=people.guard)
    assert states(world, "20:10")["张伟"] == ("heard", False)


def test_a_phone_that_speaks_is_quiet_and_one_that_does_not_is_silent(world, tonight, roster, people, spoke):
    world.walk(tonight[0], ["on_time", "pending", "pending", "pending"])
    assert states(world, "20:45")["张伟"][0] == "silent"
    spoke(people.guard, world.at(DAY, "20:40"))
    assert states(world, "20:45")["张伟"][0] == "quiet"


def test_a_phone_that_speaks_between_two_rounds_is_heard(world, tonight, roster, people, spoke):
    roster(people.guard2)
    spoke(people.guard2, world.at(DAY, "20:40"))
    assert states(world, "20:45")["赵敏"] == ("heard", True)


def test_nobody_started_so_the_shift_leader_is_called(world, tonight, roster, phones, people, as_user):
    roster(people.guard, people.leader)
    phones((people.guard, "13800000217"), (people.leader, "13800000201"))
    found = board(world.site.id, world.at(DAY, "21:20"))
    assert [(m.person, m.phone) for m in found.missing] == [("何勇", "13800000201")] * 4
    with time_machine.travel(world.at(DAY, "21:20"), tick=False):
        page = as_user(people.supervisor).get("/board").text
    assert 'href="tel:13800000201"' in page
    assert "应到 2 人" in page


def test_who_walks_is_called_before_the_leader(world, tonight, roster, phones, people):
    roster(people.guard, people.leader)
    phones((people.guard, "13800000217"), (people.leader, "13800000201"))
    world.walk(tonight[0], ["on_time", "pending", "on_time", "on_time"])
    found = board(world.site.id, world.at(DAY, "21:20"))
    assert [(m.person, m.phone) for m in found.missing] == [("张伟", "13800000217")]


def test_without_anybody_the_post_is_called(world, tonight, reader_of, people):
    with write():
        world.site = db.session.merge(world.site)
        world.site.post_phone = "0571-5555 0199"
    here = reader_of(people.supervisor).here
    found = board(world.site.id, world.at(DAY, "21:20"), here)
    assert {(m.person, m.phone) for m in found.missing} == {("", "0571-5555 0199")}


def test_a_locked_person_is_not_expected(world, tonight, roster, people):
    roster(people.guard)
    with write():
        db.session.execute(update(User).where(User.id == people.guard.id).values(disabled_at=world.at(DAY, "12:00")))
    assert states(world, "20:40") == {}


def test_long_gone_scans_are_nobody_on_duty(world, tonight, people):
    world.walk(tonight[0], ["on_time", "pending", "pending", "pending"])
    late = world.at(DAY, "07:50") + timedelta(minutes=5)
    assert board(world.site.id, late).on_duty[0].state == "silent"
    assert board(world.site.id, world.at(DAY, "20:00") + timedelta(hours=12, minutes=10)).on_duty == []


def test_whose_shift_is_over_went_home(world, tonight, roster, people, places):
    roster(people.guard, shift="day")
    roster(people.guard2)
    world.scans([(places.lobby.id, world.at(DAY, "19:50"), None, ())], by=people.guard)
    world.scans([(places.lobby.id, world.at(DAY, "19:50"), None, ())], by=people.leader)
    assert states(world, "20:10") == {"赵敏": ("begun", True), "何勇": ("heard", False)}
