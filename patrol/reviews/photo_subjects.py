"""What the photos of a page show: the hazard, the inspection or the visit behind each, by batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from patrol.accounts.user import User
from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.equipment.checklist import Checklist
from patrol.equipment.inspection import Inspection
from patrol.reviews.photo_log import subject_ids
from patrol.rounds.scan import Scan
from patrol.workorders.order import WorkOrder, WorkOrderStep


@dataclass(frozen=True, slots=True)
class Subject:
    """kind: hazard, inspection, scan or place. url: its own page."""

    kind: str
    url: str
    title: Any = ""  # text, or {"zh", "en"}
    severity: str | None = None
    state: str = ""
    failed: int = 0
    flags: tuple[str, ...] = ()
    note: str = ""
    due_at: Any = None


NOTHING = Subject("place", "")

_IDS: Any = bindparam("ids", expanding=True)
_HAZARDS = Prepared(
    select(WorkOrder.id, WorkOrder.title, WorkOrder.severity, WorkOrder.state, WorkOrder.note, WorkOrder.due_at).where(
        WorkOrder.site_id == bindparam("site_id"), WorkOrder.id.in_(_IDS)
    )
)
_INSPECTIONS = Prepared(
    select(Inspection.id, Inspection.failed_count, Inspection.remark, Checklist.title_zh, Checklist.title_en)
    .join(Checklist, (Checklist.site_id == Inspection.site_id) & (Checklist.id == Inspection.checklist_id))
    .where(Inspection.site_id == bindparam("site_id"), Inspection.id.in_(_IDS))
)
_SCANS = Prepared(select(Scan.id, Scan.flags).where(Scan.site_id == bindparam("site_id"), Scan.id.in_(_IDS)))


def subjects(site_id: UUID, rows: Iterable[Any]) -> dict[UUID, Subject]:
    """By subject id; three queries at most."""
    rows = list(rows)
    return {
        **_hazards(site_id, subject_ids(rows, "hazard")),
        **_inspections(site_id, subject_ids(rows, "inspection")),
        **_scans(site_id, [*subject_ids(rows, "scan"), *subject_ids(rows, "storm")]),
    }


def _hazards(site_id: UUID, ids: list[UUID]) -> dict[UUID, Subject]:
    if not ids:
        return {}
    return {
        row.id: Subject(
            "hazard", f"/hazards/{row.id}", row.title, row.severity, row.state, note=row.note, due_at=row.due_at
        )
        for row in _HAZARDS.all(connection(), {"site_id": site_id, "ids": ids})
    }


def _inspections(site_id: UUID, ids: list[UUID]) -> dict[UUID, Subject]:
    if not ids:
        return {}
    return {
        row.id: Subject(
            "inspection",
            f"/inspections/{row.id}",
            {"zh": row.title_zh, "en": row.title_en},
            failed=row.failed_count,
            note=row.remark,
        )
        for row in _INSPECTIONS.all(connection(), {"site_id": site_id, "ids": ids})
    }


def _scans(site_id: UUID, ids: list[UUID]) -> dict[UUID, Subject]:
    if not ids:
        return {}
    rows = _SCANS.all(connection(), {"site_id": site_id, "ids": ids})
    return {row.id: Subject("scan", f"/visits/{row.id}", flags=tuple(row.flags)) for row in rows}


def timeline(site_id: UUID, order_id: UUID) -> list[Any]:
    """The steps of a hazard, oldest first: step, at, name, to_state."""
    query = (
        select(WorkOrderStep.step, WorkOrderStep.at, WorkOrderStep.to_state, User.name)
        .outerjoin(User, User.id == WorkOrderStep.user_id)
        .where(WorkOrderStep.site_id == site_id, WorkOrderStep.order_id == order_id)
        .order_by(WorkOrderStep.at, WorkOrderStep.received_at, WorkOrderStep.id)
    )
    return list(db.session.execute(query))
