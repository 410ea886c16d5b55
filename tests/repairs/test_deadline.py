"""When somebody has to be on site: urgent, by appointment, the same day; across midnight and the month's end."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from patrol.repairs.deadline import due_at, is_overdue, is_rework

SHANGHAI = ZoneInfo("Asia/Shanghai")


def wall(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("reported", "urgent", "appointment", "due"),
    [
        ("2026-03-31T23:50", True, None, "2026-04-01T00:20"),
        ("2026-03-02T12:00", False, None, "2026-03-03T08:00"),
        ("2026-03-02T12:00", False, "2026-03-05T19:00", "2026-03-05T19:00"),
        ("2026-03-02T12:00", True, "2026-03-05T19:00", "2026-03-02T12:30"),
        ("2026-03-31T02:00", False, None, "2026-03-31T08:00"),
        ("2026-03-31T05:00", False, None, "2026-04-01T08:00"),
        ("2026-12-31T23:59", False, None, "2027-01-01T08:00"),
    ],
)
def test_due(reported, urgent, appointment, due):
    found = due_at(
        wall(reported),
        urgent=urgent,
        appointment_at=wall(appointment) if appointment else None,
        zone=SHANGHAI,
        day_start=time(8),
    )
    assert found == wall(due)


def repair(**more):
    told = {"due_at": wall("2026-03-02T12:30"), "state": "assigned", "urgent": True, "visited_at": None}
    return SimpleNamespace(**{**told, "rectified_at": None, **more})


@pytest.mark.parametrize(
    ("told", "at", "late"),
    [
        ({}, "2026-03-02T12:30", False),
        ({}, "2026-03-02T12:31", True),
        ({"visited_at": wall("2026-03-02T12:29")}, "2026-03-02T18:00", False),
        ({"visited_at": wall("2026-03-02T12:31")}, "2026-03-02T18:00", True),
        ({"urgent": False, "visited_at": wall("2026-03-02T12:00")}, "2026-03-02T13:00", True),
        ({"urgent": False, "rectified_at": wall("2026-03-02T12:20")}, "2026-03-02T13:00", False),
        ({"state": "closed"}, "2026-03-09T13:00", False),
    ],
)
def test_late(told, at, late):
    assert is_overdue(repair(**told), wall(at)) == late


def test_seven_days_to_the_second_are_rework():
    closed = wall("2026-02-25T10:00")
    assert is_rework(closed, closed + timedelta(days=7))
    assert not is_rework(closed, closed + timedelta(days=7, seconds=1))
    assert is_rework(None, closed)
