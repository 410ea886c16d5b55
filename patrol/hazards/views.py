"""Door: the report of a hazard, the page of one, and its steps."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from pydantic import ValidationError
from sqlalchemy import select

from patrol.accounts.colleagues import stand_in, team_choices, team_sizes
from patrol.core.asked import asked_id
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.hazards.category import FIRST_CHOICES, GROUPS, categories, category, grouped
from patrol.hazards.deadline import ASSIGN_WITHIN, SEVERITY_HOURS, deadline_hours, due_at
from patrol.hazards.flow import next_step, other_steps
from patrol.hazards.hazard import Hazard
from patrol.hazards.queries import (
    days_late,
    first_photos,
    most_used,
    open_at,
    visible,
)
from patrol.hazards.report import HazardData
from patrol.hazards.steps import StepData, take_step
from patrol.photos.intake import form_store
from patrol.photos.photo import arrived, photos_of
from patrol.photos.storage import limits, shelf
from patrol.rounds.route import team_places
from patrol.rounds.scan import latest_scan
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use
from patrol.weather.found import report_found
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.filters import span
from patrol.web.forms import record_form
from patrol.web.inner import kept_name
from patrol.web.replies import go
from patrol.workorders.seeing import may_see as sees
from patrol.workorders.timeline import names, steps_of
from patrol.workorders.written import written

bp = Blueprint("hazards", __name__)


@bp.get("/hazards/new")
@needs("hazard.report")
def new() -> Any:
    return _form({}, None)


@bp.get("/kept/hazard")
@needs("hazard.report")
def kept_form() -> Any:
    """The report as a phone keeps it: for any place, which the phone fills in."""
    return _form({}, None) if kept_name() else redirect("/hazards/new", 303)


@bp.post("/hazards")
@needs("hazard.report")
def create() -> Any:
    record_id, data = _record()
    if db.session.get(Hazard, (current_user.site_id, record_id)) is not None:
        return go(f"/hazards/{record_id}")
    try:
        checked = HazardData.model_validate(data)
        with write(current_user.site_id):
            hazard = report_found(checked, id=record_id, by=_reader(), when=When.now())
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
    data |= _whom(data.get("who"))
    try:
        checked = StepData.model_validate({**data, "order": hazard_id})
        with write(current_user.site_id):
            take_step(checked, id=record_id, by=_reader(), when=When.now())
    except ValidationError as error:
        return _page(hazard_id, from_validation(error), data)
    except Problem as problem:
        return _page(hazard_id, problem, data)
    queue = request.form.get("then") == "next" and checked.step in ("verify", "refuse", "look")
    return go("/hazards/checks" if queue else f"/hazards/{hazard_id}")


@bp.get("/hazards/checks")
@needs("order.verify_minor")
def checks() -> Any:
    """On to the next one that waits for this reader's check; to the list of all when there is none."""
    by, at = _reader(), now()
    waiting = select(Hazard).where(Hazard.site_id == by.site_id, Hazard.state == "to_verify")
    for hazard in db.session.scalars(waiting.order_by(Hazard.due_at, Hazard.id).limit(100)):
        step = next_step(hazard, by, at)
        if step in ("verify", "look"):
            return redirect(f"/hazards/{hazard.id}?step={step}&then=next", 303)  # a fragment would take the focus
    return redirect("/hazards?view=list&state=to_verify", 303)


def _page(hazard_id: UUID, problem: Problem | None, data: dict[str, Any] | None = None) -> Any:
    """The hazard with one step's form open: the one that was tried, the one asked for, or the next."""
    hazard, at, sent = _hazard(hazard_id), now(), data or {}
    following = next_step(hazard, _reader(), at)
    steps = [*([following] if following else []), *other_steps(hazard, _reader(), at)]
    wanted = sent.get("step") or request.args.get("step")
    lines = steps_of(hazard)
    photos = photos_of(hazard.site_id, "hazard", [hazard.id])[hazard.id]
    users = [line.user_id for line in lines] + [photo.user_id for photo in photos]
    html = render_template(
        "hazards/show.html",
        hazard=hazard,
        category=categories()[hazard.category],
        place=db.session.get_one(Place, (hazard.site_id, hazard.place_id)),
        lines=lines,
        people=names([*users, hazard.assignee_id, hazard.asked_by_id]),
        photos=photos,
        here=arrived(hazard.site_id, [photo.id for photo in photos]),
        step=wanted if wanted in steps else following,
        steps=steps,
        related=_related(hazard),
        lost=written(sent) if wanted not in steps else [],
        interim_due=_interim_due(hazard, lines),
        late=days_late(hazard, at),
        at=at,
        problem=problem,
        text=words(problem) if problem else "",
        data=sent,
        in_turn="next" in (sent.get("then"), request.args.get("then")),
        record_id=uuid7(),
        unmanned=_unmanned(hazard),
        **(_assignment(hazard, sent) if wanted == "assign" or following == "assign" else {}),
    )
    return html, problem.status if problem else 200


