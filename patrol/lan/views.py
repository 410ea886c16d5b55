"""The set-up page: an app of its own on plain http, with the authority to install and nothing of Patrol's data."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from flask_babel import Babel
from flask_babel import gettext as _

from patrol import settings
from patrol.lan.authority import Authority, kept_authority
from patrol.lan.profile import mobileconfig
from patrol.sites.symbol import symbol
from patrol.translations import FOLDER
from patrol.web.assets import Assets
from patrol.web.i18n import LOCALES

bp = Blueprint("setup_page", __name__)
FILES = ("app.css", "css/sheets/install.css", "vendor/icons.svg", "img/logo.svg")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_setup_app(values: dict[str, Any] | None = None) -> Flask:
    """It has no database, no session and no secret key."""
    values = values or settings.load()
    home = settings.home()
    app = Flask("patrol.lan", template_folder=str(home / "templates"), static_folder=None)
    app.config.update(INSTANCE=Path(values["INSTANCE"]), PUBLIC_URL=values["PUBLIC_URL"])
    app.config.update(BABEL_TRANSLATION_DIRECTORIES=str(FOLDER), BABEL_DEFAULT_LOCALE=LOCALES["zh"])
    Babel(app, locale_selector=lambda: LOCALES[_language()])
    app.extensions["assets"] = Assets(home / "static", live=False)
    app.jinja_env.globals.update(asset=lambda name: f"/{name}", language=_language)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(bp)
    app.after_request(_with_headers)
    return app


def _language() -> str:
    wish = request.args.get("lang")
    if wish in LOCALES:
        return wish
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "zh-TW", "en", "en-US", "en-GB"])
    return "en" if best and best.startswith("en") else "zh"


def _with_headers(reply: Response) -> Response:
    reply.headers.update(HEADERS)
    return reply


@bp.get("/")
def page() -> str:
    by, url = _authority(), current_app.config["PUBLIC_URL"]
    agent = request.user_agent.string
    return render_template(
        "lan/setup.html",
        url=url,
        code=symbol(url),
        name=by.name,
        fingerprint=by.fingerprint,
        iphone_first="iPhone" in agent or "iPad" in agent,
        wechat="MicroMessenger" in agent,
    )


@bp.get("/patrol-ca.crt")
def certificate() -> Response:
    return Response(_authority().der, mimetype="application/x-x509-ca-cert")


@bp.get("/patrol.mobileconfig")
def profile() -> Response:
    title, text = _("Patrol in this network"), _("Lets this iPhone trust Patrol on its own machine, and nothing else.")
    return Response(mobileconfig(_authority(), title=title, text=text), mimetype="application/x-apple-aspen-config")


@bp.get("/<path:name>")
def file(name: str) -> Response:
    found = current_app.extensions["assets"].read(name) if name in FILES else None
    if found is None:
        abort(404)
    return Response(found[0], mimetype=found[2])


def _authority() -> Authority:
    return kept_authority(current_app.config["INSTANCE"])
