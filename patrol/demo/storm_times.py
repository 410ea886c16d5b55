"""The hours of the demo's storm: declared in the afternoon two weeks ago, worse in the evening, over in the night."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from patrol.core.business_day import business_day, wall
from patrol.sites.site import Site

BAD_DAY = 16  # days ago: a storm, and half a crew ill


@dataclass(frozen=True, slots=True)
class StormTimes:
    """Points outdoors rest from ``orange`` to ``clear``."""

    declared: datetime
    orange: datetime
    clear: datetime

    @property
    def over(self) -> datetime:
        """When the round after it is walked, too."""
        return self.clear + timedelta(hours=9)

    def rests(self, starts_at: datetime, closes_at: datetime) -> bool:
        return self.orange < closes_at and starts_at < self.clear


def storm_times(site: Site, until: datetime) -> StormTimes | None:
    """None where the history is too short for it."""
    day = business_day(until, site.zone, site.day_start) - timedelta(days=BAD_DAY)
    declared = wall(day, time(15, 10), site.zone)
    if declared < site.created_at:
        return None
    return StormTimes(
        declared, wall(day, time(18, 40), site.zone), wall(day + timedelta(days=1), time(2, 20), site.zone)
    )
