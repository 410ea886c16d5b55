"""One-time links: a phone signs in by a code a supervisor shows; a new password by a link."""

from typing import Any

from flask import render_template, request
from flask_login import current_user

from patrol.accounts.device import Device, Ticket
from patrol.accounts.passwords import hash_password
from patrol.accounts.sign_in import device_name, end_device, open_device, set_password
from patrol.accounts.tickets import live_ticket, ticket_over, use_ticket
from patrol.accounts.user import User
from patrol.accounts.views import bp
from patrol.accounts.views.signing_in import start_session
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem
from patrol.sites.site import Site
from patrol.web.access import public
from patrol.web.errors import words
from patrol.web.replies import go


@bp.get("/enter/<secret>")
@public
def enter_page(secret: str) -> Any:
    """Only asks: a link preview or a scanner that opens the address must not use it up."""
    ticket = live_ticket("signin", secret, now())
    return render_template(
        "accounts/enter.html",
        user=_person_of(ticket),
        site=db.session.get(Site, ticket.site_id),
        device_name=device_name(request.user_agent.string),
    )


@bp.post("/enter/<secret>")
@public
def enter(secret: str) -> Any:
    site_id = live_ticket("signin", secret, now()).site_id
    with write(site_id):
        ticket = live_ticket("signin", secret, now())
        use_ticket(ticket, now())
        _end_this_device()
        token = open_device(
            _person_of(ticket),
            agent=request.user_agent.string,
            name=request.form.get("name", ""),
            keep=True,
            at=now(),
            password_given=False,
            site_id=site_id,
        )
    start_session(token, keep=True)
    return go("/")


@bp.get("/password/<secret>")
@public
def password_page(secret: str) -> Any:
    return render_template("accounts/new_password.html", user=_person_of(live_ticket("password", secret, now())))


@bp.post("/password/<secret>")
@public
def new_password(secret: str) -> Any:
    """A new password; every sign-in the person had ends, and this browser is signed in."""
    site_id = live_ticket("password", secret, now()).site_id
    try:
        hashed = hash_password(checked_password(request.form))
    except Problem as problem:
        user = _person_of(live_ticket("password", secret, now()))
        page = render_template("accounts/new_password.html", user=user, problem=problem, text=words(problem))
        return page, problem.status
    with write(site_id):
        ticket = live_ticket("password", secret, now())
        user = _person_of(ticket)
        use_ticket(ticket, now())
        _end_this_device()
        set_password(user, hashed, by=user.id, site_id=site_id, keep=None, at=now())
        token = open_device(
            user,
            agent=request.user_agent.string,
            keep="keep" in request.form,
            at=now(),
            password_given=True,
            site_id=site_id,
        )
    start_session(token, keep="keep" in request.form)
    return go("/")


def checked_password(form: Any) -> str:
    """The new password as typed twice. Raises Problem when the two differ."""
    password: str = form.get("password", "")
    if password != form.get("password_again", ""):
        raise Problem("password.differs", N_("The two passwords are not the same."), field="password_again")
    return password


def _person_of(ticket: Ticket) -> User:
    user = db.session.get(User, ticket.user_id)
    if user is None or user.disabled_at is not None:
        raise ticket_over()
    return user


def _end_this_device() -> None:
    """Whoever was signed in on this browser is out; what the phone has not sent yet stays with that person."""
    if current_user.is_authenticated:
        device = db.session.get(Device, current_user.device_id)
        if device is not None:
            end_device(device, by=current_user.user_id, at=now())