def _whom(who: str | None) -> dict[str, str]:
    """The assignment form's one choice, ``team:<code>`` or a person's id, as the fields of a step."""
    if not who:
        return {}
    return {"team": who[5:]} if who.startswith("team:") else {"assignee": who}


def _assignment(hazard: Hazard, sent: dict[str, Any]) -> dict[str, Any]:
    """What the form of an assignment offers: whom, the one proposed, and by when at each severity."""
    choices = team_choices(_reader())
    proposed = str(hazard.assignee_id or f"team:{stand_in(hazard.team, choices)}")
    kind = category(hazard.category)
    return {
        "choices": choices,
        "proposed": sent.get("who") or proposed,
        "due_by": {code: due_at(hazard.reported_at, deadline_hours(kind, code)) for code in SEVERITY_HOURS},
    }


def _unmanned(hazard: Hazard) -> bool:
    """Whether it waits for a team in which nobody works."""
    waits = hazard.state in ("reported", "assigned") and hazard.assignee_id is None
    return waits and not team_sizes(hazard.site_id)[hazard.team]


def _interim_due(hazard: Hazard, lines: list[Any]) -> datetime | None:
    """By when a critical one must have a picture of its interim measure, while it has none."""
    waits = hazard.severity == "critical" and hazard.state in ("reported", "assigned")
    shown = any(line.step == "interim" for line in lines)
    return hazard.reported_at + ASSIGN_WITHIN["critical"] if waits and not shown else None


def _related(hazard: Hazard) -> list[tuple[str, Hazard, bool]]:
    """What it repeats, and what it was merged into; each with whether its page opens to this reader."""
    wanted = ((_("Recurs"), hazard.recurs_of_id), (_("Merged into"), hazard.merged_into_id))
    found = ((word, db.session.get(Hazard, (hazard.site_id, key))) for word, key in wanted if key)
    return [(word, other, _may_see(other)) for word, other in found if other is not None]


def _form(data: dict[str, Any], problem: Problem | None) -> Any:
    """The report: prefilled by the place asked for, by the last scan, or by what was entered before."""
    site_id, at = current_user.site_id, now()
    again = db.session.get(Hazard, (site_id, _asked("seen_again", data) or uuid7()))
    scan = _asked("scan", data)
    place_id = again.place_id if again else _asked("place", data)
    if place_id is None and "place" not in request.args and not data and not kept_name():
        last = latest_scan(site_id, current_user.user_id, at)
        place_id, scan = (last.place_id, last.id) if last else (None, scan)
    place = db.session.get(Place, (site_id, place_id)) if place_id else None
    first = first_photos(site_id, [again.id]).get(again.id) if again else None
    used = most_used(site_id, place.id if place else None, at, limit=6)
    short = list(dict.fromkeys([*([data["category"]] if data.get("category") in categories() else []), *used]))
    html = render_template(
        "hazards/new.html",
        place=place,
        again=again,
        ghost=f"/photos/{first}/thumb.jpg" if first else None,
        may_rectify=again is not None and "rectify" in _steps_of(again, at),
        places=_places() if place is None else [],
        twins=open_at(site_id, place.id) if place and not again else [],
        categories=categories(),
        groups=grouped(),
        group_names=GROUPS,
        short=list(dict.fromkeys([*short, *FIRST_CHOICES]))[:5],  # two lines of a phone, with "other"
        chosen=data.get("category"),
        within=_within,
        defaults=SEVERITY_HOURS,
        scan=scan or "",
        data=data,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
        at=at,
    )
    return html, problem.status if problem else 200


def _steps_of(hazard: Hazard, at: datetime) -> list[str | None]:
    return [next_step(hazard, _reader(), at), *other_steps(hazard, _reader(), at)]


def _asked(name: str, data: dict[str, Any]) -> UUID | None:
    return asked_id(data.get(name)) or request.args.get(name, type=UUID)


def _within(hours: int) -> str:
    """How soon: within 4 hours, within 3 days."""
    return _("within %(span)s", span=span(timedelta(hours=hours)))


def _places() -> list[Any]:
    return [place for place in places_in_use(current_user.site_id) if place.kind != "building"]


def _hazard(hazard_id: UUID) -> Hazard:
    hazard = db.session.get(Hazard, (current_user.site_id, hazard_id))
    if hazard is None or not _may_see(hazard):
        raise NotHere("hazard")
    return hazard


def _may_see(hazard: Hazard) -> bool:
    return sees(hazard, _reader(), visible, team_places(current_user.site_id, current_user.team))


def _record() -> tuple[UUID, dict[str, Any]]:
    return record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))


def _reader() -> Any:
    return current_user._get_current_object()
