"""Which kind of export is made by what. asked: as its row keeps it."""

from datetime import date, datetime
from pathlib import Path

from patrol.core.db import db
from patrol.exports.bundle import make_bundle
from patrol.exports.export import Export
from patrol.exports.kit import Kit
from patrol.exports.made import Made, Steps
from patrol.exports.period_tables import make_tables
from patrol.exports.photo_zip import make_photos
from patrol.exports.tables_of.table import Period
from patrol.sites.site import Site


def make(row: Export, part: Path, folder: Path, steps: Steps, kit: Kit, at: datetime) -> Made:
    """Write the whole file to ``part``; ``folder`` is for what is on the way and goes afterwards."""
    period = period_of(row, kit, at)
    if row.kind == "tables":
        return make_tables(row.asked, period, part, folder, steps, kit)
    if row.kind == "photos":
        return make_photos(row.asked, period, part, folder, steps, kit)
    return make_bundle(row, period, part, folder, steps, kit)


def period_of(row: Export, kit: Kit, at: datetime) -> Period:
    site = db.session.get_one(Site, row.site_id)
    db.session.expunge(site)
    first, last = date.fromisoformat(row.asked["first"]), date.fromisoformat(row.asked["last"])
    owners = bool(row.asked.get("owners"))
    return Period(site, first, last, at, kit.words, kit.pick, kit.title, owners)
