"""An item's file (一物一档): what it is, its whole life, and the page that sends it out with a spare put in."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.problems import Problem
from patrol.equipment.attributes import attributes_of
from patrol.equipment.away import one_more_away, too_many_away
from patrol.equipment.checklist import for_equipment
from patrol.equipment.dated import dates_of
from patrol.equipment.duty import lift_gap
from patrol.equipment.equipment import STANDING, Equipment, find_equipment
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.life import CHAPTERS, WHOLE, around, life_of, newest_photo
from patrol.equipment.owed import LIFT_SERVICE
from patrol.equipment.rights import may_fill
from patrol.equipment.service_life import days_left, due_state
from patrol.equipment.spares import free_spares
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import all_places, place_or_404, reader
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.flow import STATES as ORDER_STATES
from patrol.maintenance.order import orders_of_subject
from patrol.web.access import needs
from patrol.web.errors import words


@bp.get("/equipment/<uuid:equipment_id>")
@needs("equipment.see")
def show_equipment(equipment_id: UUID) -> Any:
    return file_page(equipment_id)


@bp.get("/equipment/<uuid:equipment_id>/print")
@needs("equipment.see")
def print_equipment(equipment_id: UUID) -> Any:
    """The whole file on paper, oldest page last."""
    row = find_equipment(current_user.site_id, equipment_id)
    return render_template("equipment/file_print.html", **_shown(row), **_life(row, None, WHOLE), at=now())


@bp.get("/equipment/<uuid:equipment_id>/out")
@needs("equipment.edit")
def send_equipment_out(equipment_id: UUID) -> Any:
    return out_page(equipment_id, None, {})


def out_page(equipment_id: UUID, problem: Problem | None, sent: dict[str, Any]) -> Any:
    row = find_equipment(current_user.site_id, equipment_id)
    html = render_template(
        "equipment/out.html",
        **_shown(row),
        spares=free_spares(row),
        crowded=row.state in STANDING and one_more_away(row),
        problem=problem,
        text=words(problem) if problem else "",
        sent=sent,
    )
    return html, problem.status if problem else 200


def file_page(equipment_id: UUID, problem: Problem | None = None, sent: dict[str, Any] | None = None) -> Any:
    """At most thirteen queries, one more for a lift."""
    by = reader()
    ensure_orders(by.site_id, now(), by.zone, by.day_start)
    row, today = find_equipment(by.site_id, equipment_id), business_day_of(by, now())
    lists = for_equipment(row)
    chapter = request.args.get("part") if request.args.get("part") in CHAPTERS else None
    html = render_template(
        "equipment/file.html",
        **_shown(row),
        **_life(row, chapter, None, lists),
        chapters=CHAPTERS,
        chapter=chapter,
        around=around(row),
        readings=[(one.code, item) for one in lists for item in one.items if item["kind"] == "number"],
        dated=dates_of(row),
        warn_days=rules_of(row.site_id).warn_days,
        orders=orders_of_subject(row.site_id, row.id),
        order_states=ORDER_STATES,
        photo_id=newest_photo(row),
        gap=lift_gap(row.site_id, row.id, until=today) if LIFT_SERVICE in [one.code for one in lists] else None,
        few_left=row.state == "out_for_service" and too_many_away(row),
        lists=[one for one in lists if may_fill(by, one.applies_to, row.type)],
        types=EQUIPMENT_TYPES,
        problem=problem,
        text=words(problem) if problem else "",
        sent=sent or {},
    )
    return html, problem.status if problem else 200


def _shown(row: Equipment) -> dict[str, Any]:
    """What it is and how it stands."""
    today, kept = business_day_of(reader(), now()), row.attributes
    return {
        "row": row,
        "kind": EQUIPMENT_TYPES[row.type],
        "attributes": [(one, kept[one.code]) for one in attributes_of(row.type) if one.code in kept],
        "life": due_state(row.next_service, row.scrap_on, today),
        "days": days_left(row.next_service, row.scrap_on, today),
        "due_state": due_state,
        "today": today,
    }


def _life(row: Equipment, chapter: str | None, limit: int | None, lists: Any = None) -> dict[str, Any]:
    """A page of its life, or all of it, with the names that its lines need."""
    lines, older = life_of(row, chapter, limit=limit) if limit else life_of(row, chapter, request.args.get("cursor"))
    places = all_places()
    spots = {str(place.id): place.full_name for place in places}
    if str(row.place_id) not in spots:
        spots[str(row.place_id)] = place_or_404(row.place_id).full_name
    lists = for_equipment(row) if lists is None else lists
    texts = {one.code: {item["code"]: item for item in one.items} for one in lists}
    titles = {one.code: {"zh": one.title_zh, "en": one.title_en} for one in lists}
    return {
        "lines": lines, "older": older, "places": places, "spots": spots, "place": spots[str(row.place_id)],
        "texts": texts, "titles": titles,
    }  # fmt: skip
