from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.core.business_day import (
    business_day,
    day_bounds,
    half_month,
    month_days,
    parse_month,
    parse_week,
    period_of,
    wall,
    week_days,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
EIGHT = time(8)

zones = st.sampled_from(
    ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]
).map(ZoneInfo)
clock_times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
instants = st.integers(0, 20 * 365 * 86_400).map(lambda s: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def test_golden_1_a_scan_at_two_in_the_night_counts_to_the_evening_before():
    assert business_day(shanghai(2026, 4, 1, 2), SHANGHAI, EIGHT) == date(2026, 3, 31)


def test_the_day_begins_exactly_at_its_start():
    assert business_day(shanghai(2026, 4, 1, 7, 59, 59), SHANGHAI, EIGHT) == date(2026, 3, 31)
    assert business_day(shanghai(2026, 4, 1, 8), SHANGHAI, EIGHT) == date(2026, 4, 1)


def test_a_time_without_a_zone_has_no_business_day():
    with pytest.raises(ValueError):
        business_day(datetime(2026, 4, 1), SHANGHAI, EIGHT)


@settings(deadline=None)
@given(instants, zones, clock_times)
def test_every_instant_lies_within_the_bounds_of_its_day(at, tz, day_start):
    start, end = day_bounds(business_day(at, tz, day_start), tz, day_start)
    assert start <= at < end


@settings(deadline=None)
@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), zones, clock_times)
def test_days_follow_each_other_without_gap_or_overlap(day, tz, day_start):
    assert day_bounds(day, tz, day_start)[1] == day_bounds(day + timedelta(days=1), tz, day_start)[0]


def test_a_wall_clock_time_that_does_not_exist_moves_forward():
    assert wall(date(2026, 3, 8), time(2, 30), NEW_YORK) == datetime(2026, 3, 8, 3, 30, tzinfo=NEW_YORK)


def test_a_doubled_wall_clock_time_is_the_first_one():
    assert wall(date(2026, 11, 1), time(1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert wall(date(2026, 11, 1), time(1, 30, fold=1), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_week_runs_from_monday_to_sunday():
    days = week_days(2026, 9)
    assert (days[0], days[-1], len(days)) == (date(2026, 2, 23), date(2026, 3, 1), 7)


def test_a_month_holds_all_its_days():
    assert [len(month_days(2024, month)) for month in (2, 4, 12)] == [29, 30, 31]


def test_weeks_and_months_are_read_as_they_are_written():
    assert parse_week("2026-W09") == (2026, 9)
    assert parse_week("2026-W53") == (2026, 53)
    assert parse_month("2026-11") == (2026, 11)


@pytest.mark.parametrize("text", ["2025-W53", "2026-W00", "2026-W9", "2026-09", "", "2026-W09 ", "２026-W09"])
def test_what_is_no_week_is_refused(text):
    with pytest.raises(ValueError):
        parse_week(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "2026-W01", "", "2026-11-01", "0000-01"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError):
        parse_month(text)


def test_the_halves_of_a_month_meet_after_the_fifteenth():
    assert half_month(date(2026, 2, 15)) == (date(2026, 2, 1), date(2026, 2, 15))
    assert half_month(date(2026, 2, 16)) == (date(2026, 2, 16), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("interval", "first", "last"),
    [
        (1, date(2026, 8, 19), date(2026, 8, 19)),
        (7, date(2026, 8, 17), date(2026, 8, 23)),
        (15, date(2026, 8, 16), date(2026, 8, 31)),
        (30, date(2026, 8, 1), date(2026, 8, 31)),
        (180, date(2026, 7, 1), date(2026, 12, 31)),
        (365, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_an_interval_names_the_period_around_a_day(interval, first, last):
    assert period_of(interval, date(2026, 8, 19)) == (first, last)


def test_a_duty_on_demand_has_no_period_and_an_unknown_interval_is_refused():
    assert period_of(0, date(2026, 8, 19)) is None
    with pytest.raises(ValueError):
        period_of(14, date(2026, 8, 19))


@settings(deadline=None)
@given(
    st.sampled_from([1, 7, 15, 30, 180, 365]),
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
)
def test_two_days_share_a_period_or_their_periods_do_not_touch(interval, one, other):
    mine, theirs = period_of(interval, one), period_of(interval, other)
    assert mine[0] <= one <= mine[1]
    assert mine == theirs or mine[1] < theirs[0] or theirs[1] < mine[0]
