"""A site's checklists: all of them, one to edit into a new version, a new one, how it looks on a phone."""

from typing import Any

from flask import render_template, request
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import N_, Problem
from patrol.equipment.answers import may_be_fixed
from patrol.equipment.checklist import all_current, current, find_version, new_version, retire_list, versions
from patrol.equipment.item_row import item_rows
from patrol.equipment.items import INTERVALS, ITEM_KINDS
from patrol.equipment.list_form import edited_items
from patrol.equipment.types import EQUIPMENT_TYPES, PLACE_KINDS, SCOPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import reader, version_in
from patrol.hazards.category import categories
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.forms import nested
from patrol.web.replies import go


@bp.get("/lists")
@needs("list.edit")
def checklists() -> Any:
    return render_template("equipment/lists.html", rows=all_current(current_user.site_id), intervals=INTERVALS)


@bp.get("/lists/new")
@needs("list.edit")
def new_list() -> Any:
    return _page(None, None, {})


@bp.post("/lists")
@needs("list.edit")
def create_list() -> Any:
    form = nested(request.form)
    return _save(str(form.get("code", "")), None, form)


@bp.get("/lists/<code>")
@needs("list.edit")
def edit_list(code: str) -> Any:
    return _page(current(current_user.site_id, code), None, {})


@bp.post("/lists/<code>")
@needs("list.edit")
def save_list(code: str) -> Any:
    """A new version from the edited items; the old one stays for the answers given to it."""
    return _save(code, current(current_user.site_id, code), nested(request.form))


@bp.post("/lists/<code>/end")
@needs("list.edit")
def end_list(code: str) -> Any:
    version = version_in(nested(request.form))
    if version is None:
        raise Problem("list.version", N_("Load the page again, then try once more."))
    with write(current_user.site_id):
        retire_list(current_user.site_id, code, version=version, by=current_user.user_id, at=now())
    return go("/lists")


@bp.get("/lists/<code>/preview")
@needs("list.edit")
def preview_list(code: str) -> Any:
    """The list as a phone shows it; nothing can be sent from here. ?version= shows an older one."""
    checklist = find_version(current_user.site_id, code, request.args.get("version", type=int))
    return render_template(
        "equipment/fill.html",
        checklist=checklist,
        equipment=None,
        place=None,
        places=(),
        rows=item_rows(checklist.items, {}, {}),
        can_be_fixed=may_be_fixed,
        life="ok",
        next_url="",
        data={},
        problem=None,
        text="",
        record_id=checklist.id,
        preview=True,
    )


def _save(code: str, row: Any, form: dict[str, Any]) -> Any:
    try:
        with write(current_user.site_id):
            made = new_version(
                current_user.site_id,
                code,
                title={"zh": str(form.get("title_zh", "")), "en": str(form.get("title_en", ""))},
                interval_days=_interval(form),
                applies_to=form["applies_to"] if isinstance(form.get("applies_to"), list) else [],
                items=edited_items(row.items if row else [], form.get("items")),
                version=(version_in(form) or 0) if row else None,
                by=reader().user_id,
                at=now(),
            )
    except Problem as problem:
        return _page(current(current_user.site_id, code) if row else None, problem, form)
    return go(f"/lists/{made.code}")


def _interval(form: dict[str, Any]) -> int:
    text = str(form.get("interval_days", ""))
    return int(text) if text.isdigit() else -1


def _page(row: Any, problem: Problem | None, form: dict[str, Any]) -> Any:
    """``form`` is what was entered, when it was refused."""
    items = row.items if row else []
    html = render_template(
        "equipment/list_edit.html",
        row=row,
        items=edited_items(items, form["items"]) if form.get("items") else items,
        older=versions(row.site_id, row.code) if row else [],
        kinds=ITEM_KINDS,
        intervals=INTERVALS,
        categories=categories(),
        targets=((N_("Equipment"), EQUIPMENT_TYPES), (N_("Places"), PLACE_KINDS), (N_("Occasions"), SCOPES)),
        problem=problem,
        text=words(problem) if problem else "",
        form=form,
    )
    return html, problem.status if problem else 200
