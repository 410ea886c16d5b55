from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from patrol.weather.levels import LEVELS, daylight, during_starts, suspensions
from tests.rounds.conftest import shanghai

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_levels_mean_what_the_warning_signals_say():
    assert {code: (level.hours, level.mean, level.gust, level.rests) for code, level in LEVELS.items()} == {
        "blue": (24, 6, 8, False),
        "yellow": (24, 8, 10, False),
        "orange": (12, 10, 12, True),
        "red": (6, 12, 14, True),
    }


def turns(text: str):
    """ "10 blue, 12 orange, 15 clear": hours of one day."""
    for part in text.split(", "):
        hour, level = part.split()
        yield datetime(2026, 3, 31, int(hour), tzinfo=UTC), None if level == "clear" else level


@pytest.mark.parametrize(
    ("said", "rests"),
    [
        ("10 blue", []),
        ("10 blue, 12 yellow, 20 clear", []),
        ("10 orange", [(10, None)]),
        ("10 red, 14 clear", [(10, 14)]),
        ("10 blue, 12 orange, 15 clear", [(12, 15)]),
        ("10 orange, 12 red, 14 orange, 16 yellow, 20 clear", [(10, 16)]),
        ("10 orange, 12 blue, 15 red, 18 clear", [(10, 12), (15, 18)]),
        ("10 yellow, 11 orange, 12 yellow, 13 orange", [(11, 12), (13, None)]),
    ],
)
def test_points_outdoors_rest_from_orange_on_until_it_is_lowered_or_over(said, rests):
    found = [(since.hour, until.hour if until else None) for since, until in suspensions(turns(said))]

    assert found == rests


@pytest.mark.parametrize(
    ("cleared", "begins", "ends"),
    [
        ("2026-03-31 10:00", "2026-03-31 10:00", "2026-03-31 14:00"),
        ("2026-03-31 06:00", "2026-03-31 06:00", "2026-03-31 10:00"),
        ("2026-03-31 05:59", "2026-03-31 06:00", "2026-03-31 10:00"),
        ("2026-03-31 14:00", "2026-03-31 14:00", "2026-03-31 18:00"),
        ("2026-03-31 15:30", "2026-03-31 15:30", "2026-04-01 07:30"),  # 2 h 30 left, 1 h 30 in the morning
        ("2026-03-31 17:59", "2026-03-31 17:59", "2026-04-01 09:59"),
        ("2026-03-31 18:00", "2026-04-01 06:00", "2026-04-01 10:00"),
        ("2026-03-31 23:30", "2026-04-01 06:00", "2026-04-01 10:00"),  # another month
        ("2026-04-01 00:30", "2026-04-01 06:00", "2026-04-01 10:00"),
    ],
)
def test_the_round_after_has_four_hours_of_daylight(cleared, begins, ends):
    assert daylight(shanghai(cleared), SHANGHAI) == (shanghai(begins), shanghai(ends))


def test_daylight_goes_by_the_wall_where_clocks_change():
    zone = ZoneInfo("Europe/Berlin")  # 29 March 2026: 02:00 becomes 03:00
    cleared = datetime(2026, 3, 28, 22, 0, tzinfo=zone)

    begins, ends = daylight(cleared, zone)

    assert begins == datetime(2026, 3, 29, 6, 0, tzinfo=zone).astimezone(UTC)
    assert ends - begins == timedelta(hours=4)


def test_rounds_during_start_every_two_hours_and_go_on_where_they_stopped():
    declared, midnight = shanghai("2026-03-31 18:10"), shanghai("2026-04-01 00:00")

    first = during_starts(declared, None, midnight)

    assert [f"{at.astimezone(SHANGHAI):%d %H:%M}" for at in first] == ["31 20:10", "31 22:10"]
    more = during_starts(declared, first[-1], shanghai("2026-04-01 04:10"))
    assert [f"{at.astimezone(SHANGHAI):%d %H:%M}" for at in more] == ["01 00:10", "01 02:10"]
    assert during_starts(declared, more[-1], shanghai("2026-04-01 04:10")) == []
