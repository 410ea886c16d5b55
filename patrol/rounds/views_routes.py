"""Door: routes and plans — the list, the editor of a draft, and its publication."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.rounds.ensure import first_free_day
from patrol.rounds.on_demand import startable
from patrol.rounds.preview import Expected, Outside, expected_rounds, picture, starts_of, windows_outside
from patrol.rounds.publish import place_names, publish, retire_route
from patrol.rounds.route import (
    Route,
    add_route,
    discard_draft,
    draft_of,
    partners,
    published,
    route_here,
    routes_of,
    save_draft,
)
from patrol.rounds.route_diff import Change, differences
from patrol.rounds.route_draft import PlanDraft, RouteDraft
from patrol.rounds.route_form import common_tolerance, edit, read_route
from patrol.rounds.views_route_words import (
    change_words,
    month_days_typed,
    plan_time,
    plan_words,
    take_effect_words,
    weekday_names,
)
from patrol.sites.place_tree import place_tree, walk
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.forms import nested
from patrol.web.i18n import pick
from patrol.web.replies import fragment, go, is_fragment

bp = Blueprint("routes", __name__)
TEAMS = ("security", "engineering", "cleaning", "greening")
TOLERANCES = (5, 10, 15, 20, 30, 45, 60)


@bp.get("/routes")
@needs("plan.edit")
def index() -> Any:
    """The list; on a wide screen with the first route beside it."""
    routes = routes_of(current_user.site_id)
    if not routes:
        return render_template("rounds/routes.html", routes=[], route=None)
    return render_template("rounds/routes.html", listing=True, **_editor(routes[0]))


@bp.get("/routes/new")
@needs("plan.edit")
def new() -> Any:
    return render_template("rounds/route_new.html", teams=TEAMS, form={}, problem=None)


@bp.post("/routes")
@needs("plan.edit")
def add() -> Any:
    form = {key: request.form.get(key, "").strip()[:60] for key in ("name", "note", "team")}
    try:
        if form["team"] not in TEAMS:
            raise Problem("route.no_team", N_("Choose who walks the route."), field="team")
        with write(current_user.site_id):
            route = add_route(
                current_user.site_id, form["name"][:30], team=form["team"], text=form["note"],
                by=current_user.user_id, at=now(),
            )  # fmt: skip
    except Problem as problem:
        values = {"teams": TEAMS, "form": form, "problem": problem, "text": words(problem)}
        return render_template("rounds/route_new.html", **values), problem.status
    return go(f"/routes/{route.id}")


@bp.get("/routes/<uuid:route_id>")
@needs("plan.edit")
def show(route_id: UUID) -> Any:
    return render_template("rounds/routes.html", listing=False, **_editor(route_here(current_user.site_id, route_id)))


@bp.post("/routes/<uuid:route_id>/draft")
@needs("plan.edit")
def save(route_id: UUID) -> Any:
    """Every change of the form; ``do`` is the button that sent it, if one did.

    htmx gets only what follows from a change (state, sums, preview), so that the field in use keeps its focus;
    a button that adds or removes something gets the whole editor.
    """
    act = request.form.get("do", "")
    try:
        with write(current_user.site_id):
            route = route_here(current_user.site_id, route_id)
            first = first_free_day(route.site_id, now())
            draft = edit(read_route(nested(request.form), draft_of(route, first)), act, request.form.getlist("add[]"))
            save_draft(route, draft, version=_version(), on=first)
    except Problem as problem:
        if is_fragment() or problem.status in (403, 404, 409):
            raise
        route = route_here(current_user.site_id, route_id)
        return render_template("rounds/routes.html", listing=False, said=words(problem), **_editor(route)), 422
    if not is_fragment():
        return go(f"/routes/{route_id}")
    return fragment("rounds/_route_edited.html" if act else "rounds/_route_follows.html", **_editor(route))


@bp.post("/routes/<uuid:route_id>/draft/removal")
@needs("plan.edit")
def discard(route_id: UUID) -> Any:
    with write(current_user.site_id):
        discard_draft(route_here(current_user.site_id, route_id), version=_version())
    return go(f"/routes/{route_id}")


@bp.get("/routes/<uuid:route_id>/changes")
@needs("plan.edit")
def changes(route_id: UUID) -> Any:
    """What publishing would change, and from when; here stands the button that does it."""
    route = route_here(current_user.site_id, route_id)
    return render_template("rounds/route_changes.html", problem=None, **_editor(route))


@bp.post("/routes/<uuid:route_id>/publication")
@needs("plan.edit")
def publication(route_id: UUID) -> Any:
    try:
        with write(current_user.site_id):
            route = route_here(current_user.site_id, route_id)
            publish(route, by=current_user.user_id, at=now(), version=_version())
    except Problem as problem:
        if problem.status != 422:
            raise
        route = route_here(current_user.site_id, route_id)
        return render_template("rounds/route_changes.html", problem=words(problem), **_editor(route)), 422
    return go(f"/routes/{route_id}")


@bp.post("/routes/<uuid:route_id>/retirement")
@needs("plan.edit")
def retire(route_id: UUID) -> Any:
    with write(current_user.site_id):
        retire_route(route_here(current_user.site_id, route_id), by=current_user.user_id, at=now(), version=_version())
    return go("/routes")


def _editor(route: Route) -> dict[str, Any]:
    """Everything the editor shows of one route: the list beside it, its draft, what follows from it."""
    at = now()
    first = first_free_day(route.site_id, at)
    draft, in_force, names = draft_of(route, first), published(route, first), place_names(route.site_id)
    changed = differences(in_force, draft, lambda place: names.get(place, "—")) if route.draft else []
    tree, routes = place_tree(route.site_id), routes_of(route.site_id)
    called = {one.id: one.name for one in routes}
    was = {plan.key: plan.what() for plan in in_force.plans}
    kept = {plan.key for plan in draft.plans if was.get(plan.key) == plan.what()}
    return {
        "route": route, "draft": draft, "names": names,
        "routes": [_listed(other, first) for other in routes if other.kind == "route"],
        "changes": [_told(change, called) for change in changed],
        "effect": take_effect_words(first, current_user.day_start),
        "points": _points(tree, {stop.place for stop in draft.stops}),
        "gone": {stop.place for stop in draft.stops} - {node.id for node in walk(tree)},
        "plans": [_row(number, plan, called) for number, plan in enumerate(draft.plans, 1)],
        "shifts": shift_options(), "others": [(one.id, one.name) for one in partners(route, draft.team)],
        "startable": startable(route.site_id, business_day_of(_reader(), at), route.id), "new_id": uuid7,
        "weekday_names": weekday_names,
        "tolerance": common_tolerance(draft.plans), "tolerances": TOLERANCES, "teams": TEAMS,
        "preview": _preview(draft, first, kept, called, names), "first_day": first,
    }  # fmt: skip


def _listed(route: Route, first: date) -> dict[str, Any]:
    """One line of the list: name, note, points and rounds on its busiest day of the coming week, or month."""
    draft = draft_of(route, first)
    ahead = 31 if any(plan.days_of_month for plan in draft.plans) else 7
    days = [first + timedelta(days=n) for n in range(ahead)]
    rounds = max(sum(len(_starts(plan, day)) for plan in draft.plans) for day in days)
    return {"id": route.id, "name": draft.name, "note": draft.note, "stops": len(draft.stops),
            "rounds": rounds, "draft": route.draft is not None}  # fmt: skip


def _starts(plan: PlanDraft, day: date) -> list[datetime]:
    return starts_of(plan, day, current_user.zone, current_user.day_start)


def _points(tree: list[Any], there: set[UUID]) -> list[dict[str, Any]]:
    """Labelled places that are not on the route yet, by the top place they stand in."""
    groups = []
    for top in tree:
        found = [node for node in walk([top]) if node.code and node.id not in there]
        if found:
            groups.append({"name": top.name, "points": found})
    return groups


def _row(number: int, plan: PlanDraft, called: Mapping[UUID, str]) -> dict[str, Any]:
    title = plan.name or _("Round %(number)s", number=number)
    days = month_days_typed(plan.days_of_month)
    time = " · ".join([plan_time(plan), _("days %(days)s", days=days)]) if days else plan_time(plan)
    return {"plan": plan, "title": title, "time": time, "said": plan_words(plan, called), "number": number,
            "month_days": days, "shift": _chosen_shift(plan)}  # fmt: skip


def shift_options() -> list[tuple[str, str]]:
    """The site's shifts as a select takes them, and "own" for times of its own."""
    shifts = current_user.here.shifts if current_user.here else ()
    found = [(f"{one['start']}-{one['end']}", f"{pick(one)} {one['start']}–{one['end']}") for one in shifts]
    return [*found, ("own", _("Own times"))]


