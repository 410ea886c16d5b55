"""Fragments that hold nothing but words: rendered once for each language, not once for each page."""

from flask import Flask, current_app, render_template
from flask_babel import get_locale
from markupsafe import Markup


def init_once(app: Flask) -> None:
    app.extensions["fragments"] = {}
    app.jinja_env.globals["once"] = once


def once(template: str) -> Markup:
    """The fragment in the reader's language. It must depend on nothing else: no reader, no request, no time."""
    kept: dict[tuple[str, str], Markup] = current_app.extensions["fragments"]
    key = (template, str(get_locale()))
    if key not in kept:
        kept[key] = Markup(render_template(template))  # noqa: S704  a template of our own, escaped as all are
    return kept[key]
