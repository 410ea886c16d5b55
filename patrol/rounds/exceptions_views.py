"""Door: the exceptions, and what a supervisor makes of them."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.accounts.user import Membership, User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.exceptions_list import Wanted, exceptions
from patrol.rounds.flags import MEANINGS
from patrol.rounds.route import Route
from patrol.rounds.settling import settle_evidence
from patrol.web.access import needs, safe_next
from patrol.web.question import day_argument
from patrol.web.replies import go

bp = Blueprint("exceptions", __name__)
DAYS = 7


@bp.get("/exceptions")
@needs("evidence.see")
def index() -> Any:
    at, site_id = now(), current_user.site_id
    ensure_evidence(site_id, at)
    wanted = _wanted(business_day_of(current_user._get_current_object(), at))
    cursor = request.args.get("cursor")
    found = exceptions(site_id, wanted, cursor)
    routes = select(Route.id, Route.name).where(Route.site_id == site_id).order_by(Route.sort, Route.name)
    people = (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None))
        .order_by(User.name)
    )
    return render_template(
        "rounds/exceptions.html",
        found=found,
        wanted=wanted,
        meanings=MEANINGS,
        routes=[tuple(row) for row in db.session.execute(routes)],
        people=[tuple(row) for row in db.session.execute(people)],
        newest_url=_url(cursor=None) if cursor else None,
        older_url=_url(cursor=found.older) if found.older else None,
        here=request.full_path.rstrip("?"),
    )


@bp.post("/exceptions/<uuid:evidence_id>/words")
@needs("evidence.settle")
def settle(evidence_id: UUID) -> Any:
    form, by = request.form, current_user._get_current_object()
    with write(by.site_id):
        settle_evidence(evidence_id, form.get("act", ""), form.get("text", ""), by=by, at=now())
    return go(safe_next(form.get("next"), "/exceptions"))


def _wanted(today: date) -> Wanted:
    args = request.args
    last = day_argument("to", today)
    first = day_argument("from", last - timedelta(days=DAYS - 1))
    if first > last:
        raise Problem("visits.range", N_("The first day lies after the last one. Change one of them."), field="from")
    return Wanted(
        first=first,
        last=last,
        grade="B" if args.get("grade") == "B" else "C",
        state=args.get("state") if args.get("state") in ("done", "all") else "open",  # type: ignore[arg-type]
        route=args.get("route", type=UUID),
        person=args.get("person", type=UUID),
    )


def _url(**changed: Any) -> str:
    query = {**request.args.to_dict(), **{key: str(value) if value else "" for key, value in changed.items()}}
    return f"/exceptions?{urlencode({key: value for key, value in query.items() if value})}"
