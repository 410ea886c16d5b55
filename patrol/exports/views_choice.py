"""Door: photos to choose from for a ZIP."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.exports.asking import asked_days
from patrol.reviews.photo_log import photo_page, read_edge
from patrol.reviews.photo_plan import SHOWS, PhotoFilter
from patrol.web.access import needs

bp = Blueprint("photo_choice", __name__)


@bp.get("/exports/choice")
@needs("export")
def page() -> Any:
    """``first``, ``last``, ``show``, ``building``: as the form for a whole period has them."""
    args, today = request.args, business_day_of(current_user._get_current_object(), now())
    days = asked_days(args.get("first", str(today)), args.get("last", str(today)), today)
    show = args.get("show") if args.get("show") in SHOWS else None
    building = args.get("building", type=UUID)
    wanted = PhotoFilter(
        first=date.fromisoformat(days["first"]), last=date.fromisoformat(days["last"]), place=building, show=show,
        owners=False,
    )  # fmt: skip
    older, newer = read_edge(args.get("before")), read_edge(args.get("after"))
    found = photo_page(current_user.site_id, wanted, older_than=older, newer_than=newer)
    kept = {**days, "show": show or "", "building": str(building or "")}
    return render_template(
        "exports/choice.html",
        page=found,
        first=days["first"],
        last=days["last"],
        newer_url=f"/exports/choice?{urlencode({**kept, 'after': found.newer})}" if found.newer else None,
        older_url=f"/exports/choice?{urlencode({**kept, 'before': found.older})}" if found.older else None,
    )
