"""Steps (派单 上门 完工 签字 归档 …): what moves a repair on. The table of who, when and what for is in ``flow.py``."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import check_version, db
from patrol.core.facts import When
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.assign import Target, resolve_target
from patrol.photos.photo import add_photos
from patrol.repairs.flow import FLOW
from patrol.repairs.repair import Repair
from patrol.workorders.flow import Step, check_step
from patrol.workorders.order import WorkOrderStep
from patrol.workorders.step_data import OrderStepData
from patrol.workorders.timeline import add_step

StepName = Literal[
    "register", "assign", "reassign", "claim", "transfer", "return", "visit", "wait_parts", "wait_owner", "done",
    "sign", "confirm", "refuse_sign", "object", "archive", "reopen", "reject", "comment",
]  # fmt: skip


class RepairStepData(OrderStepData):
    """A ``repair_step`` record. fee in yuan. scan: the scan that shows he was there, looked up by the door,
    which fills in ``scanned``, the place of it. appointment_at without a zone is the site's wall clock.
    """

    step: StepName
    appointment_at: datetime | None = None
    fee: Decimal | None = Field(None, ge=0, le=1_000_000, decimal_places=2)
    fee_note: str = Field("", max_length=300)
    materials: str = Field("", max_length=500)
    satisfaction: int | None = Field(None, ge=1, le=5)
    unreached: bool = False
    scan: UUID | None = None
    after: list[UUID] = Field(default_factory=list, max_length=6)
    signature: list[UUID] = Field(default_factory=list, max_length=1)
    _scanned: UUID | None = None

    @property
    def scanned(self) -> UUID | None:
        return self._scanned


def take_repair_step(data: RepairStepData, *, id: UUID, by: Reader, when: When, scanned: UUID | None = None) -> Repair:
    """One step of one repair, inside the caller's ``write()``.

    The same id again changes nothing. Refusals: 404 not on this site, 403 who, 409 ``order.state`` or ``stale``,
    422 ``order.missing`` with the field that lacks. scanned: the place whose label he scanned.
    """
    repair = db.session.get(Repair, (by.site_id, data.order))
    if repair is None:
        raise NotHere("repair")
    known = db.session.get(WorkOrderStep, (by.site_id, id))
    if known is not None:
        return _replayed(known, data, repair)
    row = FLOW[data.step]
    data._scanned = scanned
    check_step(row, repair, data, by, when.at)
    if row.counts:
        check_version(repair, data.version)
    before = repair.state
    detail = _EFFECTS.get(row.name, _nothing)(repair, data, by, when)
    if row.to is not None:
        repair.state = row.to
    _add_pictures(repair, data, id, by, when)
    add_step(
        repair, data.step, to=repair.state, from_state=before, id=id, by=by, when=when, note=_note(row, data), **detail
    )
    return repair


def _replayed(known: WorkOrderStep, data: RepairStepData, repair: Repair) -> Repair:
    if known.order_id == data.order and known.step == data.step:
        return repair
    raise Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)


def _note(row: Step, data: RepairStepData) -> str:
    return data.note or (data.fee_note if row.name == "visit" else "")


def _nothing(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    return {}


def _register(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    repair.registered_at = when.at
    return {}


def _dispatch(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    return _give(repair, resolve_target(data.team, data.assignee, by), when)


def _transfer(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    """转单: an engineer hands on to a whole team; the desk or the team's head picks the person."""
    if data.team is None and not by.may("order.assign"):
        raise Problem("repair.team_only", N_("Hand it on to a team; its head picks the person."), status=403)
    return _give(repair, resolve_target(data.team, data.assignee, by), when)


