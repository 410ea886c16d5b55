"""Door: visits and rounds as lists, the records behind the figures of a patrol."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.problems import N_, Problem
from patrol.rounds.route import Route
from patrol.rounds.visits_list import VisitFilter, rounds_page, visits_page
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.web.access import needs
from patrol.web.question import day_argument

bp = Blueprint("visits", __name__)


@bp.get("/visits")
@needs("workload.see")
def visits() -> Any:
    at = now()
    site = db.session.get_one(Site, current_user.site_id)
    wanted = _wanted(business_day_of(current_user._get_current_object(), at))
    before = day_argument("before", None)
    as_rounds = request.args.get("view") == "rounds"
    page = (rounds_page if as_rounds else visits_page)(site, wanted, at, before)
    routes = select(Route.id, Route.name).where(Route.site_id == site.id).order_by(Route.sort, Route.name)
    return render_template(
        "rounds/visits.html",
        page=page,
        wanted=wanted,
        as_rounds=as_rounds,
        routes=list(db.session.execute(routes)),
        place=_name(Place, wanted.place),
        person=_person(wanted.person or wanted.walker),
        whole=before is None and page.older is None,
        older_url=_url(before=page.older) if page.older else None,
        newest_url=_url(before=None) if before else None,
    )


def _wanted(today: date) -> VisitFilter:
    last = day_argument("to", today) or today
    first = day_argument("from", last - timedelta(days=6)) or last
    if first > last:
        raise Problem("visits.range", N_("The first day lies after the last one. Change one of them."), field="from")
    args = request.args
    return VisitFilter(
        first=first,
        last=last,
        state=args.get("state") or None,
        route=args.get("route", type=UUID),
        place=args.get("place", type=UUID),
        person=args.get("person", type=UUID),
        walker=args.get("walker", type=UUID),
        flag=args.get("flag") or None,
        hour=args.get("hour", type=int),
        closed=args.get("closed") == "1",
        required=args.get("required") == "1",
        kind=args.get("kind") or None,
    )


def _name(table: Any, row_id: UUID | None) -> str:
    row = db.session.get(table, (current_user.site_id, row_id)) if row_id else None
    return row.full_name if row else ""


def _person(user_id: UUID | None) -> str:
    row = db.session.get(User, user_id) if user_id else None
    return row.name if row else ""


def _url(**changed: Any) -> str:
    query = {**request.args.to_dict(), **{key: str(value) if value else "" for key, value in changed.items()}}
    return f"/visits?{urlencode({key: value for key, value in query.items() if value})}"
