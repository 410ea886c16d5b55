import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patrol.catalog
from patrol.hazards.deadline import (
    assignment_overdue,
    days_late,
    deadline_hours,
    due_at,
    is_overdue,
    late_by,
    reminders,
    reopened_due,
    time_to_rectify,
    verification_overdue,
)

CATEGORIES = {
    category["code"]: category
    for category in json.loads(
        (Path(patrol.catalog.__file__).parent / "hazard_categories.json").read_text(encoding="utf-8")
    )
}
FLOWERPOT = CATEGORIES["balcony_flowerpot"]


def march(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


REPORTED = march(1, 22, 10)
DUE = march(2, 22, 10)


def test_golden_5_a_refused_repair_is_late_against_the_first_deadline():
    due = due_at(REPORTED, deadline_hours(FLOWERPOT, "major"))
    assert due == DUE
    assert late_by(due, march(2, 21), march(2, 21)) == timedelta(0)

    new_due = reopened_due(REPORTED, due, failed_at=march(3, 9))
    rectified = march(3, 15)

    assert new_due == march(3, 21)
    assert late_by(due, rectified, march(3, 16)) == timedelta(hours=16, minutes=50)
    assert days_late(due, rectified, march(3, 16)) == 1
    assert time_to_rectify(REPORTED, rectified) == timedelta(hours=40, minutes=50)


def test_golden_6_a_changed_severity_brings_its_own_deadline():
    assert deadline_hours(FLOWERPOT, "critical") == 24
    assert deadline_hours(FLOWERPOT, "minor") == 168
    assert due_at(REPORTED, 168) == march(8, 22, 10)


def test_golden_9_too_short_a_recording_is_due_in_three_days():
    category = CATEGORIES["cctv_retention"]
    assert (category["default_severity"], deadline_hours(category, "major")) == ("major", 72)


def test_a_site_may_set_its_own_hours_and_an_unknown_severity_is_refused():
    assert deadline_hours(FLOWERPOT, "minor", {"minor": 100}) == 100
    with pytest.raises(KeyError):
        deadline_hours(FLOWERPOT, "slight")


def test_a_hazard_is_overdue_after_its_deadline_and_only_while_it_waits_for_repair():
    assert not is_overdue("assigned", DUE, DUE)
    assert is_overdue("reported", DUE, DUE + timedelta(seconds=1))
    assert not is_overdue("to_verify", DUE, march(9, 0))


def test_a_verification_has_a_day_and_a_critical_one_eight_hours():
    later = DUE + timedelta(hours=9)
    assert verification_overdue("to_verify", "critical", DUE, later)
    assert not verification_overdue("to_verify", "major", DUE, later)
    assert not verification_overdue("closed", "critical", DUE, later)


def test_a_critical_hazard_must_have_somebody_within_half_an_hour():
    assert assignment_overdue("reported", "critical", REPORTED, REPORTED + timedelta(minutes=31))
    assert not assignment_overdue("assigned", "critical", REPORTED, REPORTED + timedelta(minutes=31))
    assert not assignment_overdue("reported", "major", REPORTED, REPORTED + timedelta(hours=4))


def test_begun_days_count_as_late_and_an_open_hazard_grows_later():
    assert days_late(DUE, DUE, march(9, 0)) == 0
    assert days_late(DUE, DUE + timedelta(seconds=1), march(9, 0)) == 1
    assert days_late(DUE, None, DUE + timedelta(days=3)) == 3


def test_reminders_come_before_at_and_after_the_deadline():
    due = REPORTED + timedelta(hours=168)
    hours = [
        (reminder.kind, (reminder.at - REPORTED) / timedelta(hours=1))
        for reminder in reminders(REPORTED, due, due + timedelta(hours=168))
    ]
    assert hours == [
        ("three_quarters", 126),
        ("day_before", 144),
        ("due", 168),
        ("to_manager", 192),
        ("repeated", 264),
        ("repeated", 336),
    ]


def test_a_span_of_a_day_has_no_reminder_the_day_before():
    kinds = [reminder.kind for reminder in reminders(REPORTED, DUE, DUE)]
    assert kinds == ["three_quarters", "due"]


moments = st.integers(0, 365 * 86_400).map(lambda s: REPORTED + timedelta(seconds=s))


@settings(deadline=None)
@given(moments, st.integers(0, 400), st.integers(0, 400))
def test_a_reopened_hazard_gets_no_more_than_half_its_first_span(reported, hours, failed):
    first = due_at(reported, hours)
    failed_at = reported + timedelta(hours=failed)
    assert reopened_due(reported, first, failed_at) - failed_at == (first - reported) / 2


@settings(deadline=None)
@given(moments, moments)
def test_days_late_is_nothing_only_when_nothing_is_late(due, rectified):
    assert (days_late(due, rectified, rectified) == 0) == (rectified <= due)