def _claim(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    return _give(repair, Target(repair.team, by.user_id, by.name), when)


def _give(repair: Repair, target: Target, when: When) -> dict[str, Any]:
    repair.team, repair.assignee_id = target.team, target.user_id
    repair.assigned_at = repair.assigned_at or when.at
    named = {"assignee": str(target.user_id), "assignee_name": target.name} if target.user_id else {}
    return {"team": target.team, **named}


def _return(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    repair.assignee_id = None
    return {"team": repair.team}


def _visit(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    repair.visited_at = repair.visited_at or when.at
    repair.visits += 1
    repair.assignee_id = repair.assignee_id or by.user_id
    if data.fee is not None:
        repair.fee_fen, repair.fee_note = int(data.fee * 100), data.fee_note
    repair.materials = data.materials or repair.materials
    proof = {"scan": str(data.scan)} if data.scanned == repair.place_id and data.scan else {}
    return {"fee_fen": repair.fee_fen, "materials": data.materials, "visit": repair.visits, **proof}


def _wait_owner(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    at = _aware(data.appointment_at, by)
    if at is not None and at <= when.at:
        raise Problem("repair.appointment", N_("The appointment must lie ahead."), field="appointment_at")
    repair.appointment_at = at or repair.appointment_at
    if at is not None and not repair.urgent:
        repair.due_at = at
    return {"appointment_at": at.isoformat() if at else None}


def _done(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    repair.rectified_at, repair.rectified_by_id = when.at, by.user_id
    repair.first_done_at = repair.first_done_at or when.at
    repair.materials = data.materials or repair.materials
    return {"materials": repair.materials}


def _signed(how: str) -> Callable[[Repair, RepairStepData, Reader, When], dict[str, Any]]:
    def effect(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
        repair.signed_at, repair.signed_how = when.at, how
        return {"how": how}

    return effect


def _archive(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    repair.satisfaction = data.satisfaction
    repair.called_back_at, repair.called_back_by_id = when.at, by.user_id
    repair.closed_at, repair.closed_by_id = when.at, by.user_id
    repair.closed_day = business_day_of(by, when.at)
    return {"satisfaction": data.satisfaction, "unreached": data.unreached and data.satisfaction is None}


def _reopen(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    """Rework (返修): it goes back to the desk; what the first repair was stays in the timeline."""
    before = {"done_at": _iso(repair.rectified_at), "closed_at": _iso(repair.closed_at)}
    repair.reopen_count += 1
    repair.assignee_id = repair.rectified_at = repair.rectified_by_id = None
    repair.signed_at = repair.signed_how = repair.satisfaction = None
    repair.called_back_at = repair.called_back_by_id = None
    repair.closed_at = repair.closed_by_id = repair.closed_day = None
    return {**before, "reopen_count": repair.reopen_count}


def _reject(repair: Repair, data: RepairStepData, by: Reader, when: When) -> dict[str, Any]:
    repair.closed_at, repair.closed_by_id = when.at, by.user_id
    repair.closed_day = business_day_of(by, when.at)
    return {}


_EFFECTS: dict[str, Callable[[Repair, RepairStepData, Reader, When], dict[str, Any]]] = {
    "register": _register,
    "assign": _dispatch,
    "reassign": _dispatch,
    "claim": _claim,
    "transfer": _transfer,
    "return": _return,
    "visit": _visit,
    "wait_owner": _wait_owner,
    "done": _done,
    "sign": _signed("finger"),
    "confirm": _signed("link"),
    "refuse_sign": _signed("refused"),
    "object": _signed("refused"),
    "archive": _archive,
    "reopen": _reopen,
    "reject": _reject,
}


def _add_pictures(repair: Repair, data: RepairStepData, step_id: UUID, by: Reader, when: When) -> None:
    for kind, ids in (("before", data.photos), ("after", data.after), ("signature", data.signature)):
        add_photos(
            ids, kind=kind, subject_kind="repair", subject_id=repair.id, detail_id=step_id,
            place_id=repair.place_id, by=by, when=when, facts=data.photo_facts,
        )  # fmt: skip


def _aware(at: datetime | None, by: Reader) -> datetime | None:
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=by.zone)).astimezone(UTC)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
