"""Making a site and changing its settings."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from patrol.core.business_day import business_day
from patrol.core.db import check_version, db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.sites.day import mark_day
from patrol.sites.shifts import Shift, check_shifts
from patrol.sites.site import Site

COMMON_ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Macau",
    "Asia/Taipei",
    "Asia/Singapore",
)
OWNER_DAYS = (30, 3650)  # below 30 a home that complains again would not be known any more


@dataclass(frozen=True, slots=True)
class SiteSettings:
    name: str
    company: str
    post_phone: str
    timezone: str
    day_start: time
    shifts: Sequence[Shift]
    notice: str = ""
    public_reports: bool = False
    urgent_minutes: int = 30
    answer_hours: int = 24
    solve_days: int = 3
    owner_days: int = 180

    def check(self) -> None:
        """Raises Problem, naming the field, when these cannot be a site's settings."""
        if not self.name:
            raise Problem("site.name", N_("Give the site a name."), field="name")
        if self.timezone not in known_zones():
            raise Problem("site.zone", N_("Choose the time zone from the list."), field="timezone")
        for name, most in (("urgent_minutes", 24 * 60), ("answer_hours", 30 * 24), ("solve_days", 90)):
            if not 1 <= getattr(self, name) <= most:
                raise Problem("site.limit", N_("Give a whole number from 1 to %(most)s."), field=name, most=most)
        least, most = OWNER_DAYS
        if not least <= self.owner_days <= most:
            text = N_("Give a whole number from %(least)s to %(most)s.")
            raise Problem("site.owner_days", text, field="owner_days", least=least, most=most)
        check_shifts(self.day_start, self.shifts)


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def make_site(settings: SiteSettings, *, by: UUID, at: datetime) -> Site:
    settings.check()
    site = Site(id=uuid7(), created_at=at, **_columns(settings))
    db.session.add(site)
    db.session.flush()
    note("site_made", "site", site.id, site_id=site.id, by=by, at=at, name=site.name)
    return site


def change_site(site_id: UUID, settings: SiteSettings, *, version: int, by: UUID, at: datetime) -> Site:
    """Change the settings; a form read before somebody else's change gets a Problem 409."""
    site = db.session.get(Site, site_id)
    if site is None:
        raise NotHere("site")
    settings.check()
    check_version(site, version)
    if settings.public_reports and not site.report_code:
        site.report_code = new_report_code()
    changes = {}
    _keep_shifts(site, settings, at)
    for name, value in _columns(settings).items():
        before = getattr(site, name)
        if before != value:
            changes[name] = [str(before), str(value)]
            setattr(site, name, value)
    if changes:
        note("site_changed", "site", site.id, site_id=site.id, by=by, at=at, changes=changes)
    return site


def _keep_shifts(site: Site, settings: SiteSettings, at: datetime) -> None:
    """The days before this one were worked in the shifts of then. Of several changes on a day the first counts."""
    if [shift.as_json() for shift in settings.shifts] == site.shifts:
        return
    day, known = business_day(at, site.zone, site.day_start), site.past_shifts or []
    if not known or known[-1]["before"] != day.isoformat():
        site.past_shifts = [*known, {"before": day.isoformat(), "shifts": site.shifts}]
    mark_day(site.id, day)


def new_report_code() -> str:
    """The end of the site's own link for owners: nobody finds it by trying."""
    return secrets.token_urlsafe(12)


def _columns(settings: SiteSettings) -> dict[str, object]:
    return {
        "name": settings.name,
        "company": settings.company,
        "post_phone": settings.post_phone,
        "timezone": settings.timezone,
        "day_start": settings.day_start,
        "shifts": [shift.as_json() for shift in settings.shifts],
        "notice": settings.notice,
        "public_reports": settings.public_reports,
        "urgent_minutes": settings.urgent_minutes,
        "answer_hours": settings.answer_hours,
        "solve_days": settings.solve_days,
        "owner_days": settings.owner_days,
    }
