from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.core.business_day import business_day, wall
from patrol.rounds.schedule import (
    every_minutes,
    fixed_times,
    round_times,
    shift_windows,
    starts_for_day,
    window_times,
    windows_for_day,
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
    assert times.ends_at == times.closes_at


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
        assert times.opens_at <= times.starts_at <= times.ends_at <= times.closes_at


@settings(deadline=None)
@given(
    gaps=st.lists(st.integers(1, 1440), min_size=3, max_size=8),
    expected=st.integers(0, 600),
    tolerance=st.none() | st.integers(0, 240),
)
def test_rounds_of_an_uneven_plan_never_overlap_either(gaps, expected, tolerance):
    starts = [datetime(2026, 3, 31, 12, tzinfo=UTC)]
    for gap in gaps:
        starts.append(starts[-1] + minutes(gap))
    line = [None, *starts, None]
    rounds = [
        round_times(line[n], line[n + 1], expected, tolerance, previous=line[n - 1]) for n in range(1, len(starts) + 1)
    ]

    for earlier, later in pairwise(rounds):
        assert earlier.closes_at <= later.opens_at
    for times in rounds:
        assert timedelta(0) <= times.tolerance
        assert times.opens_at <= times.starts_at <= times.ends_at <= times.closes_at


def test_the_last_round_before_a_long_pause_opens_only_when_the_one_before_has_closed():
    six, seven = (datetime(2026, 3, 31, hour, tzinfo=SHANGHAI) for hour in (6, 7))
    before = round_times(six, seven, 40, previous=six - minutes(60))
    last = round_times(seven, seven + minutes(13 * 60), 40, previous=six)

    assert last.tolerance == minutes(10)
    assert clocks([before.closes_at, last.opens_at, last.closes_at]) == ["31 06:50", "31 06:50", "31 08:40"]


def test_a_round_cannot_follow_a_later_one():
    start = datetime(2026, 3, 31, 12, tzinfo=UTC)
    with pytest.raises(ValueError):
        round_times(start, None, 40, previous=start)


BERLIN = ZoneInfo("Europe/Berlin")


def shift_in_berlin(day: date, count: int) -> list[tuple[datetime, datetime]]:
    return windows_for_day(day, BERLIN, time(6), time(22), time(6), count)


def on_the_wall(windows: list[tuple[datetime, datetime]]) -> list[str]:
    return [f"{a.astimezone(BERLIN):%H:%M}-{b.astimezone(BERLIN):%H:%M}" for a, b in windows]


@pytest.mark.parametrize(
    ("night", "hours"),
    [(date(2026, 3, 28), [2, 2, 1, 2]), (date(2026, 10, 24), [2, 2, 3, 2]), (date(2026, 7, 1), [2, 2, 2, 2])],
    ids=["clocks go forward", "clocks go back", "an ordinary night"],
)
def test_the_windows_of_a_shift_fill_it_by_the_clock_on_the_wall_also_when_clocks_change(night, hours):
    windows = shift_in_berlin(night, 4)

    third = "03:00" if hours[2] == 1 else "02:00"  # two o'clock does not exist when clocks go forward
    assert on_the_wall(windows) == ["22:00-00:00", f"00:00-{third}", f"{third}-04:00", "04:00-06:00"]
    assert [(end - start) // timedelta(hours=1) for start, end in windows] == hours
    assert all(end == start for (_, end), (start, _) in pairwise(windows))
    assert (windows[0][0].astimezone(BERLIN).hour, windows[-1][1].astimezone(BERLIN).hour) == (22, 6)


def test_a_window_in_the_hour_that_does_not_exist_falls_away_and_leaves_no_gap():
    windows = windows_for_day(date(2026, 3, 28), BERLIN, time(6), time(0), time(6), 12)

    assert len(windows) == 10
    assert all(end == start for (_, end), (start, _) in pairwise(windows))
    assert [(w[1] - w[0]) // timedelta(minutes=1) for w in windows] == [30] * 10


@settings(deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.integers(0, 23),
    st.integers(1, 24),
    st.integers(1, 24),
)
def test_the_windows_of_any_shift_on_any_day_touch_each_other(day, zone, begins, lasts, count):
    tz, end = ZoneInfo(zone), time((begins + lasts) % 24)
    windows = windows_for_day(day, tz, time(begins), time(begins), end, count)
    length = wall(day if begins + lasts < 24 else day + timedelta(days=1), end, tz) - wall(day, time(begins), tz)

    assert all(start < until for start, until in windows)
    assert all(until == start for (_, until), (start, _) in pairwise(windows))
    assert sum((until - start for start, until in windows), timedelta(0)) == max(length, timedelta(0))
    starts = starts_for_day(
        "per_shift", day=day, tz=tz, day_start=time(begins), band_start=time(begins), band_end=end, per_shift=count
    )
    assert starts == [start for start, _ in windows]


SHIFT = {"band_start": time(20), "band_end": time(8), "per_shift": 3, **SITE}


def test_the_windows_after_midnight_of_a_sunday_night_are_still_sundays():
    sunday = date(2026, 3, 29)
    starts = starts_for_day("per_shift", day=sunday, weekdays=SUNDAY, **SHIFT)

    assert clocks(starts) == ["29 20:00", "30 00:00", "30 04:00"]
    assert starts_for_day("per_shift", day=date(2026, 3, 30), weekdays=SUNDAY, **SHIFT) == []


def test_a_plan_by_shift_runs_on_the_last_of_the_month_into_the_first():
    days = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    found = {day: clocks(starts_for_day("per_shift", day=day, days_of_month=[-1], **SHIFT)) for day in days}

    assert found == {days[0]: [], days[1]: ["28 20:00", "01 00:00", "01 04:00"], days[2]: []}


def test_a_plan_by_shift_keeps_to_its_validity_and_its_skipped_days():
    day = date(2026, 3, 31)
    for rule in ({"valid_from": date(2026, 4, 1)}, {"valid_to": date(2026, 3, 30)}, {"skip_dates": {day}}):
        assert starts_for_day("per_shift", day=day, **rule, **SHIFT) == []
    assert len(starts_for_day("per_shift", day=day, valid_from=day, valid_to=day, **SHIFT)) == 3
