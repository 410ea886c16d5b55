"""Assigning (派单): to whom, with which severity and by when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.problems import N_, Problem
from patrol.hazards.category import category
from patrol.hazards.deadline import SEVERITIES, deadline_hours, due_at
from patrol.hazards.extension import MANAGER, check_room, level, plan_by_manager
from patrol.hazards.hazard import Hazard


@dataclass(frozen=True, slots=True)
class Target:
    team: str
    user_id: UUID | None = None
    name: str = ""


def resolve_target(team: str | None, assignee: UUID | None, by: Reader) -> Target:
    """The team, or the person with his own team, if this reader may assign to them."""
    if assignee is None:
        assert team is not None
        return Target(team)
    person = db.session.execute(
        select(User.id, User.name, Membership.team)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == by.site_id, User.id == assignee, Membership.ended_at.is_(None))
        .where(User.disabled_at.is_(None))
    ).first()
    if person is None:
        raise Problem("hazard.assignee", N_("Choose somebody who works on this site."), field="assignee")
    if not (by.may("order.assign") or by.may("order.assign_minor")):
        raise Problem("hazard.team_only", N_("You assign to a team; its head picks the person."), status=403)
    if person.team != by.team and not by.may("order.assign_any_team"):
        raise Problem(
            "hazard.other_team",
            N_("%(name)s is in another team. Assign it to that team; its head picks the person."),
            status=403,
            name=person.name,
        )
    return Target(person.team, person.id, person.name)


def regrade(hazard: Hazard, severity: str, note: str, by: Reader) -> None:
    """Another severity, and with it the deadline its severity has; lowering takes a supervisor and a reason."""
    if severity == hazard.severity:
        return
    lower = SEVERITIES.index(severity) < SEVERITIES.index(hazard.severity)  # type: ignore[arg-type]
    if lower and not by.may("severity.lower"):
        raise Problem("hazard.severity", N_("Only a supervisor may set a lower severity."), status=403)
    if lower and not note:
        raise Problem("hazard.severity_reason", N_("Say in the note why it is less severe."), field="note")
    due = due_at(hazard.reported_at, deadline_hours(category(hazard.category), severity))
    hazard.severity, hazard.due_at, hazard.first_due_at = severity, due, due


def check_deadline(hazard: Hazard, due: datetime | None, *, first: bool, by: Reader, when: When) -> bool:
    """Set the deadline that was asked for; True when that is an extension (延期).

    At the first assignment it becomes the first deadline, unless that has passed already: a slow assignment
    buys no time. Afterwards a later one is an extension: before the deadline, with a reason, at most twice;
    the first deadline stays and figures count against it.
    """
    if due is None or due == hazard.due_at:
        return False
    if due <= when.at:
        raise Problem("hazard.due_past", N_("The deadline must lie ahead."), field="due_at")
    assert hazard.due_at is not None
    assert hazard.first_due_at is not None
    later = due > hazard.due_at
    if later and hazard.severity == "critical" and not by.may("order.verify_critical"):
        raise plan_by_manager()
    if first:
        hazard.first_due_at = due if when.at <= hazard.first_due_at else hazard.first_due_at
    elif later:
        _check_extension(hazard, by, when)
    hazard.due_at = due
    return later and not first


def _check_extension(hazard: Hazard, by: Reader, when: When) -> None:
    if not by.may("order.assign"):
        raise Problem("hazard.deadline_role", N_("Only a supervisor sets another deadline."), status=403)
    if hazard.assignee_id == by.user_id and level(by) < MANAGER:
        raise Problem(
            "hazard.own_request", N_("You asked for this yourself. Somebody above you answers it."), status=403
        )
    check_room(hazard, when.at)
