"""Two-person rounds (双人巡查): who confirmed where, and when somebody walked alone."""

from datetime import UTC, datetime

import pytest

from patrol.core.db import db, write
from patrol.rounds.crew import CrewStop, crew_of, crew_short
from patrol.rounds.round import Round
from patrol.rounds.visits_list import VisitFilter, rounds_page
from patrol.sites.site import Site
from tests.rounds.conftest import NIGHT, shanghai
from tests.rounds.test_excuses import MORNING, Story


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-31T{clock}:00+00:00").astimezone(UTC)


OPENS, CLOSES, LATER = at("19:36"), at("21:36"), at("22:00")


def told(text: str) -> list[CrewStop]:
    """Points in route order as "a 20:05, b 20:06 | ?a 20:10": who scanned when; ? marks an optional point."""
    return [
        CrewStop(str(n), not part.startswith("?"), [_scan(one) for one in part.strip(" ?").split(", ") if one])
        for n, part in enumerate(map(str.strip, text.split("|")), 1)
    ]


def _scan(text: str) -> tuple[str, datetime]:
    person, clock = text.split()
    return person, at(clock)


@pytest.mark.parametrize(
    ("why", "stops", "both", "missing"),
    [
        ("at both ends", "a 20:00, b 20:01 | a 20:10 | a 20:20, b 20:21", False, ()),
        ("only at the start", "a 20:00, b 20:01 | a 20:10 | a 20:20", False, ("3",)),
        ("only at the end", "a 20:00 | a 20:10 | a 20:20, b 20:21", False, ("1",)),
        ("alone", "a 20:00 | a 20:10 | a 20:20", False, ("1", "3")),
        ("the middle does not help", "a 20:00 | a 20:10, b 20:11 | a 20:20", False, ("1", "3")),
        ("all wanted, one lacks", "a 20:00, b 20:01 | a 20:10 | a 20:20, b 20:21", True, ("2",)),
        ("all wanted, all there", "a 20:00, b 20:01 | b 20:10, a 20:11", True, ()),
        ("the same login twice", "a 20:00, a 20:09 | a 20:20, a 20:30", False, ("1", "2")),
        ("a late partner confirms", "a 20:00, b 21:30 | a 20:20, b 21:35", False, ()),
        ("after the close he does not", "a 20:00, b 21:36 | a 20:20, b 21:40", False, ("1", "2")),
        ("before the opening he does not", "a 20:00, b 19:35", False, ("1",)),
        ("three people", "a 20:00, b 20:01 | a 20:10 | a 20:20, c 20:21", False, ()),
        ("the end is the last point reached", "a 20:00, b 20:01 | a 20:10, b 20:11 | ", False, ()),
        ("an optional end wants nobody", "a 20:00, b 20:01 | ?a 20:10", False, ()),
        ("one point alone", "a 20:00, b 20:01", False, ()),
        ("only optional points, both", "?a 20:00, b 20:01 | ?a 20:10, b 20:11", False, ()),
        ("only optional points, alone", "?a 20:00 | ?", False, ("1",)),
        ("nobody walked", " | ", False, ()),
        ("no points at all", "", False, ()),
    ],
)  # fmt: skip
def test_who_confirmed_where(why, stops, both, missing):
    crew = crew_of(told(stops), OPENS, CLOSES, both)

    assert crew.missing == missing, why
    assert crew_short(crew, CLOSES, LATER) == bool(missing)
    assert not crew_short(crew, CLOSES, at("21:35")), "he may still come"


def test_the_leader_is_who_scanned_most_and_the_partner_the_other():
    crew = crew_of(told("b 20:00, a 20:01 | a 20:10"), OPENS, CLOSES)

    assert (crew.leader, crew.partners) == ("a", {"1": ("b",)})


@pytest.fixture
def pair(sites, people, places, night_route, reader_of):
    story = Story(sites.lake.id, people, places, reader_of)
    with write():
        db.session.get_one(Round, (sites.lake.id, story.round.id)).crew_size = 2
    for key, clock in (("lobby", "20:05"), ("pump", "20:10"), ("roof", "20:15")):
        story.scan(key, f"2026-03-31 {clock}")
    return story


def test_walked_alone_is_a_flag_of_the_round_and_the_points_count(pair):
    walk = pair.walk()

    assert (walk.flags, walk.state, walk.visited) == (("crew_short",), "completed", 3)
    assert pair.walk(at=shanghai("2026-03-31 21:00")).flags == ()


def test_the_partner_confirms_with_his_own_login_and_the_first_scan_still_counts(pair, people, as_user):
    pair.scan("lobby", "2026-03-31 20:06", person=people.guard2)
    pair.scan("roof", "2026-03-31 20:17", person=people.guard2)

    walk = pair.walk()
    assert (walk.flags, [stop.seen.user_name for stop in walk.stops]) == ((), ["张伟"] * 3)
    assert [name for name, _places in walk.partners] == ["赵敏"]
    assert "赵敏" in as_user(people.guard).get(f"/rounds/{pair.round.id}").text


def test_the_figure_and_the_list_behind_it_agree(pair, as_user, people, sites):
    site = db.session.get_one(Site, sites.lake.id)
    found = rounds_page(site, VisitFilter(NIGHT, NIGHT, flag="crew_short", closed=True), MORNING)

    assert [walk.id for walk in found.rows] == [pair.round.id]
    assert "单人巡查" in as_user(people.supervisor).get(f"/rounds/{pair.round.id}").text


def test_a_round_for_one_is_never_short(pair, sites):
    with write():
        db.session.get_one(Round, (sites.lake.id, pair.round.id)).crew_size = 1
    assert pair.walk().flags == ()
