"""When a complaint is answered and solved (DOMAIN §8). Pure."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from patrol.core.business_day import wall

ANSWER_HOURS = 24
SOLVE_DAYS = 3
REPEAT_WITHIN = timedelta(days=30)
END_OF_WORK = time(18)


def answer_by(reported_at: datetime, hours: int = ANSWER_HOURS) -> datetime:
    return reported_at + timedelta(hours=hours)


def solve_by(reported_at: datetime, zone: ZoneInfo, days: int = SOLVE_DAYS) -> datetime:
    """18:00 of the third working day (Monday to Friday) after the day it came in; that day itself does not count.

    Public holidays are not known to the program: whoever promises sets another date.
    """
    day = reported_at.astimezone(zone).date()
    left = days
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return wall(day, END_OF_WORK, zone)


def is_overdue(complaint: Any, at: datetime) -> bool:
    """Without an answer past its time, or not solved by the day that was promised."""
    if complaint.state in ("closed", "rejected") or complaint.due_at is None:
        return False
    met = complaint.answered_at if complaint.state == "reported" else complaint.rectified_at
    return (met or at) > complaint.due_at
