"""``patrol tick``."""

from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from patrol.notices.send import Post
from patrol.notices.tick import tick


@click.command("tick")
@with_appcontext
def tick_command() -> None:
    """Make and send the notices that are due, then make the files that wait. Safe to run twice, from any machine."""
    app: Any = current_app
    new, sent = tick(app.app_context, Post.of(app.config))
    real = app._get_current_object()
    more = [f"{run(real)} {name}" for name, run in app.extensions["tick_more"].items()]
    click.echo(", ".join([f"{new} new notices", f"{sent} messages taken up", *more]) + ".")
