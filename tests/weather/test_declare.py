from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.hazards.report import HazardData
from patrol.journal.entry import JournalEntry
from patrol.reviews.fresh import tallies
from patrol.reviews.tally import patrol_totals
from patrol.rounds.ensure import make_rounds
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import Route, routes_of
from patrol.rounds.scan import Scan
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.rounds.suspension import covers
from patrol.rounds.walk import rounds_between, walks
from patrol.sites.day import SiteDay
from patrol.sites.label import Label
from patrol.sites.place import PlaceData, add_place
from patrol.sites.site import Site
from patrol.weather.declare import TurnData, turn
from patrol.weather.event import event_on, said_now
from patrol.weather.found import hazards_of, report_found
from patrol.weather.rounds import WeatherRound, phases_of
from tests.conftest import read_as
from tests.rounds.conftest import shanghai
from tests.weather.conftest import NIGHT

APRIL = date(2026, 4, 1)


def weather_rounds(storm, phase: str) -> list[Round]:
    query = select(Round).join(
        WeatherRound, (WeatherRound.site_id == Round.site_id) & (WeatherRound.round_id == Round.id)
    )
    query = query.where(Round.site_id == storm.site_id, WeatherRound.phase == phase)
    return list(db.session.scalars(query.order_by(Round.starts_at)))


def places_of(storm, round_: Round) -> list[str]:
    query = select(RoundStop.place_name).where(RoundStop.site_id == storm.site_id, RoundStop.round_id == round_.id)
    return list(db.session.scalars(query.order_by(RoundStop.position)))


def starts(rounds, only_open: bool = True) -> list[str]:
    zone = ZoneInfo("Asia/Shanghai")
    return [f"{r.starts_at.astimezone(zone):%d %H:%M}" for r in rounds if not (only_open and r.cancelled_at)]


def states(storm, at: str) -> dict[str, str]:
    """Start of each planned round -> a letter for lobby, roof, gate: the first of the state's name."""
    found = walks(storm.site_id, rounds_between(storm.site_id, NIGHT, APRIL), storm.at(at))
    zone = db.session.get_one(Site, storm.site_id).zone
    return {
        f"{walk.times.starts_at.astimezone(zone):%H}": "".join(stop.state[0] for stop in walk.stops)
        for walk in found
        if walk.kind == "plan"
    }


def test_a_declaration_sends_one_round_over_every_building_and_others_every_two_hours(storm):
    event = storm.declare("blue", "18:10")

    (before,) = weather_rounds(storm, "before")
    assert (before.starts_at, before.closes_at, before.kind) == (storm.at("18:10"), storm.at("22:10"), "weather")
    assert places_of(storm, before) == ["3 栋 大堂"]  # the first label in the building; the site has no garage
    during = weather_rounds(storm, "during")
    assert starts(during) == ["31 20:10", "31 22:10", "01 00:10", "01 02:10", "01 04:10", "01 06:10"]
    assert {round_.business_day for round_ in during} == {NIGHT}
    assert places_of(storm, during[0]) == ["3 栋 消防泵房", "3 栋 天台"]
    assert set(phases_of(storm.site_id, [r.id for r in during]).values()) == {"during"}
    assert event_on(storm.site_id) == event and said_now(storm.site_id, storm.at("18:10")).level == "blue"
    assert weather_rounds(storm, "after") == []


def test_rounds_during_do_not_overlap_and_the_next_day_gets_its_own_once(storm):
    storm.declare("yellow", "18:10")

    for _ in range(2):
        with write(storm.site_id):
            make_rounds(storm.site_id, APRIL, storm.at("1 07:00"))

    during = weather_rounds(storm, "during")
    assert len(during) == 18 and len({r.starts_at for r in during}) == 18
    assert all(one.closes_at <= after.opens_at for one, after in pairwise(during))
    assert during[-1].business_day == APRIL and starts(during)[-1] == "02 06:10"
    assert [r.ordinal for r in during if r.business_day == APRIL] == list(range(1, 13))


