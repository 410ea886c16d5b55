"""Security headers on every answer, and compression of pages."""

import gzip
import json
import logging
import time

from flask import Flask, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from patrol.web.inner import kept_name

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
_FIXED = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cache-Control": "private, no-store",
}
_SQUEEZED = ("text/html", "application/json", "text/csv", "image/svg+xml")
access_log = logging.getLogger("patrol.access")


def init_headers(app: Flask) -> None:
    # With LAN a phone may not trust the certificate yet; strict transport would lock it out of both ports for a year.
    secure = app.config["PUBLIC_URL"].startswith("https://") and not app.config["LAN"]
    fixed = _FIXED | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118  not a dict
        for name, value in fixed.items():
            if name.lower() not in given:
                response.headers.add(name, value)
        _squeeze(response)
        _log(response)
        return response


def _squeeze(response: Response) -> None:
    if (
        response.direct_passthrough
        or (response.content_length or 0) < 600
        or "Content-Encoding" in response.headers
        or response.mimetype not in _SQUEEZED
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return
    response.set_data(gzip.compress(response.get_data(), 5))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")


def _log(response: Response) -> None:
    """One JSON line a request; JSON so that nothing typed by anybody can forge a line."""
    if not access_log.isEnabledFor(logging.INFO) or request.endpoint == "assets.static_file" or kept_name():
        return
    signed_in = g.get("_login_user") is not None and current_user.is_authenticated
    access_log.info(
        json.dumps(
            {
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "method": request.method,
                "path": _path_without_secret(),
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
                "user": str(current_user.user_id) if signed_in else None,
            },
            ensure_ascii=True,
        )
    )


def _path_without_secret() -> str:
    """One-time links carry their secret in the address; the log is no place for it."""
    secret = (request.view_args or {}).get("secret")
    return request.path.replace(secret, "…") if secret else request.path
