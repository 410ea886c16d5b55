"""Door: hazards as a board and as a list, narrowed by what stands in the address."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.colleagues import people_of
from patrol.core.business_day import day_bounds
from patrol.core.clock import now
from patrol.core.db import db
from patrol.hazards.category import categories
from patrol.hazards.flow import next_step, other_steps
from patrol.hazards.queries import Filter, board, first_photos, hazard_rows, listed, times_done
from patrol.rounds.route import team_places
from patrol.sites.place import Place
from patrol.web.access import needs
from patrol.workorders.order import SEVERITIES
from patrol.workorders.queries import count
from patrol.workorders.words import STATES

bp = Blueprint("hazard_lists", __name__)

_LEADS_TO = {
    "assign": "assigned",
    "rectify": "to_verify",
    "verify": "closed",
    "refuse": "assigned",
    "reopen": "assigned",
}


@bp.get("/hazards")
@needs("hazard.see")
def index() -> Any:
    at, narrowed = now(), _filter()
    places = team_places(current_user.site_id, current_user.team)
    query = hazard_rows(_reader(), narrowed, at, places)
    shown: dict[str, Any] = {"narrowed": narrowed, "at": at, "link": _link, **_choices()}
    if request.args.get("view") == "list" or narrowed.figure or narrowed.state or narrowed.mine:
        rows, cursor = listed(query, narrowed, request.args.get("cursor"))
        pictures = first_photos(current_user.site_id, [row.id for row in rows])
        times = times_done(_reader(), narrowed, at, places)
        return render_template("hazards/list.html", rows=rows, cursor=cursor, pictures=pictures, times=times, **shown)
    columns = board(query)
    pictures = first_photos(current_user.site_id, [row.id for column in columns for row in column.rows])
    late = count(hazard_rows(_reader(), replace(narrowed, overdue=True), at, places))
    return render_template(
        "hazards/board.html", columns=columns, pictures=pictures, late=late, steps_for=_card_steps, **shown
    )


def _card_steps(row: Any) -> tuple[str | None, list[tuple[str, str]]]:
    """The step on the card's button, and every one that moves the card with the column it leads to."""
    first = next_step(row, _reader(), now())
    others = other_steps(row, _reader(), now(), among=("rectify", "verify", "refuse", "reopen"))
    return first, [(name, _LEADS_TO[name]) for name in [*([first] if first else []), *others]]


def _filter() -> Filter:
    args = request.args
    first, last = _day(args.get("from")), _day(args.get("to"))
    between = None
    if first and last:
        start = day_bounds(first, current_user.zone, current_user.day_start)[0]
        between = (start, day_bounds(last, current_user.zone, current_user.day_start)[1])
    severity, category = args.get("severity"), args.get("category")
    return Filter(
        severity=severity if severity in SEVERITIES else None,
        category=category if category in categories() else None,
        building=args.get("building", type=UUID),
        person=args.get("person", type=UUID),
        place=args.get("place", type=UUID),
        overdue=args.get("overdue") == "1",
        state=args["state"] if args.get("state") in STATES else None,
        words=args.get("q", "").strip()[:60],
        mine=current_user.user_id if args.get("mine") == "1" else args.get("reporter", type=UUID),
        rectifier=args.get("rectifier", type=UUID),
        figure=args.get("figure") or None,
        first=first,
        last=last,
        between=between,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _choices() -> dict[str, Any]:
    """What the filters offer, and how many work in each team."""
    site_id = current_user.site_id
    buildings = select(Place.id, Place.name).where(Place.site_id == site_id, Place.kind == "building")
    people = people_of(site_id)
    return {
        "categories": categories(),
        "buildings": db.session.execute(buildings.order_by(Place.sort, Place.name)).all(),
        "people": people,
        "sizes": Counter(person.team for person in people),
    }


def _link(**change: Any) -> str:
    """This page's address with something else chosen; the rest of the filter stays."""
    args = {**request.args.to_dict(), "cursor": None, **change}
    return "/hazards?" + urlencode({key: value for key, value in args.items() if value})


def _reader() -> Any:
    return current_user._get_current_object()
