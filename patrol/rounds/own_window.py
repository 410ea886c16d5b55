"""The own window (时段) of a point: from one time of day to another, by the site's clock, as moments of one round."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from patrol.core.business_day import ONE_DAY, wall
from patrol.rounds.schedule import RoundTimes


def own_window(
    first: time | None, last: time | None, times: RoundTimes, tz: ZoneInfo
) -> tuple[datetime, datetime] | None:
    """The occurrence of the window that falls into a round, both ends inside; None when none does.

    A window whose end is not after its beginning runs over midnight. Of two occurrences the one that shares
    more time with the round is taken, of equal ones the earlier.
    """
    if first is None or last is None:
        return None
    day = times.starts_at.astimezone(tz).date()
    found = []
    for d in (day - ONE_DAY, day, day + ONE_DAY):
        begin, end = wall(d, first, tz), wall(d if last > first else d + ONE_DAY, last, tz)
        if begin < times.closes_at and end >= times.opens_at:
            shared = min(end, times.closes_at) - max(begin, times.opens_at)
            found.append((shared, begin, end))
    if not found:
        return None
    _shared, begin, end = max(found, key=lambda one: (one[0], -one[1].timestamp()))
    return begin, end
