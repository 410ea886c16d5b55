"""How Patrol comes onto the home screen, in pictures, and what to do about a connection that is not safe."""

from typing import Any

from flask import Blueprint, current_app, render_template, request

from patrol.lan.reach import setup_url
from patrol.web.access import public
from patrol.web.i18n import language

bp = Blueprint("install", __name__)


@bp.get("/install")
@public
def page() -> str:
    """The reader's own kind of phone first; the others follow, since the name a browser gives itself is a guess."""
    return render_template("pwa/install.html", kinds=_kinds(request.user_agent.string), page_lang=language())


def _kinds(agent: str) -> list[str]:
    kinds = ["iphone", "android"] if "iPhone" in agent or "iPad" in agent else ["android", "iphone"]
    return ["wechat", *kinds] if "MicroMessenger" in agent else [*kinds, "wechat"]


@bp.app_context_processor
def where_to_set_up() -> dict[str, Any]:
    """With LAN: the page that explains the certificate; else None."""
    config = current_app.config
    return {"lan_setup_url": setup_url(config["PUBLIC_URL"], config["LAN_SETUP_PORT"]) if config["LAN"] else None}
