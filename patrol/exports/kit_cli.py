"""What the makers need of this app: for the ticks, the commands and a page that answers at once."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from flask_babel import force_locale, gettext
from markupsafe import Markup

from patrol.core.clock import now
from patrol.core.db import db
from patrol.exports.kit import Kit
from patrol.exports.run import run_due, tidy
from patrol.photos.stamp import find_font
from patrol.photos.storage import shelf
from patrol.web.i18n import LOCALES, pick


def kit_of(app: Flask) -> Kit:
    config, filters = app.config, app.jinja_env.filters
    return Kit(
        folder=Path(config["INSTANCE"]) / "exports",
        store=shelf(app),
        font=find_font(config["FONT"]),
        reserve=config["DISK_RESERVE"],
        days=config["EXPORT_DAYS"],
        speak=lambda code: _speaking(app, code),
        words=gettext,
        pick=pick,
        title=filters["order_title"],
        render=render_template,
        css=lambda: _css(app),
        logo=lambda: _logo(app),
    )


@contextmanager
def _speaking(app: Flask, code: str) -> Iterator[None]:
    """A context of its own: its words are looked up anew, and its session ends with it."""
    with app.app_context(), app.test_request_context(), force_locale(LOCALES[code]):
        try:
            yield
        finally:
            db.session.remove()


def _css(app: Flask) -> str:
    """The whole look of a paper, for a file that needs nothing else."""
    assets: Any = app.extensions["assets"]
    sheets = (assets.root / "css" / "sheets" / name for name in ("papers.css", "bundle.css"))
    css = assets.css_bundle().decode() + "".join(sheet.read_text("utf-8") for sheet in sheets)
    return Markup(css)  # noqa: S704 - our own style sheets


def _logo(app: Flask) -> str:
    assets: Any = app.extensions["assets"]
    return "data:image/svg+xml;base64," + base64.b64encode((assets.root / "img" / "logo.svg").read_bytes()).decode()


def run_exports(app: Flask, at: datetime | None = None) -> int:
    """What a tick does: the files that wait, then the old ones. Returns how many jobs were taken up."""
    with app.app_context():
        kit = kit_of(app)
        try:
            count = run_due(kit)
            tidy(kit, at or now())
        finally:
            db.session.remove()
    return count
