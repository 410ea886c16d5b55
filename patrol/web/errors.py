"""Refusals and accidents in words: the only place that picks language and form for a ``Problem``."""

import errno
import logging
import sqlite3
from typing import Any

from flask import Flask, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from patrol.core.problems import N_, Problem
from patrol.web.access import wants_json
from patrol.web.i18n import pick

log = logging.getLogger(__name__)

_HTTP: dict[int, tuple[str, str]] = {
    400: ("bad_request", N_("The phone and the server did not understand each other. Load the page again.")),
    404: ("not_found", N_("There is nothing here. Go back and look again.")),
    405: ("method", N_("This address cannot be used that way. Go back and use the button.")),
    413: (
        "too_large",
        N_("This is too large to send, and nothing of it was stored. Go back and send fewer or smaller photos."),
    ),
    415: ("type", N_("This kind of file cannot be used here.")),
    429: (
        "too_often",
        N_("That was too often, and this one was not taken. Wait a few minutes, then go back and try again."),
    ),
}
_BUSY = N_("The server is busy. Nothing is lost; try again in a moment.")
_FULL = N_("The server's disk is full. Nothing is lost on the phone; tell the administrator.")
_BROKEN = N_(
    "Something went wrong on the server, and this was not stored. Go back and try again; if it stays so, tell the "
    "administrator when it happened."
)


def words(problem: Problem) -> str:
    """The problem's sentence in the reader's language, filled in."""
    facts = {key: _fact(key, value) for key, value in problem.facts.items()}
    return gettext(problem.text) % facts if facts else gettext(problem.text)


def _fact(key: str, value: Any) -> Any:
    """Trade content comes in both languages; names of our own are translated like any sentence."""
    if isinstance(value, dict) and "zh" in value:
        return pick(value)
    return gettext(value) if key.endswith("_name") else value


def init_errors(app: Flask) -> None:
    app.register_error_handler(Problem, show_problem)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(ValidationError, lambda error: show_problem(from_validation(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unknown)


def show_problem(problem: Problem) -> Response:
    text = words(problem)
    if wants_json():
        response: Response = jsonify({"problem": {"code": problem.code, "text": text}})
    elif request.headers.get("HX-Request"):
        response = _page("shared/_problem.html", problem=problem, text=text)
        response.headers["HX-Retarget"] = "#problems"
        response.headers["HX-Reswap"] = "innerHTML"
    else:
        response = _page("shared/problem.html", problem=problem, text=text)
    response.status_code = problem.status
    if "retry_after" in problem.facts:
        response.headers["Retry-After"] = str(problem.facts["retry_after"])
    return response


def _page(template: str, **values: Any) -> Response:
    return make_response(render_template(template, **values))


def from_validation(error: ValidationError) -> Problem:
    """A pydantic refusal as one of ours: names the first field, says what to do."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or None
    if first["type"] == "missing":
        return _at_field("field.missing", N_("Something is missing: %(name)s. Fill it in."), field)
    return _at_field("field.wrong", N_("This cannot be right: %(name)s. Check it."), field)


def _at_field(code: str, text: str, field: str | None) -> Problem:
    return Problem(code, text, field=field, name=field or "?")


def _csrf(error: CSRFError) -> Response:
    return show_problem(
        Problem("csrf", N_("The page was open for too long. Load it again; what you entered is kept."), status=400)
    )


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    code, text = _HTTP.get(status, ("http", _BROKEN if status >= 500 else _HTTP[400][1]))
    response = show_problem(Problem(code, text, status=status))
    if status == 405:
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers["Allow"] = value
    return response


def _database(error: OperationalError) -> Response:
    """A full or busy database is the server's trouble: the phone must keep its record and come again."""
    log.exception("database trouble")
    cause = error.orig
    full = isinstance(cause, sqlite3.OperationalError) and "full" in str(cause)
    if full:
        return show_problem(Problem("disk_full", _FULL, status=507, retry_after=60))
    return show_problem(Problem("busy", _BUSY, status=503, retry_after=5))


def _disk(error: OSError) -> Response:
    log.exception("file trouble")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return show_problem(Problem("disk_full", _FULL, status=507, retry_after=60))
    return show_problem(Problem("busy", _BUSY, status=503, retry_after=5))


def _unknown(error: Exception) -> Response:
    log.exception("unexpected")
    return show_problem(Problem("broken", _BROKEN, status=500))
