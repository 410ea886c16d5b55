"""Matters of orders: hazards by ``hazards/telling.py``; repairs and complaints by the promises made to owners."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from patrol.complaints import flow as complaints
from patrol.complaints.complaint import Complaint
from patrol.complaints.deadline import is_overdue as is_late_complaint
from patrol.core.db import db
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard
from patrol.hazards.telling import Call, standing
from patrol.notices.matter import Matter
from patrol.repairs.lists import late_clause
from patrol.repairs.repair import Repair
from patrol.sites.place import Place

KIND_OF = {
    "reported": "unassigned",
    "unassigned": "unassigned",
    "three_quarters": "due_soon",
    "day_before": "due_soon",
    "due": "overdue",
    "to_manager": "overdue",
    "repeated": "overdue",
    "unverified": "unverified",
}


def of_orders(site_id: UUID, at: datetime) -> Iterator[Matter]:
    """Three queries, however many there are."""
    for row in _rows(Hazard, site_id, Hazard.state.in_(OPEN), Hazard.category, Hazard.acknowledged_at):
        for call in standing(row, at):
            yield _of_hazard(row, call)
    urgent = and_(Repair.urgent, Repair.visited_at.is_(None), Repair.state.in_(("registered", "assigned")))
    for row in _rows(Repair, site_id, or_(urgent, late_clause(at)), Repair.urgent):
        yield _of_repair(row, at)
    waiting = Complaint.state.in_(complaints.BEFORE_SOLVED)
    for row in _rows(Complaint, site_id, waiting, Complaint.answered_at, Complaint.repeat_of_id):
        yield from _of_complaint(row, at)


def _rows(model: Any, site_id: UUID, which: Any, *more: Any) -> Any:
    query = (
        select(
            model.id, model.number, model.title, model.severity, model.state, model.team, model.assignee_id,
            model.reported_at, model.received_at, model.due_at, model.rectified_at, Place.full_name, *more,
        )
        .join(Place, and_(Place.site_id == model.site_id, Place.id == model.place_id))
        .where(model.site_id == site_id, which)
    )  # fmt: skip
    return db.session.execute(query)


def _of_hazard(row: Any, call: Call) -> Matter:
    facts = {"category": row.category, **_facts(row, call.what)}
    url, since = f"/hazards/{row.id}", call.at
    whom, people = _parts(call.whom, row)
    if call.what == "reported" and row.severity == "critical":
        return Matter(
            f"critical:{row.id}", "critical", url, facts, row.received_at, row.team, critical=True,
            whom=("shift_leader", *whom), people=people,
        )  # fmt: skip
    name = {"due": "overdue", "three_quarters": "due_soon", "day_before": "due_soon"}.get(call.what, call.what)
    key = f"{name}:{row.id}:{int(since.timestamp())}"  # a deadline that was moved is a new matter
    return Matter(key, KIND_OF[call.what], url, facts, since, row.team, whom=whom, people=people)


def _of_repair(row: Any, at: datetime) -> Matter:
    """An urgent one until somebody is on site; another when its day or appointment has passed."""
    late = row.due_at is not None and row.due_at < at
    desk = ("desk",) if row.state == "reported" else ("responsible",)
    url = f"/repairs/{row.id}"
    if row.urgent and not late:
        whom, people = _parts(desk, row)
        key = f"urgent:{row.id}:{row.assignee_id or row.team}"
        return Matter(key, "urgent", url, _facts(row, "new"), row.received_at, row.team, whom=whom, people=people)
    whom, people = _parts((*desk, "team_head", *(("desk",) if row.urgent else ())), row)
    key, kind = f"late_repair:{row.id}:{int(row.due_at.timestamp())}", "urgent" if row.urgent else "repair"
    return Matter(key, kind, url, _facts(row, "late"), row.due_at, row.team, whom=whom, people=people)


def _of_complaint(row: Any, at: datetime) -> Iterator[Matter]:
    """The same home again is the site manager's from the start; a late answer or promise is told once for each."""
    url, again = f"/complaints/{row.id}", row.repeat_of_id is not None
    if again and row.state == "reported":
        key, facts = f"complaint:{row.id}", _facts(row, "again")
        yield Matter(key, "complaint", url, facts, row.received_at, row.team, whom=("site_manager",))
    if is_late_complaint(row, at):
        what = "unanswered" if row.state == "reported" else "promise"
        parts = ("desk", "team_head") if what == "unanswered" else ("responsible", "team_head")
        whom, people = _parts(("site_manager",) if again else parts, row)
        key = f"late_complaint:{row.id}:{int(row.due_at.timestamp())}"
        yield Matter(key, "complaint", url, _facts(row, what), row.due_at, row.team, whom=whom, people=people)


def _facts(row: Any, what: str) -> dict[str, Any]:
    return {"what": what, "title": row.title, "place": row.full_name, "number": row.number}


def _parts(whom: tuple[str, ...], row: Any) -> tuple[tuple[str, ...], tuple[UUID, ...]]:
    """Who is responsible: the person it names, else its team; while it was given to nobody, those who give it out."""
    if "responsible" not in whom:
        return whom, ()
    others = tuple(part for part in whom if part != "responsible")
    if row.assignee_id is not None:
        return others, (row.assignee_id,)
    return (*others, "leads" if row.state == "reported" else "team"), ()
