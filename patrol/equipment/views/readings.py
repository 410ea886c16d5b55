"""Readings: a month of every number that lists ask for, and one of them over time."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.business_day import month_bounds, parse_month
from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.equipment.checklist import current
from patrol.equipment.equipment import find_equipment
from patrol.equipment.judge import bounds
from patrol.equipment.readings import readings_of, series
from patrol.equipment.views import bp
from patrol.equipment.views.common import place_or_404, reader, uuid_in
from patrol.sites.site import Site
from patrol.web.access import needs

SPANS = {"month": 31, "quarter": 92, "year": 366}


@bp.get("/readings")
@needs("review.see", "equipment.see")
def readings() -> Any:
    by = reader()
    today = business_day_of(by, now())
    first, last = month_bounds(_month(today))
    return render_template(
        "equipment/readings.html",
        rows=readings_of(db.session.get_one(Site, by.site_id), first, today),
        first=first,
        earlier=first - timedelta(days=1),
        later=last + timedelta(days=1),
        today=today,
    )


@bp.get("/readings/<code>/<item>")
@needs("review.see", "equipment.see")
def reading(code: str, item: str) -> Any:
    """?equipment= or ?place=: one thing over time; neither: all its things in a month."""
    by = reader()
    checklist = current(by.site_id, code)
    asked = checklist.item(item)
    if asked is None or asked["kind"] != "number":
        raise NotHere("reading")
    equipment_id, place_id = uuid_in(request.args.get("equipment")), uuid_in(request.args.get("place"))
    today = business_day_of(by, now())
    if equipment_id is None and place_id is None:
        first = month_bounds(_month(today))[0]
        rows = readings_of(db.session.get_one(Site, by.site_id), first, today)
        found = next((row for row in rows if (row.code, row.item["code"]) == (code, item)), None)
        return render_template(
            "equipment/reading_things.html", checklist=checklist, item=asked, found=found, first=first
        )
    equipment = find_equipment(by.site_id, equipment_id) if equipment_id else None
    place = place_or_404(equipment.place_id if equipment else place_id)
    span = request.args.get("span", "quarter")
    days = SPANS.get(span, SPANS["quarter"])
    points = series(
        current_user.site_id, code, item, equipment=equipment_id, place=place.id, first=today - timedelta(days=days),
        last=today,
    )  # fmt: skip
    low, high = bounds(asked, equipment.limits.get(item) if equipment else None)
    return render_template(
        "equipment/reading.html", checklist=checklist, item=asked, equipment=equipment, place=place, points=points,
        low=low, high=high, span=span if span in SPANS else "quarter",
    )  # fmt: skip


def _month(today: date) -> date:
    try:
        month = date(*parse_month(request.args.get("month", "")), 1)
    except ValueError:
        return today
    return min(month, today) if month.year >= 2000 else today
