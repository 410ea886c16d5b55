"""Answers to htmx: a thin wrapper over htmx-flask 0.1.0, which predates htmx 4.

It mends what was seen to fail: reswap values it rejects, string triggers that break on Chinese text, the
missing Vary header. "Is this a fragment?" is ``HX-Request-Type: partial``; boosted links and history
restores are full pages.
"""

from typing import Any

from flask import redirect, render_template, request
from htmx_flask import make_response as htmx_response
from werkzeug.wrappers import Response


def is_fragment() -> bool:
    return request.headers.get("HX-Request-Type") == "partial"


def fragment(
    template: str,
    *,
    status: int = 200,
    trigger: dict[str, Any] | None = None,
    reswap: str | None = None,
    **values: Any,
) -> Response:
    response: Response = htmx_response(render_template(template, **values), trigger=trigger)
    response.status_code = status
    if reswap:
        response.headers["HX-Reswap"] = reswap
    response.headers.add("Vary", "HX-Request, HX-Request-Type")
    return response


def go(url: str) -> Response:
    """Go on to a page after a change: 303 for forms, HX-Redirect for htmx."""
    if request.headers.get("HX-Request"):
        response: Response = htmx_response("", redirect=url)
        return response
    return redirect(url, 303)
