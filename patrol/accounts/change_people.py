"""Adding, changing and taking away people. Every verb asks first whose word counts (authority.py)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from patrol.accounts.authority import may_act_for, may_change
from patrol.accounts.people import (
    changes_account,
    manages,
    not_yours,
    person_here,
    person_to_act_for,
    place_of,
    sites_of,
)
from patrol.accounts.person_fields import PersonFields
from patrol.accounts.reader import Reader
from patrol.accounts.roles import SHORT_SIGN_IN
from patrol.accounts.sign_in import end_devices, shorten_devices
from patrol.accounts.user import Membership, User
from patrol.core.db import check_version, db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note


def add_person(fields: PersonFields, *, by: Reader, at: datetime) -> User:
    """A new person, without a password: the first sign-in is by code or by password link."""
    _may_give(by, fields.role, fields.team)
    known = _holder(fields.staff_no)
    if known is not None and place_of(by.site_id, known.id) is None and manages(by, known.id):
        raise Problem(
            "person.elsewhere",
            N_("%(person)s works on another site of yours. Add this person with the button below."),
            field="staff_no",
            person=known.name,
        )
    check_numbers(fields, None)
    user = User(
        id=uuid7(),
        name=fields.name,
        staff_no=fields.staff_no,
        phone=fields.phone,
        language=fields.language,
        created_at=at,
    )
    db.session.add(user)
    db.session.flush()
    join_site(by.site_id, user, fields.role, fields.team, by=by.user_id, at=at)
    return user


def add_known_person(staff_no: str, role: str, team: str, *, by: Reader, at: datetime) -> User:
    """Somebody of another site joins this one too; only for who manages both."""
    _may_give(by, role, team)
    user = _holder(staff_no)
    if user is None or not manages(by, user.id) or place_of(by.site_id, user.id) is not None:
        raise Problem(
            "person.unknown",
            N_("Nobody of your other sites has this staff number."),
            field="staff_no",
            status=422,
        )
    join_site(by.site_id, user, role, team, by=by.user_id, at=at)
    if role in SHORT_SIGN_IN:
        shorten_devices(user.id, at)
    return user


def change_person(
    user_id: UUID, fields: PersonFields, *, user_version: int, version: int, by: Reader, at: datetime
) -> User:
    """Change name, numbers, language and place. Raises 409 for a form that is older than the last change."""
    user, place = person_here(by.site_id, user_id)
    _may_change(by, place)
    _still_here(place)
    moved = (fields.role, fields.team) != (place.role, place.team)
    if moved:
        _may_give(by, fields.role, fields.team)
        _not_oneself(by, user_id)
        if place.role == "site_manager":
            _keep_a_manager(by.site_id, user_id)
    check_version(user, user_version)
    check_version(place, version)
    changes = _change_user(user, fields, by)
    if moved:
        changes["role"] = [f"{place.role}/{place.team}", f"{fields.role}/{fields.team}"]
        place.role, place.team = fields.role, fields.team
        if fields.role in SHORT_SIGN_IN:
            shorten_devices(user.id, at)
    if changes:
        note("person_changed", "user", user.id, site_id=by.site_id, by=by.user_id, at=at, changes=changes)
    return user


def leave_site(user_id: UUID, *, by: Reader, at: datetime) -> User:
    """The person no longer belongs to this site; what he or she did stays. No other site: signed out at once."""
    user, place = person_here(by.site_id, user_id)
    _may_change(by, place, strictly=True)
    _not_oneself(by, user_id)
    if place.ended_at is None:
        if place.role == "site_manager":
            _keep_a_manager(by.site_id, user_id)
        place.ended_at = at
        place.version += 1
        db.session.flush()
        if not sites_of(user_id):
            end_devices(user_id, by=by.user_id, at=at)
        note("person_left", "user", user_id, site_id=by.site_id, by=by.user_id, at=at)
    return user


def return_to_site(user_id: UUID, *, by: Reader, at: datetime) -> User:
    """A former person of this site is back in the old role."""
    user, place = person_here(by.site_id, user_id)
    _may_change(by, place, strictly=True)
    if place.ended_at is not None:
        place.ended_at, place.since = None, at
        place.version += 1
        if place.role in SHORT_SIGN_IN:
            shorten_devices(user.id, at)
        note("person_returned", "user", user_id, site_id=by.site_id, by=by.user_id, at=at)
    return user


def lock_person(user_id: UUID, *, by: Reader, at: datetime) -> User:
    """Nobody signs in as this person any more, and every device is out on its next request."""
    user, _place = person_to_act_for(user_id, by)
    _not_oneself(by, user_id)
    if user.disabled_at is None:
        for site_id, role in sites_of(user_id):
            if role == "site_manager":
                _keep_a_manager(site_id, user_id)
        user.disabled_at = at
        user.version += 1
        end_devices(user_id, by=by.user_id, at=at)
        note("person_locked", "user", user_id, site_id=by.site_id, by=by.user_id, at=at)
    return user


def unlock_person(user_id: UUID, *, by: Reader, at: datetime) -> User:
    user, _place = person_to_act_for(user_id, by)
    if user.disabled_at is not None:
        user.disabled_at = None
        user.version += 1
        note("person_unlocked", "user", user_id, site_id=by.site_id, by=by.user_id, at=at)
    return user


def _change_user(user: User, fields: PersonFields, by: Reader) -> dict[str, list[str | None]]:
    changes: dict[str, list[str | None]] = {}
    for name in ("name", "staff_no", "phone", "language"):
        before, after = getattr(user, name), getattr(fields, name)
        if before != after:
            changes[name] = [before, after]
    if changes:
        if not changes_account(by, user.id):
            raise not_yours()
        check_numbers(fields, user.id)
        for name, (_before, after) in changes.items():
            setattr(user, name, after)
    return changes


def join_site(site_id: UUID, user: User, role: str, team: str, *, by: UUID, at: datetime) -> None:
    db.session.add(Membership(id=uuid7(), site_id=site_id, user_id=user.id, role=role, team=team, since=at))
    db.session.flush()
    note("person_added", "user", user.id, site_id=site_id, by=by, at=at, name=user.name, role=role, team=team)


def check_numbers(fields: PersonFields, own: UUID | None) -> None:
    """Staff and phone numbers sign people in, so one number means one person over all sites and both kinds."""
    for field, number in (("staff_no", fields.staff_no), ("phone", fields.phone)):
        holder = _holder(number) if number else None
        if holder is not None and holder.id != own:
            raise Problem("person.taken", N_("Somebody else has this number. Check it."), field=field)


def _holder(number: str) -> User | None:
    return db.session.scalars(select(User).where(or_(User.staff_no == number, User.phone == number)).limit(1)).first()


def _may_change(by: Reader, place: Membership, *, strictly: bool = False) -> None:
    allowed = may_act_for if strictly and place.user_id != by.user_id else may_change
    if not allowed(by.role, by.team, place.role, place.team):
        raise not_yours()


def _may_give(by: Reader, role: str, team: str) -> None:
    if not may_change(by.role, by.team, role, team):
        raise Problem(
            "person.role_above",
            N_("You can give roles of your own team up to your own. Ask the site manager."),
            status=403,
            field="post",
        )


def _not_oneself(by: Reader, user_id: UUID) -> None:
    if by.user_id == user_id:
        raise Problem("person.oneself", N_("Nobody changes the own role or access. Ask another manager."), status=403)


def _still_here(place: Membership) -> None:
    if place.ended_at is not None:
        raise Problem("person.left", N_("This person has left the site. Take him or her back first."), status=409)


def _keep_a_manager(site_id: UUID, leaving: UUID) -> None:
    others = db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.site_id == site_id,
            Membership.role == "site_manager",
            Membership.ended_at.is_(None),
            Membership.user_id != leaving,
            User.disabled_at.is_(None),
        )
    )
    if not others:
        raise Problem(
            "person.last_manager",
            N_("A site needs a manager. Give somebody else that role first."),
            status=409,
        )
