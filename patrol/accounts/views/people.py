"""The people of the site: list, new, many at once."""

from typing import Any

from flask import flash, make_response, render_template, request
from flask_babel import gettext, ngettext
from flask_login import current_user

from patrol.accounts.authority import POSTS, posts_to_give
from patrol.accounts.change_people import add_known_person, add_person
from patrol.accounts.import_people import ImportRefused, import_people
from patrol.accounts.import_rows import split_table
from patrol.accounts.people import people_of
from patrol.accounts.person_fields import check_person
from patrol.accounts.roles import ROLES, TEAMS
from patrol.accounts.views import bp
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy, tidy_number
from patrol.web.access import confirmed, needs, site_id
from patrol.web.errors import words
from patrol.web.replies import go

LONGEST_PASTE = 200_000


@bp.app_template_filter("role_name")
def role_name(role: str, team: str = "") -> str:
    """The role as people say it; contractors by what they look after."""
    if role == "contractor" and team in TEAMS:
        return gettext(TEAMS[team])
    return gettext(ROLES[role][0]) if role in ROLES else role


@bp.app_template_filter("team_name")
def team_name(team: str) -> str:
    return gettext(TEAMS[team]) if team in TEAMS else team


def post_choices() -> list[tuple[str, str]]:
    """What the reader may make somebody, as (value, word)."""
    return [(post, role_name(*POSTS[post])) for post in posts_to_give(current_user.role, current_user.team)]


@bp.get("/people")
@needs("people.edit")
def people_page() -> Any:
    asked, former = tidy(request.args.get("q"), 60), request.args.get("show") == "former"
    rows = people_of(site_id(), now(), words=asked, former=former)
    teams = [(team, [row for row in rows if row.team == team]) for team in TEAMS]
    teams = [(team, members) for team, members in teams if members]
    return render_template("accounts/people.html", teams=teams, q=asked, former=former)


@bp.get("/people/new")
@needs("people.edit")
def new_person_page() -> Any:
    return _new_page({})


@bp.post("/people")
@needs("people.edit")
@confirmed
def new_person() -> Any:
    typed = {name: request.form.get(name, "") for name in ("name", "staff_no", "phone", "post", "language")}
    try:
        fields = check_person(typed)
        with write(site_id()):
            user = add_person(fields, by=current_user, at=now())
    except Problem as problem:
        return _new_page(typed, problem), problem.status
    flash(gettext("%(person)s is added. Show a sign-in code next.", person=user.name))
    return go(f"/people/{user.id}")


@bp.post("/people/known")
@needs("people.edit")
@confirmed
def known_person() -> Any:
    """Somebody of another site that the reader manages joins this one."""
    typed = {name: request.form.get(name, "") for name in ("staff_no", "post")}
    try:
        if typed["post"] not in POSTS:
            raise Problem("person.role", N_("Choose the role."), field="post")
        role, team = POSTS[typed["post"]]
        with write(site_id()):
            user = add_known_person(tidy_number(typed["staff_no"], 30), role, team, by=current_user, at=now())
    except Problem as problem:
        return _new_page(typed, problem, known=True), problem.status
    flash(gettext("%(person)s belongs to this site now.", person=user.name))
    return go(f"/people/{user.id}")


def _new_page(typed: dict[str, str], problem: Problem | None = None, *, known: bool = False) -> str:
    manages_more = current_user.role == "site_manager" and any(
        site.role == "site_manager" and site.site_id != site_id() for site in current_user.sites
    )
    return render_template(
        "accounts/new_person.html",
        typed=typed,
        problem=problem,
        text=words(problem) if problem else "",
        posts=post_choices(),
        manages_more=manages_more,
        known=known or (problem is not None and problem.code == "person.elsewhere"),
    )


@bp.get("/people/import")
@needs("people.edit")
def import_page() -> Any:
    return render_template("accounts/import_people.html", table="", posts=post_choices())


@bp.post("/people/import")
@needs("people.edit")
@confirmed
def import_post() -> Any:
    table = request.form.get("table", "")
    try:
        if len(table) > LONGEST_PASTE:
            raise Problem("import.long", N_("At most %(count)s people at a time."), count=500)
        with write(site_id()):
            added = import_people(split_table(table), by=current_user, at=now())
    except Problem as problem:
        rows = problem.rows if isinstance(problem, ImportRefused) else []
        lines = [(found.row, found.column, words(found.problem)) for found in rows]
        page = render_template(
            "accounts/import_people.html",
            table=table[:LONGEST_PASTE],
            posts=post_choices(),
            problem=problem,
            text=words(problem),
            lines=lines,
        )
        return make_response(page, problem.status)
    flash(ngettext("%(num)s person is added.", "%(num)s people are added.", len(added)))
    return go("/people")
