"""Who may open what: every view says so, and one gate in front of all of them asks.

A view is ``@public`` (no sign-in), ``@needs("verb")`` (a role with that verb on the site being looked at), or
``@signed_in`` (anybody with a sign-in). A view that says nothing is refused; a test walks the URL map.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from flask import Flask, current_app, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

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


def init_access(app: Flask) -> None:
    app.before_request(_gate)


def _gate() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False):
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    verbs: tuple[str, ...] | None = getattr(view, "verbs", None)
    if verbs is None:
        raise RuntimeError(f"{request.endpoint} says neither public nor what it needs")
    if verbs and not any(current_user.may(verb) for verb in verbs):
        raise forbidden()
    return None


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
    if any(ord(letter) < 32 or letter == "\\" for letter in target):
        return fallback
    return target
