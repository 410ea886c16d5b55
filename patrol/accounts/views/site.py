"""The settings of the site."""

from typing import Any

from flask import current_app, flash, render_template, request
from flask_babel import gettext
from flask_login import current_user

from patrol.accounts.views import bp
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy, tidy_number, tidy_phone
from patrol.sites.change import COMMON_ZONES, SiteSettings, change_site, known_zones
from patrol.sites.shifts import MOST, read_shifts, read_time
from patrol.sites.site import Site
from patrol.sites.symbol import symbol
from patrol.web.access import needs, site_id
from patrol.web.errors import words
from patrol.web.replies import go

NUMBERS = ("urgent_minutes", "answer_hours", "solve_days", "owner_days")
PLAIN = ("name", "company", "post_phone", "timezone", "day_start", "notice", "public_reports", *NUMBERS)
SHIFT = ("code", "zh", "en", "start", "end")


@bp.get("/site")
@needs("site.edit")
def site_page() -> Any:
    return _site_page(_site())


@bp.post("/site")
@needs("site.edit")
def change_settings() -> Any:
    typed: dict[str, Any] = {name: request.form.get(name, "") for name in PLAIN}
    typed["shifts"] = [
        {part: request.form.get(f"shifts.{number}.{part}", "") for part in SHIFT} for number in range(MOST)
    ]
    try:
        settings = read_settings(typed)
        with write(site_id()):
            change_site(
                site_id(),
                settings,
                version=request.form.get("version", default=0, type=int),
                by=current_user.user_id,
                at=now(),
            )
    except Problem as problem:
        keep = None if problem.code == "stale" else typed
        return _site_page(_site(), keep, problem), problem.status
    flash(gettext("Saved."))
    return go("/site")


def read_settings(typed: dict[str, Any]) -> SiteSettings:
    """Raises Problem naming the field that cannot be read."""
    return SiteSettings(
        name=tidy(typed["name"], 60),
        company=tidy(typed["company"], 60),
        post_phone=tidy_phone(typed["post_phone"], 20),
        timezone=tidy(typed["timezone"], 60),
        day_start=read_time(typed["day_start"], "day_start"),
        shifts=read_shifts(typed["shifts"]),
        notice=tidy(typed["notice"], 120),
        public_reports=bool(typed.get("public_reports")),
        **{name: _number(typed[name], name) for name in NUMBERS if typed.get(name)},
    )


def _number(text: str, field: str) -> int:
    try:
        return int(tidy_number(text, 6))
    except ValueError as error:
        raise Problem("site.limit", N_("Give a whole number from 1 to %(most)s."), field=field, most=999) from error


def _site() -> Site:
    site = db.session.get(Site, site_id())
    assert site is not None
    return site


def _site_page(site: Site, typed: dict[str, Any] | None = None, problem: Problem | None = None) -> str:
    if typed is None:
        typed = {name: getattr(site, name) for name in PLAIN}
        typed["day_start"] = f"{site.day_start:%H:%M}"
        typed["shifts"] = [*site.shifts]
    rows = len([row for row in typed["shifts"] if any(row.values())])
    typed["shifts"] = [*typed["shifts"], *({} for _empty in range(MOST))][: min(MOST, rows + 1)]
    return render_template(
        "accounts/site.html",
        site=site,
        typed=typed,
        problem=problem,
        text=words(problem) if problem else "",
        zones=zone_choices(typed["timezone"]),
        **_owners_link(site),
    )


def _owners_link(site: Site) -> dict[str, Any]:
    """The site's own address for owners, and its symbol to print or to send."""
    if not (site.public_reports and site.report_code):
        return {"report_url": "", "report_symbol": None}
    url = f"{str(current_app.config['PUBLIC_URL']).rstrip('/')}/report/{site.report_code}"
    return {"report_url": url, "report_symbol": symbol(url)}


def zone_choices(current: str) -> list[tuple[str, str]]:
    """The usual ones first, then all of them, as (value, word)."""
    usual = list(COMMON_ZONES)
    if current in known_zones() and current not in usual:
        usual.insert(0, current)
    others = sorted(zone for zone in known_zones() if zone not in usual and "/" in zone)
    return [(zone, zone) for zone in (*usual, *others)]
