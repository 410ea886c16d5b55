from datetime import date

from patrol.equipment.due import covered, due_until, halves_done, is_done, lift_gap_fails


def march(*days: int) -> list[date]:
    return [date(2026, 3, day) for day in days]


def test_golden_10_an_item_seen_twice_in_the_first_half_is_not_covered():
    days = march(3, 14)
    assert halves_done(days, date(2026, 3, 1)) == (True, False)
    assert not covered(days, date(2026, 3, 1), half_monthly=True)
    assert covered(days, date(2026, 3, 1), half_monthly=False)


def test_golden_10_a_lift_served_in_both_halves_can_still_have_too_long_a_gap():
    days = march(1, 17)
    assert halves_done(days, date(2026, 3, 31)) == (True, True)
    assert lift_gap_fails(days) == (16, True)


def test_a_gap_of_fifteen_days_is_allowed():
    assert lift_gap_fails(march(16, 1, 31)) == (15, False)


def test_the_days_since_the_last_service_can_be_counted_too():
    assert lift_gap_fails(march(1), until=date(2026, 3, 17)) == (16, True)
    assert lift_gap_fails(march(1, 5), until=date(2026, 3, 3)) == (4, False)


def test_one_service_or_none_has_no_gap():
    assert lift_gap_fails(march(1)) == (None, False)
    assert lift_gap_fails([], until=date(2026, 3, 3)) == (None, False)


def test_done_once_inside_the_period_is_done():
    assert is_done(7, [date(2026, 2, 23)], date(2026, 3, 1))
    assert not is_done(7, [date(2026, 2, 22)], date(2026, 3, 1))
    assert is_done(30, march(31), date(2026, 3, 1))
    assert not is_done(1, march(3), date(2026, 3, 4))


def test_a_duty_on_demand_is_never_owed():
    assert is_done(0, [], date(2026, 3, 1))
    assert due_until(0, date(2026, 3, 1)) is None


def test_a_duty_can_be_done_until_the_last_day_of_its_period():
    day = date(2026, 2, 10)
    assert [due_until(n, day) for n in (1, 7, 15, 30, 180, 365)] == [
        day,
        date(2026, 2, 15),
        date(2026, 2, 15),
        date(2026, 2, 28),
        date(2026, 6, 30),
        date(2026, 12, 31),
    ]


def test_another_month_covers_nothing():
    assert not covered([date(2026, 2, 28), date(2026, 4, 1)], date(2026, 3, 15), half_monthly=False)
