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
    """Make and send the notices that are due. Safe to run twice, and from any machine."""
    app: Any = current_app
    new, sent = tick(app.app_context, Post.of(app.config))
    click.echo(f"{new} new notices, {sent} messages taken up.")
