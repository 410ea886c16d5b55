"""Signing in with a password, signing out, the language, and the password again before what matters."""

import logging
from typing import Any

from flask import g, make_response, redirect, render_template, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from patrol.accounts.device import Device
from patrol.accounts.reader import reader_by_token
from patrol.accounts.sign_in import (
    TOUCH_EVERY,
    check_password,
    confirm_device,
    end_device,
    find_by_login,
    first_site,
    open_device,
    touch_device,
    wrong_password,
)
from patrol.accounts.user import User
from patrol.accounts.views import bp
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.sites.place import has_places
from patrol.sites.site import all_sites
from patrol.web.access import public, safe_next, signed_in
from patrol.web.errors import words
from patrol.web.greeting import greeting
from patrol.web.i18n import LOCALES
from patrol.web.nav import home_url

log = logging.getLogger(__name__)


@bp.get("/")
@signed_in
def home() -> Any:
    """Everybody's first page; whoever lays out a site stays at its first steps until there is a place."""
    if not current_user.here:
        return redirect("/me", 303)
    if current_user.may("place.edit") and not has_places(current_user.site_id):
        return redirect("/setup", 303)
    return redirect(home_url(current_user.role), 303)


@bp.get("/sign-in")
@public
def sign_in_page() -> Any:
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target, 303)
    return _sign_in_page(target, out="out" in request.args, ended="_user_id" in session)


@bp.post("/sign-in")
@public
def sign_in_post() -> Any:
    login, password = request.form.get("login", "")[:100], request.form.get("password", "")
    keep = "keep" in request.form
    target = safe_next(request.form.get("next"))
    try:
        token = _token_for(login, password, keep)
    except Problem as problem:
        answer = make_response(_sign_in_page(target, login=login, keep=keep, problem=problem), problem.status)
        if "retry_after" in problem.facts:
            answer.headers["Retry-After"] = str(problem.facts["retry_after"])
        return answer
    start_session(token, keep=keep)
    return redirect(target, 303)


def _token_for(login: str, password: str, keep: bool) -> str:
    user = find_by_login(login)
    user_id = user.id if user else None
    if not check_password(user, login, password, address=request.remote_addr or "", at=now()) or user_id is None:
        raise wrong_password()
    with write(first_site(user_id)):
        found = db.session.get(User, user_id)
        if found is None or found.disabled_at is not None:
            raise wrong_password()
        return open_device(found, agent=request.user_agent.string, keep=keep, at=now(), password_given=True)


def _sign_in_page(target: str, *, keep: bool = True, **values: Any) -> str:
    sites = all_sites()
    problem: Problem | None = values.pop("problem", None)
    return render_template(
        "accounts/sign_in.html",
        next=target,
        keep=keep,
        problem=problem,
        text=words(problem) if problem else "",
        greeting=greeting(now(), sites[0].zone if len(sites) == 1 else None),
        only_site=sites[0] if len(sites) == 1 else None,
        untouched=not sites,
        **values,
    )


def start_session(token: str, *, keep: bool) -> None:
    """A new session for this device: nothing of the old one stays but the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session.permanent = keep
    login_user(reader_by_token(token, now()))
    g.pop("language", None)


@bp.post("/sign-out")
@signed_in
def sign_out() -> Any:
    """The phone says in ``outbox`` how much is unsent on it; only a plain 0 lets the browser forget everything."""
    with write(current_user.here.site_id if current_user.here else None):
        device = db.session.get(Device, current_user.device_id)
        if device is not None:
            end_device(device, by=current_user.user_id, at=now())
    language = session.get("language") or current_user.language
    logout_user()
    session.clear()
    if language in LOCALES:
        session["language"] = language
    answer = redirect("/sign-in?out=1", 303)
    if request.form.get("outbox") == "0":
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.post("/language")
@public
def choose_language() -> Any:
    """For this browser; for somebody signed in also on every other device."""
    wish = request.form.get("language")
    if wish in LOCALES:
        session["language"] = wish
        session.permanent = True
        if current_user.is_authenticated:
            with write():
                user = db.session.get(User, current_user.user_id)
                assert user is not None
                user.language = wish
    return redirect(safe_next(request.form.get("next")), 303)


@bp.get("/confirm")
@signed_in
def confirm_page() -> Any:
    return _confirm_page(safe_next(request.args.get("next")))


@bp.post("/confirm")
@signed_in
def confirm() -> Any:
    """The password again. With ``confirm_again`` the form that was held up is sent once more (307)."""
    target, again = safe_next(request.form.get("confirm_next")), "confirm_again" in request.form
    kept = [(n, v) for n, v in request.form.items(multi=True) if not n.startswith("confirm_") and n != "csrf_token"]
    try:
        check_own_password(request.form.get("confirm_password", ""))
    except Problem as problem:
        return _confirm_page(target, again=again, kept=kept, problem=problem), problem.status
    return redirect(target, 307 if again else 303)


def check_own_password(password: str) -> None:
    """The reader's password, typed again on this device. Raises Problem 422 or 429."""
    user = db.session.get(User, current_user.user_id)
    if not check_password(user, "", password, address=request.remote_addr or "", at=now()):
        problem = wrong_password()
        problem.field = "confirm_password"
        raise problem
    with write():
        confirm_device(current_user.device_id, now())


def _confirm_page(target: str, *, again: bool = False, kept: Any = (), problem: Problem | None = None) -> str:
    text = words(problem) if problem else ""
    return render_template("accounts/confirm.html", next=target, again=again, kept=kept, problem=problem, text=text)


@bp.after_app_request
def remember_device(response: Response) -> Response:
    """At most every five minutes, and never at the cost of the answer."""
    by = g.get("_login_user")
    if by is None or not by.is_authenticated or response.is_streamed:
        return response
    at = now()
    if request.endpoint == "accounts.sign_out" or (by.last_seen_at is not None and at - by.last_seen_at < TOUCH_EVERY):
        return response
    try:
        touch_device(by.device_id, at)
    except (SQLAlchemyError, OSError):
        log.exception("could not remember when a device was here")
    return response
