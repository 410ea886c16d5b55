"""Door: how the site wants to be told, and the robots and mailboxes that notices may go to."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext
from flask_login import current_user

from patrol.accounts.colleagues import people_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.core.wording import tidy
from patrol.notices import robots
from patrol.notices.make import try_target
from patrol.notices.rules import KINDS, Pace
from patrol.notices.site_notices import change_pace, of_site
from patrol.notices.target import CHANNELS, PORTS, NewTarget, add_target, end_target, target_here, targets_of
from patrol.web.access import confirmed, needs
from patrol.web.errors import words
from patrol.web.replies import go

bp = Blueprint("notice_targets", __name__)
NUMBERS = ("again_min", "escalate_min", "unsent_min")
PLAIN = ("channel", "name", "address", "sign", "language", "host", "user", "sender", "to")


@bp.get("/notices/settings")
@needs("site.edit")
def settings() -> Any:
    return _page()


@bp.post("/notices/settings")
@needs("site.edit")
def change() -> Any:
    try:
        pace = Pace(**{name: request.form.get(name, default=0, type=int) for name in NUMBERS})
        with write(current_user.site_id):
            change_pace(
                current_user.site_id,
                pace,
                request.form.get("escalate_to", type=UUID),
                version=request.form.get("version", default=0, type=int),
                by=current_user.user_id,
                at=now(),
            )
    except Problem as problem:
        return _page(problem), problem.status
    flash(gettext("Saved."))
    return go("/notices/settings")


@bp.post("/notices/targets")
@needs("site.edit")
@confirmed
def add() -> Any:
    form = request.form
    try:
        new = NewTarget(
            **{name: tidy(form.get(name), 400) for name in PLAIN},
            kinds=tuple(form.getlist("kinds")),
            port=form.get("port", default=0, type=int),
            password=form.get("password", "")[:200],
        )
        with write(current_user.site_id):
            target = add_target(current_user.site_id, new, by=current_user.user_id, at=now())
            try_target(target, now())
    except Problem as problem:
        return _page(problem), problem.status
    flash(gettext("Added. A trial message is on its way; what came of it stands in the log."))
    return go("/notices/settings")


@bp.post("/notices/targets/<uuid:target_id>/trial")
@needs("site.edit")
def trial(target_id: UUID) -> Any:
    with write(current_user.site_id):
        try_target(target_here(current_user.site_id, target_id), now())
    flash(gettext("A trial message is on its way; what came of it stands in the log."))
    return go("/notices/settings")


@bp.post("/notices/targets/<uuid:target_id>/ending")
@needs("site.edit")
def end(target_id: UUID) -> Any:
    with write(current_user.site_id):
        end_target(current_user.site_id, target_id, by=current_user.user_id, at=now())
    flash(gettext("Removed. Nothing goes there any more."))
    return go("/notices/settings")


def _page(problem: Problem | None = None) -> str:
    site_id = current_user.site_id
    return render_template(
        "notices/settings.html",
        settings=of_site(site_id),
        people=[(str(person.id), person.name) for person in people_of(site_id)],
        targets=[(target, gettext(CHANNELS[target.channel])) for target in targets_of(site_id)],
        channels=[(code, gettext(word)) for code, word in CHANNELS.items()],
        kinds=[(kind, gettext(word)) for kind, word in KINDS.items()],
        ports=[(str(port), str(port)) for port in PORTS],
        installed=robots.installed(),
        typed=request.form if problem else {},
        problem=problem,
        text=words(problem) if problem else "",
    )
