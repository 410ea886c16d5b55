"""Who is told what about a hazard and when (DOMAIN §4): at once by severity, and again while a step is overdue.

Pure: whoever sends notices asks which calls fell due between two moments; a call has one moment, so none is sent twice.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from patrol.hazards.deadline import ASSIGN_WITHIN, REPEAT_EVERY, VERIFY_WITHIN, reminders

AGAIN = timedelta(minutes=30)
TOLD_AT_ONCE = {
    "minor": ("team",),
    "major": ("team_head",),
    "critical": ("team_head", "fire_manager", "site_manager"),
}
OF_REMINDER = {
    "three_quarters": ("responsible",),
    "day_before": ("responsible",),
    "due": ("responsible", "team_head"),
    "to_manager": ("site_manager",),
    "repeated": ("site_manager",),
}
VERIFIERS = {"minor": ("shift_leader",), "major": ("team_head",), "critical": ("team_head", "site_manager")}


class Call(NamedTuple):
    """what: reported, unacknowledged, unassigned, unverified, or a reminder's kind; whom: parts, not people."""

    at: datetime
    what: str
    whom: tuple[str, ...]


def calls(hazard: Any, since: datetime, until: datetime) -> list[Call]:
    """What falls due in (since, until], in order, as the hazard stands now.

    hazard: severity, state, reported_at, due_at, acknowledged_at, rectified_at. team_head is the supervisor of the
    team it is assigned to; responsible the person, or the team while it names nobody.
    """
    found = [call for call in _all(hazard, until) if since < call.at <= until]
    return sorted(found)


def _all(hazard: Any, until: datetime) -> Iterator[Call]:
    severity = hazard.severity
    yield Call(hazard.reported_at, "reported", TOLD_AT_ONCE[severity])
    if hazard.state in ("reported", "assigned"):
        if severity == "critical" and hazard.acknowledged_at is None:
            yield from _again(hazard.reported_at + AGAIN, AGAIN, until, "unacknowledged", TOLD_AT_ONCE["critical"])
        for reminder in reminders(hazard.reported_at, hazard.due_at, until):
            yield Call(reminder.at, reminder.kind, OF_REMINDER[reminder.kind])
    if hazard.state == "reported":
        yield from _again(
            hazard.reported_at + ASSIGN_WITHIN[severity], REPEAT_EVERY, until, "unassigned", ("team_head",)
        )
    if hazard.state == "to_verify":
        late = hazard.rectified_at + VERIFY_WITHIN[severity]
        yield from _again(late, REPEAT_EVERY, until, "unverified", VERIFIERS[severity])


def _again(first: datetime, every: timedelta, until: datetime, what: str, whom: tuple[str, ...]) -> Iterator[Call]:
    at = first
    while at <= until:
        yield Call(at, what, whom)
        at += every
