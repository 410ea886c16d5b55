"""Periods of planned maintenance, by example and by the rules they keep whatever the dates."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from patrol.maintenance.periods import CALENDAR, Before, Period, Rules, calendar_period, due_day, due_periods

ONE = timedelta(days=1)


def test_the_calendars_periods():
    day = date(2026, 3, 17)
    assert {name: calendar_period(name, day) for name in CALENDAR} == {
        "half_month": (date(2026, 3, 16), date(2026, 3, 31)),
        "month": (date(2026, 3, 1), date(2026, 3, 31)),
        "quarter": (date(2026, 1, 1), date(2026, 3, 31)),
        "half_year": (date(2026, 1, 1), date(2026, 6, 30)),
        "year": (date(2026, 1, 1), date(2026, 12, 31)),
    }
    assert calendar_period("quarter", date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert calendar_period("half_month", date(2024, 2, 29)) == (date(2024, 2, 16), date(2024, 2, 29))


def test_a_half_month_is_made_three_days_ahead_and_no_earlier():
    rules = Rules("calendar", date(2026, 3, 2), calendar="half_month", ahead=3)

    first = due_periods(rules, None, date(2026, 3, 2))
    assert first == [(date(2026, 3, 1), date(2026, 3, 15))]
    before = Before(first[0], open=True)
    assert due_periods(rules, before, date(2026, 3, 12)) == []
    assert due_periods(rules, before, date(2026, 3, 13)) == [(date(2026, 3, 16), date(2026, 3, 31))]


def test_nobody_looked_for_two_months_and_none_is_left_out():
    rules = Rules("calendar", date(2026, 3, 1), calendar="half_month")

    made = due_periods(rules, None, date(2026, 4, 20))

    assert [period.first for period in made] == [
        date(2026, 3, 1),
        date(2026, 3, 16),
        date(2026, 4, 1),
        date(2026, 4, 16),
    ]


def test_every_ten_days_counts_from_the_plans_start_however_late_it_was_done():
    rules = Rules("fixed", date(2026, 3, 1), every=10)
    late = Before(Period(date(2026, 3, 1), date(2026, 3, 10)), done_on=date(2026, 3, 10))

    assert due_periods(rules, late, date(2026, 3, 11)) == [(date(2026, 3, 11), date(2026, 3, 20))]


def test_floating_counts_from_the_day_it_was_last_done():
    rules = Rules("floating", date(2026, 3, 1), every=30, ahead=30)

    assert due_periods(rules, None, date(2026, 3, 1)) == [(date(2026, 3, 1), date(2026, 3, 30))]
    done = Before(Period(date(2026, 3, 1), date(2026, 3, 30)), done_on=date(2026, 3, 20))
    assert due_periods(rules, done, date(2026, 3, 21)) == [(date(2026, 3, 21), date(2026, 4, 19))]
    still_open = Before(Period(date(2026, 3, 1), date(2026, 3, 30)), open=True)
    assert due_periods(rules, still_open, date(2026, 3, 21)) == []


def test_a_floating_one_that_nobody_does_is_missed_again_and_again():
    rules = Rules("floating", date(2026, 3, 1), every=30)

    made = due_periods(rules, None, date(2026, 5, 30))

    assert [period.last for period in made] == [date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 29)]


def test_a_changed_plan_begins_where_the_last_order_ends():
    monthly_until_now = Before(Period(date(2026, 3, 1), date(2026, 3, 31)))
    rules = Rules("calendar", date(2026, 3, 1), calendar="quarter")

    assert due_periods(rules, monthly_until_now, date(2026, 4, 1)) == [(date(2026, 4, 1), date(2026, 6, 30))]
    half_way = Before(Period(date(2026, 4, 1), date(2026, 4, 15)))
    assert due_periods(rules, half_way, date(2026, 4, 16)) == [(date(2026, 4, 16), date(2026, 6, 30))]


def test_no_period_begins_after_the_plans_end():
    rules = Rules("calendar", date(2026, 3, 1), calendar="half_month", end=date(2026, 3, 20))

    assert len(due_periods(rules, None, date(2026, 6, 1))) == 2


def test_golden_10_a_lift_is_due_15_days_after_its_service():
    second = Period(date(2026, 3, 16), date(2026, 3, 31))

    assert due_day(second, date(2026, 3, 1), 15) == date(2026, 3, 16)
    assert due_day(second, date(2026, 3, 14), 15) == date(2026, 3, 29)
    assert due_day(second, date(2026, 2, 20), 15) == date(2026, 3, 16)  # too late already: at once
    assert due_day(second, None, 15) == date(2026, 3, 31)


RULES = st.one_of(
    st.builds(Rules, st.just("calendar"), st.dates(date(2025, 1, 1), date(2026, 12, 31)),
              calendar=st.sampled_from([*CALENDAR]), ahead=st.integers(0, 60)),
    st.builds(Rules, st.sampled_from(["fixed", "floating"]), st.dates(date(2025, 1, 1), date(2026, 12, 31)),
              every=st.integers(1, 200), ahead=st.integers(0, 60)),
)  # fmt: skip


@given(rules=RULES, looks=st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_however_often_somebody_looks_the_periods_are_the_same_and_leave_no_day_out(rules, looks):
    """Nobody does anything: looking in steps makes what looking once makes."""
    day, before, stepwise = rules.start, None, []
    for days in looks:
        day += timedelta(days=days)
        if before is not None and rules.form == "floating":
            before = Before(before.period, open=before.period.last >= day)
        made = due_periods(rules, before, day)
        stepwise += made
        before = Before(made[-1], open=made[-1].last >= day) if made else before

    assert stepwise == due_periods(rules, None, day)
    for one, following in pairwise(stepwise):
        assert following.first == one.last + ONE
    assert all(period.first <= period.last for period in stepwise)
