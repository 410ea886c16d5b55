"""Door: visits without a scan — entered by hand, or on paper: the sheet to print and the form that takes it in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.colleagues import people_of
from patrol.accounts.reader import business_day_of
from patrol.core.asked import asked_day
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.rounds.by_hand import ManualData, enter_visit
from patrol.rounds.excuse import Ask, asks_of
from patrol.rounds.paper import TypedData, round_code, sheets_of, type_in, typeable
from patrol.rounds.route import Route
from patrol.rounds.walk import Walk, walk_by_id
from patrol.sites.site import Site
from patrol.sites.symbol import symbol
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.replies import go

bp = Blueprint("by_hand", __name__)


@bp.post("/rounds/<uuid:round_id>/manual")
@needs("scan")
def manual(round_id: UUID) -> Any:
    _walk(round_id)
    record_id, data = _form()
    if db.session.get(Ask, (current_user.site_id, record_id)) is None:
        with write(current_user.site_id):
            checked = ManualData.model_validate({**data, "round": round_id})
            enter_visit(checked, id=record_id, by=_reader(), when=When.now())
    return go(f"/rounds/{round_id}")


@bp.get("/rounds/<uuid:round_id>/sheet")
@needs("scan", "workload.see")
def sheet(round_id: UUID) -> Any:
    """One round on paper, for when the phones fail."""
    walk = _walk(round_id)
    return _paper([walk], f"/rounds/{walk.id}")


@bp.get("/routes/<uuid:route_id>/sheets")
@needs("workload.see")
def sheets(route_id: UUID) -> Any:
    """All rounds of a route on one day, a page each."""
    route = db.session.get(Route, (current_user.site_id, route_id))
    if route is None:
        raise NotHere("route")
    at = now()
    day = asked_day(request.args.get("day")) or business_day_of(_reader(), at)
    return _paper(sheets_of(current_user.site_id, route_id, day, at), "/board")


@bp.get("/rounds/<uuid:round_id>/typed")
@needs("workload.see")
def typed_form(round_id: UUID) -> Any:
    return _typed(_walk(round_id))


@bp.post("/rounds/<uuid:round_id>/typed")
@needs("workload.see")
def typed(round_id: UUID) -> Any:
    walk = _walk(round_id)
    record_id, data = _form()
    try:
        with write(current_user.site_id):
            checked = TypedData.model_validate({**data, "round": round_id})
            type_in(checked, id=record_id, by=_reader(), when=When.now())
    except (Problem, ValidationError) as error:  # the form comes back as it was filled in
        problem = error if isinstance(error, Problem) else from_validation(error)
        return _typed(walk, said=words(problem)), problem.status
    return go(f"/rounds/{round_id}")


def _typed(walk: Walk, said: str | None = None) -> str:
    at = now()
    asks = asks_of(current_user.site_id, [walk.id], at)[walk.id]
    return render_template(
        "rounds/typed.html",
        walk=walk,
        code=round_code(walk.id),
        open_places={stop.place_id for stop in typeable(walk, asks, at)},
        asks=asks,
        people=sorted(people_of(current_user.site_id), key=lambda person: (person.team != walk.team, person.name)),
        said=said,
        form=request.form,
        record_id=uuid7(),
    )


def _paper(walks: list[Walk], back_url: str) -> str:
    return render_template(
        "rounds/sheet.html",
        walks=walks,
        symbol_of=lambda walk: symbol(f"{current_app.config['PUBLIC_URL']}/rounds/{walk.id}/typed"),
        site=db.session.get_one(Site, current_user.site_id),
        code_of=round_code,
        back_url=back_url,
    )


def _walk(round_id: UUID) -> Walk:
    found = walk_by_id(current_user.site_id, round_id, now())
    if found is None:
        raise NotHere("round")
    return found


def _form() -> tuple[UUID, dict[str, Any]]:
    return record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))


def _reader() -> Any:
    return current_user._get_current_object()
