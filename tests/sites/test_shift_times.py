"""Shifts as instants: across midnight, the end of a month, and the two nights on which clocks change."""

import itertools
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from patrol.sites.shift_times import shift_after, shift_at, shift_times
from patrol.sites.shifts import pattern
from patrol.sites.site import DEFAULT_SHIFTS

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
THREE = [shift.as_json() for shift in pattern("three", time(7))]


def at(text: str, zone: ZoneInfo = CHINA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def told(day: date, shifts=DEFAULT_SHIFTS, zone=CHINA, start=time(8)) -> list[tuple[str, str, str]]:
    return [
        (one.code, f"{one.starts_at.astimezone(zone):%d %H:%M}", f"{one.ends_at.astimezone(zone):%d %H:%M}")
        for one in shift_times(day, shifts, zone, start)
    ]


def test_a_night_belongs_to_the_evening_it_begins_on():
    assert told(date(2026, 3, 18)) == [("day", "18 08:00", "18 20:00"), ("night", "18 20:00", "19 08:00")]


def test_a_night_runs_across_the_end_of_a_month():
    assert told(date(2026, 2, 28))[1] == ("night", "28 20:00", "01 08:00")


def test_a_shift_of_the_small_hours_belongs_to_the_day_before():
    shifts = [
        {"code": "day", "zh": "白班", "en": "Day", "start": "08:00", "end": "00:00"},
        {"code": "small", "zh": "后夜", "en": "Small hours", "start": "00:00", "end": "08:00"},
    ]
    assert told(date(2026, 12, 31), shifts) == [("day", "31 08:00", "01 00:00"), ("small", "01 00:00", "01 08:00")]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 11), (date(2026, 10, 24), 13)],
    ids=["an hour is left out", "an hour comes twice"],
)
def test_a_night_on_which_clocks_change_still_ends_at_eight(day, hours):
    night = shift_times(day, DEFAULT_SHIFTS, BERLIN, time(8))[1]
    assert (night.ends_at - night.starts_at).total_seconds() == hours * 3600
    assert f"{night.ends_at.astimezone(BERLIN):%H:%M}" == "08:00"


def test_shifts_fill_every_day_without_gap_or_overlap():
    for first in (date(2026, 3, 27), date(2026, 10, 23), date(2026, 12, 30)):
        days = [date.fromordinal(first.toordinal() + n) for n in range(4)]
        found = [one for day in days for one in shift_times(day, THREE, BERLIN, time(7))]
        assert len(found) == 12
        assert all(one.ends_at == two.starts_at for one, two in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("when", "code", "day"),
    [
        ("2026-03-18 08:00", "day", 18),
        ("2026-03-18 19:59", "day", 18),
        ("2026-03-18 20:00", "night", 18),
        ("2026-03-19 00:00", "night", 18),
        ("2026-03-19 07:59", "night", 18),
    ],
)
def test_the_shift_of_a_moment(when, code, day):
    found = shift_at(at(when), DEFAULT_SHIFTS, CHINA, time(8))
    assert found is not None
    assert (found.code, found.day.day) == (code, day)


def test_between_two_shifts_nobody_is_on():
    office = [{"code": "day", "zh": "白班", "en": "Day", "start": "08:00", "end": "18:00"}]
    assert shift_at(at("2026-03-18 19:00"), office, CHINA, time(8)) is None
    day = shift_at(at("2026-03-18 17:00"), office, CHINA, time(8))
    after = shift_after(day, office, CHINA, time(8))
    assert after.day == date(2026, 3, 19)


def test_the_night_hands_over_to_the_next_day():
    night = shift_at(at("2026-02-28 23:00"), DEFAULT_SHIFTS, CHINA, time(8))
    after = shift_after(night, DEFAULT_SHIFTS, CHINA, time(8))
    assert (after.code, after.day, after.starts_at) == ("day", date(2026, 3, 1), night.ends_at)
