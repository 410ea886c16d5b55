"""What the pages of this package share: the reader, places, and what came in by form or address."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_login import current_user
from sqlalchemy import select

from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.equipment.checklist import Checklist
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use


def reader() -> Any:
    return current_user._get_current_object()


def place_or_404(place_id: UUID | None) -> Place:
    place = db.session.get(Place, (current_user.site_id, place_id)) if place_id else None
    if place is None:
        raise NotHere("place")
    return place


def all_places() -> list[Any]:
    return places_in_use(current_user.site_id)


def titles() -> dict[str, dict[str, str]]:
    """The title of every list the site has or had, by code."""
    query = select(Checklist.code, Checklist.title_zh, Checklist.title_en).where(
        Checklist.site_id == current_user.site_id
    )
    rows = db.session.execute(query.order_by(Checklist.version))
    return {code: {"zh": zh, "en": en} for code, zh, en in rows}


def version_in(data: dict[str, Any]) -> int | None:
    text = str(data.get("version", ""))
    return int(text) if text.isdigit() else None


def uuid_in(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def day_in(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
