import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from patrol.core.business_day import wall
from patrol.reviews.facts import (
    DayFacts,
    HazardAssigned,
    HazardClosed,
    HazardDue,
    HazardFound,
    InspectionFacts,
    PersonFacts,
    RoundFacts,
    StopFacts,
    Verification,
)
from patrol.reviews.figures import hazard_figures, patrol_figures
from patrol.reviews.tally import add, empty, patrol_totals, route_counts, tally_day
from patrol.rounds.schedule import round_times

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 31)
MORNING = wall(date(2026, 4, 1), time(9), SHANGHAI)
ON_TIME, LATE = timedelta(minutes=10), timedelta(minutes=70)


def night_round(hour: int, stops, **facts) -> RoundFacts:
    start = wall(DAY if hour >= 8 else DAY + timedelta(days=1), time(hour), SHANGHAI)
    times = round_times(start, start + timedelta(hours=2), 40)
    facts = {"id": f"r{hour:02}", "route_id": "north", "route_name": "北线", **facts}
    return RoundFacts(times=times, stops=[stop(start) for stop in stops], **facts)


def point(name: str, *after: timedelta, **facts):
    return lambda start: StopFacts(name, f"点位 {name}", scans=[start + gap for gap in after], **facts)


def points(on_time: int = 0, late: int = 0, missed: int = 0, excused: int = 0):
    made = [point(f"a{n}", ON_TIME) for n in range(on_time)]
    made += [point(f"b{n}", LATE) for n in range(late)]
    made += [point(f"c{n}") for n in range(missed)]
    return made + [point(f"d{n}", excused=True) for n in range(excused)]


def tally(rounds=(), now=MORNING, **facts):
    return tally_day(DayFacts(DAY, now, SHANGHAI, rounds=rounds, **facts))


def test_the_test_case_of_six_rounds_of_ten_points():
    rounds = [night_round(hour, points(on_time=10)) for hour in (20, 22, 0)]
    rounds += [
        night_round(2, points(on_time=8, excused=2)),
        night_round(4, points(on_time=7, late=3)),
        night_round(6, points(on_time=5, late=2, missed=3)),
    ]

    figures = patrol_figures([patrol_totals(tally(rounds))])

    assert (figures.counts.planned, figures.visited) == (58, 55)
    assert figures.completion.text == "94.8%"
    assert figures.on_time.text == "86.2%"
    assert (figures.counts.missed, figures.counts.excused) == (3, 2)
    assert figures.round_completion == (5, 6)


def test_golden_8_a_day_balances_its_hazards():
    found = [HazardFound("minor", "water_leak", "patrol")] * 18
    found += [HazardFound("major", "gas_leak", "owner", valid=False)] * 2
    closed = [HazardClosed(MORNING - timedelta(hours=5), MORNING - timedelta(hours=1))] * 18
    day = tally(found=found, closed=closed, reopened_after_close=1, removed=["rejected", "merged"])

    figures = hazard_figures(day, open_at_start=12)

    assert day["hazards"]["open_delta"] == 1
    assert figures.balance.open_at_end == 13
    assert figures.found == 18


def test_an_open_round_is_named_and_left_out_until_it_closes():
    rounds = [night_round(20, points(on_time=2)), night_round(22, points(on_time=2))]
    closes = rounds[1].times.closes_at

    early = tally(rounds, now=closes - timedelta(seconds=1))

    assert patrol_totals(early).rounds == 1
    assert [(o["round"], o["route"]) for o in early["open_rounds"]] == [("r22", "北线")]
    assert datetime.fromisoformat(early["valid_until"]) == closes

    done = tally(rounds, now=closes)
    assert patrol_totals(done).rounds == 2
    assert (done["open_rounds"], done["valid_until"]) == ([], None)


def test_a_cancelled_round_counts_for_nothing_but_itself():
    day = tally([night_round(20, points(missed=4), cancelled=True)])
    assert patrol_totals(day).rounds == 0
    assert (day["cancelled_rounds"], day["missed_points"], day["valid_until"]) == (1, [], None)


def test_missed_points_are_listed_by_name_and_hour():
    day = tally([night_round(2, points(missed=1)), night_round(20, points(missed=1), id="r1")])
    assert [(p["place_name"], p["route"], p["hour"], p["round"]) for p in day["missed_points"]] == [
        ("点位 c0", "北线", 20, "r1"),
        ("点位 c0", "北线", 2, "r02"),
    ]
    assert day["missed_by_place_hour"] == {"c0": {"02": 1, "20": 1}}


def test_an_optional_point_counts_neither_as_walked_nor_as_missed():
    stops = [point("gate", ON_TIME), point("pond", required=False), point("shed", ON_TIME, required=False)]
    day = tally([night_round(20, stops)])
    assert route_counts(day["routes"]["north"]).planned == 1
    assert day["missed_points"] == []


def test_each_route_has_its_own_counts():
    rounds = [
        night_round(20, points(on_time=2, late=1, missed=1, excused=1)),
        night_round(22, points(missed=2), id="s", route_id="south", route_name="南线"),
    ]
    assert tally(rounds)["routes"] == {
        "north": {
            "name": "北线",
            "rounds": 1,
            "planned": 4,
            "on_time": 2,
            "late": 1,
            "missed": 1,
            "excused": 1,
            "completed_rounds": 0,
            "missed_rounds": 0,
        },
        "south": {
            "name": "南线",
            "rounds": 1,
            "planned": 2,
            "on_time": 0,
            "late": 0,
            "missed": 2,
            "excused": 0,
            "completed_rounds": 0,
            "missed_rounds": 1,
        },
    }


