"""The author of a record as a Reader, when somebody else brings the record in for him."""

from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Here, Reader
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.sites.site import Site


def reader_as(user_id: UUID, site_id: UUID) -> Reader | None:
    """This person at this site with his or her own role and no device; None for whoever is not of the site now."""
    query = (
        select(User, Membership, Site)
        .join(Membership, Membership.user_id == User.id)
        .join(Site, Site.id == Membership.site_id)
        .where(User.id == user_id, Site.id == site_id, Membership.ended_at.is_(None))
    )
    row = db.session.execute(query.limit(1)).first()
    if row is None:
        return None
    user, member, site = row
    here = Here(site.id, site.name, member.role, member.team, site.timezone, site.day_start, tuple(site.shifts))
    return Reader(
        user_id=user.id,
        name=user.name,
        staff_no=user.staff_no,
        language=user.language,
        theme=user.theme,
        device_id=None,
        here=here,
        sites=(here,),
    )
