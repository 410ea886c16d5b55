"""Door: hazards as board and list, the report, the page of one, and its steps."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError
from sqlalchemy import select

from patrol.accounts.roles import TEAMS
from patrol.accounts.user import Membership, User
from patrol.core.business_day import day_bounds
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.hazards.category import FIRST_CHOICES, categories, grouped
from patrol.hazards.deadline import deadline_hours
from patrol.hazards.flow import next_step, other_steps
from patrol.hazards.hazard import Hazard
from patrol.hazards.queries import Filter, board, days_late, first_photos, hazard_rows, listed, most_used, open_at
from patrol.hazards.report import HazardData, report_hazard
from patrol.hazards.steps import StepData, take_step
from patrol.photos.intake import form_store
from patrol.photos.photo import arrived, photos_of
from patrol.photos.storage import limits, shelf
from patrol.sites.place import Place
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.replies import go
from patrol.workorders.order import SEVERITIES
from patrol.workorders.timeline import names, steps_of

bp = Blueprint("hazards", __name__)


@bp.get("/hazards")
@needs("hazard.see")
def index() -> Any:
    at, narrowed = now(), _filter()
    query = hazard_rows(_reader(), narrowed, at)
    as_list = request.args.get("view") == "list" or bool(narrowed.figure or narrowed.state or narrowed.mine)
    shown: dict[str, Any] = {"narrowed": narrowed, "at": at, **_choices()}
    if as_list:
        rows, cursor = listed(query, narrowed, request.args.get("cursor"))
        pictures = first_photos(current_user.site_id, [row.id for row in rows])
        return render_template("hazards/list.html", rows=rows, cursor=cursor, pictures=pictures, **shown)
    columns = board(query)
    pictures = first_photos(current_user.site_id, [row.id for column in columns for row in column.rows])
    late = sum(row.due_at < at for column in columns[:2] for row in column.rows if row.due_at)
    return render_template(
        "hazards/board.html",
        columns=columns,
        pictures=pictures,
        late=late,
        step_for=lambda row: next_step(row, _reader(), at),
        **shown,
    )


@bp.get("/hazards/new")
@needs("hazard.report")
def new() -> Any:
    return _form({}, None)


@bp.post("/hazards")
@needs("hazard.report")
def create() -> Any:
    record_id, data = _record()
    if db.session.get(Hazard, (current_user.site_id, record_id)) is not None:
        return go(f"/hazards/{record_id}")
    try:
        checked = HazardData.model_validate(data)
        with write(current_user.site_id):
            hazard = report_hazard(checked, id=record_id, by=_reader(), when=When.now())
    except ValidationError as error:
        return _form(data, from_validation(error))
    except Problem as problem:
        return _form(data, problem)
    return go(f"/hazards/{hazard.id}")


@bp.get("/hazards/<uuid:hazard_id>")
@needs("hazard.see")
def show(hazard_id: UUID) -> Any:
    return _page(hazard_id, None)


@bp.post("/hazards/<uuid:hazard_id>/steps")
@needs("hazard.see")
def step(hazard_id: UUID) -> Any:
    _hazard(hazard_id)
    record_id, data = _record()
    try:
        checked = StepData.model_validate({**data, "order": hazard_id})
        with write(current_user.site_id):
            take_step(checked, id=record_id, by=_reader(), when=When.now())
    except ValidationError as error:
        return _page(hazard_id, from_validation(error), data)
    except Problem as problem:
        return _page(hazard_id, problem, data)
    return go(f"/hazards/{hazard_id}")


def _page(hazard_id: UUID, problem: Problem | None, data: dict[str, Any] | None = None) -> Any:
    hazard, at = _hazard(hazard_id), now()
    lines = steps_of(hazard)
    photos = photos_of(hazard.site_id, "hazard", [hazard.id])[hazard.id]
    people = names([line.user_id for line in lines] + [photo.user_id for photo in photos] + [hazard.assignee_id])
    html = render_template(
        "hazards/show.html",
        hazard=hazard,
        category=categories()[hazard.category],
        place=db.session.get_one(Place, (hazard.site_id, hazard.place_id)),
        lines=lines,
        people=people,
        photos=photos,
        here=arrived(hazard.site_id, [photo.id for photo in photos]),
        step=next_step(hazard, _reader(), at),
        others=other_steps(hazard, _reader(), at),
        late=days_late(hazard, at),
        at=at,
        problem=problem,
        text=words(problem) if problem else "",
        data=data or {},
        record_id=uuid7(),
        members=_members(hazard),
        teams=TEAMS,
    )
    return html, problem.status if problem else 200


def _form(data: dict[str, Any], problem: Problem | None) -> Any:
    """The report: prefilled by the place, by the last scan, or by what was entered before."""
    place_id = _uuid(data.get("place")) or request.args.get("place", type=UUID)
    seen_again = _uuid(data.get("seen_again")) or request.args.get("seen_again", type=UUID)
    place = db.session.get(Place, (current_user.site_id, place_id)) if place_id else None
    again = db.session.get(Hazard, (current_user.site_id, seen_again)) if seen_again else None
    if again is not None:
        place = db.session.get(Place, (again.site_id, again.place_id))
    used = most_used(current_user.site_id, place.id if place else None, now(), limit=6)
    short = list(dict.fromkeys([*([again.category] if again else []), *used, *FIRST_CHOICES]))[:6]
    html = render_template(
        "hazards/new.html",
        place=place,
        again=again,
        places=_places() if place is None else [],
        twins=open_at(current_user.site_id, place.id) if place and not again else [],
        categories=categories(),
        groups=grouped(),
        short=short,
        chosen=data.get("category") or (again.category if again else None),
        hours={code: {s: deadline_hours(kind, s) for s in SEVERITIES} for code, kind in categories().items()},
        scan=request.args.get("scan", type=UUID) or "",
        data=data,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
        at=now(),
    )
    return html, problem.status if problem else 200


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
        state=args.get("state") or None,
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


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _choices() -> dict[str, Any]:
    """What the filters offer."""
    site_id = current_user.site_id
    buildings = select(Place.id, Place.name).where(Place.site_id == site_id, Place.kind == "building")
    return {
        "categories": categories(),
        "buildings": db.session.execute(buildings.order_by(Place.sort, Place.name)).all(),
        "people": _people(site_id),
    }


def _people(site_id: UUID) -> list[Any]:
    query = (
        select(User.id, User.name, Membership.team)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    )
    return list(db.session.execute(query.order_by(User.name)))


def _members(hazard: Hazard) -> list[Any]:
    """Whom this reader may pick for the hazard: his own team, or everybody if he may."""
    people = _people(hazard.site_id)
    if current_user.may("order.assign_any_team"):
        return people
    return [person for person in people if person.team == current_user.team]


def _places() -> list[Any]:
    query = select(Place.id, Place.full_name).where(
        Place.site_id == current_user.site_id, Place.retired_at.is_(None), Place.kind != "building"
    )
    return list(db.session.execute(query.order_by(Place.sort, Place.full_name).limit(3000)))


def _hazard(hazard_id: UUID) -> Hazard:
    hazard = db.session.get(Hazard, (current_user.site_id, hazard_id))
    if hazard is None:
        raise NotHere("hazard")
    return hazard


def _record() -> tuple[UUID, dict[str, Any]]:
    return record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))


def _reader() -> Any:
    return current_user._get_current_object()
