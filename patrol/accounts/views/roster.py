"""The roster of a week: a grid of people and days, last week's copy, paper."""

import itertools
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask_babel import ngettext
from flask_login import current_user

from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.roles import TEAMS
from patrol.accounts.roster import Cell, copy_week, set_cells, week_of
from patrol.accounts.views import bp
from patrol.core.business_day import parse_week, week_days
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.web.access import needs, site_id
from patrol.web.errors import words
from patrol.web.i18n import pick
from patrol.web.replies import go

EVERYBODY = "all"


@bp.get("/roster")
@needs("scan", "board.see", "order.see_all")
def roster_page() -> Any:
    monday, team = _asked(request.args)
    return _page(monday, team)


@bp.get("/roster/print")
@needs("scan", "board.see", "order.see_all")
def roster_print() -> Any:
    monday, team = _asked(request.args)
    return render_template("accounts/roster_print.html", **_shown(monday, team))


@bp.post("/roster")
@needs("people.edit")
def change_roster() -> Any:
    """The whole week as the grid shows it; fields are named cell.<person>.<day>."""
    monday, team = _asked(request.form)
    try:
        wanted = _cells(request.form.items())
        with write(site_id()):
            changed = set_cells(_me(), wanted, at=now(), seen=(monday, request.form.get("seen", "")))
    except Problem as problem:
        return _page(monday, team, problem), problem.status
    flash(ngettext("%(num)s day changed.", "%(num)s days changed.", changed))
    return go(_url(monday, team))


@bp.post("/roster/copy")
@needs("people.edit")
def copy_roster() -> Any:
    monday, team = _asked(request.form)
    with write(site_id()):
        changed = copy_week(_me(), monday, _team(team), at=now())
    flash(ngettext("%(num)s empty day filled.", "%(num)s empty days filled.", changed))
    return go(_url(monday, team))


def _me() -> Reader:
    return current_user._get_current_object()


def _asked(sent: Any) -> tuple[date, str]:
    """The Monday and the team; this week and one's own team when nothing, or nothing known, is asked for."""
    team = sent.get("team", "")
    own = current_user.team if current_user.team != "management" else EVERYBODY
    try:
        monday = week_days(*parse_week(sent.get("week", "")))[0]
    except ValueError:
        today = business_day_of(_me(), now())
        monday = today - timedelta(days=today.weekday())
    return monday, team if team in TEAMS or team == EVERYBODY else own


def _team(team: str) -> str | None:
    return None if team == EVERYBODY else team


def _cells(form: Any) -> dict[Cell, list[str]]:
    """Fields that name no person or day are left out."""
    found: dict[Cell, list[str]] = {}
    for name, value in form:
        kind, _, rest = name.partition(".")
        user, _, day = rest.partition(".")
        if kind != "cell":
            continue
        try:
            found[UUID(user), date.fromisoformat(day)] = [code for code in value.split("+") if code]
        except ValueError:
            continue
    return found


def _url(monday: date, team: str, path: str = "/roster") -> str:
    year, week, _day = monday.isocalendar()
    return f"{path}?week={year}-W{week:02}&team={team}"


def _page(monday: date, team: str, problem: Problem | None = None) -> str:
    return render_template(
        "accounts/roster.html",
        problem=problem,
        text=words(problem) if problem else "",
        **_shown(monday, team),
    )


def _shown(monday: date, team: str) -> dict[str, Any]:
    week = week_of(_me(), monday, _team(team))
    shifts = list(current_user.here.shifts)
    names = {shift["code"]: pick(shift) for shift in shifts}
    around = {step: _url(monday + timedelta(days=7 * n), team) for step, n in (("before", -1), ("after", 1))}
    return {
        "week": week,
        "week_text": "{}-W{:02}".format(*monday.isocalendar()[:2]),
        "today": business_day_of(_me(), now()),
        "team": team,
        "teams": [(code, _url(monday, code)) for code in (EVERYBODY, *TEAMS)],
        "shifts": shifts,
        "choices": _choices([shift["code"] for shift in shifts], names),
        "names": names,
        "may_edit": any(row.mine for row in week.rows),
        "print_url": _url(monday, team, "/roster/print"),
        "here_url": _url(monday, team),
        **around,
    }


def _choices(codes: list[str], names: dict[str, str]) -> list[tuple[str, str]]:
    """Free, each shift, and two shifts one after the other, as (value, word)."""
    pairs = [f"{one}+{two}" for one, two in itertools.pairwise(codes)]
    return [("", "—"), *((value, said(value, names)) for value in (*codes, *pairs))]


@bp.app_template_filter("shifts_said")
def said(value: Any, names: dict[str, str]) -> str:
    """ "day+night", or the codes one by one, as the site names them."""
    codes = value.split("+") if isinstance(value, str) else value
    return "+".join(names.get(code, code) for code in codes if code)
