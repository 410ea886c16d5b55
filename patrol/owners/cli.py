"""``patrol forget``."""

import click
from flask.cli import with_appcontext

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.owners.forget import forget_owners, is_due
from patrol.sites.site import Site, all_sites


@click.command("forget")
@with_appcontext
def forget_command() -> None:
    """Delete owners' names, telephones and flats whose time is over; the tick does the same by and by."""
    for site_id in [site.id for site in all_sites()]:
        site, forgotten = db.session.get_one(Site, site_id), 0
        while is_due(site, now()):
            with write(site_id):
                forgotten += forget_owners(site, now())
        click.echo(f"{site.name}: {forgotten} owners forgotten, {site.owner_days} days after their orders were over.")
