"""Steps (派单 整改 复核 …): what moves a hazard on. The table of who, when and what for is in ``flow.py``."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.assign import check_deadline, regrade, resolve_target
from patrol.hazards.deadline import reopened_due
from patrol.hazards.extension import check_request, level
from patrol.hazards.flow import OPEN, row_for
from patrol.hazards.hazard import Hazard
from patrol.hazards.merge import move_sightings
from patrol.hazards.sightings import stands_for
from patrol.photos.photo import add_photos
from patrol.sites.day import mark_day
from patrol.workorders import errand
from patrol.workorders.flow import check_step
from patrol.workorders.fresh import check_fresh
from patrol.workorders.order import WorkOrderStep
from patrol.workorders.step_data import OrderStepData
from patrol.workorders.timeline import add_step

StepName = Literal[
    "assign",
    "take",
    "set_out",
    "arrive",
    "extend",
    "grant",
    "decline",
    "acknowledge",
    "interim",
    "rectify",
    "verify",
    "refuse",
    "reopen",
    "sample",
    "reject",
    "merge",
    "transfer",
    "comment",
]


class StepData(OrderStepData):
    """A ``work_order_step`` record. due_at without a zone is the site's wall clock, as a form sends it."""

    step: StepName
    due_at: datetime | None = None
    severity: Literal["minor", "major", "critical"] | None = None
    interim: str = Field("", max_length=1000)
    target: str = Field("", max_length=60)  # merge: the other hazard's id or number
    transferred_to: str = Field("", max_length=200)
    reference: str = Field("", max_length=100)
    cost: float | None = Field(None, ge=0, le=100_000_000)
    after: list[UUID] = Field(default_factory=list, max_length=6)


def take_step(data: StepData, *, id: UUID, by: Reader, when: When) -> Hazard:
    """One step of one hazard, inside the caller's ``write()``.

    The same id again changes nothing. Refusals: 404 not on this site, 403 who, 409 ``order.state`` or ``stale``,
    422 ``order.missing`` with the field that lacks.
    """
    hazard = db.session.get(Hazard, (by.site_id, data.order))
    if hazard is None:
        raise NotHere("hazard")
    known = db.session.get(WorkOrderStep, (by.site_id, id))
    if known is not None:
        return _replayed(known, data, hazard)
    row = row_for(hazard, data.step)
    check_step(row, hazard, data, by, when.at)
    counted = {"version": check_fresh(hazard, data.version, by)} if row.counts else {}
    before, days = hazard.state, _days(hazard, by)
    detail = _EFFECTS[row.name](hazard, data, by, when) | counted
    if row.to is not None:
        hazard.state = row.to
    _add_pictures(hazard, data, id, by, when)
    text = data.note or (data.interim if data.step == "interim" else "")
    add_step(hazard, data.step, to=hazard.state, from_state=before, id=id, by=by, when=when, note=text, **detail)
    mark_day(hazard.site_id, *(days | _days(hazard, by)))
    return hazard


def _replayed(known: WorkOrderStep, data: StepData, hazard: Hazard) -> Hazard:
    if known.order_id == data.order and known.step == data.step:
        return hazard
    raise Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)


def _days(hazard: Hazard, by: Reader) -> set[date]:
    """Business days whose figures this hazard stands in."""
    moments = (hazard.first_due_at, hazard.rectified_at, hazard.assigned_at)
    days = {business_day_of(by, at) for at in moments if at is not None}
    return days | ({hazard.closed_day} if hazard.closed_day else set())