def test_a_garage_is_looked_over_too_and_a_place_without_any_label_near_is_left_out(storm):
    with write():
        site = storm.site_id
        add_place(site, PlaceData(name="地下车库", kind="area", type="garage"), by=None, at=storm.at("09:00"))
        five = add_place(site, PlaceData(name="5 栋", kind="building"), by=None, at=storm.at("09:00"))
        hall = add_place(site, PlaceData(name="门厅", kind="spot", parent_id=five.id), by=None, at=storm.at("09:00"))
        db.session.add(
            Label(id=uuid7(), site_id=site, place_id=hall.id, code="7K3M9QX2AB09", issued_at=hall.created_at)
        )

    storm.declare("blue", "18:10")

    assert places_of(storm, weather_rounds(storm, "before")[0]) == ["3 栋 大堂", "5 栋 门厅"]


def test_the_carriers_are_in_no_list_of_routes(storm):
    storm.declare("blue", "18:10")

    assert [route.name for route in routes_of(storm.site_id)] == ["北线"]
    assert len(db.session.scalars(select(Route).where(Route.kind == "weather")).all()) == 2


def test_declared_twice_with_one_id_it_is_one_event_and_with_another_id_it_is_refused(storm):
    id = uuid7()
    first = storm.declare("blue", "18:10", id)
    again = storm.declare("blue", "18:11", id)

    assert first == again and len(weather_rounds(storm, "before")) == 1
    with pytest.raises(Problem) as caught:
        storm.declare("red", "18:12")
    assert caught.value.code == "weather.on"


def test_all_clear_calls_off_what_had_not_started_and_asks_for_a_round_in_daylight(storm):
    storm.declare("blue", "18:10")
    storm.turn(None, "1 02:10")

    assert starts(weather_rounds(storm, "during")) == ["31 20:10", "31 22:10", "01 00:10"]  # 02:10 had not begun
    (after,) = weather_rounds(storm, "after")
    assert (after.starts_at, after.closes_at) == (storm.at("1 06:00"), storm.at("1 10:00"))
    assert after.business_day == NIGHT  # the day ends at 08:00
    assert event_on(storm.site_id) is None and said_now(storm.site_id, storm.at("1 07:00")) is None
    with write(storm.site_id):
        make_rounds(storm.site_id, APRIL, storm.at("1 07:00"))
    assert all(r.business_day == NIGHT for r in weather_rounds(storm, "during"))
    with pytest.raises(Problem) as caught:
        storm.turn("red", "1 03:00")
    assert caught.value.code == "weather.over"


def test_at_orange_outdoor_points_of_normal_rounds_rest_and_indoor_ones_stay(storm):
    storm.declare("orange", "21:00")

    assert states(storm, "20:30") == {"20": "pee", "22": "pee", "00": "pee", "02": "pee", "04": "pee", "06": "pee"}
    assert states(storm, "1 07:59")["00"] == "mee"
    weather = walks(storm.site_id, weather_rounds(storm, "during"), storm.at("21:30"))
    assert {stop.state for walk in weather for stop in walk.stops} == {"pending"}


def test_a_round_closed_before_keeps_its_misses(storm):
    storm.declare("red", "21:36")  # the round of 20:00 closed at this very moment

    assert states(storm, "21:36")["20"] == "mmm"
    assert states(storm, "21:36")["22"] == "pee"


def test_raising_and_lowering_moves_the_rest_over_midnight_and_the_end_of_the_month(storm):
    storm.declare("yellow", "19:00")
    assert states(storm, "19:30")["20"] == "ppp"
    storm.turn("orange", "23:50")  # the round of 22:00 closed at 23:36
    storm.turn("red", "1 00:30")
    storm.turn("orange", "1 01:00")
    storm.turn("blue", "1 02:00")  # the round of 02:00 does not start before that

    assert states(storm, "1 09:00") == {
        "20": "mmm", "22": "mmm", "00": "mee", "02": "mmm", "04": "mmm", "06": "mmm",
    }  # fmt: skip
    storm.turn("red", "1 05:00")
    storm.turn(None, "1 07:00")
    assert states(storm, "1 09:00") == {
        "20": "mmm", "22": "mmm", "00": "mee", "02": "mmm", "04": "mee", "06": "mee",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("from_", "until", "covered"),
    [
        ("21:36", None, False),
        ("21:35", None, True),
        ("12:00", "20:00", False),
        ("12:00", "20:01", True),
        ("20:10", "20:20", True),
    ],
)
def test_what_a_suspension_covers_is_the_same_in_the_rule_and_in_the_database(storm, from_, until, covered):
    storm.declare("orange", from_)
    if until:
        storm.turn(None, until)

    ends = storm.at(until) if until else None
    assert covers(storm.at(from_), ends, storm.at("20:00"), storm.at("21:36")) is covered
    assert (states(storm, until or "20:30")["20"][1] == "e") is covered