def _chosen_shift(plan: PlanDraft) -> str:
    values = [value for value, _text in shift_options()]
    band = f"{plan.band_start}-{plan.band_end}"
    if band in values:
        return band
    return "own" if plan.band_start or plan.band_end else values[0]


def _told(change: Change, called: Mapping[UUID, str]) -> dict[str, str]:
    return {"kind": change.kind, "text": change_words(change, called)}


def _preview(
    draft: RouteDraft, day: date, kept: Collection[UUID], called: Mapping[UUID, str], names: Mapping[UUID, str]
) -> dict[str, Any]:
    """The first day the draft would hold: its rounds along the clock, and the first one's limits in minutes."""
    rounds = expected_rounds(draft.plans, day, current_user.zone, current_user.day_start, kept)
    chance = max((plan.columns()["random_min"] for plan in draft.plans), default=0)
    if not rounds:
        return {"day": day, "picture": None, "said": [], "warned": []}
    times = rounds[0].times
    outside = windows_outside(draft, rounds, current_user.zone)
    return {
        "day": day,
        "picture": picture(rounds, current_user.zone, _bar_words),
        "count": len(rounds),
        "tolerance_min": int(times.tolerance.total_seconds() // 60),
        "close_min": int((times.closes_at - times.ends_at).total_seconds() // 60),
        "said": [
            *_turns_said(rounds, called),
            *([_("Each start moves by up to %(minutes)s min, by chance.", minutes=chance)] if chance else []),
            *(_outside_said(one, names) for one in outside if one.missed < one.total),
        ],
        "warned": [_outside_said(one, names) for one in outside if one.missed == one.total],
    }


def _turns_said(rounds: list[Expected], called: Mapping[UUID, str]) -> list[str]:
    """Which of the day's rounds walk another route: "Rounds 2, 4 and 6 walk Night route 1"."""
    turns: dict[UUID, list[str]] = {}
    for number, round_ in enumerate(rounds, 1):
        if round_.other_route:
            turns.setdefault(round_.other_route, []).append(str(number))
    return [
        _(
            "Round %(numbers)s: %(route)s, in turn.",
            numbers=_(", ").join(found),
            route=called.get(other, "—"),
        )
        for other, found in turns.items()
    ]


def _outside_said(one: Outside, names: Mapping[UUID, str]) -> str:
    place = names.get(one.place, "—")
    if one.missed == one.total:
        return _("%(place)s: no round of this day is open in its own time. The rounds' times count there.", place=place)
    return _(
        "%(place)s: %(missed)s of %(total)s rounds are not open in its own time. Their own times count there.",
        place=place, missed=one.missed, total=one.total,
    )  # fmt: skip


def _bar_words(number: int, name: str) -> tuple[str, str]:
    title = name or _("Round %(number)s", number=number)
    return title, title


def _reader() -> Any:
    return current_user._get_current_object()


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
