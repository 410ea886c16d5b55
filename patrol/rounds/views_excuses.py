"""Door: asking that points be excused, as plain forms, and the supervisor's page that decides."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.problems import N_, NotHere, Problem
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.rounds.asking import ExcuseData, ask_excuse
from patrol.rounds.deciding import decide
from patrol.rounds.excuse import Ask
from patrol.rounds.excuses_page import excuses_page
from patrol.rounds.make_up import start_make_up
from patrol.rounds.round import Round
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.forms import record_form
from patrol.web.replies import go

bp = Blueprint("excuses", __name__)


@bp.get("/excuses")
@needs("visit.excuse")
def excuses() -> Any:
    return _page()


def _page(round_id: UUID | None = None, problem: Problem | None = None) -> Any:
    """problem: why the word on this round's points was refused; what was ticked and typed for it stays."""
    at = now()
    html = render_template(
        "rounds/excuses.html",
        page=excuses_page(current_user.site_id, current_user.user_id, at),
        at=at,
        decided=request.args.get("decided") == "1",
        refused=round_id,
        text=words(problem) if problem else "",
        ticked=set(request.form.getlist("ask[]")),
        said=request.form.get("note", ""),
    )
    return html, problem.status if problem else 200


@bp.post("/rounds/<uuid:round_id>/excuses")
@needs("scan")
def ask(round_id: UUID) -> Any:
    _round(round_id)
    record_id, data = _form()
    if db.session.get(Ask, (current_user.site_id, record_id)) is None:
        with write(current_user.site_id):
            checked = ExcuseData.model_validate({**data, "round": round_id})
            ask_excuse(checked, id=record_id, by=_reader(), when=When.now())
    return go(f"/rounds/{round_id}")


@bp.post("/rounds/<uuid:round_id>/decisions")
@needs("visit.excuse")
def decisions(round_id: UUID) -> Any:
    """One word for the ticked points of one round: all of them, or none if one cannot be decided."""
    _round(round_id)
    try:
        _decide(round_id, request.form.getlist("ask[]", type=UUID))
    except NotHere:
        raise
    except Problem as problem:
        return _page(round_id, problem)
    return go("/excuses?decided=1")


def _decide(round_id: UUID, ids: list[UUID]) -> None:
    if not ids:
        raise Problem("excuse.none", N_("Tick at least one point."), field="ask[]")
    with write(current_user.site_id):
        for ask_id in ids:
            found = db.session.get(Ask, (current_user.site_id, ask_id))
            if found is None or found.round_id != round_id:
                raise NotHere("ask")
            approved = request.form.get("do") == "approve"
            decide(ask_id, approved, by=_reader(), at=now(), note=request.form.get("note", ""))


@bp.post("/rounds/<uuid:round_id>/make-up")
@needs("workload.see")
def make_up(round_id: UUID) -> Any:
    """Start a make-up round over what was missed; a second tap leads to the same one."""
    _round(round_id)
    with write(current_user.site_id):
        made = start_make_up(round_id, by=_reader(), at=now())
    return go(f"/rounds/{made}")


def _round(round_id: UUID) -> Round:
    found = db.session.get(Round, (current_user.site_id, round_id))
    if found is None:
        raise NotHere("round")
    return found


def _form() -> tuple[UUID, dict[str, Any]]:
    return record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))


def _reader() -> Any:
    return current_user._get_current_object()
