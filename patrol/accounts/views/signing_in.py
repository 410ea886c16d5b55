"""Door: signing in and out, 我的, people, devices."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session
from flask_login import current_user, login_user, logout_user

from patrol.accounts.device import Device
from patrol.accounts.passwords import password_fits
from patrol.accounts.reader import reader_by_token
from patrol.accounts.sign_in import check_attempts, count_failure, end_device, find_by_login, sign_in
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.web.access import public, safe_next, signed_in
from patrol.web.errors import words
from patrol.web.nav import home_url

bp = Blueprint("accounts", __name__)


@bp.get("/")
@signed_in
def home() -> Any:
    return redirect(home_url(current_user.role), 303)


@bp.get("/sign-in")
@public
def sign_in_page() -> Any:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")), 303)
    return render_template("accounts/sign_in.html", next=safe_next(request.args.get("next")), problem=None)


@bp.post("/sign-in")
@public
def sign_in_post() -> Any:
    login, password = request.form.get("login", "")[:100], request.form.get("password", "")
    target = safe_next(request.form.get("next"))
    address = request.remote_addr or ""
    try:
        check_attempts(login, address, now())
        token = _token_for(login, password, address)
    except Problem as problem:
        page = render_template("accounts/sign_in.html", next=target, login=login, problem=problem, text=words(problem))
        return page, problem.status
    start_session(token)
    return redirect(target, 303)


def _token_for(login: str, password: str, address: str) -> str:
    user = find_by_login(login)
    fits = password_fits(user.password_hash if user else None, password)
    if not fits:
        with write():
            count_failure(login, address, now())
    with write():
        return sign_in(
            find_by_login(login),
            login=login,
            fits=fits,
            address=address,
            agent=request.user_agent.string,
            keep="keep" in request.form,
            at=now(),
        )


def start_session(token: str) -> None:
    """A new session for this device: nothing of the old one stays but the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session.permanent = True
    login_user(reader_by_token(token, now()))


@bp.post("/sign-out")
@signed_in
def sign_out() -> Any:
    with write():
        device = db.session.get(Device, current_user.device_id)
        if device is not None:
            end_device(device, by=current_user.user_id, at=now())
    logout_user()
    session.clear()
    return redirect("/sign-in", 303)
