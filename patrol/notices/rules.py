"""Which notices there are, how soon they are passed on, and when a person wants quiet. No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from patrol.core.business_day import wall
from patrol.core.problems import N_

KINDS: dict[str, str] = {
    "not_started": N_("Round not started"),
    "missed": N_("Round or points missed"),
    "critical": N_("Critical hazard"),
    "unassigned": N_("Hazard to be assigned"),
    "due_soon": N_("Hazard due soon"),
    "overdue": N_("Hazard overdue"),
    "unverified": N_("Verification overdue"),
    "urgent": N_("Urgent repair"),
    "repair": N_("Repair overdue"),
    "complaint": N_("Complaint: again, or late"),
    "unsigned": N_("Review not signed"),
    "unsent": N_("Phone with old unsent records"),
    "dates": N_("Service, scrap and other dates"),
    "supplies": N_("Emergency supplies short or expiring"),
    "sent": N_("Sent to check equipment"),
    "storm": N_("Severe weather"),
}
QUICK = frozenset(
    {"not_started", "missed", "critical", "unsent", "urgent"}
)  # passed on within minutes; the others in days
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a site wants to be told. again_min: how often a critical matter is repeated until somebody takes note;
    escalate_min: how long nobody may take note before it is passed on; unsent_min: how old what waits on a phone
    may be."""

    again_min: int = 30
    escalate_min: int = 30
    unsent_min: int = 120


LEVELS = 2
FEWER = {
    "due_soon": 0,
    "overdue": 1,
    "storm": 0,
}  # a storm is news, which nobody has to settle; the site manager is told of a long overdue one by its own rule
TOLD_ABOVE = frozenset({"to_manager", "repeated", "again"})  # the site manager's from the start


def levels(kind: str, facts: Mapping[str, Any]) -> int:
    """How often a matter nobody took note of is passed on: to the named person, then to the site manager."""
    return 0 if facts.get("what") in TOLD_ABOVE else FEWER.get(kind, LEVELS)


def passed_on_at(kind: str, made_at: datetime, level: int, pace: Pace) -> datetime:
    """When a matter nobody took note of goes to the next level (1: the named person, 2: the site manager)."""
    wait = timedelta(minutes=pace.escalate_min) if kind in QUICK else ONE_DAY
    return made_at + wait * level


def wave_at(critical: bool, made_at: datetime, at: datetime, pace: Pace) -> int:
    """How often it has been due to be told again by now; a tick that was down for hours tells it once."""
    if not critical:
        return 0
    return max(0, (at - made_at) // timedelta(minutes=pace.again_min))


def quiet_until(at: datetime, start: time | None, end: time | None, zone: Any) -> datetime | None:
    """The end of the quiet hours this moment lies in, or None. They may run over midnight; the end does not count."""
    if start is None or end is None or start == end:
        return None
    today = at.astimezone(zone).date()
    for day in (today - ONE_DAY, today):
        first = wall(day, start, zone)
        last = wall(day if start < end else day + ONE_DAY, end, zone)
        if first <= at < last:
            return last
    return None


def started_late_at(starts_at: datetime, ends_at: datetime, tolerance: timedelta) -> datetime:
    """From when a round that nobody has begun is a matter: S + T, or a third of its length where T is nothing."""
    return starts_at + (tolerance or (ends_at - starts_at) / 3)
