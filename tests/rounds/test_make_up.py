"""Make-up rounds (补巡): what was missed, walked again; counted apart, once open once, and never in a rate."""

import pytest
import time_machine
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.reviews.facts_of_day import facts_of_day
from patrol.reviews.tally import tally_day
from patrol.rounds.make_up import MakeUp, start_make_up
from patrol.rounds.round import Round
from patrol.rounds.scan import Scan
from patrol.rounds.scanning import NewScan, ScanData, take_scans
from patrol.rounds.visits_list import VisitFilter, rounds_page, visits_page
from patrol.rounds.walk import walk_by_id
from patrol.sites.site import Site
from tests.rounds.conftest import NIGHT, shanghai
from tests.rounds.test_excuses import MORNING, Story

NOW = shanghai("2026-03-31 21:40")  # the first round closed at 21:36


@pytest.fixture
def story(sites, people, places, night_route, reader_of):
    story = Story(sites.lake.id, people, places, reader_of)
    story.scan("lobby", "2026-03-31 20:05")
    return story


def start(story, at=NOW, person=None, round_id=None):
    by = story.reader_of(person or story.people.leader)
    with write(by.site_id):
        return start_make_up(round_id or story.round.id, by=by, at=at)


def test_it_holds_what_was_missed_starts_now_and_closes_by_the_formula(story):
    walk = walk_by_id(story.site_id, start(story), NOW)

    assert [stop.name for stop in walk.stops] == ["3 栋 消防泵房", "3 栋 天台"]
    assert (walk.kind, walk.day, walk.times.opens_at, walk.times.starts_at) == ("make_up", NIGHT, NOW, NOW)
    assert (walk.times.ends_at, walk.times.closes_at) == (
        shanghai("2026-03-31 21:46"),  # two points, a minute there and two on the way
        shanghai("2026-03-31 22:46"),
    )


def test_a_second_tap_makes_no_second_round(story):
    first = start(story)

    assert start(story, at=shanghai("2026-03-31 22:10"), person=story.people.supervisor) == first
    assert len(db.session.scalars(select(MakeUp)).all()) == 1


def test_what_was_made_up_is_not_made_up_again(story):
    first = start(story)
    story.scan("pump", "2026-03-31 21:42")
    second = start(story, at=shanghai("2026-03-31 22:50"))
    assert second != first
    assert [stop.name for stop in walk_by_id(story.site_id, second, MORNING).stops] == ["3 栋 天台"]

    story.scan("roof", "2026-03-31 22:55")
    assert walk_by_id(story.site_id, second, MORNING).visited == 1
    with pytest.raises(Problem, match=r"make_up\.nothing"):
        start(story, at=MORNING)


def test_nothing_missed_nothing_to_make_up(story):
    with pytest.raises(Problem, match=r"make_up\.nothing"):
        start(story, at=shanghai("2026-03-31 21:00"))
    made = start(story)
    with pytest.raises(Problem, match=r"make_up\.nothing"):
        start(story, round_id=made, at=MORNING)


def test_another_site_finds_no_round(story):
    with pytest.raises(NotHere):
        start(story, person=story.people.stranger)


def test_it_can_be_walked_while_the_next_planned_round_is_open(story):
    """The planned round of 22:00 is open from 21:36 on; both lie over the pump room and the roof."""
    made = start(story)
    planned = db.session.scalars(select(Round).where(Round.starts_at == shanghai("2026-03-31 22:00"))).one()
    story.scan("pump", "2026-03-31 21:42")
    story.scan("pump", "2026-03-31 21:43")  # the same tap again
    story.scan("roof", "2026-03-31 22:05")  # on the way already, though the planned start is nearer

    assert walk_by_id(story.site_id, made, MORNING).visited == 2
    assert walk_by_id(story.site_id, planned.id, MORNING).visited == 0

    story.scan("pump", "2026-03-31 22:08")
    story.scan("lobby", "2026-03-31 22:09")
    assert walk_by_id(story.site_id, planned.id, MORNING).visited == 2


def test_of_one_batch_the_first_scan_is_the_make_ups_and_the_next_the_planned_rounds(story):
    made = start(story)
    by = story.reader_of(story.people.guard)
    moments = [shanghai("2026-03-31 21:42"), shanghai("2026-03-31 21:50")]
    scans = [NewScan(uuid7(), ScanData(code=story.places.codes["pump"]), When(at, at, at)) for at in moments]
    with write(by.site_id):
        take_scans(scans, by=by)

    first, second = (db.session.get_one(Scan, (by.site_id, scan.id)).round_id for scan in scans)
    assert first == made
    assert second != made


def test_it_changes_no_rate_and_is_counted_apart(story, sites):
    site = db.session.get_one(Site, sites.lake.id)
    before = tally_day(facts_of_day(site, NIGHT, MORNING))
    made = start(story)
    for key in ("pump", "roof"):
        story.scan(key, "2026-03-31 21:45")

    after = tally_day(facts_of_day(site, NIGHT, MORNING))

    assert walk_by_id(story.site_id, made, MORNING).state == "completed"
    assert after["make_up"] == {"made": 1, "completed": 1}
    for part in ("routes", "missed_points", "flags", "open_rounds"):
        assert after[part] == before[part]
    listed = rounds_page(site, VisitFilter(NIGHT, NIGHT, closed=True, kind="make_up"), MORNING)
    assert [walk.id for walk in listed.rows] == [made]
    points = visits_page(site, VisitFilter(NIGHT, NIGHT, closed=True, required=True), MORNING)
    assert made not in {row.round_id for row in points.rows}


def test_a_leader_starts_it_on_the_rounds_page_and_a_guard_cannot(story, as_user, people):
    with time_machine.travel(NOW, tick=False):
        leader = as_user(people.leader)
        assert "现在补巡 2 个点" in leader.get(f"/rounds/{story.round.id}").text
        first = leader.post(f"/rounds/{story.round.id}/make-up")
        again = leader.post(f"/rounds/{story.round.id}/make-up")
        assert (first.status_code, first.location) == (303, again.location)
        assert "单独统计" in leader.get(first.location).text
        assert "补巡" in as_user(people.guard).get("/today").text
        assert as_user(people.guard).post(f"/rounds/{story.round.id}/make-up").status_code == 403

    with time_machine.travel(MORNING, tick=False):
        assert "1 轮，其中完成 0 轮" in as_user(people.supervisor).get("/reviews/day/2026-03-31").text
