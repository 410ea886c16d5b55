"""Door: what stands beside a place's form — its label, what is here, who changed what — in words."""

from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.hazards.hazard import Hazard
from patrol.journal.entry import history
from patrol.photos.photo import photos_of
from patrol.rounds.presence import questions_of
from patrol.rounds.route import routes_with
from patrol.sites.label import current_label, label_url, labels_of
from patrol.sites.label_symbol import symbols_for
from patrol.sites.place import Place
from patrol.sites.place_types import KIND_NAMES, PLACE_TYPES, TAGS
from patrol.sites.symbol import grouped
from patrol.web.i18n import pick


def about(place: Place) -> dict[str, Any]:
    """What stands beside the form: label, way photo, what is here, who changed what."""
    site_id = place.site_id
    label_now = current_label(site_id, place.id)
    url = (
        label_url(label_now.code, current_app.config["PUBLIC_URL"], bool(current_app.config["LOWER_CASE_LABELS"]))
        if label_now
        else ""
    )
    way = photos_of(site_id, "place", [place.id])[place.id]
    return {
        "label": label_now, "url": url, "grouped": grouped,
        "symbol": symbols_for(site_id, {label_now.id: url})[label_now.id] if label_now else None,
        "labels": labels_of(site_id, place.id),
        "way": way[-1] if way else None,
        "questions": questions_of(site_id, place.id),
        "routes": routes_with(site_id, place.id),
        "equipment_count": _count(Equipment, site_id, place.id),
        "hazard_count": _count(Hazard, site_id, place.id),
        "history": _history(site_id, place.id),
    }  # fmt: skip


def _count(model: Any, site_id: UUID, place_id: UUID) -> int:
    query = select(func.count()).select_from(model).where(model.site_id == site_id, model.place_id == place_id)
    return db.session.scalar(query) or 0


def _history(site_id: UUID, place_id: UUID) -> list[dict[str, Any]]:
    """The journal's lines about this place as sentences, newest first."""
    entries = history(site_id, "place", place_id)[::-1][:30]
    people = {entry.user_id for entry in entries if entry.user_id}
    names = {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(people)))}
    return [{"at": entry.at, "by": names.get(entry.user_id, ""), "text": _told(entry)} for entry in entries]


def _told(entry: Any) -> str:
    detail = entry.detail
    if entry.verb == "place.changed":
        return _("Changed: %(fields)s", fields=_("; ").join(_field(key, pair) for key, pair in detail.items()))
    if entry.verb == "label.revoked":
        return _("Label %(version)s ended: %(reason)s", version=detail["version"], reason=detail["reason"])
    if entry.verb == "label.issued":
        return _("Label %(version)s issued", version=detail["version"])
    return {
        "question.added": _("Question added"), "question.retired": _("Question taken away"),
        "place.added": _("Added"), "place.retired": _("Taken out of use"), "place.restored": _("Back in use"),
    }.get(entry.verb, entry.verb)  # fmt: skip


def _field(key: str, pair: list[Any]) -> str:
    name = field_names().get(key, key)
    if key == "look_for":
        return name
    if key == "tags":
        pair = [_(", ").join(pick(TAGS[tag]) for tag in tags) or "—" for tags in pair]
        return f"{name} {pair[0]} → {pair[1]}"
    names = {"kind": KIND_NAMES, "type": PLACE_TYPES}.get(key, {})
    old, new = (pick(names[value]) if value in names else "—" if value in (None, "") else value for value in pair)
    return f"{name} {old} → {new}"


def field_names() -> dict[str, str]:
    return {
        "name": _("Name of the place"), "kind": _("Kind of place"), "full_name": _("Full name"),
        "number": _("Number on the label"), "type": _("Type"),
        "lat": _("Latitude"), "lon": _("Longitude"), "radius_m": _("Radius"), "note": _("How to get there"),
        "look_for": _("What to look at"), "tags": _("In bad weather"), "sort": _("Order"),
        "parent_id": _("Place above"),
    }  # fmt: skip


def icon_names() -> dict[str, str]:
    """The pictures a line of what to look at may carry, by name."""
    return {
        "eye": _("Look"), "door": _("Door"), "window": _("Window"), "fire-extinguisher": _("Extinguisher"),
        "fire-hydrant": _("Hydrant"), "gauge": _("Gauge"), "bulb": _("Light"), "elevator": _("Lift"),
        "stairs": _("Stairs"), "droplet": _("Water"), "flame": _("Fire"), "bolt": _("Electricity"), "car": _("Car"),
        "motorbike": _("E-bike"), "device-cctv": _("Camera"), "alarm-smoke": _("Smoke detector"), "tree": _("Tree"),
        "wall": _("Wall"), "fence": _("Fence"), "lock": _("Lock"), "temperature": _("Temperature"),
    }  # fmt: skip
