"""我的: what a person sees and sets about himself, on this phone and his others."""

from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request, session
from flask_babel import gettext
from flask_login import current_user

from patrol.accounts.device import Device
from patrol.accounts.passwords import hash_password
from patrol.accounts.people import devices_of
from patrol.accounts.sign_in import end_device, set_password
from patrol.accounts.user import User
from patrol.accounts.views import bp
from patrol.accounts.views.links import checked_password
from patrol.accounts.views.signing_in import check_own_password
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, NotHere, Problem
from patrol.web.access import safe_next, signed_in
from patrol.web.errors import words
from patrol.web.i18n import LOCALES
from patrol.web.replies import go

THEMES = ("auto", "light", "dark")


@bp.get("/me")
@signed_in
def me() -> Any:
    user = db.session.get(User, current_user.user_id)
    assert user is not None
    return render_template("accounts/me.html", user=user, devices=devices_of(user.id, now()), themes=THEMES)


@bp.post("/me/settings")
@signed_in
def my_settings() -> Any:
    """Language ("" follows the browser) and light or dark; what the form leaves out stays."""
    language, theme = request.form.get("language"), request.form.get("theme")
    with write():
        user = _own()
        if language is not None:
            user.language = language if language in LOCALES else None
            session.pop("language", None)
        if theme in THEMES:
            user.theme = theme
    g.pop("language", None)
    return go("/me")


@bp.post("/site/current")
@signed_in
def choose_site() -> Any:
    """Look at another of the own sites from now on, on this device. Field ``next``: where to go on there."""
    here = next((site for site in current_user.sites if str(site.site_id) == request.form.get("site")), None)
    if here is None:
        raise NotHere("site")
    with write():
        device = db.session.get(Device, current_user.device_id)
        assert device is not None
        device.site_id = here.site_id
    return go(safe_next(request.form.get("next")))


@bp.post("/me/devices/<uuid:device_id>/ending")
@signed_in
def end_my_device(device_id: UUID) -> Any:
    with write(_site_id()):
        device = db.session.get(Device, device_id)
        if device is None or device.user_id != current_user.user_id:
            raise NotHere("device")
        end_device(device, by=current_user.user_id, at=now(), site_id=_site_id())
    flash(gettext("That device is signed out."))
    return go("/me")


@bp.get("/me/password")
@signed_in
def my_password_page() -> Any:
    return _password_page()


@bp.post("/me/password")
@signed_in
def my_password() -> Any:
    """The old password is asked, tries are counted as at the door; every other device is signed out."""
    try:
        hashed = hash_password(checked_password(request.form))
        _check_old_password()
    except Problem as problem:
        return _password_page(problem), problem.status
    with write(_site_id()):
        set_password(_own(), hashed, by=current_user.user_id, site_id=_site_id(), keep=current_user.device_id, at=now())
    flash(gettext("The new password holds. Your other devices are signed out."))
    return go("/me")


def _check_old_password() -> None:
    try:
        check_own_password(request.form.get("old_password", ""))
    except Problem as problem:
        if problem.status == 422:
            text = N_("The old password is not right. Try again.")
            raise Problem("password.old_wrong", text, field="old_password") from problem
        raise


def _password_page(problem: Problem | None = None) -> str:
    text = words(problem) if problem else ""
    has_password = bool(getattr(db.session.get(User, current_user.user_id), "password_hash", None))
    return render_template("accounts/my_password.html", problem=problem, text=text, has_password=has_password)


def _own() -> User:
    user = db.session.get(User, current_user.user_id)
    assert user is not None
    return user


def _site_id() -> UUID | None:
    return current_user.here.site_id if current_user.here else None
