"""Which readings a month's paper draws, and where a day was out of its limits."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.equipment.readings import Read, Reading, Thing
from patrol.reviews.checked import Numbers
from patrol.reviews.definitions import FIGURES, ON_THE_MONTH
from patrol.reviews.month_paper import charts_below
from patrol.reviews.month_trends import marks_of, ranked

DAY = date(2026, 3, 18)
THING = Thing(None, True, "", "", None)  # type: ignore[arg-type]


def read(expected=30, got=30, values=30, out=0):
    return Read(THING, expected, got, values, 1.0, 2.0, out)


def reading(code, *reads):
    return Reading(code, {}, {"code": "n"}, 1, list(reads))


def order(*readings):
    return [one.code for one, _ in ranked((one, read) for one in readings for read in one.things)]


def test_out_of_limits_comes_first_then_gaps_and_what_says_nothing_last():
    calm, gaps = reading("calm", read()), reading("gaps", read(got=20))
    out, worse = reading("out", read(out=1)), reading("worse", read(out=9))
    assert order(calm, gaps, out, worse) == ["worse", "out", "gaps", "calm"]


def test_no_reading_stands_twice_while_another_with_something_to_tell_waits():
    lifts = reading("lift", read(out=5), read(out=4))
    assert order(lifts, reading("pump", read(got=29)), reading("calm", read())) == ["lift", "pump", "lift", "calm"]


def test_one_value_is_no_curve_unless_it_was_out():
    once, bad = reading("once", read(values=1)), reading("bad", read(values=1, out=1))
    assert order(once, bad, reading("none", read(0, 0, 0))) == ["bad"]


@pytest.mark.parametrize(
    ("day", "low", "high", "marks"),
    [
        (Numbers(DAY, 1, 5.0, 5.0, 0), 0, 9, [(5.0, False)]),
        (Numbers(DAY, 2, 5.0, 10.0, 1), 0, 9, [(5.0, False), (10.0, True)]),
        (Numbers(DAY, 3, -1.0, 10.0, 2), 0, 9, [(-1.0, True), (10.0, True)]),
        (Numbers(DAY, 2, 5.0, 6.0, 1), 0, 9, [(5.0, True), (6.0, True)]),  # the limits were others then
        (Numbers(DAY, 1, 10.0, 10.0, 0), 0, 9, [(10.0, False)]),  # good by the limits of its day
        (Numbers(DAY, 1, 10.0, 10.0, 1), None, None, [(10.0, True)]),
    ],
)
def test_a_day_shows_its_lowest_and_highest_and_where_it_was_out(day, low, high, marks):
    assert [(value, out) for _day, value, out, _url in marks_of([day], low, high)] == marks


@given(st.integers(0, 40))
def test_the_more_stands_above_the_fewer_charts_stand_below(lines):
    assert 2 <= charts_below(lines + 1) <= charts_below(lines) <= 6
    assert charts_below(lines) % 2 == 0


def test_every_figure_that_is_explained_is_one():
    assert set(ON_THE_MONTH) <= set(FIGURES)
    assert len(set(ON_THE_MONTH)) == len(ON_THE_MONTH)