def _assign(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    first = hazard.state == "reported"
    target = resolve_target(data.team, data.assignee, by)
    if data.severity:
        regrade(hazard, data.severity, data.note, by)
    due = _aware(data.due_at, by)
    extended = check_deadline(hazard, due, first=first, by=by, when=when)
    if (hazard.team, hazard.assignee_id) != (target.team, target.user_id):
        errand.forget_errand(hazard)
    if extended:
        hazard.asked_due_at = hazard.asked_by_id = None
    hazard.team, hazard.assignee_id = target.team, target.user_id
    hazard.assigned_at = hazard.assigned_at or when.at
    if hazard.severity == "critical" and by.may("order.settle"):
        hazard.acknowledged_at = hazard.acknowledged_at or when.at  # who is in charge has taken it in hand
    hazard.interim_measure = data.interim or hazard.interim_measure
    detail: dict[str, Any] = {"team": target.team, "severity": hazard.severity, "due_at": _iso(hazard.due_at)}
    detail |= {"assignee": str(target.user_id), "assignee_name": target.name} if target.user_id else {}
    return detail | ({"extended": True} if extended else {}) | ({"interim": data.interim} if data.interim else {})


def _interim(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.interim_measure = data.interim
    return {"interim": data.interim}


def _rectify(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.rectified_at, hazard.rectified_by_id = when.at, by.user_id
    hazard.first_look_at = hazard.asked_due_at = hazard.asked_by_id = None
    return {"cost": data.cost} if data.cost is not None else {}


def _look(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.first_look_at = when.at
    return {"first": True, "reopen_count": hazard.reopen_count}


def _verify(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.closed_at, hazard.closed_by_id = when.at, by.user_id
    hazard.closed_day = business_day_of(by, when.at)
    return {"rectified_at": _iso(hazard.rectified_at)}


def _back(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    """Refused or reopened: the repair did not hold, and half the first span is left for the next one."""
    assert hazard.first_due_at is not None
    due = _aware(data.due_at, by)
    if due is not None and not by.may("order.assign"):
        raise Problem(
            "hazard.deadline_role", N_("Only a supervisor sets another deadline."), status=403, field="due_at"
        )
    if due is not None and due <= when.at:
        raise Problem("hazard.due_past", N_("The deadline must lie ahead."), field="due_at")
    rectified = hazard.rectified_at
    hazard.due_at = due or reopened_due(hazard.reported_at, hazard.first_due_at, when.at)
    hazard.reopen_count += 1
    hazard.rectified_at = hazard.rectified_by_id = hazard.first_look_at = None
    hazard.closed_at = hazard.closed_by_id = hazard.closed_day = None
    hazard.spot_fixed = hazard.to_sample = False
    errand.forget_errand(hazard)
    hazard.assigned_at = hazard.assigned_at or when.at
    return {"due_at": _iso(hazard.due_at), "reopen_count": hazard.reopen_count, "rectified_at": _iso(rectified)}


def _nothing(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    return {}


def _take(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    errand.take(hazard, by, when)
    return {}


def _set_out(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    errand.set_out(hazard, by, when)
    return {}


def _arrive(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    errand.arrive(hazard, by, when)
    return {}


def _extend(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    due = _aware(data.due_at, by)
    assert due is not None
    check_request(hazard, due, when.at)
    hazard.asked_due_at, hazard.asked_by_id = due, by.user_id
    return {"asked_due_at": _iso(due), "level": level(by)}


def _grant(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    """As asked. The first deadline stays, and what is late against it stays late."""
    before, hazard.due_at = hazard.due_at, hazard.asked_due_at
    hazard.asked_due_at = hazard.asked_by_id = None
    return {"extended": True, "due_before": _iso(before), "due_at": _iso(hazard.due_at)}


def _decline(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    asked, hazard.asked_due_at, hazard.asked_by_id = hazard.asked_due_at, None, None
    return {"asked_due_at": _iso(asked)}


def _acknowledge(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.acknowledged_at = when.at
    return {}


def _sample(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.to_sample = False
    return {}


def _merge(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    target = _other(hazard, data.target)
    hazard.merged_into_id = target.id
    move_sightings(hazard, target, by, when)
    return {"target": str(target.id), "target_number": target.number}


def _other(hazard: Hazard, wanted: str) -> Hazard:
    try:
        target = stands_for(hazard.site_id, UUID(wanted))
    except ValueError:
        found = db.session.query(Hazard).filter_by(site_id=hazard.site_id, number=wanted.upper()).first()
        target = stands_for(hazard.site_id, found.id) if found else None
    if target is None or target.id == hazard.id or target.state not in OPEN:
        raise Problem(
            "hazard.merge_target", N_("Choose another hazard that is still open."), status=422, field="target"
        )
    return target


def _transfer(hazard: Hazard, data: StepData, by: Reader, when: When) -> dict[str, Any]:
    hazard.transferred_to = f"{data.transferred_to} · {data.reference}"
    return {"transferred_to": data.transferred_to, "reference": data.reference}


_EFFECTS: dict[str, Callable[[Hazard, StepData, Reader, When], dict[str, Any]]] = {
    "assign": _assign,
    "reassign": _assign,
    "take": _take,
    "set_out": _set_out,
    "arrive": _arrive,
    "extend": _extend,
    "grant": _grant,
    "decline": _decline,
    "acknowledge": _acknowledge,
    "sample": _sample,
    "interim": _interim,
    "rectify": _rectify,
    "look": _look,
    "verify": _verify,
    "refuse": _back,
    "reopen": _back,
    "reject": _nothing,
    "merge": _merge,
    "transfer": _transfer,
    "comment": _nothing,
}
_PHOTO_KINDS = dict.fromkeys(("verify", "refuse", "reopen", "sample"), "verify")


def _add_pictures(hazard: Hazard, data: StepData, step_id: UUID, by: Reader, when: When) -> None:
    for kind, ids in (("after", data.after), (_PHOTO_KINDS.get(data.step, "before"), data.photos)):
        add_photos(
            ids,
            kind=kind,
            subject_kind="hazard",
            subject_id=hazard.id,
            detail_id=step_id,
            place_id=hazard.place_id,
            category=hazard.category,
            round_id=None,
            by=by,
            when=when,
            facts=data.photo_facts,
        )


def _aware(at: datetime | None, by: Reader) -> datetime | None:
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=by.zone)).astimezone(UTC)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
