from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from patrol.web.charts.trend import trend

DAY = date(2026, 3, 1)


def points(*values, high=None):
    return [
        (DAY + timedelta(days=n), value, high is not None and value > high, f"/i/{n}") for n, value in enumerate(values)
    ]


def test_the_limits_are_in_sight_even_when_all_values_are_far_from_them():
    chart = trend(points(20.0, 21.0, 22.0), -5, 40)

    assert [limit.text for limit in chart.limits] == ["-5", "40"]
    assert all(18 <= limit.y <= chart.base for limit in chart.limits)
    assert chart.limits[0].y > chart.dots[0].y > chart.limits[1].y


def test_a_value_out_of_its_limits_is_marked_and_nothing_is_drawn_of_nothing():
    assert [dot.band for dot in trend(points(30.0, 41.0, high=40)).dots] == ["ok", "miss"]
    empty = trend([], 0, 1)
    assert (empty.dots, empty.run) == ([], "")
    assert trend(points(float("nan"), 3.0)).dots[0].value == 3


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=90),
    st.none() | st.floats(-1e6, 1e6),
    st.none() | st.floats(-1e6, 1e6),
)
def test_all_marks_lie_inside_the_picture(values, low, high):
    chart = trend(points(*values), low, high)

    for y in [dot.y for dot in chart.dots] + [limit.y for limit in chart.limits] + [tick.at for tick in chart.ticks_y]:
        assert 17.8 <= y <= chart.base + 0.2
    assert all(chart.left <= tick.at <= chart.right for tick in chart.ticks_x)
    assert len(chart.ticks_y) <= 8
