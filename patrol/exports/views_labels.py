"""Door: label sheets for A4 printers and single labels for label printers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.problems import N_, Problem
from patrol.exports.label_sheet import SheetPage, sheet_pages
from patrol.rounds.route import route_here, stops_of
from patrol.sites.label import labels_for_sheet
from patrol.sites.place import place_here
from patrol.sites.site import site_by_id
from patrol.web.access import needs

bp = Blueprint("labels", __name__)
MOST_PLACES = 400


@bp.get("/labels/sheet")
@needs("label.issue")
def sheet() -> Any:
    """``route``: that route's points in walking order; ``places``: ids, by commas or repeated; else all."""
    title, wanted = _wanted()
    labels = labels_for_sheet(current_user.site_id, wanted)
    if not labels:
        raise Problem("label.none", N_("None of these places has a label yet. Make them first."), status=404)
    return render_template("exports/labels.html", **sheet_values(current_user.site_id, title, labels))


@bp.get("/labels/single/<uuid:place_id>")
@needs("label.issue")
def single(place_id: UUID) -> Any:
    """One label of 50 mm for a label printer."""
    place = place_here(current_user.site_id, place_id)
    labels = labels_for_sheet(place.site_id, [place_id])
    if not labels:
        raise Problem("label.none", N_("None of these places has a label yet. Make them first."), status=404)
    return render_template("exports/label_single.html", **sheet_values(place.site_id, "", labels), place=place)


def sheet_values(site_id: UUID, title: str, labels: list[Any]) -> dict[str, Any]:
    """Everything a sheet's template needs; the command line writes the same sheet to a file."""
    site = site_by_id(site_id)
    assert site is not None
    config = current_app.config
    pages: list[SheetPage] = sheet_pages(site_id, labels, config["PUBLIC_URL"], bool(config["LOWER_CASE_LABELS"]))
    return {
        "site": site, "title": title or _("All points"), "pages": pages,
        "printed_on": now().astimezone(site.zone).date(),
    }  # fmt: skip


def _wanted() -> tuple[str, list[UUID] | None]:
    route_id = request.args.get("route", type=UUID)
    if route_id is not None:
        route = route_here(current_user.site_id, route_id)
        return route.name, [stop.place_id for stop in stops_of(route)]
    texts = ",".join(request.args.getlist("places")).split(",")
    if texts == [""]:
        return "", None
    try:
        ids = [UUID(text) for text in texts[:MOST_PLACES] if text]
    except ValueError as error:
        raise Problem("label.places", N_("There is nothing here. Go back and look again."), status=404) from error
    return _("Chosen points"), ids