def test_a_scan_in_time_outweighs_the_rest(storm):
    roof = storm.places.roof
    round_ = next(r for r in rounds_between(storm.site_id, NIGHT, NIGHT) if r.starts_at == storm.at("22:00"))
    storm.declare("red", "21:40")
    at = storm.at("22:10")
    with write():
        label = db.session.scalars(select(Label.id).where(Label.place_id == roof.id)).one()
        db.session.add(
            Scan(
                id=uuid7(), site_id=storm.site_id, place_id=roof.id, label_id=label, round_id=round_.id,
                user_id=storm.people.guard.id, method="camera", captured_at=at, effective_at=at, received_at=at,
                business_day=NIGHT, flags=[],
            )
        )  # fmt: skip

    assert states(storm, "22:20")["22"] == "poe"


def test_figures_of_a_day_follow_an_all_clear_that_comes_on_another_day(storm):
    with write(storm.site_id):
        make_rounds(storm.site_id, APRIL, storm.at("1 07:00"))

    def excused(day: date) -> int:
        return patrol_totals(tallies(storm.site_id, day, day, shanghai("2026-04-03 12:00"))[day]).excused

    def change_count(day: date) -> int:
        return db.session.scalar(select(SiteDay.changes).where(SiteDay.site_id == storm.site_id, SiteDay.day == day))

    assert excused(APRIL) == 0
    storm.declare("orange", "18:00")
    assert excused(APRIL) == 12
    counted = change_count(APRIL)
    storm.turn(None, "1 21:00")  # after the round of 20:00 of the first had started
    assert change_count(APRIL) > counted
    assert excused(APRIL) == 2
    assert excused(NIGHT) == 12


def test_what_was_said_of_the_weather_is_never_changed(storm):
    storm.declare("orange", "18:10")
    storm.turn(None, "19:00")

    for table in ("weather_event", "weather_turn", "weather_round", "suspension", "suspension_end"):
        with pytest.raises(DatabaseError), write():
            db.session.execute(text(f"DELETE FROM {table}"))


def found_on(storm, place, category: str, at: str, scan=None):
    data = HazardData(place=place.id, category=category, photos=[uuid7()], scan=scan)
    moment = storm.at(at)
    when = When(at=moment, received_at=moment, captured_at=moment)
    by = read_as(storm.people.guard)
    with write(storm.site_id):
        return report_found(data, id=uuid7(), by=by, when=when)


def test_a_loose_object_found_meanwhile_is_looked_at_on_the_rounds_to_come(storm):
    storm.declare("yellow", "18:10")
    gate = storm.places.gate

    found_on(storm, gate, "billboard_sign", "22:30")
    found_on(storm, gate, "billboard_sign", "22:40")
    found_on(storm, storm.places.lobby, "lighting_fault", "22:50")

    by_start = {starts([r])[0]: places_of(storm, r) for r in weather_rounds(storm, "during")}
    assert by_start["31 22:10"] == ["3 栋 消防泵房", "3 栋 天台"]
    assert by_start["01 00:10"] == ["3 栋 消防泵房", "3 栋 天台", "东大门"]


def test_an_open_loose_object_is_on_the_rounds_from_the_start(storm):
    found_on(storm, storm.places.gate, "billboard_sign", "12:00")

    storm.declare("yellow", "18:10")

    assert "东大门" in places_of(storm, weather_rounds(storm, "during")[0])


def test_what_is_found_on_its_rounds_belongs_to_the_event_and_nothing_else_does(storm):
    event = storm.declare("yellow", "18:10")
    moment = storm.at("18:30")
    scan = NewScan(uuid7(), ScanData(code=storm.places.codes["lobby"]), When(moment, moment, moment))
    by = read_as(storm.people.guard)
    with write(storm.site_id):
        scan_label(scan, by=by)
    inside = found_on(storm, storm.places.lobby, "window_sash", "18:31", scan=scan.id)
    found_on(storm, storm.places.gate, "billboard_sign", "18:40")

    assert (inside.source, [row.number for row in hazards_of(event)]) == ("weather", [inside.number])
    storm.turn(None, "19:00")
    with write():
        moved = db.session.get_one(type(inside), (storm.site_id, inside.id))
        moved.state = "rejected"
    assert hazards_of(event) == []
    assert timedelta(0) < weather_rounds(storm, "after")[0].closes_at - storm.at("19:00")


