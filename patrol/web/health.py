"""``/healthz``: whether this process answers and reaches its database; for proxies and scripts."""

from flask import Blueprint, Response
from sqlalchemy import text

from patrol.core.db import db
from patrol.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    db.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
