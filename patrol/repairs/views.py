"""Door: the page of a repair, and its steps."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.owners.follow import stages
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.repairs.deadline import is_overdue
from patrol.repairs.flow import STATES, open_to
from patrol.repairs.lists import may_see
from patrol.repairs.pages import choices_for, page_of, whom
from patrol.repairs.repair import Repair
from patrol.repairs.steps import RepairStepData, take_repair_step
from patrol.rounds.stood import stood_at
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.inner import kept_name
from patrol.web.replies import go
from patrol.workorders.written import written

bp = Blueprint("repairs", __name__)


@bp.get("/repairs/<uuid:repair_id>")
@needs("order.see_all", "order.rectify")
def show(repair_id: UUID) -> Any:
    return _page(repair_id, None)


@bp.post("/repairs/<uuid:repair_id>/steps")
@needs("order.see_all", "order.rectify")
def step(repair_id: UUID) -> Any:
    _repair(repair_id)
    record_id, data = _record()
    data |= whom(data.get("who"))
    when = When.now()
    try:
        checked = RepairStepData.model_validate({**data, "order": repair_id})
        with write(current_user.site_id):
            scanned = stood_at(current_user.site_id, current_user.user_id, when.at, checked.scan)
            take_repair_step(checked, id=record_id, by=_reader(), when=when, scanned=scanned)
    except ValidationError as error:
        return _page(repair_id, from_validation(error), data)
    except Problem as problem:
        return _page(repair_id, problem, data)
    return go(f"/repairs/{repair_id}" if checked.step not in ("return", "transfer") else "/work-orders")


def _page(repair_id: UUID, problem: Problem | None, data: dict[str, Any] | None = None) -> Any:
    """The repair with one step's form open: the one that was tried, the one asked for, or the next."""
    repair, at, sent, reader = _repair(repair_id), now(), data or {}, _reader()
    steps = open_to(repair, reader, at)
    wanted = sent.get("step") or request.args.get("step")
    chosen = wanted if wanted in steps else next((name for name in steps if name not in _ASKED_FOR), None)
    shown = page_of(repair, reader)
    html = render_template(
        "repairs/show.html",
        **shown,
        states=STATES,
        steps=steps,
        step=chosen,
        stages=stages("repair", shown["lines"]),
        at_place=stood_at(reader.site_id, reader.user_id, at, request.args.get("scan", type=UUID)) == repair.place_id,
        late=is_overdue(repair, at),
        at=at,
        lost=written(sent) if sent and wanted not in steps else [],
        problem=problem,
        text=words(problem) if problem else "",
        data=sent,
        record_id=uuid7(),
        record_ids=[uuid7() for _name in range(3)] if kept_name() else [],
        **choices_for(repair, reader, teams_only=not reader.may("order.assign")),
    )
    return html, problem.status if problem else 200


_ASKED_FOR = frozenset(
    ("reassign", "transfer", "return", "wait_parts", "wait_owner", "refuse_sign", "reopen", "reject", "comment")
)


def _repair(repair_id: UUID) -> Repair:
    repair = db.session.get(Repair, (current_user.site_id, repair_id))
    if repair is None or not may_see(repair, _reader()):
        raise NotHere("repair")
    return repair


def _record() -> tuple[UUID, dict[str, Any]]:
    return record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))


def _reader() -> Any:
    return current_user._get_current_object()
