"""Who is told of what: by role and team, and by what each person has chosen for himself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.roles import may
from patrol.accounts.user import Membership, User
from patrol.core.db import db

SUPERVISORS = {
    "security": "security_supervisor",
    "engineering": "engineering_supervisor",
    "customer_service": "service_supervisor",
    "cleaning": "service_supervisor",
    "greening": "service_supervisor",
    "lift_contractor": "engineering_supervisor",
    "fire_contractor": "engineering_supervisor",
    "management": "site_manager",
}


@dataclass(frozen=True, slots=True)
class Member:
    user_id: UUID
    role: str
    team: str


def members(site_id: UUID) -> list[Member]:
    """Everybody who works on the site now."""
    query = (
        select(User.id, Membership.role, Membership.team)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    )
    return [Member(*row) for row in db.session.execute(query.order_by(User.id))]


def told(matter: Any, people: Iterable[Member]) -> list[UUID]:
    """Whom this matter is for; the site manager when nobody else is there for it.

    not_started, missed: the team's shift leaders and supervisor · critical: these, every shift leader and the
    site manager · overdue: who has to put it right, and the supervisor · unsigned: who may sign it · unsent: whose
    phone it is, and the team's shift leaders and supervisor · dates, supplies: the team's shift leaders and supervisor
    · sent: whom it names, else everybody of the team.
    """
    people = list(people)
    here = {person.user_id for person in people}
    found = [*matter.people] + [person.user_id for person in people if _concerns(matter, person)]
    found = [user_id for user_id in dict.fromkeys(found) if user_id in here]
    return found or managers(people)


def managers(people: Iterable[Member]) -> list[UUID]:
    return [person.user_id for person in people if person.role == "site_manager"]


def _concerns(matter: Any, person: Member) -> bool:
    leads = person.role == "shift_leader" and person.team == matter.team
    above = person.role == SUPERVISORS.get(matter.team)
    match matter.kind:
        case "critical":
            return above or person.role in ("shift_leader", "site_manager")
        case "overdue":
            return above
        case "sent":
            return not matter.people and person.team == matter.team
        case "unsigned":
            return _signs(matter.facts["period"], person.role)
        case _:
            return leads or above


def _signs(period: str, role: str) -> bool:
    if period == "day":
        return role in ("shift_leader", "security_supervisor")
    return may(role, "review.sign") and (period == "month" or role != "site_manager")
