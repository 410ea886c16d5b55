"""Who may open what: every view says so, and one gate in front of all of them asks.

A view is ``@public`` (no sign-in), ``@needs("verb")`` (a role with that verb on the site being looked at), or
``@signed_in`` (anybody with a sign-in). A view that says nothing is refused; a test walks the URL map.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from flask import Flask, current_app, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from patrol.core.clock import now
from patrol.core.problems import N_, Problem

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    view.public = True  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    view.verbs = ()  # type: ignore[attr-defined]
    return view


def needs(*verbs: str) -> Callable[[View], View]:
    """Any one of the verbs opens the view."""

    def mark(view: View) -> View:
        view.verbs = verbs  # type: ignore[attr-defined]
        return view

    return mark


def confirmed(view: View) -> View:
    """Before this, the password must have been given within the last 30 minutes (signing, people, exports)."""
    view.confirmed = True  # type: ignore[attr-defined]
    return view


def init_access(app: Flask, welcomes: Mapping[str, Callable[..., Any]] | None = None) -> None:
    """welcomes: by endpoint, what to try for somebody without a sign-in before asking for one; it may answer None."""
    app.extensions["welcomes"] = dict(welcomes or {})
    app.before_request(_gate)


def _gate() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False):
        return None
    by = current_user._get_current_object()
    if not by.is_authenticated:
        return _welcome() or _ask_to_sign_in()
    verbs: tuple[str, ...] | None = getattr(view, "verbs", None)
    if verbs is None:
        raise RuntimeError(f"{request.endpoint} says neither public nor what it needs")
    if verbs and not any(by.may(verb) for verb in verbs):
        raise forbidden()
    if getattr(view, "confirmed", False) and not by.recently_confirmed(now()):
        return ask_to_confirm()
    return None


def _welcome() -> Any:
    welcome = current_app.extensions["welcomes"].get(request.endpoint)
    return welcome(**(request.view_args or {})) if welcome and request.method == "GET" else None


def ask_to_confirm() -> Any:
    """Ask for the password, then go on: to the page that was wanted, or with the form that was sent.

    A form's fields wait on the page as hidden fields; after the password it is sent again with 307, so that
    nothing typed is lost. Uploads cannot wait that way: such a form goes back to where it came from.
    """
    if wants_json() or request.files or request.headers.get("HX-Request"):
        raise Problem("confirm.needed", N_("Enter your password again, then repeat this."), status=403)
    if request.method == "GET":
        return redirect(f"/confirm?next={quote(request.full_path.rstrip('?'), safe='/')}", 303)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    page = render_template("accounts/confirm.html", next=request.full_path.rstrip("?"), again=True, kept=kept)
    return make_response(page, 403)


def forbidden() -> Problem:
    return Problem(
        "forbidden",
        N_("Your role cannot do this. Ask your supervisor, or go back to your own pages."),
        status=403,
    )


def wants_json() -> bool:
    return request.path.startswith("/sync/") or request.accept_mimetypes.best == "application/json"


def _ask_to_sign_in() -> Response:
    if wants_json() or request.headers.get("HX-Request") or request.method != "GET":
        raise Problem("sign_in.needed", N_("Sign in again. What you entered is kept on this phone."), status=401)
    return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='/')}", 303)


def reader() -> Any:
    """The signed-in reader (accounts.reader.Reader)."""
    return current_user


def site_id() -> UUID:
    return current_user.site_id


def safe_next(target: str | None, fallback: str = "/") -> str:
    """A path on this site to go on to; anything that could lead elsewhere becomes ``fallback``."""
    if not target or len(target) > 500 or target[0] != "/" or target[1:2] in ("/", "\\"):
        return fallback
    if any(unicodedata.category(letter) == "Cc" or letter == "\\" for letter in target):
        return fallback
    return target
