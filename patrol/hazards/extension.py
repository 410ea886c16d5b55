"""More time (延期): asked for before the deadline, with a reason, answered one level up, at most twice.

The first deadline stays, and figures count against it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.problems import N_, Problem
from patrol.hazards.hazard import Hazard
from patrol.workorders.flow import role_refusal
from patrol.workorders.order import WorkOrderStep

MAX_EXTENSIONS = 2
WORKER, LEADER, SUPERVISOR, MANAGER = range(4)
ANSWERED_BY = {"minor": LEADER, "major": SUPERVISOR, "critical": MANAGER}


def level(by: Reader) -> int:
    """How high somebody stands: the worker, the shift leader, the supervisor, the site manager."""
    if by.may("order.verify_critical"):
        return MANAGER
    if by.may("order.assign"):
        return SUPERVISOR
    return LEADER if by.may("order.assign_minor") else WORKER


def may_answer(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """One level above whoever asked, and high enough for the severity; nobody answers himself."""
    if hazard.asked_due_at is None:
        lowest = ANSWERED_BY[hazard.severity]
        unasked = Problem("hazard.not_asked", N_("Nobody is asking for more time now."), status=409)
        return unasked if level(by) >= lowest else role_refusal()
    if hazard.asked_by_id == by.user_id:
        return Problem(
            "hazard.own_request", N_("You asked for this yourself. Somebody above you answers it."), status=403
        )
    needed = max(ANSWERED_BY[hazard.severity], min(MANAGER, asked_at_level(hazard) + 1))
    if level(by) >= needed:
        return None
    return plan_by_manager() if needed == MANAGER and level(by) == SUPERVISOR else role_refusal()


def asked_at_level(hazard: Any) -> int:
    levels = [detail["level"] for step, detail in _lines(hazard) if step == "extend"]
    return int(levels[-1]) if levels else WORKER


def check_request(hazard: Hazard, due: datetime, at: datetime) -> None:
    """What may be asked for: a later deadline, before this one has passed, once at a time, at most twice."""
    assert hazard.due_at is not None
    if hazard.asked_due_at is not None:
        raise Problem("hazard.asked", N_("More time is asked for already and waits for an answer."), status=409)
    if due <= hazard.due_at:
        raise Problem("hazard.not_later", N_("Ask for a deadline later than the present one."), field="due_at")
    check_room(hazard, at)


def check_room(hazard: Hazard, at: datetime) -> None:
    """Whether it may be given more time at all."""
    assert hazard.due_at is not None
    if at > hazard.due_at:
        raise Problem(
            "hazard.extension_late",
            N_("The deadline has passed. It stays overdue; more time can only be given before."),
            field="due_at",
        )
    if sum(1 for _step, detail in _lines(hazard) if detail.get("extended")) >= MAX_EXTENSIONS:
        raise Problem("hazard.extensions", N_("It was given more time twice already."), field="due_at")


def plan_by_manager() -> Problem:
    return Problem(
        "hazard.plan_by_manager",
        N_("More time for a critical hazard is given by the site manager."),
        status=403,
        field="due_at",
    )


def _lines(hazard: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    query = select(WorkOrderStep.step, WorkOrderStep.detail).where(
        WorkOrderStep.site_id == hazard.site_id,
        WorkOrderStep.order_id == hazard.id,
        WorkOrderStep.step.in_(("assign", "extend", "grant")),
    )
    for row in db.session.execute(query.order_by(WorkOrderStep.at, WorkOrderStep.received_at, WorkOrderStep.id)):
        yield row.step, row.detail
