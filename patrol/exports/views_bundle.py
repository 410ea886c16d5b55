"""Door: the document of an inspector's bundle, to look at and print; a large one is made as a file."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request
from flask_login import current_user

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, Problem
from patrol.exports.asking import asked_days, asked_scope
from patrol.exports.bundle import journal_head
from patrol.exports.bundle_coverage import CoverageByMonth
from patrol.exports.bundle_document import Counts, Document
from patrol.exports.bundle_facts import hazard_pages, item_pages, place_checks
from patrol.exports.bundle_scope import Scope, fits_a_page
from patrol.exports.kit_cli import kit_of
from patrol.exports.tables_of.table import Period
from patrol.journal.entry import note
from patrol.sites.site import Site
from patrol.web.access import confirmed, needs

bp = Blueprint("bundle", __name__)


@bp.get("/bundle")
@needs("export")
@confirmed
def page() -> Any:
    """``scope``, ``building`` or ``item``, ``first``, ``last``."""
    by: Reader = current_user._get_current_object()
    args, at = request.args, now()
    if not args:
        return redirect("/exports?tab=bundle", 303)
    today = business_day_of(by, at)
    days = asked_days(args.get("first"), args.get("last"), today)
    asked = asked_scope(by.site_id, args.get("scope"), args.get("building"), args.get("item"))
    kit = kit_of(current_app._get_current_object())  # type: ignore[attr-defined]
    site, (first, last) = db.session.get_one(Site, by.site_id), map(date.fromisoformat, days.values())
    scope = Scope.of(asked, Period(site, first, last, at, kit.words, kit.pick, kit.title))
    if not fits_a_page(scope):
        raise Problem("bundle.large", N_("This is too much for one page. Make the bundle as a ZIP, or ask for less."))
    with write(by.site_id):
        note("bundle.printed", "site", by.site_id, site_id=by.site_id, by=by.user_id, at=at, asked={**asked, **days})
    return render_template("exports/bundle/page.html", **_values(scope, kit, today, args))


def _values(scope: Scope, kit: Any, today: date, args: Any) -> dict[str, Any]:
    counts, months = Counts(), CoverageByMonth(scope, today)
    document = Document(scope, kit, lambda photo: f"/photos/{photo.id}/stamped.jpg" if photo.sha256 else "")
    pages, checks, hazards = list(item_pages(scope)), list(place_checks(scope)), list(hazard_pages(scope))
    for files in pages:
        counts.add_items(files)
        months.add(files)
    for part in checks:
        counts.add_checks(part)
    for found in hazards:
        counts.add_hazards(found)
    counts.add_photos(check for files in pages for file in files for check in file.checks)
    counts.add_photos(check for part in checks for check in part)
    counts.add_photos(file for found in hazards for file in found)
    return {
        **document.context(), "counts": counts, "months": months.shown, "pages": pages, "checks_of_places": checks,
        "hazards": hazards, "head": journal_head(scope.site_id), "export_id": None,
        "logo": current_app.extensions["assets"].url("img/logo.svg"), "back_url": "/exports?tab=bundle",
        "ask_url": f"/exports?{urlencode({'tab': 'bundle', **args})}",
    }  # fmt: skip
