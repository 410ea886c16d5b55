"""What makes the pages installable: the service worker, the manifest and the page for no signal."""

import hashlib
import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from patrol.web.access import public
from patrol.web.assets import Assets

bp = Blueprint("pwa", __name__)

WORKER = Path(__file__).with_name("sw.js")

BEHAVIOURS = (
    "about-phone",
    "bell",
    "checklist",
    "chips-other",
    "confirm-sheet",
    "due-card",
    "ghost-camera",
    "hazard-category",
    "install-hint",
    "item-acts",
    "needs-proof",
    "offline-page",
    "outbox-pill",
    "photo-picker",
    "place-picker",
    "queue-card",
    "record-form",
    "round-hero",
    "scanner",
    "sent-list",
    "signature",
)
OFFLINE_MODULES = (
    "beads",
    "clock",
    "code",
    "drafts",
    "due",
    "edit",
    "export",
    "fact",
    "findings",
    "hero",
    "kept",
    "local",
    "nfc",
    "outbox",
    "pack",
    "position",
    "records",
    "room",
    "save",
    "sender",
    "settled",
    "slots",
    "repair",
    "verdict",
    "walk",
    "words",
)
SENDER = "js/offline/sender.js"

# Kept on the phone from the first visit: what a guard needs in a basement, and no more (110 KB compressed).
SHELL = (
    "app.css",
    "css/sheets/hazards.css",
    "css/sheets/handover.css",
    "css/sheets/owners.css",
    "css/sheets/roster.css",
    "img/logo.svg",
    "vendor/icons.svg",
    "vendor/idb.js",
    "vendor/qr/decode.js",
    "vendor/qr/index.js",
    "js/app.js",
    "js/grade.js",
    *(f"js/behaviours/{name}.js" for name in BEHAVIOURS),
    *(
        f"js/kept/{name}.js"
        for name in (
            "checklist",
            "checklists",
            "hazard",
            "not-reached",
            "order",
            "orders",
            "repair",
            "round",
            "visit",
            "work-log",
        )
    ),
    *(f"js/offline/{name}.js" for name in OFFLINE_MODULES),
    *(f"js/photos/{name}.js" for name in ("camera", "decode", "exif", "pixels", "press", "reader", "shrink")),
    "js/workers/qr.js",
    "js/workers/shrink.js",
)
LANGUAGES = {"zh": ("zh_Hans_CN", "zh-CN"), "en": ("en", "en")}
ICONS = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)
SCREENSHOTS = (
    ("img/screenshot-today.png", "720x1560"),
    ("img/screenshot-scan.png", "720x1560"),
)


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """With ?sends it is a module and empties the outbox by itself; browsers without such workers take the plain one."""
    shell = [_asset(path) for path in SHELL if path == "app.css" or _exists(path)]
    offline = url_for("pwa.offline")
    text = WORKER.read_text(encoding="utf-8")
    version = hashlib.sha256("\n".join([*shell, text]).encode()).hexdigest()[:16]
    head = "".join(
        f"const {name} = {json.dumps(value)}\n"
        for name, value in (("VERSION", version), ("SHELL", shell), ("OFFLINE", offline), ("ICON", _asset(ICONS[0][0])))
    )
    if "sends" in request.args:
        head = f'import {{ sendFromWorker }} from "{_asset(SENDER)}"\nself.sendFromWorker = sendFromWorker\n' + head
    reply = Response(head + text, mimetype="text/javascript")
    reply.headers["Service-Worker-Allowed"] = "/"
    reply.headers["Cache-Control"] = "no-cache"
    return reply


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """The manifest in the language of ?lang= (zh or en), so that the home screen shows the user's own words."""
    locale, lang = LANGUAGES.get(request.args.get("lang", ""), LANGUAGES["zh"])
    with force_locale(locale):
        text = json.dumps(_manifest(lang), ensure_ascii=False)
    reply = Response(text, mimetype="application/manifest+json")
    reply.headers["Cache-Control"] = "public, max-age=3600"
    return reply


@bp.get("/offline")
@public
def offline() -> str:
    """Holds nothing personal: it is kept on the phone whoever is signed in."""
    return render_template("pwa/offline.html")


def _manifest(lang: str) -> dict[str, Any]:
    return {
        "id": "/",
        "name": _("Patrol & inspection"),
        "short_name": _("Patrol"),
        "description": _("Rounds, hazards and checklists on site, with or without signal"),
        "lang": lang,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#F2F3EF",
        "theme_color": "#073B39",
        "icons": [
            {"src": _asset(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for path, sizes, purpose in ICONS
            if _exists(path)
        ],
        "screenshots": [
            {"src": _asset(path), "sizes": sizes, "type": "image/png", "form_factor": "narrow"}
            for path, sizes in SCREENSHOTS
            if _exists(path)
        ],
        "shortcuts": [
            {"name": _("Scan"), "url": "/scan"},
            {"name": _("Report a hazard"), "url": "/hazards/new"},
            {"name": _("Today"), "url": "/today"},
        ],
    }


def _asset(path: str) -> str:
    """The versioned address of a static file."""
    assets: Assets = current_app.extensions["assets"]
    return assets.url(path)


def _exists(path: str) -> bool:
    assets: Assets = current_app.extensions["assets"]
    return assets.exists(path)
