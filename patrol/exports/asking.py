"""What a form or a command asks for, checked: a period, tables, photos, or the scope of an inspector's bundle."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from patrol.core.db import db
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.equipment import Equipment
from patrol.exports.period_tables import TABLES
from patrol.exports.photo_zip import MOST_CHOSEN
from patrol.reviews.photo_log import SHOWS
from patrol.sites.place import Place

LONGEST = timedelta(days=366 * 5)
FORMATS = ("xlsx", "csv")
SCOPES = ("site", "building", "item")


def asked_days(first: str | None, last: str | None, today: date) -> dict[str, str]:
    """Business days, both counting. What has not come yet is left out."""
    begins, ends = _day(first, "first"), _day(last, "last")
    ends = min(ends, today)
    if begins > ends:
        raise Problem("export.days", N_("The first day comes after the last one, or has not come yet."), field="first")
    if ends - begins > LONGEST:
        raise Problem("export.long", N_("At most five years at once."), field="first")
    return {"first": begins.isoformat(), "last": ends.isoformat()}


def _day(text: str | None, name: str) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Problem("export.day", N_("Choose the first and the last day."), field=name) from None


def asked_tables(tables: Sequence[str], format: str, owners: bool) -> dict[str, Any]:
    chosen = [code for code in TABLES if code in tables]
    if not chosen:
        raise Problem("export.tables", N_("Choose at least one table."), field="table")
    if format not in FORMATS:
        raise Problem("export.format", N_("Choose Excel or CSV."), field="format")
    return {"tables": chosen, "format": format, "owners": owners}


def asked_photos(
    site_id: UUID, photos: Sequence[str], show: str | None, building: str | None, owners: bool
) -> dict[str, Any]:
    """photos: ids of chosen ones; without any, all of the period that the rest leaves."""
    if len(photos) > MOST_CHOSEN:
        raise Problem("export.photos", N_("At most %(most)s photos at once."), field="photo", most=MOST_CHOSEN)
    try:
        ids = [str(UUID(photo)) for photo in photos]
    except ValueError:
        raise NotHere("photo") from None
    asked: dict[str, Any] = {"photos": ids, "show": show if show in SHOWS else None, "owners": owners}
    asked["building"] = str(_building(site_id, building).id) if building else None
    return asked


def asked_scope(site_id: UUID, scope: str | None, building: str | None, item: str | None) -> dict[str, Any]:
    """site, building (with its place) or item (by id, or by its asset number)."""
    if scope not in SCOPES:
        raise Problem("export.scope", N_("Choose the site, a building or one item."), field="scope")
    if scope == "building":
        place = _building(site_id, building)
        return {"scope": scope, "id": str(place.id), "name": place.full_name}
    if scope == "item":
        row = _item(site_id, (item or "").strip())
        return {"scope": scope, "id": str(row.id), "name": row.code}
    return {"scope": scope, "id": None, "name": ""}


def _building(site_id: UUID, text: str | None) -> Place:
    try:
        place = db.session.get(Place, (site_id, UUID(text or "")))
    except ValueError:
        raise Problem("export.building", N_("Choose the building."), field="building") from None
    if place is None:
        raise NotHere("place")
    return place


def _item(site_id: UUID, text: str) -> Equipment:
    try:
        row = db.session.get(Equipment, (site_id, UUID(text)))
    except ValueError:
        row = db.session.query(Equipment).filter_by(site_id=site_id, code=text).one_or_none()
        if row is None:
            raise Problem(
                "export.item", N_("No item has this asset number. Look it up in the ledger."), field="item"
            ) from None
    if row is None:
        raise NotHere("equipment")
    return row
