"""The demo's roster: the crews as they walked, the leader with the crew that is on now, engineers by day."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from patrol.accounts.reader import Reader
from patrol.accounts.roles import team_of
from patrol.accounts.roster import Duty
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.sites.shift_times import ShiftTime, shift_at, shift_times
from patrol.sites.site import Site

BACK, AHEAD = 14, 7
BY_DAY = ("engineer1", "engineer2", "cleaner", "gardener")


def write_rota(
    site: Site, people: Mapping[str, Reader], crew: Callable[[datetime], list[str]], today: date, until: datetime
) -> None:
    """Two weeks behind and one ahead, inside the caller's ``write()``."""
    here = (site.shifts, site.zone, site.day_start)
    now_on = shift_at(until, *here)
    for n in range(-BACK, AHEAD + 1):
        for shift in shift_times(today + timedelta(days=n), *here):
            keys = crew(shift.starts_at) + (list(BY_DAY) if _by_day(shift, site) else [])
            if now_on is not None and shift.code == now_on.code:
                keys.append("leader")
            for key in keys:
                if key in people:
                    _add(site, shift, people[key])


def _by_day(shift: ShiftTime, site: Site) -> bool:
    return shift.shift.start == site.day_start


def _add(site: Site, shift: ShiftTime, person: Reader) -> None:
    team = person.team or team_of(person.role or "guard")
    db.session.add(
        Duty(id=uuid7(), site_id=site.id, day=shift.day, shift=shift.code, team=team, user_id=person.user_id)
    )
