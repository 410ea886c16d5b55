"""Rounds are made once, scans find their round, and the state follows from facts and time."""

from datetime import time

import pytest
import time_machine
from sqlalchemy import delete, select

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.rounds.ensure import ensure_rounds, make_rounds
from patrol.rounds.round import Round, RoundsMade, RoundStop
from patrol.rounds.route import RouteStop
from patrol.rounds.scan import Scan
from patrol.rounds.scanning import NewScan, Position, ScanData, take_scans
from patrol.rounds.walk import rounds_between, walks
from tests.rounds.conftest import NIGHT, shanghai


@pytest.fixture
def scan_at(places, people, reader_of):
    """张伟 (or another) scans a place at a time on the wall."""

    def scan(key: str, at: str, person=None, position=None, code=None) -> Scan:
        moment = shanghai(at)
        new = NewScan(uuid7(), ScanData(code=code or places.codes[key]), When(moment, moment, moment), position)
        reader = reader_of(person or people.guard)
        with write(reader.site_id):
            assert take_scans([new], by=reader)[new.id] is None
        return db.session.get_one(Scan, (reader.site_id, new.id))

    return scan


def states(site_id, at: str) -> list[str]:
    return [walk.state for walk in walks(site_id, rounds_between(site_id, NIGHT, NIGHT), shanghai(at))]


def round_at(start: str) -> Round:
    return db.session.scalars(select(Round).where(Round.starts_at == shanghai(start))).one()


def test_golden_1_six_rounds_and_the_one_at_two_belongs_to_the_evening(night_route, sites):
    rounds = rounds_between(sites.lake.id, NIGHT, NIGHT)

    assert [row.starts_at for row in rounds] == [shanghai(f"2026-03-31 {hour}:00") for hour in (20, 22)] + [
        shanghai(f"2026-04-01 0{hour}:00") for hour in (0, 2, 4, 6)
    ]
    assert {row.business_day for row in rounds} == {NIGHT}
    assert [row.ordinal for row in rounds] == [1, 2, 3, 4, 5, 6]


def test_making_rounds_again_makes_none(night_route, sites):
    with write():
        assert make_rounds(sites.lake.id, NIGHT, shanghai("2026-03-31 22:00")) == 0
    assert len(rounds_between(sites.lake.id, NIGHT, NIGHT)) == 6


def test_a_reader_days_later_finds_every_day_made(night_route, sites):
    at = shanghai("2026-04-03 12:00")
    ensure_rounds(sites.lake.id, at, sites.lake.zone, sites.lake.day_start)

    days = {row.business_day.day for row in db.session.execute(select(Round.business_day))}
    assert days == {31, 1, 2, 3}


@pytest.mark.parametrize(
    ("clock", "round_start", "state"),
    [
        ("19:35", None, None),
        ("19:36", "20:00", "on_time"),
        ("21:04", "20:00", "on_time"),
        ("21:05", "20:00", "late"),
        ("21:35", "20:00", "late"),
        ("21:36", "22:00", "on_time"),
    ],
)
def test_golden_2_the_windows_of_a_round(night_route, sites, places, scan_at, clock, round_start, state):
    scan = scan_at("lobby", f"2026-03-31 {clock}")

    if round_start is None:
        assert scan.round_id is None
        return
    found = round_at(f"2026-03-31 {round_start}")
    assert scan.round_id == found.id
    walk = walks(sites.lake.id, [found], shanghai("2026-03-31 23:59"))[0]
    assert walk.stops[0].state == state


def test_golden_3_a_missed_visit_becomes_on_time_when_its_scan_arrives(night_route, sites, scan_at):
    assert states(sites.lake.id, "2026-04-01 07:50")[1] == "missed"

    for key in ("lobby", "pump", "roof"):
        scan_at(key, "2026-03-31 22:16")

    assert states(sites.lake.id, "2026-04-01 07:50")[1] == "completed"


def test_a_round_goes_from_planned_to_incomplete_by_time_alone(night_route, sites, scan_at):
    scan_at("lobby", "2026-03-31 20:05")

    assert states(sites.lake.id, "2026-03-31 20:10")[:2] == ["in_progress", "planned"]
    assert states(sites.lake.id, "2026-03-31 21:36")[:2] == ["incomplete", "planned"]


