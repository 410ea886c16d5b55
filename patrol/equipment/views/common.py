"""What the pages of this package share: the reader, places, and what came in by form or address."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.equipment.attributes import ATTRIBUTES
from patrol.equipment.checklist import Checklist
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use
from patrol.web.i18n import language, pick


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


@bp.app_template_filter("attribute_name")
def attribute_name(code: str) -> str:
    """ "door_class": what its field is called, in the reader's language."""
    one = ATTRIBUTES.get(code)
    return pick(one.name) if one else code


@bp.app_template_filter("ledger_value")
def ledger_value(text: Any, name: str) -> str:
    """A value as an item's file keeps it (always text), as a person reads it."""
    one = ATTRIBUTES.get(name.removeprefix("attributes."))
    if text in ("", "None", None):
        return "—"
    if one is not None and name.startswith("attributes."):
        return f"{one.shown(text, language())} {one.unit}".strip()
    if name == "type" and text in EQUIPMENT_TYPES:
        return pick(EQUIPMENT_TYPES[text].name)
    if name in ("made_on", "last_service"):
        return str(text)[:7]
    return {"True": gettext("yes"), "False": gettext("no")}.get(str(text), str(text))
