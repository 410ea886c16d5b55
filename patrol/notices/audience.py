"""Who is told of what: by role and team, and by what each person has chosen for himself."""

from collections.abc import Callable, Collection, Iterable
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
BY_SHIFT = frozenset({"guard", "shift_leader", "engineer", "cleaner", "gardener", "service_desk"})
LASTING = frozenset({"sent", "dates", "supplies", "unsigned"})  # for days, so for every shift's people


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


def told(matter: Any, people: Iterable[Member], on_shift: Collection[UUID] = ()) -> list[UUID]:
    """Whom this matter is for; the site manager when nobody else is there for it.

    Orders name the parts they are for. not_started, missed: the team's shift leaders and supervisor · unsigned: who
    may sign it · unsent: whose phone it is, and the team's shift leaders and supervisor · dates, supplies: the team's
    shift leaders and supervisor · sent: whom it names, else everybody of the team.

    on_shift: who is on duty by the roster. Where it names one of those a matter of the hour is for, whoever has no
    charge of a team and is off duty is not told; where it names none of them, all are.
    """
    people = list(people)
    here = {person.user_id for person in people}
    concerned = [person for person in people if _concerns(matter, person)]
    if matter.kind not in LASTING:
        concerned = _on_shift(concerned, on_shift)
    found = [*matter.people, *(person.user_id for person in concerned)]
    found = [user_id for user_id in dict.fromkeys(found) if user_id in here]
    return found or managers(people)


def _on_shift(concerned: list[Member], on_shift: Collection[UUID]) -> list[Member]:
    """Of each team those on duty; the whole of it where the roster names none of these people."""
    there = {person.team for person in concerned if person.role in BY_SHIFT and person.user_id in on_shift}
    return [
        person
        for person in concerned
        if person.role not in BY_SHIFT or person.team not in there or person.user_id in on_shift
    ]


def managers(people: Iterable[Member]) -> list[UUID]:
    return [person.user_id for person in people if person.role == "site_manager"]


def _concerns(matter: Any, person: Member) -> bool:
    if matter.whom or matter.people:
        return any(PARTS[part](matter.team, person) for part in matter.whom)
    if matter.kind == "unsigned":
        return _signs(matter.facts["period"], person.role)
    return PARTS["team" if matter.kind == "sent" else "leads"](matter.team, person)


def _heads(team: str, person: Member) -> bool:
    return person.role == SUPERVISORS.get(team)


PARTS: dict[str, Callable[[str, Member], bool]] = {
    "team": lambda team, person: person.team == team,
    "team_head": _heads,
    "leads": lambda team, person: _heads(team, person) or (person.role == "shift_leader" and person.team == team),
    "shift_leader": lambda team, person: person.role == "shift_leader",
    "fire_manager": lambda team, person: person.role == "security_supervisor",  # 消防安全管理人 in this table of roles
    "site_manager": lambda team, person: person.role == "site_manager",
    "desk": lambda team, person: person.role == "service_desk",
}


def _signs(period: str, role: str) -> bool:
    if period == "day":
        return role in ("shift_leader", "security_supervisor")
    return may(role, "review.sign") and (period == "month" or role != "site_manager")