def test_a_scan_after_the_close_is_shown_and_changes_nothing(night_route, sites, scan_at, places):
    scan = scan_at("lobby", "2026-04-01 07:40")  # the last round closed at 07:36, none follows

    walk = walks(sites.lake.id, [db.session.get_one(Round, (sites.lake.id, scan.round_id))], scan.effective_at)[0]
    assert "after_close" in scan.flags
    assert walk.stops[0].state == "missed"
    assert walk.stops[0].flags == ("after_close",)


def test_a_far_position_a_foreign_team_and_a_second_tap_are_flags(night_route, scan_at, people):
    far = scan_at("pump", "2026-03-31 20:10", position=Position(lat=30.30, lon=120.16))
    scan_at("lobby", "2026-03-31 20:12")
    tapped = scan_at("lobby", "2026-03-31 20:13")
    engineer = scan_at("roof", "2026-03-31 20:14", person=people.engineer)

    assert (far.flags, far.distance_m > 5000) == (["far_away"], True)
    assert tapped.flags == ["repeat"]
    assert engineer.flags == ["not_assigned"]


def test_a_replaced_label_is_kept_but_does_not_count(night_route, sites, places, scan_at):
    from patrol.sites.label import Label

    with write():
        label = db.session.scalars(select(Label).where(Label.place_id == places.lobby.id)).one()
        label.revoked_at = shanghai("2026-03-31 18:00")

    scan = scan_at("lobby", "2026-03-31 20:05")

    assert (scan.round_id, scan.flags) == (None, ["old_label"])


def test_a_code_is_forgiven_its_case_and_look_alikes(night_route, scan_at, places):
    assert scan_at("lobby", "2026-03-31 20:05", code="7k3m-9qx2-ABO1").place_id == places.lobby.id


@pytest.fixture
def pump_from_ten_to_eleven(night_route, places):
    """Tonight's rounds once more, with a time of its own for the pump room."""
    with write():
        stop = db.session.scalars(select(RouteStop).where(RouteStop.place_id == places.pump.id)).one()
        stop.window_from, stop.window_to = time(22, 10), time(23, 0)
        db.session.execute(delete(RoundStop))
        db.session.execute(delete(Round))
        db.session.execute(delete(RoundsMade))
    with write():
        make_rounds(night_route.site_id, NIGHT, shanghai("2026-03-31 12:00"))


def test_a_points_own_time_is_copied_into_the_round_it_falls_into(pump_from_ten_to_eleven, sites, places):
    found = walks(sites.lake.id, rounds_between(sites.lake.id, NIGHT, NIGHT), shanghai("2026-03-31 20:00"))
    windows = [walk.stops[1].window for walk in found]

    assert windows == [None, (shanghai("2026-03-31 22:10"), shanghai("2026-03-31 23:00")), None, None, None, None]
    assert {walk.stops[0].window for walk in found} == {None}


@pytest.mark.parametrize(
    ("clock", "state", "words"),
    [
        ("22:05", "pending", "太早了，22:10 起才算"), ("22:10", "on_time", "准时"), ("23:00", "on_time", "准时"),
        ("23:02", "late", "迟到 2 分"),
    ],
)  # fmt: skip
def test_a_point_is_judged_by_its_own_time_and_the_page_says_so(
    pump_from_ten_to_eleven, sites, scan_at, as_user, people, clock, state, words
):
    scan = scan_at("pump", f"2026-03-31 {clock}")
    with time_machine.travel(shanghai("2026-03-31 23:05"), tick=False):
        browser = as_user(people.guard)
        arrived, page = browser.get(f"/visits/{scan.id}").text, browser.get(f"/rounds/{scan.round_id}").text

    [walk] = walks(sites.lake.id, [round_at("2026-03-31 22:00")], shanghai("2026-03-31 23:05"))
    assert walk.stops[1].state == state
    assert words in arrived
    assert ("仅限 22:10–23:00" in page) == (state == "pending")


def test_the_next_point_says_from_when_to_when_and_the_phone_takes_it_along(
    pump_from_ten_to_eleven, scan_at, as_user, people
):
    scan_at("lobby", "2026-03-31 22:01")
    with time_machine.travel(shanghai("2026-03-31 22:02"), tick=False):
        browser = as_user(people.guard)
        assert "仅限 22:10–23:00" in browser.get("/today").text
        rounds = browser.get("/sync/pack").get_json()["rounds"]

    told = [[stop.get("window") for stop in one["stops"]] for one in rounds if one["starts"] == 1774965600000]
    assert told == [[None, [1774966200000, 1774969200000], None]]
