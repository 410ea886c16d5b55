"""Somebody without a sign-in, as the verbs want a Reader: of one site, with no role and no name."""

from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Here, Reader
from patrol.core.db import db
from patrol.sites.label import Label, label_by_code
from patrol.sites.place import Place
from patrol.sites.site import Site


def visitor_of(site: Site) -> Reader:
    here = Here(site.id, site.name, "", "", site.timezone, site.day_start, tuple(site.shifts), "", site.post_phone)
    nobody: UUID = None  # type: ignore[assignment]
    return Reader(
        user_id=nobody, name="", staff_no="", language=None, theme="auto", device_id=None, here=here, sites=(here,)
    )


def door_of(code: str) -> tuple[Site, Place | None] | None:
    """The site, and the place, that a public address names: a label's code, or the site's own link.

    None when there is no such address, when the site takes no reports this way, or when the label was revoked
    and its place is gone: all answer alike.
    """
    site = db.session.scalars(select(Site).where(Site.report_code == code[:64], Site.report_code != "")).first()
    if site is not None:
        return (site, None) if site.public_reports else None
    label, _state = label_by_code(code)
    return _of_label(label) if label is not None else None


def _of_label(label: Label) -> tuple[Site, Place | None] | None:
    site = db.session.get_one(Site, label.site_id)
    place = db.session.get_one(Place, (label.site_id, label.place_id))
    return (site, place) if site.public_reports and place.retired_at is None else None
