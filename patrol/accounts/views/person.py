"""One person: the form, and what a supervisor does for somebody's account."""

from typing import Any
from uuid import UUID

from flask import current_app, flash, render_template, request
from flask_babel import gettext
from flask_login import current_user

from patrol.accounts.authority import may_change, post_of
from patrol.accounts.change_people import change_person, leave_site, lock_person, return_to_site, unlock_person
from patrol.accounts.device import Device
from patrol.accounts.people import acts_for, changes_account, devices_of, person_here, person_to_act_for
from patrol.accounts.person_fields import check_person
from patrol.accounts.sign_in import end_device
from patrol.accounts.tickets import TICKET_LIFE, new_ticket
from patrol.accounts.user import Membership, User
from patrol.accounts.views import bp
from patrol.accounts.views.people import post_choices, role_name
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.sites.symbol import symbol
from patrol.web.access import confirmed, needs, site_id
from patrol.web.errors import words
from patrol.web.replies import go


@bp.get("/people/<uuid:user_id>")
@needs("people.edit")
def person_page(user_id: UUID) -> Any:
    return _person_page(*person_here(site_id(), user_id))


@bp.post("/people/<uuid:user_id>")
@needs("people.edit")
@confirmed
def change(user_id: UUID) -> Any:
    typed = {name: request.form.get(name, "") for name in ("name", "staff_no", "phone", "post", "language")}
    _user, place = person_here(site_id(), user_id)
    if user_id == current_user.user_id or "post" not in request.form:
        typed["post"] = post_of(place.role, place.team)
    try:
        fields = check_person(typed)
        with write(site_id()):
            change_person(
                user_id,
                fields,
                user_version=_number("user_version"),
                version=_number("version"),
                by=current_user,
                at=now(),
            )
    except Problem as problem:
        keep = None if problem.code == "stale" else typed
        return _person_page(*person_here(site_id(), user_id), typed=keep, problem=problem), problem.status
    flash(gettext("Saved."))
    return go(f"/people/{user_id}")


def _number(name: str) -> int:
    """The version in the form; a form without one is older than everything."""
    return request.form.get(name, default=0, type=int)


def _person_page(
    user: User, place: Membership, *, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> str:
    at = now()
    acting = acts_for(current_user, user.id, place)
    editing = may_change(current_user.role, current_user.team, place.role, place.team) and place.ended_at is None
    post = post_of(place.role, place.team)
    posts = post_choices()
    if post not in dict(posts):
        posts = [(post, role_name(place.role, place.team)), *posts]
    return render_template(
        "accounts/person.html",
        user=user,
        place=place,
        typed=typed
        or {
            "name": user.name,
            "staff_no": user.staff_no,
            "phone": user.phone or "",
            "post": post,
            "language": user.language or "",
        },
        problem=problem,
        text=words(problem) if problem else "",
        posts=posts,
        oneself=user.id == current_user.user_id,
        acting=acting,
        editing=editing,
        account=editing and changes_account(current_user, user.id),
        devices=devices_of(user.id, at) if acting else [],
    )


@bp.post("/people/<uuid:user_id>/leaving")
@needs("people.edit")
@confirmed
def leaving(user_id: UUID) -> Any:
    with write(site_id()):
        user = leave_site(user_id, by=current_user, at=now())
    flash(gettext("%(person)s no longer belongs to this site.", person=user.name))
    return go("/people")


@bp.post("/people/<uuid:user_id>/return")
@needs("people.edit")
@confirmed
def returning(user_id: UUID) -> Any:
    with write(site_id()):
        user = return_to_site(user_id, by=current_user, at=now())
    flash(gettext("%(person)s belongs to this site again.", person=user.name))
    return go(f"/people/{user_id}")


@bp.post("/people/<uuid:user_id>/lock")
@needs("people.edit")
@confirmed
def lock(user_id: UUID) -> Any:
    with write(site_id()):
        user = lock_person(user_id, by=current_user, at=now())
    flash(gettext("%(person)s is locked and signed out everywhere.", person=user.name))
    return go(f"/people/{user_id}")


@bp.post("/people/<uuid:user_id>/unlock")
@needs("people.edit")
@confirmed
def unlock(user_id: UUID) -> Any:
    with write(site_id()):
        user = unlock_person(user_id, by=current_user, at=now())
    flash(gettext("%(person)s can sign in again.", person=user.name))
    return go(f"/people/{user_id}")


@bp.post("/people/<uuid:user_id>/devices/<uuid:device_id>/ending")
@needs("people.edit")
@confirmed
def end_their_device(user_id: UUID, device_id: UUID) -> Any:
    """For a lost phone: out on its next request."""
    with write(site_id()):
        person_to_act_for(user_id, current_user)
        device = db.session.get(Device, device_id)
        if device is None or device.user_id != user_id:
            raise NotHere("device")
        end_device(device, by=current_user.user_id, at=now(), site_id=site_id())
    flash(gettext("That device is signed out."))
    return go(f"/people/{user_id}")


@bp.post("/people/<uuid:user_id>/sign-in-code")
@needs("people.edit")
@confirmed
def sign_in_code(user_id: UUID) -> Any:
    """The page with the code is the answer itself: the secret is kept nowhere, so it cannot be shown twice."""
    return _ticket_page(user_id, "signin", "enter")


@bp.post("/people/<uuid:user_id>/password-link")
@needs("people.edit")
@confirmed
def password_link(user_id: UUID) -> Any:
    return _ticket_page(user_id, "password", "password")


def _ticket_page(user_id: UUID, kind: str, path: str) -> Any:
    at = now()
    with write(site_id()):
        user, place = person_to_act_for(user_id, current_user)
        if user.disabled_at is not None or place.ended_at is not None:
            text = N_("This person cannot sign in now: locked, or no longer on this site.")
            raise Problem("person.cannot_sign_in", text, status=409)
        secret = new_ticket(kind, user_id=user.id, site_id=site_id(), by=current_user.user_id, at=at)
        note(f"ticket_{kind}", "user", user.id, site_id=site_id(), by=current_user.user_id, at=at)
    url = f"{current_app.config['PUBLIC_URL'].rstrip('/')}/{path}/{secret}"
    return render_template(
        "accounts/ticket.html", user=user, kind=kind, url=url, symbol=symbol(url), until=at + TICKET_LIFE[kind]
    )
