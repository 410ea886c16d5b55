"""Steps (致歉 调查 解决 回访): what moves a complaint on. The table of who, when and what for is in ``flow.py``."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from patrol.accounts.reader import Reader, business_day_of
from patrol.complaints.complaint import Complaint
from patrol.complaints.deadline import solve_by
from patrol.complaints.flow import FLOW
from patrol.core.db import check_version, db
from patrol.core.facts import When
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.assign import resolve_target
from patrol.photos.photo import add_photos
from patrol.sites.site import Site
from patrol.workorders.flow import check_step
from patrol.workorders.order import WorkOrderStep
from patrol.workorders.step_data import OrderStepData
from patrol.workorders.timeline import add_step

StepName = Literal["apologise", "assign", "investigate", "solve", "callback", "again", "reject", "comment"]


class ComplaintStepData(OrderStepData):
    """One step as a form sends it. promised_at without a zone is the site's wall clock."""

    step: StepName
    promised_at: datetime | None = None
    satisfaction: int | None = Field(None, ge=1, le=5)


def take_complaint_step(data: ComplaintStepData, *, id: UUID, by: Reader, when: When) -> Complaint:
    """One step of one complaint, inside the caller's ``write()``. The same id again changes nothing."""
    complaint = db.session.get(Complaint, (by.site_id, data.order))
    if complaint is None:
        raise NotHere("complaint")
    known = db.session.get(WorkOrderStep, (by.site_id, id))
    if known is not None:
        return _replayed(known, data, complaint)
    row = FLOW[data.step]
    check_step(row, complaint, data, by, when.at)
    if row.counts:
        check_version(complaint, data.version)
    before = complaint.state
    detail = _EFFECTS.get(row.name, _nothing)(complaint, data, by, when)
    if row.to is not None:
        complaint.state = row.to
    add_photos(
        data.photos, kind="before", subject_kind="complaint", subject_id=complaint.id, detail_id=id,
        place_id=complaint.place_id, by=by, when=when, facts=data.photo_facts,
    )  # fmt: skip
    add_step(
        complaint, data.step, to=complaint.state, from_state=before, id=id, by=by, when=when, note=data.note, **detail
    )
    return complaint


def _replayed(known: WorkOrderStep, data: ComplaintStepData, complaint: Complaint) -> Complaint:
    if known.order_id == data.order and known.step == data.step:
        return complaint
    raise Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)


def _nothing(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    return {}


def _apologise(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    late = bool(complaint.due_at and when.at > complaint.due_at)
    days = db.session.get_one(Site, complaint.site_id).solve_days
    complaint.answered_at, complaint.due_at = when.at, solve_by(complaint.reported_at, by.zone, days).astimezone(UTC)
    return {"late": late}


def _assign(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    target = resolve_target(data.team, data.assignee, by)
    complaint.team, complaint.assignee_id = target.team, target.user_id
    named = {"assignee": str(target.user_id), "assignee_name": target.name} if target.user_id else {}
    return {"team": target.team, **named}


def _investigate(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    assert data.promised_at is not None
    at = data.promised_at
    promised = (at if at.tzinfo else at.replace(tzinfo=by.zone)).astimezone(UTC)
    if promised <= when.at:
        raise Problem("complaint.promise", N_("The promised day must lie ahead."), field="promised_at")
    complaint.promised_at = complaint.due_at = promised
    return {"promised_at": promised.isoformat()}


def _solve(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    complaint.rectified_at, complaint.rectified_by_id = when.at, by.user_id
    return {"late": bool(complaint.promised_at and when.at > complaint.promised_at)}


def _callback(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    complaint.satisfaction = data.satisfaction
    complaint.called_back_at, complaint.called_back_by_id = when.at, by.user_id
    complaint.closed_at, complaint.closed_by_id = when.at, by.user_id
    complaint.closed_day = business_day_of(by, when.at)
    return {"satisfaction": data.satisfaction}


def _again(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    complaint.reopen_count += 1
    complaint.rectified_at = complaint.rectified_by_id = None
    return {"reopen_count": complaint.reopen_count}


def _reject(complaint: Complaint, data: ComplaintStepData, by: Reader, when: When) -> dict[str, Any]:
    complaint.closed_at, complaint.closed_by_id = when.at, by.user_id
    complaint.closed_day = business_day_of(by, when.at)
    return {}


_EFFECTS: dict[str, Callable[[Complaint, ComplaintStepData, Reader, When], dict[str, Any]]] = {
    "apologise": _apologise,
    "assign": _assign,
    "investigate": _investigate,
    "solve": _solve,
    "callback": _callback,
    "again": _again,
    "reject": _reject,
}
