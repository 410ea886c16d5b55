"""Learned ways: a plain percentile of honest walks, from enough of them only."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_site import EvidenceSite, evidence_site
from patrol.rounds.walk_times import ENOUGH, count_when_due, fifth_percentile, learn, learned_times, recount_walks
from tests.reviews.world import World

DAY = date(2026, 3, 18)
SECONDS = st.lists(st.floats(1, 3600), min_size=ENOUGH, max_size=200)


def test_golden_one_to_a_hundred():
    assert fifth_percentile(list(range(101))) == 5
    assert fifth_percentile([100.0] * 30) == 100


def test_twenty_nine_walks_tell_nothing():
    assert fifth_percentile([60.0] * 29) is None
    assert fifth_percentile([60.0] * 30) == 60
    assert fifth_percentile([]) is None


@given(SECONDS, st.randoms(use_true_random=False))
def test_it_lies_among_them_whatever_their_order(seconds, dice):
    found = fifth_percentile(seconds)
    mixed = dice.sample(seconds, len(seconds))
    assert min(seconds) <= found <= max(seconds)
    assert fifth_percentile(mixed) == found


@given(SECONDS)
def test_about_one_in_twenty_is_at_or_below_it(seconds):
    below = sum(one < fifth_percentile(seconds) for one in seconds)
    assert below <= 0.05 * (len(seconds) - 1) + 1


@given(SECONDS, st.floats(0, 600))
def test_slower_people_make_a_longer_minimum(seconds, more):
    assert fifth_percentile([one + more for one in seconds]) >= fifth_percentile(seconds)


def test_there_and_back_are_two_ways():
    here, there = UUID(int=1), UUID(int=2)
    walks = [(here, there, 60.0)] * 30 + [(there, here, 90.0)] * 30 + [(here, here, 5.0)] * 3
    assert learn(walks) == {(here, there): (60.0, 30), (there, here): (90.0, 30)}


@pytest.fixture
def walked(sites, people, places):
    """Evidence of walks from the lobby to the pump room."""
    world = World(sites.lake, people)

    def add(n, seconds, grade="A", day=DAY):
        with write():
            db.session.add_all(
                Evidence(
                    id=uuid7(), site_id=sites.lake.id, kind="visit", business_day=day, at=world.at(day, "20:00"),
                    made_at=world.at(day, "22:00"), grade=grade, flags=[], measured={}, place_id=places.pump.id,
                    from_place_id=places.lobby.id, walked_s=seconds,
                )
                for _ in range(n)
            )  # fmt: skip

    evidence_site(sites.lake.id, world.at(DAY, "12:00"))
    return add


def way(sites, places):
    return learned_times(sites.lake.id)(places.lobby.id, places.pump.id)


def test_flagged_walks_teach_nothing(walked, sites, places, people):
    at = World(sites.lake, people).at(DAY, "23:00")
    walked(29, 80.0)
    walked(40, 3.0, grade="C")
    assert recount_walks(sites.lake.id, at) == 0
    walked(1, 80.0, grade="B")
    assert recount_walks(sites.lake.id, at) == 1
    assert way(sites, places) == 80
    assert learned_times(sites.lake.id)(places.pump.id, places.lobby.id) is None


def test_counted_again_it_is_the_same_row(walked, sites, places, people):
    at = World(sites.lake, people).at(DAY, "23:00")
    walked(30, 80.0)
    recount_walks(sites.lake.id, at)
    walked(30, 40.0)
    recount_walks(sites.lake.id, at)
    assert way(sites, places) == 40


def test_walks_of_last_year_are_forgotten(walked, sites, people):
    walked(40, 80.0, day=DAY - timedelta(days=120))
    assert recount_walks(sites.lake.id, World(sites.lake, people).at(DAY, "23:00")) == 0


def test_it_is_counted_once_in_twenty_hours(walked, sites, places, people):
    at = World(sites.lake, people).at(DAY, "23:00")
    walked(30, 80.0)

    def count(later):
        count_when_due(db.session.get_one(EvidenceSite, sites.lake.id), at + later)
        return way(sites, places)

    assert count(timedelta(0)) == 80
    walked(30, 40.0)
    assert count(timedelta(hours=19)) == 80
    assert count(timedelta(hours=20)) == 40
