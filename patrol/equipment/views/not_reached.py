"""Saying why a thing could not be checked: the form, online or kept on the phone."""

from typing import Any

from flask import current_app, redirect, render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.checklist import find_version
from patrol.equipment.equipment import find_equipment
from patrol.equipment.not_reached import WHY_NOT, NotReachedData, say_not_reached
from patrol.equipment.views import bp
from patrol.equipment.views.common import place_or_404, reader, uuid_in
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.inner import kept_name
from patrol.web.replies import go


@bp.get("/not-reached/new")
@needs("checklist.patrol", "checklist.fill")
def not_reached_form() -> Any:
    return _page({}, None)


@bp.get("/kept/not-reached")
@needs("checklist.patrol", "checklist.fill")
def kept_not_reached() -> Any:
    """The form as a phone keeps it; the phone fills in the thing."""
    if not kept_name():
        return redirect("/checklists", 303)
    return _html({}, None, None, None, None)


@bp.post("/not-reached")
@needs("checklist.patrol", "checklist.fill")
def not_reached() -> Any:
    record_id, data = record_form(form_store(reader(), now(), shelf(current_app), limits(current_app)))
    try:
        checked = NotReachedData.model_validate(data)
        with write(current_user.site_id):
            say_not_reached(checked, id=record_id, by=reader(), when=When.now())
    except ValidationError as error:
        return _page(data, from_validation(error))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return _page(data, problem)
    return go("/checklists")


def _page(data: dict[str, Any], problem: Problem | None) -> Any:
    args = {**request.args, **{key: value for key, value in data.items() if isinstance(value, str)}}
    equipment_id = uuid_in(args.get("equipment"))
    equipment = find_equipment(current_user.site_id, equipment_id) if equipment_id else None
    place = place_or_404(equipment.place_id if equipment else uuid_in(args.get("place")))
    checklist = find_version(current_user.site_id, str(args.get("checklist", "")))
    return _html(data, checklist, equipment, place, problem), problem.status if problem else 200


def _html(data: dict[str, Any], checklist: Any, equipment: Any, place: Any, problem: Problem | None) -> str:
    return render_template(
        "equipment/not_reached.html", checklist=checklist, equipment=equipment, place=place, reasons=WHY_NOT, data=data,
        problem=problem, text=words(problem) if problem else "", record_id=uuid7(),
    )  # fmt: skip
