"""Cookie and token without the work that repeats: the same checks as Flask's and Flask-WTF's own."""

from functools import lru_cache

from flask import Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer


class KeptSerializer(SecureCookieSessionInterface):
    """Makes the cookie's serializer once, not for each request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._serializer(app, app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ()))

    @lru_cache(maxsize=8)  # noqa: B019 - one interface for each app, both live as long as the process
    def _serializer(self, app: Flask, *_keys: object) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(app)


class HeaderFirst(CSRFProtect):
    """Looks for the token in the header before it parses a body for it: scans and htmx send it there."""

    def _get_csrf_token(self) -> str | None:
        for name in current_app.config["WTF_CSRF_HEADERS"]:
            if token := request.headers.get(name):
                return str(token)
        return super()._get_csrf_token()
