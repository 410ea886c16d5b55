from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.rounds.schedule import round_times
from patrol.rounds.visits import (
    Candidate,
    OrderedStop,
    Visit,
    VisitState,
    effective_time,
    is_repeat,
    match_round,
    out_of_order,
    round_state,
    visit_state,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(clock: str) -> datetime:
    """A moment of the night of 31 March: "20:00" is that evening, "02:00" is 1 April."""
    hour, minute = map(int, clock.split(":"))
    day = datetime(2026, 3, 31 if hour >= 8 else 30, hour, minute, tzinfo=SHANGHAI)
    return (day if hour >= 8 else day + timedelta(days=2)).astimezone(UTC)


def night_round(clock: str):
    return round_times(at(clock), at(clock) + timedelta(hours=2), 40)


EIGHT, TEN = night_round("20:00"), night_round("22:00")
MORNING = at("07:50")
NIGHT = [Candidate("eight", EIGHT), Candidate("ten", TEN)]


@pytest.mark.parametrize(
    ("clock", "round_id", "state"),
    [
        ("19:35", None, None),
        ("19:36", "eight", "on_time"),
        ("21:04", "eight", "on_time"),
        ("21:05", "eight", "late"),
        ("21:35", "eight", "late"),
        ("21:36", "ten", "on_time"),
    ],
)
def test_golden_2_a_scan_finds_its_round_and_its_state(clock, round_id, state):
    scan = at(clock)
    assert match_round(NIGHT, scan) == round_id
    if round_id:
        times = {"eight": EIGHT, "ten": TEN}[round_id]
        assert visit_state(times, [scan], scan) == Visit(state, scan)


def test_golden_3_a_scan_made_on_time_and_uploaded_in_the_morning_turns_missed_into_on_time():
    assert visit_state(TEN, [], MORNING).state == "missed"

    scan = effective_time(at("22:10"), at("07:44"), at("07:50"))

    assert (scan.at, scan.skew, scan.flags) == (at("22:16"), timedelta(minutes=6), {"clock_skew"})
    assert match_round(NIGHT, scan.at) == "ten"
    assert visit_state(TEN, [scan.at], MORNING) == Visit(VisitState.ON_TIME, at("22:16"))


def test_a_point_without_a_scan_is_pending_until_the_very_moment_of_the_close():
    assert visit_state(EIGHT, [], at("21:35")).state == "pending"
    assert visit_state(EIGHT, [], at("21:36")).state == "missed"


def test_a_scan_after_the_close_is_shown_and_changes_nothing():
    assert visit_state(EIGHT, [at("21:36")], MORNING) == Visit(VisitState.MISSED, None, after_close=True)


def test_the_first_valid_scan_counts():
    scans = [at("21:30"), at("20:10"), at("19:00"), at("23:00")]
    assert visit_state(EIGHT, scans, MORNING) == Visit(VisitState.ON_TIME, at("20:10"))


def test_an_excuse_speaks_for_a_missed_point_and_not_for_a_walked_one():
    assert visit_state(EIGHT, [], at("20:05"), excused=True).state == "excused"
    assert visit_state(EIGHT, [at("22:00")], MORNING, excused=True) == Visit(VisitState.EXCUSED, None, True)
    assert visit_state(EIGHT, [at("20:10")], MORNING, excused=True).state == "on_time"


def test_a_point_with_its_own_window_uses_that():
    window = (at("20:30"), at("20:45"))
    states = [
        visit_state(EIGHT, [at(clock)], MORNING, window=window).state
        for clock in ("20:29", "20:30", "20:45", "20:46", "21:36")
    ]
    assert states == ["missed", "on_time", "on_time", "late", "missed"]


@settings(deadline=None)
@given(st.lists(st.integers(-200, 200)), st.integers(-200, 400), st.booleans())
def test_time_alone_only_ever_turns_pending_into_missed(offsets, later, excused):
    scans = [at("20:00") + timedelta(minutes=n) for n in offsets]
    now = at("20:00")
    before = visit_state(EIGHT, scans, now, excused).state
    after = visit_state(EIGHT, scans, now + timedelta(minutes=abs(later)), excused).state
    assert before == after or (before, after) == ("pending", "missed")


@settings(deadline=None)
@given(st.lists(st.integers(-200, 200), max_size=6), st.integers(-200, 200))
def test_a_late_upload_never_makes_a_point_worse(offsets, extra):
    rank = {"missed": 0, "late": 1, "on_time": 2}
    scans = [at("20:00") + timedelta(minutes=n) for n in offsets]
    more = [*scans, at("20:00") + timedelta(minutes=extra)]
    before, after = visit_state(EIGHT, scans, MORNING), visit_state(EIGHT, more, MORNING)
    assert rank[after.state] >= rank[before.state]


def visits(*states: str) -> list[Visit]:
    return [Visit(VisitState(state)) for state in states]


@pytest.mark.parametrize(
    ("states", "clock", "any_scan", "expected"),
    [
        (["pending", "pending"], "20:05", False, "planned"),
        (["pending", "pending"], "20:05", True, "in_progress"),
        (["on_time", "pending"], "20:05", True, "in_progress"),
        (["on_time", "late"], "21:10", True, "completed"),
        (["on_time", "excused"], "20:05", True, "completed"),
        (["excused", "excused"], "20:05", False, "completed"),
        (["on_time", "missed"], "21:36", True, "incomplete"),
        (["missed", "missed"], "21:36", False, "missed"),
        (["missed", "excused"], "21:36", False, "missed"),
        (["missed", "missed"], "21:36", True, "incomplete"),
        ([], "20:05", False, "planned"),
        ([], "20:05", True, "completed"),
        ([], "21:36", False, "missed"),
    ],
)
def test_the_state_of_a_round_follows_from_its_visits_and_the_time(states, clock, any_scan, expected):
    assert round_state(visits(*states), at(clock), EIGHT.closes_at, any_scan, False) == expected


def test_a_cancelled_round_is_cancelled_whatever_was_walked():
    assert round_state(visits("on_time"), MORNING, EIGHT.closes_at, True, True) == "cancelled"


def test_the_round_a_person_is_walking_comes_before_a_nearer_one():
    fire = round_times(at("20:30"), None, 40)
    near = [Candidate("patrol", EIGHT), Candidate("fire", fire)]
    assert match_round(near, at("20:25")) == "fire"
    assert match_round([Candidate("patrol", EIGHT, True), Candidate("fire", fire)], at("20:25")) == "patrol"


def test_of_two_equally_near_rounds_the_earlier_is_taken():
    fire = round_times(at("20:30"), None, 40)
    assert match_round([Candidate("fire", fire), Candidate("patrol", EIGHT)], at("20:15")) == "patrol"


def test_the_same_tap_again_within_two_minutes_is_a_repeat():
    assert is_repeat(at("20:10"), at("20:12"))
    assert is_repeat(at("20:12"), at("20:10"))
    assert not is_repeat(at("20:10"), at("20:12") + timedelta(seconds=1))


def test_on_a_strict_route_only_required_points_hold_up_the_later_ones():
    stops = [
        OrderedStop("gate", True, at("20:00")),
        OrderedStop("garage", True, at("20:20")),
        OrderedStop("pond", False),
        OrderedStop("roof", True, at("20:10")),
        OrderedStop("shed", True, None),
        OrderedStop("pump", True, at("20:30")),
    ]
    assert out_of_order(stops) == {"roof", "pump"}


def test_an_excused_point_holds_nobody_up():
    stops = [OrderedStop("roof", True, None, excused=True), OrderedStop("gate", True, at("20:00"))]
    assert out_of_order(stops) == set()


SENT, RECEIVED = at("23:00"), at("23:00")


def test_a_small_difference_of_clocks_is_left_alone():
    scan = effective_time(at("22:10"), SENT, RECEIVED + timedelta(seconds=30))
    assert (scan.at, scan.flags) == (at("22:10"), set())


def test_a_difference_over_half_a_minute_is_corrected_and_over_five_minutes_flagged():
    corrected = effective_time(at("22:10"), SENT, RECEIVED + timedelta(minutes=5))
    assert (corrected.at, corrected.flags) == (at("22:15"), set())
    flagged = effective_time(at("22:10"), SENT, RECEIVED - timedelta(minutes=5, seconds=1))
    assert (flagged.at, flagged.flags) == (at("22:05") - timedelta(seconds=1), {"clock_skew"})


def test_nothing_happens_later_than_it_was_received():
    scan = effective_time(at("23:30"), SENT, RECEIVED)
    assert (scan.at, scan.flags) == (RECEIVED, {"clock_skew"})


def test_late_uploads_are_flagged_and_very_late_ones_need_approval():
    def flags(hours: int, seconds: int = 0) -> frozenset[str]:
        sent = at("22:00") + timedelta(hours=hours, seconds=seconds)
        return effective_time(at("22:00"), sent, sent).flags

    assert flags(24) == set()
    assert flags(24, 1) == {"late_sync"}
    assert flags(72) == {"late_sync"}
    assert flags(72, 1) == {"late_sync", "needs_approval"}


seconds = st.integers(-500_000, 500_000).map(lambda n: timedelta(seconds=n))


@settings(deadline=None)
@given(seconds, seconds)
def test_no_effective_time_lies_after_the_receipt_and_a_right_clock_changes_nothing(captured, skew):
    scan = effective_time(SENT + captured, SENT, SENT + skew)
    assert scan.at <= SENT + skew
    right = effective_time(SENT - abs(captured), SENT, SENT)
    assert right.at == SENT - abs(captured)
    assert "clock_skew" not in right.flags
