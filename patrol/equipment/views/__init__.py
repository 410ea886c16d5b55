"""Door: what is due, checklists filled, inspections, the ledger of equipment, a site's lists. One blueprint."""

from flask import Blueprint

bp = Blueprint("equipment", __name__)

from patrol.equipment.views import (  # noqa: E402
    dates,
    due,
    file,
    fill,
    footage,
    inspections,
    item,
    ledger,
    lists,
    not_reached,
    readings,
    sent,
    supplies,
    together,
)

__all__ = [
    "bp",
    "dates",
    "due",
    "file",
    "fill",
    "footage",
    "inspections",
    "item",
    "ledger",
    "lists",
    "not_reached",
    "readings",
    "sent",
    "supplies",
    "together",
]
