"""Door: orders of one kind as a board and as a list, narrowed by what stands in the address; many assigned at once."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.colleagues import team_choices
from patrol.accounts.roles import TEAMS
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.problems import N_, Problem
from patrol.hazards.queries import times_done
from patrol.rounds.route import team_places
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.workorders.asking import filter_of
from patrol.workorders.board import board
from patrol.workorders.flow import role_refusal
from patrol.workorders.kinds import Assignment, OrderKind, kind_of
from patrol.workorders.lists import listed
from patrol.workorders.narrowing import Asked, choices
from patrol.workorders.order import WorkOrder
from patrol.workorders.workload import workload

bp = Blueprint("order_lists", __name__)
MOST_AT_ONCE = 100


@bp.get("/hazards", defaults={"kind": "hazard"})
@bp.get("/orders/<kind>")
@needs("hazard.see")
def index(kind: str) -> Any:
    return _index(kind)


@bp.get("/repairs")
@needs("order.see_all", "order.rectify")
def repairs() -> Any:
    """What owners asked: fewer may look than at hazards."""
    return _index("repair")


@bp.get("/complaints")
@needs("order.see_all", "order.rectify")
def complaints() -> Any:
    return _index("complaint")


def _index(kind: str) -> Any:
    asked = _asked(kind_of(kind))
    narrowed = asked.narrowed
    if request.args.get("view") == "list" or narrowed.figure or narrowed.state or narrowed.mine or narrowed.sample:
        return _list(asked)
    shown, asked = _shown(asked)
    columns, late = board(asked)
    return render_template(
        "workorders/board.html",
        columns=columns,
        late=late,
        steps_for=lambda row: _steps(asked, row),
        **shown,
    )


def _steps(asked: Asked, row: Any) -> tuple[str | None, list[tuple[str, str]]]:
    """The step on the card's button, and every one that moves the card with the column it leads to."""
    return asked.kind.next_step(row, asked.by, asked.at), asked.kind.further(row, asked.by, asked.at)


@bp.post("/hazards/assignment", defaults={"kind": "hazard"})
@bp.post("/orders/<kind>/assignment")
@needs("order.assign", "order.assign_minor", "order.assign_team_only")
def assignment(kind: str) -> Any:
    """Each order by itself: one that cannot be assigned stops none of the others, and says why it was left."""
    asked = _asked(kind_of(kind))
    chosen = request.form.getlist("order")[:MOST_AT_ONCE]
    done, left = 0, []
    if not chosen:
        left.append(("", words(Problem("order.none_chosen", N_("Choose at least one.")))))
    with write(asked.by.site_id):
        for given in _assignments(chosen):
            refusal = _one(asked, given)
            done += refusal is None
            left += [refusal] if refusal else []
    return _list(asked, done=done, left=left, sent=request.form), 422 if left else 200


@bp.get("/orders/workload")
@needs("workload.see")
def load() -> Any:
    """Who has how much open, and what of it is overdue, over all kinds."""
    at = now()
    return render_template("workorders/workload.html", lines=workload(_reader(), at), at=at)


def _assignments(chosen: list[str]) -> list[Assignment]:
    found = []
    for text in chosen:
        id, _, version = text.partition(":")
        try:
            order_id = UUID(id)
        except ValueError:
            continue
        form = request.form
        number = int(version) if version.isdecimal() and version.isascii() and len(version) < 10 else None
        found.append(Assignment(order_id, form.get("who", ""), number, form.get("note", ""), form.get("interim", "")))
    return found


def _one(asked: Asked, given: Assignment) -> tuple[str, str] | None:
    """(number, why) of one that could not be assigned."""
    try:
        with db.session.begin_nested():
            asked.kind.assign(given, asked.by, When.now())
            db.session.flush()
    except ValidationError:
        return "", words(Problem("order.who", N_("Choose a team or a person.")))
    except Problem as problem:
        return _number(asked, given.order_id), words(problem)
    return None


def _number(asked: Asked, order_id: UUID) -> str:
    order = db.session.get(WorkOrder, (asked.by.site_id, order_id))
    return order.number if order else ""


def _list(asked: Asked, done: int = 0, left: Any = (), sent: Any = None) -> Any:
    shown, asked = _shown(asked)
    rows, cursor = listed(asked, request.args.get("cursor"))
    times = times_done(asked) if asked.narrowed.figure else None
    who = team_choices(asked.by, shown["people"]) if _assigns(asked.by) else []
    return render_template(
        "workorders/list.html", rows=rows, cursor=cursor, times=times, who=who, done=done, left=left, sent=sent or {},
        **shown,
    )  # fmt: skip


def _assigns(by: Any) -> bool:
    return any(by.may(verb) for verb in ("order.assign", "order.assign_minor", "order.assign_team_only"))


def _shown(asked: Asked) -> tuple[dict[str, Any], Asked]:
    buildings, people, asked = choices(asked)
    return {
        "kind": asked.kind,
        "narrowed": asked.narrowed,
        "at": asked.at,
        "link": lambda **change: _link(asked.kind, **change),
        "subjects": asked.kind.subjects(),
        "buildings": buildings,
        "people": people,
        "teams": TEAMS,
        "sizes": Counter(person.team for person in people),
    }, asked


def _asked(kind: OrderKind) -> Asked:
    by, at = _reader(), now()
    if not any(by.may(verb) for verb in kind.see):
        raise role_refusal()
    kind.ensure(by.site_id, at, by.zone, by.day_start)
    places = None if by.may("order.see_all") else team_places(by.site_id, by.team)
    return Asked(kind, by, filter_of(request.args, kind, by), at, places)


def _link(kind: OrderKind, **change: Any) -> str:
    """This page's address with something else chosen; the rest of the filter stays."""
    path = change.pop("path", kind.url)
    args = {**request.args.to_dict(), "cursor": None, **change}
    return f"{path}?" + urlencode({key: value for key, value in args.items() if value})


def _reader() -> Any:
    return current_user._get_current_object()
