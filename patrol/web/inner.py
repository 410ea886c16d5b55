"""A page made for keeping on the phone: the same view and template, asked from within another request.

Such a page holds no CSRF token (the outbox fetches a fresh one before it sends) and says on <body> that it is kept.
"""

import logging
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.test import EnvironBuilder

log = logging.getLogger(__name__)
KEPT = "patrol.kept"  # a key of our own: no header of a client can become one


def kept_name() -> str:
    """What the page being made is kept as; "" for a page that is only looked at."""
    return str(request.environ.get(KEPT, "")) if request else ""


def init_inner(app: Flask) -> None:
    @app.context_processor
    def kept() -> dict[str, Any]:
        return {"kept": kept_name()}


def inner_page(path: str, kept_as: str) -> str | None:
    """The page at this address as the person asking would get it; None unless it answers 200 with HTML."""
    response = inner_answer(path, kept_as)
    if response.status_code != 200 or response.mimetype != "text/html":
        log.warning("%s cannot be kept: %s", path, response.status)
        return None
    return response.get_data(as_text=True)


def inner_answer(path: str, kept_as: str = "") -> Response:
    """What this address answers the person asking, read to its end."""
    passed_on = ("Cookie", "Accept-Language", "User-Agent")
    headers = [(name, request.headers[name]) for name in passed_on if name in request.headers]
    builder = EnvironBuilder(path=path, base_url=request.host_url, headers=headers)
    environ = {**builder.get_environ(), KEPT: kept_as, "REMOTE_ADDR": request.remote_addr or ""}
    with current_app.request_context(environ):
        response = current_app.full_dispatch_request()
        response.direct_passthrough = False  # a file is read here, not by the server
        response.get_data()
        return response
