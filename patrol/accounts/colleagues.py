"""Colleagues: who works on a site, and to whom this reader may give work."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
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


def colleagues(by: Reader) -> list[Any]:
    """Whom this reader may name when assigning: nobody, the own team, or everybody."""
    if by.may("order.assign_any_team"):
        return people_of(by.site_id)
    if not (by.may("order.assign") or by.may("order.assign_minor")):
        return []
    return [person for person in people_of(by.site_id) if person.team == by.team]
