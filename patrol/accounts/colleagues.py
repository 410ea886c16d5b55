"""Colleagues: who works on a site, and to whom this reader may give work."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.accounts.roles import TEAMS
from patrol.accounts.user import Membership, User
from patrol.core.db import db


def people_of(site_id: UUID) -> list[Any]:
    """(id, name, team) of everybody who works here now, by name."""
    query = (
        select(User.id, User.name, Membership.team)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    )
    return list(db.session.execute(query.order_by(User.name)))


def colleagues(by: Reader, people: list[Any] | None = None) -> list[Any]:
    """Whom this reader may name when assigning: nobody, the own team, or everybody. people: of the site, if known."""
    if by.may("order.assign_any_team"):
        return people_of(by.site_id) if people is None else people
    if not (by.may("order.assign") or by.may("order.assign_minor")):
        return []
    return [person for person in (people_of(by.site_id) if people is None else people) if person.team == by.team]


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team that may be given work. size: how many work in it now; people: those of it the reader may name."""

    code: str
    size: int
    people: list[Any]


def team_choices(by: Reader, people: list[Any] | None = None) -> list[TeamChoice]:
    """Every team, the reader's own first and those with nobody in them last. people: of the site, if known."""
    here = people_of(by.site_id) if people is None else people
    sizes, named = Counter(person.team for person in here), colleagues(by, here)
    found = [TeamChoice(code, sizes[code], [one for one in named if one.team == code]) for code in TEAMS]
    return sorted(found, key=lambda team: (team.size == 0, team.code != by.team))


def team_sizes(site_id: UUID) -> Counter[str]:
    """How many people work in each team now."""
    return Counter(person.team for person in people_of(site_id))


def stand_in(team: str, choices: list[TeamChoice]) -> str:
    """The team to propose: the one asked for, or, when nobody works in it, the first that has people."""
    staffed = [choice.code for choice in choices if choice.size]
    return team if team in staffed or not staffed else staffed[0]
