"""A business day begins with a shift, and no shift runs across that moment."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.core.problems import Problem
from patrol.sites.shifts import PATTERNS, Shift, check_shifts, pattern, read_shifts, read_time

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
shifts = st.lists(st.tuples(times, times), min_size=1, max_size=6)


@given(times, st.sampled_from(sorted(PATTERNS)))
def test_every_ready_made_pattern_is_good_at_any_hour_and_fills_the_day(day_start, name):
    made = pattern(name, day_start)

    check_shifts(day_start, made)
    assert made[0].start == day_start == made[-1].end
    assert all(before.end == after.start for before, after in pairwise(made))


@given(times, shifts)
def test_shifts_pass_exactly_when_none_holds_the_start_of_the_day_inside(day_start, pairs):
    made = [Shift(f"s{n}", "班", "Shift", start, end) for n, (start, end) in enumerate(pairs)]

    right = any(start == day_start for start, _end in pairs) and not any(
        _holds_inside(start, end, day_start) for start, end in pairs
    )

    assert _passes(day_start, made) == right


def _holds_inside(start: time, end: time, moment: time) -> bool:
    """Walks the clock instead of reckoning: does the moment lie strictly between start and end?"""
    begins = datetime.combine(date(2026, 3, 1), start)
    ends = datetime.combine(date(2026, 3, 1), end)
    if ends <= begins:
        ends += timedelta(days=1)
    return any(begins < datetime.combine(date(2026, 3, day), moment) < ends for day in (1, 2))


def _passes(day_start: time, made: list[Shift]) -> bool:
    try:
        check_shifts(day_start, made)
    except Problem:
        return False
    return True


def test_the_three_shift_site_of_the_handbook_starts_at_seven():
    check_shifts(time(7), pattern("three", time(7)))

    with pytest.raises(Problem) as refused:
        check_shifts(time(8), pattern("three", time(7)))
    assert refused.value.field == "day_start"


def test_a_site_has_at_least_one_shift_and_every_code_once():
    day = Shift("day", "白班", "Day", time(8), time(20))

    for wrong in ([], [day] * 7, [day, day]):
        assert not _passes(time(8), wrong)


@pytest.mark.parametrize(("typed", "read"), [("08:00", time(8)), (" 7:30 ", time(7, 30)), ("23：59", time(23, 59))])
def test_times_are_read_as_people_write_them(typed, read):
    assert read_time(typed, "start") == read


@pytest.mark.parametrize("typed", ["", None, "24:00", "8", "8:5", "08:00:00", "٠٨:٠٠", "a" * 5000])
def test_anything_else_is_no_time(typed):
    with pytest.raises(Problem):
        read_time(typed, "start")


def test_empty_rows_of_the_form_are_left_out_and_one_name_serves_both_languages():
    made = read_shifts([{"zh": "白班", "start": "08:00", "end": "20:00"}, {}, {"zh": "", "start": "", "end": ""}])

    assert [(shift.zh, shift.en, shift.code) for shift in made] == [("白班", "白班", "shift1")]
