"""Steps (派单 接单 到场 完成 见证 关闭 …): what moves a maintenance order on. The table is in ``flow.py``."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import update

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.answers import FindingData, InspectionData, judged
from patrol.equipment.checklist import Checklist
from patrol.equipment.complete import complete_inspection
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.hazards.assign import resolve_target
from patrol.maintenance.due import list_of, pull_in
from patrol.maintenance.flow import FLOW
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.plan import ask_anew
from patrol.photos.photo import Photo, add_photos
from patrol.workorders.errand import arrive, forget_errand, take
from patrol.workorders.flow import check_step
from patrol.workorders.fresh import check_fresh
from patrol.workorders.order import SEVERITIES, WorkOrderStep
from patrol.workorders.step_data import OrderStepData
from patrol.workorders.timeline import add_step

StepName = Literal[
    "assign", "send", "take", "accept", "arrive", "come", "done", "hand_in", "witness", "close", "refuse", "miss",
    "cancel", "comment",
]  # fmt: skip


class MaintenanceStepData(OrderStepData):
    """A ``maintenance_step`` record. findings: the answers of the list, of a contractor alone: our own people fill the
    list as a list, which finishes the order (``by_list.py``).
    """

    step: StepName
    minutes: int | None = Field(None, ge=0, le=100_000)
    parts_used: str = Field("", max_length=500)
    after: list[UUID] = Field(default_factory=list, max_length=6)
    signature: list[UUID] = Field(default_factory=list, max_length=1)
    company: str = Field("", max_length=80)
    technician: str = Field("", max_length=40)
    findings: dict[str, FindingData] = Field(default_factory=dict, max_length=200)
    _filled: bool = False
    _list_gone: bool = False

    @property
    def filled(self) -> bool:
        return self._filled

    @property
    def list_gone(self) -> bool:
        return self._list_gone


def take_maintenance_step(data: MaintenanceStepData, *, id: UUID, by: Reader, when: When) -> MaintenanceOrder:
    """One step of one order, inside the caller's ``write()``. The same id again changes nothing.

    Refusals: 404 not on this site, 403 who, 409 ``order.state``, ``stale`` or out of its time, 422 with the field
    that lacks.
    """
    order = db.session.get(MaintenanceOrder, (by.site_id, data.order))
    if order is None:
        raise NotHere("order")
    known = db.session.get(WorkOrderStep, (by.site_id, id))
    if known is not None:
        return _replayed(known, data, order)
    row = FLOW[data.step]
    checklist = list_of(order) if data.step in ("done", "hand_in") else None
    data._list_gone = checklist is None
    data._filled = data.step == "hand_in" and bool(data.findings)
    check_step(row, order, data, by, when.at)
    version = check_fresh(order, data.version, by) if row.counts else order.version
    if data.step == "hand_in" and checklist is not None:
        _judge(order, checklist, data)
    before = order.state
    detail = _EFFECTS.get(row.name, _nothing)(order, data, by, when)
    if row.to is not None:
        order.state = row.to
    _add_pictures(order, data, id, by, when)
    line = {"version": version} if row.counts else {}
    add_step(
        order, data.step, to=order.state, from_state=before, id=id, by=by, when=when, note=data.note, **line, **detail
    )
    if order.state != before and order.state in ("done", "missed", "cancelled"):
        pull_in(order)
        ask_anew(order.site_id, business_day_of(by, when.received_at))
    return order


def finish_with(order: MaintenanceOrder, inspection: Inspection, *, by: Reader, when: When) -> MaintenanceOrder:
    """Its list was filled: the order is done. by: who filled it; whether he may was asked when he did."""
    before = order.state
    order.inspection_id, order.rectified_at, order.rectified_by_id = inspection.id, when.at, by.user_id
    order.state = "done"
    order.version += 1
    add_step(
        order, "done", to="done", from_state=before, id=uuid7(), by=by, when=when, inspection=str(inspection.id),
        failed=inspection.failed_count, version=order.version,
    )  # fmt: skip
    pull_in(order)
    ask_anew(order.site_id, business_day_of(by, when.received_at))
    return order


def _replayed(known: WorkOrderStep, data: MaintenanceStepData, order: MaintenanceOrder) -> MaintenanceOrder:
    if known.order_id == data.order and known.step == data.step:
        return order
    raise Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)


def _judge(order: MaintenanceOrder, checklist: Checklist, data: MaintenanceStepData) -> None:
    """Refuses a list that is not whole; what failed gives the order its severity."""
    item = db.session.get(Equipment, (order.site_id, order.equipment_id)) if order.equipment_id else None
    told = InspectionData.model_validate({"checklist": checklist.code, "findings": data.findings})
    verdicts = judged(checklist.items, item.limits if item else {}, told)
    failed = [row["severity_on_fail"] for row in checklist.items if verdicts[row["code"]].result == "fail"]
    order.severity = max([*filter(None, failed), "minor"], key=SEVERITIES.index)


def _nothing(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    return {}


def _assign(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    target = resolve_target(data.team, data.assignee, by)
    order.team, order.assignee_id, order.assigned_at = target.team, target.user_id, when.at
    forget_errand(order)
    named = {"assignee": str(target.user_id), "assignee_name": target.name} if target.user_id else {}
    return {"team": target.team, **named}


def _send(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.company, order.assigned_at = data.company, when.at
    forget_errand(order)
    return {"company": data.company}


def _take(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    take(order, by, when)
    return {}


def _arrive(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    arrive(order, by, when)
    return {}


def _accept(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.taken_at, order.technician = when.at, data.technician
    return {"technician": data.technician, "company": order.company}


def _come(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.arrived_at = when.at
    return {"technician": order.technician}


def _done(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.rectified_at, order.rectified_by_id = when.at, by.user_id
    order.assignee_id = order.assignee_id or by.user_id
    order.minutes, order.parts_used = data.minutes, data.parts_used
    return {"minutes": data.minutes, "materials": data.parts_used}


def _hand_in(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.rectified_at, order.rectified_by_id = when.at, None
    order.technician, order.company = data.technician, data.company or order.company
    order.minutes, order.parts_used = data.minutes, data.parts_used
    checklist = list_of(order)
    order.handed_in = {
        "at": when.at.isoformat(),
        "remark": data.note,
        "list": str(checklist.id) if checklist else "",
        "findings": data.model_dump(mode="json", include={"findings"})["findings"],
        "photo_facts": data.photo_facts,
    }
    return {"technician": order.technician, "company": order.company, "materials": data.parts_used}


def _witness(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    """Only now the answers become an inspection of ours: a lift's service counts from two sides or not at all."""
    held = held_photos(order)
    order.witnessed_at, order.witnessed_by_id = when.at, by.user_id
    told = order.handed_in
    if not told.get("list"):
        return {}
    assert order.rectified_at is not None
    filled = InspectionData(
        checklist=told["list"], equipment=order.equipment_id, place=order.place_id, findings=told["findings"],
        remark=told["remark"][:1000], signature=data.signature, photo_facts={**told["photo_facts"], **data.photo_facts},
    )  # fmt: skip
    then = When(order.rectified_at, when.received_at, order.rectified_at)
    row = complete_inspection(filled, id=uuid7(), by=by, when=then)
    db.session.flush()
    # he answers for the list, but the pictures stay those of somebody from outside, as their bytes are
    db.session.execute(update(Photo).where(Photo.site_id == by.site_id, Photo.id.in_(held)).values(user_id=None))
    order.inspection_id = row.id
    pull_in(order)
    return {"inspection": str(row.id), "failed": row.failed_count}


