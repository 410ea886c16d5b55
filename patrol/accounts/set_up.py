"""The first start: a site, and the person who runs it, from a one-time link."""

from datetime import datetime

from patrol.accounts.change_people import check_numbers, join_site
from patrol.accounts.device import Ticket
from patrol.accounts.person_fields import PersonFields
from patrol.accounts.tickets import use_ticket
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.sites.change import SiteSettings, make_site
from patrol.sites.site import Site


def set_up_site(
    ticket: Ticket,
    settings: SiteSettings,
    fields: PersonFields,
    *,
    password_hash: str | None,
    known: User | None,
    at: datetime,
) -> tuple[Site, User]:
    """Use the ticket up and make the site with its manager.

    known: somebody with an account already, whose password the door has checked; then ``fields`` and
    ``password_hash`` are not used. Everything fails together: a Problem leaves the ticket good.
    """
    use_ticket(ticket, at)
    settings.check()
    user = known or _new_manager(fields, password_hash, at)
    site = make_site(settings, by=user.id, at=at)
    join_site(site.id, user, "site_manager", "management", by=user.id, at=at)
    return site, user


def _new_manager(fields: PersonFields, password_hash: str | None, at: datetime) -> User:
    check_numbers(fields, None)
    user = User(
        id=uuid7(),
        name=fields.name,
        staff_no=fields.staff_no,
        phone=fields.phone,
        language=fields.language,
        password_hash=password_hash,
        created_at=at,
    )
    db.session.add(user)
    db.session.flush()
    return user
