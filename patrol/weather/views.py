"""Door: declaring a storm, its levels and its all-clear, and the page that sums it up."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.sites.site import Site
from patrol.weather.declare import DeclareData, TurnData, declare, may_withdraw, turn
from patrol.weather.event import Event, event_here, event_on, events
from patrol.weather.levels import LEVELS
from patrol.weather.notice import notice
from patrol.weather.rounds import PHASE_WORDS
from patrol.weather.spots import Ground
from patrol.weather.summary import Summary, summary
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.i18n import language
from patrol.web.replies import go
from patrol.workorders.timeline import names

bp = Blueprint("weather", __name__)


@bp.get("/weather")
@needs("review.see")
def index() -> Any:
    return _index(None, {})


@bp.post("/weather")
@needs("weather.declare")
def declaration() -> Any:
    id = _id()
    try:
        data = DeclareData.model_validate(request.form.to_dict())
        with write(current_user.site_id):
            event = declare(data, id=id, by=_reader(), at=now(), lang=language())
    except ValidationError as error:
        return _index(from_validation(error), request.form.to_dict())
    except Problem as problem:
        return _index(problem, request.form.to_dict())
    return go(f"/weather/{event.id}")


@bp.get("/weather/<uuid:event_id>")
@needs("review.see")
def show(event_id: UUID) -> Any:
    return _page(event_here(current_user.site_id, event_id), None)


@bp.post("/weather/<uuid:event_id>/turns")
@needs("weather.declare")
def turned(event_id: UUID) -> Any:
    event = event_here(current_user.site_id, event_id)
    try:
        data = TurnData.model_validate({key: value for key, value in request.form.items() if value})
        with write(current_user.site_id):
            turn(event_id, data, id=_id(), by=_reader(), at=now(), lang=language())
    except ValidationError as error:
        return _page(event, from_validation(error))
    except Problem as problem:
        return _page(event_here(current_user.site_id, event_id), problem)
    return go(f"/weather/{event_id}")


@bp.get("/weather/<uuid:event_id>/print")
@needs("review.see")
def paper(event_id: UUID) -> Any:
    event = event_here(current_user.site_id, event_id)
    return render_template("weather/print.html", **_shown(event), notice=_notices(event)[language()])


def _index(problem: Problem | None, data: dict[str, str]) -> Any:
    site_id = current_user.site_id
    on = event_on(site_id)
    ground = Ground(site_id) if on is None and current_user.may("weather.declare") else None
    html = render_template(
        "weather/index.html",
        on=on,
        whole=ground.whole() if ground else None,
        watched=ground.watched() if ground else None,
        events=events(site_id),
        levels=list(LEVELS.values()),
        data=data,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
        at=now(),
    )
    return html, problem.status if problem else 200


def _page(event: Event, problem: Problem | None) -> Any:
    html = render_template(
        "weather/show.html",
        **_shown(event),
        others=[level for level in LEVELS.values() if level.code != event.level],
        notices=_notices(event),
        withdrawable=may_withdraw(event, _reader(), now()),
        problem=problem,
        text=words(problem) if problem else "",
        turn_id=uuid7(),
    )
    return html, problem.status if problem else 200


def _shown(event: Event) -> dict[str, Any]:
    found: Summary = summary(event, now())
    return {
        "event": event,
        "found": found,
        "levels": LEVELS,
        "phase_words": PHASE_WORDS,
        "people": names([said.user_id for said in event.turns]),
        "site": db.session.get_one(Site, event.site_id),
        "at": now(),
    }


def _notices(event: Event) -> dict[str, str]:
    site = db.session.get_one(Site, event.site_id)
    level = None if event.cleared_at else event.level
    return {lang: notice(lang, level, site, event.turns[-1].at, event.withdrawn) for lang in ("zh", "en")}


def _id() -> UUID:
    """The number a form carries, so that a second tap is the first one."""
    try:
        return UUID(request.form.get("id", ""))
    except ValueError:
        return uuid7()


def _reader() -> Any:
    return current_user._get_current_object()