def _close(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.closed_at, order.closed_by_id, order.closed_day = when.at, by.user_id, business_day_of(by, when.at)
    return {}


def _refuse(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.reopen_count += 1
    order.rectified_at = order.rectified_by_id = order.inspection_id = None
    order.witnessed_at = order.witnessed_by_id = None
    order.handed_in = {}
    forget_errand(order)
    return {}


def _miss(order: MaintenanceOrder, data: MaintenanceStepData, by: Reader, when: When) -> dict[str, Any]:
    order.missed_at = when.at
    return {}


_EFFECTS: Mapping[str, Callable[[MaintenanceOrder, MaintenanceStepData, Reader, When], dict[str, Any]]] = {
    "assign": _assign,
    "send": _send,
    "take": _take,
    "accept": _accept,
    "arrive": _arrive,
    "come": _come,
    "done": _done,
    "hand_in": _hand_in,
    "witness": _witness,
    "close": _close,
    "refuse": _refuse,
    "miss": _miss,
}


def _add_pictures(order: MaintenanceOrder, data: MaintenanceStepData, id: UUID, by: Reader, when: When) -> None:
    """The witness's signature stands under the list he witnessed, where there is one."""
    signs = () if data.step == "witness" and order.inspection_id else data.signature
    for ids, kind in ((data.photos, "before"), (data.after, "after"), (signs, "signature")):
        add_photos(
            ids, kind=kind, subject_kind="maintenance", subject_id=order.id, detail_id=id, place_id=order.place_id,
            by=by, when=when, facts=data.photo_facts,
        )  # fmt: skip


def held_photos(order: MaintenanceOrder) -> set[UUID]:
    """Pictures of single items that a contractor handed in and nobody has witnessed yet."""
    if order.witnessed_at is not None or not order.handed_in:
        return set()
    findings = order.handed_in.get("findings", {}).values()
    return {UUID(photo) for said in findings for photo in (*said["photos"], *said["after"])}
