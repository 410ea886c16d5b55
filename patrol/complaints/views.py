"""Door: the page of a complaint, and its steps."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.complaints.complaint import Complaint
from patrol.complaints.deadline import is_overdue, solve_by
from patrol.complaints.flow import STATES, open_to
from patrol.complaints.steps import ComplaintStepData, take_complaint_step
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.owners.follow import stages
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.repairs.lists import may_see
from patrol.repairs.pages import choices_for, page_of, whom
from patrol.sites.site import Site
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.replies import go
from patrol.workorders.written import written

bp = Blueprint("complaints", __name__)
_ASKED_FOR = frozenset(("assign", "again", "reject", "comment"))


@bp.get("/complaints/<uuid:complaint_id>")
@needs("order.see_all", "order.rectify")
def show(complaint_id: UUID) -> Any:
    return _page(complaint_id, None)


@bp.post("/complaints/<uuid:complaint_id>/steps")
@needs("order.see_all", "order.rectify")
def step(complaint_id: UUID) -> Any:
    _complaint(complaint_id)
    record_id, data = record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))
    data |= whom(data.get("who"))
    try:
        checked = ComplaintStepData.model_validate({**data, "order": complaint_id})
        with write(current_user.site_id):
            take_complaint_step(checked, id=record_id, by=_reader(), when=When.now())
    except ValidationError as error:
        return _page(complaint_id, from_validation(error), data)
    except Problem as problem:
        return _page(complaint_id, problem, data)
    return go(f"/complaints/{complaint_id}")


def _page(complaint_id: UUID, problem: Problem | None, data: dict[str, Any] | None = None) -> Any:
    complaint, at, sent, reader = _complaint(complaint_id), now(), data or {}, _reader()
    steps = open_to(complaint, reader, at)
    wanted = sent.get("step") or request.args.get("step")
    shown = page_of(complaint, reader)
    site = db.session.get_one(Site, reader.site_id)
    before = db.session.get(Complaint, (reader.site_id, complaint.repeat_of_id)) if complaint.repeat_of_id else None
    html = render_template(
        "complaints/show.html",
        **shown,
        states=STATES,
        steps=steps,
        step=wanted if wanted in steps else next((name for name in steps if name not in _ASKED_FOR), None),
        stages=stages("complaint", shown["lines"]),
        before=before,
        promise=solve_by(complaint.reported_at, reader.zone, site.solve_days),
        late=is_overdue(complaint, at),
        at=at,
        lost=written(sent) if sent and wanted not in steps else [],
        problem=problem,
        text=words(problem) if problem else "",
        data=sent,
        record_id=uuid7(),
        **choices_for(complaint, reader, teams_only=not reader.may("order.assign")),
    )
    return html, problem.status if problem else 200


def _complaint(complaint_id: UUID) -> Complaint:
    complaint = db.session.get(Complaint, (current_user.site_id, complaint_id))
    if complaint is None or not may_see(complaint, _reader()):
        raise NotHere("complaint")
    return complaint


def _reader() -> Any:
    return current_user._get_current_object()
