"""The first manager's page: from the one-time link of ``patrol setup`` to a site that can begin."""

from typing import Any

from flask import render_template, request
from flask_login import current_user

from patrol.accounts.device import Ticket
from patrol.accounts.passwords import hash_password
from patrol.accounts.person_fields import PersonFields, check_person
from patrol.accounts.set_up import set_up_site
from patrol.accounts.sign_in import check_password, find_by_login, open_device, wrong_password
from patrol.accounts.tickets import live_ticket
from patrol.accounts.user import User
from patrol.accounts.views import bp
from patrol.accounts.views.links import checked_password
from patrol.accounts.views.signing_in import start_session
from patrol.accounts.views.site import zone_choices
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy, tidy_phone
from patrol.equipment.checklist import bring_in_catalogue
from patrol.sites.change import SiteSettings
from patrol.sites.shifts import PATTERNS, pattern, read_time
from patrol.web.access import needs, public
from patrol.web.errors import words
from patrol.web.replies import go

FIELDS = (
    "site_name", "company", "post_phone", "timezone", "pattern", "day_start",
    "name", "staff_no", "phone", "password", "password_again",
)  # fmt: skip
START = {"timezone": "Asia/Shanghai", "pattern": "two", "day_start": "08:00"}


@bp.get("/setup/<secret>")
@public
def setup_page(secret: str) -> Any:
    live_ticket("setup", secret, now())
    return _page(dict(START))


@bp.post("/setup/<secret>")
@public
def setup(secret: str) -> Any:
    live_ticket("setup", secret, now())
    typed = {name: request.form.get(name, "") for name in FIELDS}
    try:
        token = _set_up(secret, typed)
    except Problem as problem:
        if problem.status == 410:
            raise
        return _page(typed, problem), problem.status
    start_session(token, keep=True)
    return go("/setup")


def _set_up(secret: str, typed: dict[str, str]) -> str:
    settings = _settings(typed)
    settings.check()
    fields = check_person({**typed, "post": "site_manager"})
    known, hashed = _who(fields, typed)
    with write():
        ticket: Ticket = live_ticket("setup", secret, now())
        user = db.session.get(User, known) if known else None
        site, user = set_up_site(ticket, settings, fields, password_hash=hashed, known=user, at=now())
        bring_in_catalogue(site.id, at=now(), by=user.id)
        return open_device(
            user,
            agent=request.user_agent.string,
            keep=True,
            at=now(),
            password_given=True,
            site_id=site.id,
        )


def _who(fields: PersonFields, typed: dict[str, str]) -> tuple[Any, str | None]:
    """(id of somebody with an account whose password was typed, None), or (None, hash of a new password)."""
    user = find_by_login(fields.staff_no)
    if user is None:
        return None, hash_password(checked_password(typed))
    user_id = user.id
    if not check_password(user, "", typed["password"], address=request.remote_addr or "", at=now()):
        raise wrong_password()
    return user_id, None


def _settings(typed: dict[str, str]) -> SiteSettings:
    if typed["pattern"] not in PATTERNS:
        raise Problem("shift.pattern", N_("Choose how the shifts run."), field="pattern")
    day_start = read_time(typed["day_start"], "day_start")
    return SiteSettings(
        name=tidy(typed["site_name"], 60),
        company=tidy(typed["company"], 60),
        post_phone=tidy_phone(typed["post_phone"], 20),
        timezone=tidy(typed["timezone"], 60),
        day_start=day_start,
        shifts=pattern(typed["pattern"], day_start),
    )


def _page(typed: dict[str, str], problem: Problem | None = None) -> str:
    if problem is not None and problem.code == "site.name":
        problem.field = "site_name"
    return render_template(
        "accounts/set_up.html",
        typed={**typed, "password": "", "password_again": ""},
        problem=problem,
        text=words(problem) if problem else "",
        zones=zone_choices(typed.get("timezone", "")),
    )


@bp.get("/setup")
@needs("site.edit")
def what_next() -> Any:
    """After the first start: what to do, in the order in which it can be done."""
    return render_template("accounts/what_next.html", site=current_user.here)
