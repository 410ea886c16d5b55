"""Cookie and token without the work that repeats: the same checks as Flask's and Flask-WTF's own.

A phone sends the same cookie and the same token with every record. A signature that held once holds as long as the
keys do, so that of the last ones is not made again; whatever did not hold is looked at anew, the framework's way.
"""

import hmac
import time
from functools import lru_cache
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer

KEPT = 1024


class KeptSerializer(SecureCookieSessionInterface):
    """Makes the cookie's serializer once, not for each request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._serializer(app, app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ()))

    @lru_cache(maxsize=8)  # noqa: B019 - one interface for each app, both live as long as the process
    def _serializer(self, app: Flask, *_keys: object) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        serializer, cookie = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if serializer is not None and cookie:
            try:
                said, signed_at = _plain(serializer, cookie)
            except BadData:
                return super().open_session(app, request)
            if 0 <= time.time() - signed_at <= app.config["PERMANENT_SESSION_LIFETIME"]:
                return self.session_class(said)
        return super().open_session(app, request)


class HeaderFirst(CSRFProtect):
    """Looks for the token in the header before it parses a body for it: scans and htmx send it there."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """A good token in the header is enough: Patrol's tokens know no age, and its sessions end of themselves."""
        if request.method != "GET" and self._good(self._in_header()):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions)

    def _get_csrf_token(self) -> str | None:
        return self._in_header() or super()._get_csrf_token()

    def _in_header(self) -> str | None:
        for name in current_app.config["WTF_CSRF_HEADERS"]:
            if token := request.headers.get(name):
                return str(token)
        return None

    def _good(self, token: str | None) -> bool:
        wanted = session.get("csrf_token")
        if not token or not wanted:
            return False
        try:
            return hmac.compare_digest(wanted, _signed(str(current_app.secret_key), token))
        except BadData:
            return False


class _NotPlain(BadData):
    pass


@lru_cache(maxsize=KEPT)
def _plain(serializer: URLSafeTimedSerializer, cookie: str) -> tuple[dict[str, Any], float]:
    """What a cookie says and when it was signed; only if nothing in it could be changed by who reads it."""
    said, signed_at = serializer.loads(cookie, return_timestamp=True)
    if not all(isinstance(value, str | int | None) for value in said.values()):
        raise _NotPlain("a list of messages, for one")
    return said, signed_at.timestamp()


@lru_cache(maxsize=KEPT)
def _signed(key: str, token: str) -> Any:
    return URLSafeTimedSerializer(key, salt="wtf-csrf-token").loads(token)
