"""Door: what is due, checklists filled, inspections, the ledger of equipment, a site's lists. One blueprint."""

from flask import Blueprint

bp = Blueprint("equipment", __name__)

from patrol.equipment.views import due, file, fill, inspections, item, ledger, lists, together  # noqa: E402

__all__ = ["bp", "due", "file", "fill", "inspections", "item", "ledger", "lists", "together"]
