"""Which site a command is about, and in whose name it acts there."""

import click
from sqlalchemy import select

from patrol.accounts.reader import Here, Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.sites.site import Site, all_sites


def named_site(name: str | None) -> Site:
    sites = all_sites()
    found = [site for site in sites if name is None or site.name == name]
    if len(found) != 1:
        known = ", ".join(site.name for site in sites) or "none yet"
        raise click.ClickException(f"Name one site. Sites here: {known}.")
    return found[0]


def manager_of(site: Site) -> Reader:
    """The command acts for the site's manager, in whose name it stands in the journal."""
    row = db.session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.site_id == site.id, Membership.role == "site_manager", Membership.ended_at.is_(None))
        .order_by(Membership.since)
    ).first()
    if row is None:
        raise click.ClickException("This site has no manager yet: run `patrol setup` first.")
    here = Here(site.id, site.name, row.Membership.role, row.Membership.team, site.timezone, site.day_start)
    return Reader(row.User.id, row.User.name, row.User.staff_no, None, "auto", None, here, (here,))
