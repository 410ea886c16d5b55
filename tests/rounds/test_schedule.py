from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.core.business_day import business_day
from patrol.rounds.schedule import (
    every_minutes,
    fixed_times,
    round_times,
    shift_windows,
    starts_for_day,
    window_times,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = {"band_start": time(20), "band_end": time(8)}
SITE = {"tz": SHANGHAI, "day_start": time(8)}
MONDAY, SUNDAY = 1, 64


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def clocks(starts: list[datetime]) -> list[str]:
    return [f"{start.astimezone(SHANGHAI):%d %H:%M}" for start in starts]


def test_golden_1_the_night_plan_makes_six_rounds_of_the_evening_it_starts_on():
    starts = starts_for_day("every", day=date(2026, 3, 31), every_min=120, **NIGHT, **SITE)

    assert clocks(starts) == ["31 20:00", "31 22:00", "01 00:00", "01 02:00", "01 04:00", "01 06:00"]
    assert all(start.tzinfo is UTC for start in starts)
    assert {business_day(start, SHANGHAI, time(8)) for start in starts} == {date(2026, 3, 31)}


def test_a_band_whose_ends_are_equal_goes_round_the_clock():
    assert every_minutes(time(8), time(8), 360) == [0, 360, 720, 1080]


def test_a_band_that_is_not_divided_evenly_keeps_its_last_short_stretch():
    assert every_minutes(time(20), time(8), 500) == [0, 500]


def test_a_plan_without_minutes_between_rounds_is_refused():
    with pytest.raises(ValueError):
        every_minutes(time(20), time(8), 0)


def test_a_band_across_the_start_of_the_day_is_shared_by_two_days():
    band = {"band_start": time(6), "band_end": time(12), "every_min": 120}
    assert clocks(starts_for_day("every", day=date(2026, 3, 31), **band, **SITE)) == [
        "31 08:00",
        "31 10:00",
        "01 06:00",
    ]


def test_fixed_times_are_in_order_and_none_is_twice():
    times = [time(3), time(21), time(9), time(21)]
    assert fixed_times(times) == [time(3), time(9), time(21)]
    starts = starts_for_day("fixed", day=date(2026, 3, 31), times=times, **SITE)
    assert clocks(starts) == ["31 09:00", "31 21:00", "01 03:00"]


def test_the_weekday_is_that_of_the_business_day():
    plan = {"times": [time(2)], **SITE}
    assert clocks(starts_for_day("fixed", day=date(2026, 3, 29), weekdays=SUNDAY, **plan)) == ["30 02:00"]
    assert starts_for_day("fixed", day=date(2026, 3, 29), weekdays=MONDAY, **plan) == []


def test_a_skipped_day_and_days_outside_the_validity_have_no_rounds():
    plan = {"times": [time(2)], **SITE}
    day = date(2026, 3, 31)
    assert starts_for_day("fixed", day=day, skip_dates={day}, **plan) == []
    assert starts_for_day("fixed", day=day, valid_from=date(2026, 4, 1), **plan) == []
    assert starts_for_day("fixed", day=day, valid_to=date(2026, 3, 30), **plan) == []
    assert len(starts_for_day("fixed", day=day, valid_from=day, valid_to=day, **plan)) == 1


def test_a_shift_is_cut_into_equal_windows():
    assert shift_windows(time(20), time(8), 3) == [(0, 240), (240, 240), (480, 240)]
    starts = starts_for_day("per_shift", day=date(2026, 3, 31), per_shift=3, **NIGHT, **SITE)
    assert clocks(starts) == ["31 20:00", "01 00:00", "01 04:00"]


def test_a_window_has_no_tolerance_and_closes_where_it_ends():
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    times = window_times(start, start + minutes(240))
    assert (times.tolerance, times.opens_at, times.closes_at) == (minutes(0), start, times.ends_at)


def test_a_plan_by_calendar_runs_on_named_days_and_on_the_last_of_the_month():
    plan = {"days_of_month": [1, -1], "band_start": time(9), **SITE}
    days = [date(2026, 2, d) for d in range(1, 29)]
    assert [day.day for day in days if starts_for_day("calendar", day=day, **plan)] == [1, 28]


def test_a_plan_on_demand_makes_no_rounds_by_itself():
    assert starts_for_day("on_demand", day=date(2026, 3, 31), **SITE) == []


@pytest.mark.parametrize("form", ["every", "per_shift", "calendar", "sometimes"])
def test_a_plan_that_lacks_what_its_form_needs_is_refused(form):
    with pytest.raises(ValueError):
        starts_for_day(form, day=date(2026, 3, 31), **SITE)


@settings(deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.lists(st.builds(time, st.integers(0, 23), st.integers(0, 59)), max_size=8),
)
def test_every_start_belongs_to_the_day_it_was_made_for(day, zone, day_start, times):
    tz = ZoneInfo(zone)
    starts = starts_for_day("fixed", day=day, tz=tz, day_start=day_start, times=times)
    assert starts == sorted(set(starts))
    assert all(business_day(start, tz, day_start) == day for start in starts)
    if zone == "Asia/Shanghai":
        assert len(starts) == len(set(times))


def test_golden_2_the_times_of_the_eight_o_clock_round():
    start = datetime(2026, 3, 31, 20, tzinfo=SHANGHAI)
    times = round_times(start, start + minutes(120), 40)

    assert times.tolerance == minutes(24)
    assert clocks([times.opens_at, times.ends_at, times.closes_at]) == ["31 19:36", "31 20:40", "31 21:36"]
    assert times.opens_at.tzinfo is UTC


def test_a_round_alone_in_its_plan_has_half_an_hour_of_tolerance_and_an_hour_to_close():
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    times = round_times(start, None, 40)
    assert times.tolerance == minutes(30)
    assert times.closes_at == start + minutes(100)


def test_a_longer_tolerance_asks_for_a_longer_close():
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    times = round_times(start, None, 40, tolerance_min=90)
    assert times.closes_at == start + minutes(40 + 90)


def test_a_set_tolerance_may_be_zero_and_never_passes_half_the_slack():
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert round_times(start, start + minutes(60), 40, tolerance_min=0).tolerance == minutes(0)
    assert round_times(start, start + minutes(60), 40, tolerance_min=25).tolerance == minutes(10)


def test_a_round_longer_than_its_interval_has_no_tolerance_and_closes_at_the_next_start():
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    times = round_times(start, start + minutes(30), 40)
    assert (times.tolerance, times.closes_at) == (minutes(0), start + minutes(30))


@pytest.mark.parametrize(("gap", "expected", "tolerance"), [(0, 40, None), (120, -1, None), (120, 40, -1)])
def test_impossible_times_are_refused(gap, expected, tolerance):
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    with pytest.raises(ValueError):
        round_times(start, start + minutes(gap), expected, tolerance)


@settings(deadline=None)
@given(
    interval=st.integers(1, 1440),
    expected=st.integers(0, 600),
    tolerance=st.none() | st.integers(0, 240),
)
def test_rounds_of_an_even_plan_never_overlap(interval, expected, tolerance):
    first = datetime(2026, 3, 31, 12, tzinfo=UTC)
    starts = [first + minutes(interval * n) for n in range(4)]
    rounds = [round_times(a, b, expected, tolerance) for a, b in pairwise(starts)]

    for earlier, later in pairwise(rounds):
        assert earlier.closes_at <= later.opens_at
    for times in rounds:
        assert timedelta(0) <= times.tolerance
        assert times.opens_at <= times.starts_at <= times.closes_at