def test_flags_of_visits_and_rounds_are_counted_by_kind():
    stops = [point("a", ON_TIME, flags=["too_fast", "clock_skew"]), point("b", ON_TIME, flags=["too_fast"])]
    day = tally([night_round(20, stops, flags=["crew_short"])])
    assert day["flags"] == {"clock_skew": 1, "crew_short": 1, "too_fast": 2}


def test_hazards_are_counted_by_what_they_are_and_rejected_ones_apart():
    day = tally(
        found=[
            HazardFound("major", "balcony_flowerpot", "patrol"),
            HazardFound("minor", "lighting_fault", "checklist", spot=True),
            HazardFound("minor", "lighting_fault", "owner", valid=False),
        ]
    )
    assert day["hazards"]["found"] == {
        "all": 3,
        "valid": 2,
        "spot": 1,
        "by_severity": {"major": 1, "minor": 1},
        "by_category": {"balcony_flowerpot": 1, "lighting_fault": 1},
        "by_source": {"checklist": 1, "patrol": 1},
    }


def test_a_deadline_is_judged_once_it_has_passed_or_the_hazard_is_rectified():
    due = MORNING - timedelta(hours=2)
    hazards = [
        HazardDue(due, due),
        HazardDue(due, due + timedelta(seconds=1)),
        HazardDue(due),
        HazardDue(MORNING),
        HazardDue(MORNING + timedelta(hours=3), MORNING),
    ]
    day = tally(due=hazards)
    assert hazard_figures(day, 0).on_time == (2, 4)
    assert datetime.fromisoformat(day["valid_until"]) > MORNING
    later = tally(due=hazards, now=datetime.fromisoformat(day["valid_until"]))
    assert hazard_figures(later, 0).on_time == (2, 5)
    assert later["valid_until"] is None


def test_golden_5_the_time_to_rectify_runs_to_the_repair_that_held():
    def march(day, hour, minute=0):
        return wall(date(2026, 3, day), time(hour, minute), SHANGHAI)

    reported, due = march(1, 22, 10), march(2, 22, 10)
    day = tally(
        closed=[HazardClosed(reported, march(3, 15)), HazardClosed(reported, reported, spot=True)],
        due=[HazardDue(due, march(3, 15))],
        assigned=[HazardAssigned(reported, march(1, 23))],
        verifications=[
            Verification(False, march(2, 21), march(3, 9)),
            Verification(True, march(3, 15), march(3, 16)),
        ],
    )
    figures = hazard_figures(day, open_at_start=2)

    assert figures.rectify == (1, 40 * 3600 + 50 * 60, 40 * 3600 + 50 * 60)
    assert figures.closed == 2
    assert figures.on_time == (0, 1)
    assert figures.reopen == (1, 2)
    assert figures.assign == (1, 50 * 60, None)
    assert figures.verify == (2, (12 * 3600 + 3600) // 2, None)


def test_inspections_are_counted_by_list():
    day = tally(
        inspections=[
            InspectionFacts("fire_door", failed=2),
            InspectionFacts("fire_door", complete=False),
            InspectionFacts("exit_sign"),
        ]
    )
    assert day["inspections"] == {
        "exit_sign": {"done": 1, "complete": 1, "failed": 0, "failed_items": 0},
        "fire_door": {"done": 2, "complete": 1, "failed": 1, "failed_items": 2},
    }


def test_a_person_has_his_own_work_and_that_of_the_rounds_he_walked():
    first = wall(DAY, time(20), SHANGHAI)
    zhang = PersonFacts("张伟", scans=24, first_scan=first, last_scan=first + timedelta(hours=10))
    rounds = [night_round(20, points(on_time=1, late=1, missed=1), user_ids=["张伟", "李强"])]

    people = tally(rounds, persons=[zhang])["persons"]

    assert (people["张伟"]["scans"], people["张伟"]["on_route_s"]) == (24, 36_000)
    assert [(people[who]["rounds"], people[who]["late"], people[who]["missed"]) for who in people] == [
        (1, 1, 1),
        (1, 1, 1),
    ]
    assert people["李强"]["first_scan"] is None


def test_a_tally_is_json_and_has_the_shape_of_an_empty_one():
    day = tally([night_round(20, points(on_time=1, missed=1))], photos={"visit": 3, "after": 0})
    assert json.loads(json.dumps(day)) == day
    assert day["photos"] == {"visit": 3}
    assert day.keys() == empty().keys()
    assert day["hazards"].keys() == empty()["hazards"].keys()
    assert tally() == empty() == add([])


def test_days_add_up_and_stay_as_they_were():
    later = tally([night_round(2, points(missed=1), route_name="北线（新）")])
    earlier = tally([night_round(20, points(late=1, missed=1))], now=MORNING)
    before = json.dumps([later, earlier])

    total = add([earlier, later])

    assert json.dumps([later, earlier]) == before
    assert patrol_totals(total).missed == 2
    assert total["routes"]["north"]["name"] == "北线（新）"
    assert [p["round"] for p in total["missed_points"]] == ["r20", "r02"]
    assert add([total, empty()]) == total


def test_the_sum_is_valid_until_the_soonest_of_its_days():
    rounds = [night_round(20, points()), night_round(22, points())]
    now = rounds[0].times.starts_at.astimezone(UTC)
    both = add([tally(rounds[1:], now=now), tally(rounds[:1], now=now), tally()])
    assert datetime.fromisoformat(both["valid_until"]) == rounds[0].times.closes_at


def test_a_tally_of_another_version_is_not_added():
    with pytest.raises(ValueError):
        add([{**empty(), "v": 0}])
