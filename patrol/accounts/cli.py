"""``patrol setup``: the one-time link for the first manager."""

import click
from flask import current_app
from flask.cli import with_appcontext

from patrol.accounts.tickets import new_ticket
from patrol.core.clock import now
from patrol.core.db import write


@click.command("setup")
@with_appcontext
def setup_command() -> None:
    """Print a link, good for 30 minutes and once, with which the first manager makes a site and an account."""
    from patrol.serve import bring_up_to_date

    bring_up_to_date()
    with write():
        secret = new_ticket("setup", user_id=None, site_id=None, by=None, at=now())
    click.echo(f"{current_app.config['PUBLIC_URL'].rstrip('/')}/setup/{secret}")
    click.echo("Open it within 30 minutes. It works once; run `patrol setup` again for another.")
