"""How long a hazard may stay: its deadline, how late it is, and when to remind whom."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

Severity = Literal["minor", "major", "critical"]
ReminderKind = Literal["three_quarters", "day_before", "due", "to_manager", "repeated"]

SEVERITIES: tuple[Severity, ...] = ("minor", "major", "critical")

# Company defaults, no law: a site may hand in its own.
SEVERITY_HOURS: Mapping[str, int] = {"minor": 168, "major": 72, "critical": 24}
ASSIGN_WITHIN: Mapping[str, timedelta] = {
    "minor": timedelta(hours=24),
    "major": timedelta(hours=4),
    "critical": timedelta(minutes=30),
}
VERIFY_WITHIN: Mapping[str, timedelta] = {
    "minor": timedelta(hours=24),
    "major": timedelta(hours=24),
    "critical": timedelta(hours=8),
}

DAY = timedelta(days=1)
REPEAT_EVERY = timedelta(hours=72)


class Reminder(NamedTuple):
    at: datetime
    kind: ReminderKind


def deadline_hours(category: Mapping[str, Any], severity: str, defaults: Mapping[str, int] = SEVERITY_HOURS) -> int:
    """Hours to rectify: the category's own while the severity is the category's, else the severity's default.

    category: an entry of hazard_categories.json. Raises KeyError for a severity nobody knows.
    """
    if severity == category["default_severity"]:
        return int(category["default_deadline_hours"])
    return defaults[severity]


def due_at(reported_at: datetime, hours: int) -> datetime:
    """Counted from the report, whenever it was assigned: a slow assignment buys no time."""
    return reported_at + timedelta(hours=hours)


def reopened_due(reported_at: datetime, first_due_at: datetime, failed_at: datetime) -> datetime:
    """New deadline after a failed verification: half the first span from the failure.

    A supervisor may set another; without one this is the latest allowed.
    """
    return failed_at + (first_due_at - reported_at) / 2


def is_overdue(state: str, due: datetime, now: datetime) -> bool:
    """Waiting for its rectification past the deadline. At the very moment of the deadline it is not yet."""
    return state in ("reported", "assigned") and now > due


def verification_overdue(state: str, severity: str, rectified_at: datetime, now: datetime) -> bool:
    """Waiting for its verification for over 24 h, critical ones over 8 h."""
    return state == "to_verify" and now - rectified_at > VERIFY_WITHIN[severity]


def assignment_overdue(state: str, severity: str, reported_at: datetime, now: datetime) -> bool:
    """Reported and assigned to nobody for longer than its severity allows."""
    return state == "reported" and now - reported_at > ASSIGN_WITHIN[severity]


def time_to_rectify(reported_at: datetime, rectified_at: datetime) -> timedelta:
    """From the report to the rectification that held, refusals in between included."""
    return rectified_at - reported_at


def late_by(first_due_at: datetime, rectified_at: datetime | None, now: datetime) -> timedelta:
    """How far past the FIRST deadline it was rectified, or is by now; never below 0, extensions aside."""
    return max(timedelta(0), (rectified_at or now) - first_due_at)


def days_late(first_due_at: datetime, rectified_at: datetime | None, now: datetime) -> int:
    """late_by in begun days, so that something late never reads 0."""
    return -(-late_by(first_due_at, rectified_at, now) // DAY)


def reminders(reported_at: datetime, due: datetime, until: datetime) -> list[Reminder]:
    """Every reminder of an unrectified hazard up to and including `until`, in order.

    At 75 % of the span, 24 h before (when the span is longer than that), at the deadline, 24 h after it to
    the site manager, then each 72 h.
    """
    found = [Reminder(reported_at + (due - reported_at) * 3 / 4, "three_quarters")]
    if due - DAY > reported_at:
        found.append(Reminder(due - DAY, "day_before"))
    found += [Reminder(due, "due"), Reminder(due + DAY, "to_manager")]
    again = due + DAY + REPEAT_EVERY
    while again <= until:
        found.append(Reminder(again, "repeated"))
        again += REPEAT_EVERY
    return sorted(reminder for reminder in found if reminder.at <= until)
