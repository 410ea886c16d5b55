"""By when somebody is on site, or the repair is done (DOMAIN §8). Pure.

Urgent: somebody on site within 30 minutes. Others: the appointment with the owner, else the same day, that is
by the end of the business day, and in its last four hours by the end of the next one.
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from patrol.core.business_day import business_day, day_bounds

ON_SITE_MINUTES = 30
LAST_HOURS = timedelta(hours=4)
REWORK_WITHIN = timedelta(days=7)


def due_at(
    reported_at: datetime,
    *,
    urgent: bool,
    appointment_at: datetime | None,
    zone: ZoneInfo,
    day_start: time,
    minutes: int = ON_SITE_MINUTES,
) -> datetime:
    """The moment after which it is late. minutes: the site's own limit for urgent ones."""
    if urgent:
        return reported_at + timedelta(minutes=minutes)
    if appointment_at is not None:
        return appointment_at
    day = business_day(reported_at, zone, day_start)
    end = day_bounds(day, zone, day_start)[1]
    if end - reported_at < LAST_HOURS:
        end = day_bounds(day + timedelta(days=1), zone, day_start)[1]
    return end


def is_overdue(repair: Any, at: datetime) -> bool:
    """An urgent one until somebody is on site, another until it is done."""
    if repair.due_at is None or repair.state in ("closed", "rejected"):
        return False
    met = repair.visited_at if repair.urgent else repair.rectified_at
    return (met or at) > repair.due_at


def is_rework(closed_at: datetime | None, reopened_at: datetime) -> bool:
    """Reopened within 7 days: the same repair again, and counted as rework (返修)."""
    return closed_at is None or reopened_at - closed_at <= REWORK_WITHIN
