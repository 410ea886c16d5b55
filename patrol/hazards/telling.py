"""Who is told what about a hazard and when (DOMAIN §4): at once by severity, and again while a step is overdue.

Pure. ``calls`` tells what fell due between two moments; ``standing`` what has to be known at one of them, each matter
by its last call: a call has one moment, so whoever keeps those moments tells none of them twice.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from patrol.hazards.deadline import ASSIGN_WITHIN, REPEAT_EVERY, VERIFY_WITHIN, is_overdue, reminders

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


MATTERS = {  # a later call of the same matter takes the earlier one's place
    "reported": "reported",
    "unassigned": "unassigned",
    "three_quarters": "due_soon",
    "day_before": "due_soon",
    "due": "due",
    "to_manager": "long_due",
    "repeated": "long_due",
    "unverified": "unverified",
}


def standing(hazard: Any, at: datetime) -> list[Call]:
    """What somebody has to know of this hazard now; nothing is told under two names.

    A minor one waits in its team's list, and nobody is disturbed for its report. A critical one is told until
    somebody in charge has acknowledged it (the repeats are the sender's, ``unacknowledged`` is no matter of its own),
    and since it is told again and again, not once more as unassigned. Past the deadline that alone is told.
    """
    last = {MATTERS[call.what]: call for call in sorted(_all(hazard, at)) if call.at <= at and call.what in MATTERS}
    late = hazard.due_at is not None and is_overdue(hazard.state, hazard.due_at, at)
    critical = hazard.severity == "critical"
    stands = {
        "reported": _is_news(hazard) and (critical or "unassigned" not in last) and (critical or not late),
        "unassigned": not critical and not late,
        "due_soon": not late,
        "due": late,
        "long_due": late,
        "unverified": True,
    }
    return sorted(call for matter, call in last.items() if stands[matter])


def _is_news(hazard: Any) -> bool:
    if hazard.severity == "critical":
        return hazard.state in ("reported", "assigned") and hazard.acknowledged_at is None
    return bool(hazard.severity == "major" and hazard.state == "reported")


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
