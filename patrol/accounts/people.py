"""People of a site: the list, one person, and how far somebody's say over a person goes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from patrol.accounts.authority import may_act_for, may_change
from patrol.accounts.device import Device
from patrol.accounts.reader import Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.core.problems import N_, NotHere, Problem


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people."""

    user_id: UUID
    name: str
    staff_no: str
    phone: str | None
    role: str
    team: str
    locked: bool
    devices: int
    last_seen_at: datetime | None


def people_of(site_id: UUID, at: datetime, *, words: str = "", former: bool = False) -> list[PersonRow]:
    """Everybody of a site by team, role and number; ``words`` looks in name, staff number and phone."""
    here = (Device.ended_at.is_(None)) & (Device.expires_at > at)
    devices = (
        select(
            Device.user_id,
            func.count().filter(here).label("devices"),
            func.max(Device.last_seen_at).label("last_seen_at"),
        )
        .group_by(Device.user_id)
        .subquery()
    )
    query = (
        select(
            User.id, User.name, User.staff_no, User.phone, Membership.role, Membership.team,
            User.disabled_at.is_not(None), func.coalesce(devices.c.devices, 0), devices.c.last_seen_at,
        )
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(devices, devices.c.user_id == User.id)
        .where(Membership.site_id == site_id)
        .where(Membership.ended_at.is_not(None) if former else Membership.ended_at.is_(None))
        .order_by(Membership.team, Membership.role.desc(), User.staff_no)
    )  # fmt: skip
    for word in words.split()[:5]:
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)))
    return [PersonRow(*row) for row in db.session.execute(query)]


_SEARCHED = (User.name, User.staff_no, User.phone)


def person_here(site_id: UUID, user_id: UUID) -> tuple[User, Membership]:
    """A person of this site, also a former one. Anybody else's id is NotHere."""
    row = db.session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, User.id == user_id)
    ).one_or_none()
    if row is None:
        raise NotHere("person")
    return row[0], row[1]


def devices_of(user_id: UUID, at: datetime) -> list[Device]:
    """The sign-ins that are good now, the latest used first."""
    query = select(Device).where(Device.user_id == user_id, Device.ended_at.is_(None), Device.expires_at > at)
    return list(db.session.scalars(query.order_by(Device.last_seen_at.desc())))


def person_to_act_for(user_id: UUID, by: Reader) -> tuple[User, Membership]:
    """For what touches the whole account (codes, passwords, devices, lock).

    The actor must have the say on every site the person belongs to: else a manager of one site could sign in
    as somebody and stand on another.
    """
    user, place = person_here(by.site_id, user_id)
    if not acts_for(by, user_id, place):
        raise not_yours()
    return user, place


def acts_for(by: Reader, user_id: UUID, place: Membership) -> bool:
    """Whether ``person_to_act_for`` would let this pass; pages ask it to leave out what would be refused."""
    if user_id == by.user_id:
        return False
    mine = {here.site_id: here for here in by.sites}
    places = [*places_of(user_id), place]
    return all(
        (here := mine.get(other.site_id)) is not None and may_act_for(here.role, here.team, other.role, other.team)
        for other in places
    )


def changes_account(by: Reader, user_id: UUID) -> bool:
    """Whether the actor may change name and numbers: only with a say on every site of the person."""
    mine = {here.site_id: here for here in by.sites}
    return all(
        (here := mine.get(other.site_id)) is not None and may_change(here.role, here.team, other.role, other.team)
        for other in places_of(user_id)
    )


def place_of(site_id: UUID, user_id: UUID) -> Membership | None:
    return db.session.scalars(
        select(Membership).where(Membership.site_id == site_id, Membership.user_id == user_id)
    ).first()


def places_of(user_id: UUID) -> list[Membership]:
    return list(
        db.session.scalars(select(Membership).where(Membership.user_id == user_id, Membership.ended_at.is_(None)))
    )


def sites_of(user_id: UUID) -> list[tuple[UUID, str]]:
    return [(place.site_id, place.role) for place in places_of(user_id)]


def manages(by: Reader, user_id: UUID) -> bool:
    managed = {here.site_id for here in by.sites if here.role == "site_manager"}
    return by.role == "site_manager" and any(site_id in managed for site_id, _role in sites_of(user_id))


def not_yours() -> Problem:
    return Problem("person.not_yours", N_("This person is not in your charge. Ask the site manager."), status=403)
