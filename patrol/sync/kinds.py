"""Which verb each kind of record calls, with the schema of its data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from patrol.accounts.reader import Reader
from patrol.briefings.handover import HandoverSign, HandoverSignData, sign_handover
from patrol.core.facts import When
from patrol.equipment.answers import InspectionData
from patrol.equipment.not_reached import NotReachedData, say_not_reached
from patrol.hazards.report import HazardData
from patrol.hazards.steps import StepData, take_step
from patrol.maintenance.by_list import fill_list
from patrol.maintenance.log import WorkLog, WorkLogData, log_work
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.repairs.repair import Repair
from patrol.repairs.steps import RepairStepData, take_repair_step
from patrol.rounds.arrival import RoundNoteData, VisitData, leave_note, settle_visit
from patrol.rounds.asking import ExcuseData, ask_excuse
from patrol.rounds.by_hand import ManualData, enter_visit
from patrol.rounds.ending import RoundEndData, end_round
from patrol.rounds.stood import stood_at
from patrol.weather.found import report_found

Verb = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """schema: of ``data``; verb: (data, *, id, by, when) -> row; needs: role verbs, any one of which is enough."""

    schema: type[BaseModel]
    verb: Verb
    needs: tuple[str, ...]
    url: Callable[[Any], str | None] = lambda row: None


def handover_url(row: HandoverSign) -> str:
    return f"/handover?day={row.day}&shift={quote(row.shift)}&team={row.team}"


def work_log_url(row: WorkLog) -> str:
    return f"/equipment/{row.equipment_id}" if row.equipment_id else f"/work-logs/new?place={row.place_id}"


def _repair_step(data: RepairStepData, *, id: UUID, by: Reader, when: When) -> Repair:
    """With the place whose label he scanned; repairs lie below rounds and cannot look that up themselves."""
    scanned = stood_at(by.site_id, by.user_id, when.at, data.scan)
    return take_repair_step(data, id=id, by=by, when=when, scanned=scanned)


KINDS: dict[str, Kind] = {
    "visit": Kind(VisitData, settle_visit, ("scan",)),
    "round_note": Kind(RoundNoteData, leave_note, ("scan",), lambda row: f"/rounds/{row.round_id}"),
    "round_end": Kind(RoundEndData, end_round, ("scan",), lambda row: f"/rounds/{row.round_id}"),
    "excuse": Kind(ExcuseData, ask_excuse, ("scan",), lambda row: f"/rounds/{row.round_id}"),
    "manual_entry": Kind(ManualData, enter_visit, ("scan",), lambda row: f"/rounds/{row.round_id}"),
    "hazard": Kind(HazardData, report_found, ("hazard.report",), lambda row: f"/hazards/{row.id}"),
    "inspection": Kind(
        InspectionData,
        fill_list,
        ("checklist.fill", "checklist.patrol"),
        lambda row: f"/inspections/{row.id}",
    ),
    "not_reached": Kind(
        NotReachedData, say_not_reached, ("checklist.fill", "checklist.patrol"), lambda row: "/checklists"
    ),
    "handover_sign": Kind(HandoverSignData, sign_handover, ("scan", "board.see"), handover_url),
    "work_order_step": Kind(
        StepData, take_step, ("order.rectify", "order.assign_minor"), lambda row: f"/hazards/{row.id}"
    ),
    "maintenance_step": Kind(
        MaintenanceStepData,
        take_maintenance_step,
        ("order.rectify",),
        lambda row: f"/orders/maintenance/{row.id}",
    ),
    "work_log": Kind(WorkLogData, log_work, ("checklist.fill",), work_log_url),
    "repair_step": Kind(RepairStepData, _repair_step, ("order.rectify",), lambda row: f"/repairs/{row.id}"),
}


def call(kind: Kind, data: BaseModel, *, id: UUID, by: Reader, when: When) -> str | None:
    """Carry the record out; answers where it can be seen."""
    return kind.url(kind.verb(data, id=id, by=by, when=when))