def withdraw(storm, at: str, by=None, note: str = "误触"):
    with write(storm.site_id):
        data = TurnData(step="withdraw", note=note)
        return turn(storm.event.id, data, id=uuid7(), by=by or storm.by, at=storm.at(at))


def test_a_storm_declared_by_mistake_is_withdrawn_with_every_round_nobody_began(storm):
    storm.declare("red", "19:40")
    (before,) = weather_rounds(storm, "before")
    scanned = next(stop.place_id for stop in storm_stops(storm, before))
    code = db.session.scalars(select(Label.code).where(Label.place_id == scanned)).first()
    at, guard = storm.at("19:50"), read_as(storm.people.guard)
    with write(storm.site_id):
        scan_label(
            NewScan(id=uuid7(), data=ScanData(code=code, method="camera"), when=When(at, at, at)),
            by=guard,
        )

    event = withdraw(storm, "20:10")

    assert event.withdrawn and event_on(storm.site_id) is None
    assert said_now(storm.site_id, storm.at("20:20")).withdrawn_at == storm.at("20:10")
    assert said_now(storm.site_id, storm.at("1 00:10")) is None
    (walked,) = weather_rounds(storm, "before")
    assert walked.cancelled_at is None  # somebody had begun it: what he did stays
    during = weather_rounds(storm, "during")
    assert during and {row.cancelled_reason for row in during} == {"withdrawn"}
    assert weather_rounds(storm, "after") == []
    assert [(turn.level, turn.note) for turn in event.turns] == [("red", ""), (None, "误触")]
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert (entry.verb, entry.detail["reason"]) == ("weather.withdrawn", "误触")


def storm_stops(storm, round_: Round) -> list[RoundStop]:
    query = select(RoundStop).where(RoundStop.site_id == storm.site_id, RoundStop.round_id == round_.id)
    return list(db.session.scalars(query.order_by(RoundStop.position)))


def test_a_withdrawal_takes_its_author_or_the_manager_a_reason_and_two_hours(storm):
    storm.declare("yellow", "19:40")

    for at, by, note, code in (
        ("20:00", read_as(storm.people.supervisor), "误触", "weather.withdraw"),
        ("20:00", None, "", "weather.reason"),
        ("21:41", None, "误触", "weather.withdraw"),
    ):
        with pytest.raises(Problem) as refused:
            withdraw(storm, at, by, note)
        assert refused.value.code == code
    assert event_on(storm.site_id) is not None
    assert withdraw(storm, "21:40").withdrawn


def test_points_that_rested_for_nothing_are_owed_again_where_their_round_is_still_open(storm):
    storm.declare("red", "21:10")
    assert states(storm, "21:30")["20"] == "pee"  # the round of 20:00 closes at 21:36

    withdraw(storm, "21:20")

    assert states(storm, "21:30")["20"] == "ppp"
    assert states(storm, "22:05")["22"] == "ppp"
    assert states(storm, "21:40")["20"] == "mmm"


def test_a_round_that_was_over_when_a_storm_was_withdrawn_keeps_its_rest(storm):
    storm.declare("red", "20:10")

    withdraw(storm, "21:40")

    assert states(storm, "21:45")["20"] == "mee"
    rest = (storm.at("20:10"), storm.at("21:40"))
    assert covers(*rest, storm.at("20:00"), storm.at("21:36"), withdrawn=True)
    assert not covers(*rest, storm.at("20:00"), storm.at("21:41"), withdrawn=True)


def test_a_storm_declared_after_a_withdrawal_lets_points_rest_as_ever(storm):
    storm.declare("red", "20:10")
    withdraw(storm, "20:20")

    storm.declare("orange", "20:30")

    assert states(storm, "20:40")["20"] == "pee"
    storm.turn(None, "20:50")
    assert states(storm, "20:55")["20"] == "pee"
