"""A site's checklists: all of them, one to edit into a new version, a new one, how it looks on a phone."""

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import N_, Problem
from patrol.equipment.answers import may_be_fixed
from patrol.equipment.catalogue import catalogue_lists
from patrol.equipment.checklist import all_current, current, find_version, new_version, retire_list, versions
from patrol.equipment.item_row import item_rows
from patrol.equipment.items import INTERVALS, ITEM_KINDS, checked_items
from patrol.equipment.list_diff import Change, Shape, differences
from patrol.equipment.list_draft import acted, as_rows, code_from, placed
from patrol.equipment.list_form import edited_items
from patrol.equipment.owing import Rule, owed_later, rule_on
from patrol.equipment.types import ALL_KINDS, EQUIPMENT_TYPES, PLACE_KINDS, SCOPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import reader, titles, version_in
from patrol.hazards.category import categories
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.forms import nested
from patrol.web.i18n import pick
from patrol.web.replies import fragment, go, is_fragment

OWN_PAGES = frozenset({"new", "look"})  # codes that would hide a page


@bp.get("/lists")
@needs("list.edit")
def checklists() -> Any:
    rows = all_current(current_user.site_id)
    known = {row.code for row in rows}
    ended = [row for row in catalogue_lists() if row["code"] not in known]
    return render_template("equipment/lists.html", rows=rows, ended=ended, intervals=INTERVALS)


@bp.get("/lists/new")
@needs("list.edit")
def new_list() -> Any:
    """?from=: a list of the site or the catalogue to begin with."""
    source = _source(request.args.get("from", ""))
    return _page(None, None, _as_form(source) if source else {})


@bp.post("/lists")
@needs("list.edit")
def create_list() -> Any:
    form = nested(request.form)
    code = str(form.get("code", "")) or code_from(str(form.get("title_en", "")), _codes_ever())
    return _save(code, None, form)


@bp.post("/lists/look")
@needs("list.edit")
def look_at_new() -> Any:
    return _look(None, nested(request.form))


@bp.get("/lists/<code>")
@needs("list.edit")
def edit_list(code: str) -> Any:
    """?from=catalogue: begins with the catalogue's items instead of the ones in force."""
    row = current(current_user.site_id, code)
    source = _of_catalogue(code) if request.args.get("from") == "catalogue" else None
    return _page(row, None, _as_form(source) if source else {})


@bp.post("/lists/<code>")
@needs("list.edit")
def save_list(code: str) -> Any:
    """A new version from the edited items; the old one stays for the answers given to it."""
    return _save(code, current(current_user.site_id, code), nested(request.form))


@bp.post("/lists/<code>/look")
@needs("list.edit")
def look_at_list(code: str) -> Any:
    """How the edited list will look on a phone and what would change; nothing is stored. ``do``: a button's act."""
    return _look(current(current_user.site_id, code), nested(request.form))


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
        if code in OWN_PAGES:
            raise Problem("list.code_used", N_("A list with this code exists. Choose another code."), field="code")
        with write(current_user.site_id):
            made = new_version(
                current_user.site_id,
                code,
                title=_title(form),
                interval_days=_interval(form),
                applies_to=_targets(form),
                items=edited_items(row.items if row else [], placed(form)),
                version=(version_in(form) or 0) if row else None,
                by=reader().user_id,
                at=now(),
                today=_today(),
            )
    except Problem as problem:
        return _page(current(current_user.site_id, code) if row else None, problem, form)
    return go(f"/lists/{made.code}")


def _look(row: Any, form: dict[str, Any]) -> Any:
    act = str(form.get("do", ""))
    if act:
        rows = acted(placed(form), act)
        form = form | {"items": rows, "order": list(rows), "opened": list(rows)[-1:] if act.startswith("add") else []}
    if is_fragment():
        return fragment("equipment/_list_look.html", **_seen(row, form))
    return _page(row, None, form, status=200)


def _page(row: Any, problem: Problem | None, form: dict[str, Any], status: int | None = None) -> Any:
    """``form`` is what was entered, when it was refused or looked at."""
    items = row.items if row else []
    form = {**form, "items": placed(form)} if form.get("items") else form
    html = render_template(
        "equipment/list_edit.html",
        items=edited_items(items, form["items"], empty=True) if form.get("items") else items,
        older=versions(row.site_id, row.code) if row else [],
        kinds=ITEM_KINDS,
        intervals=INTERVALS,
        categories=categories(),
        targets=((N_("Equipment"), EQUIPMENT_TYPES), (N_("Places"), PLACE_KINDS), (N_("Occasions"), SCOPES)),
        problem=problem,
        text=words(problem) if problem else "",
        form=form,
        in_catalogue=row is not None and _of_catalogue(row.code) is not None,
        sources=() if row or form else _sources(),
        **_seen(row, form),
    )
    return html, status or (problem.status if problem else 200)


def _seen(row: Any, form: dict[str, Any]) -> dict[str, Any]:
    """The edited list on a phone, what would change and from when; the first thing that is wrong instead."""
    old = row.items if row else []
    items = edited_items(old, placed(form)) if form.get("items") else list(old)
    seen = {"row": row, "shown": [], "changes": [], "since": None, "wrong": "", "can_be_fixed": may_be_fixed}
    if not items:
        return seen
    try:
        shown = checked_items(items)
    except Problem as problem:
        return seen | {"wrong": words(problem)}
    title = _title(form) if "title_zh" in form or "title_en" in form else (row.title if row else {})
    seen |= {"shown": item_rows(shown, {}, {}), "shown_title": title}
    if row is None or not form:
        return seen
    targets = _targets(form) or list(row.applies_to)
    interval = _interval(form) if _interval(form) in INTERVALS else row.interval_days
    changes = differences(
        _shape(row.title, row.interval_days, row.applies_to, old), _shape(title, interval, targets, shown)
    )
    since = owed_later(rule_on(row, _today()), Rule(interval, targets), _today())
    return seen | {"changes": [(one.kind, _change_words(one)) for one in changes], "since": since}


def _shape(title: Any, interval: int, targets: Any, items: Any) -> Shape:
    return Shape(
        title, INTERVALS[interval], {code: ALL_KINDS[code].name for code in targets if code in ALL_KINDS}, items
    )


def _change_words(change: Change) -> str:
    return _(change.text) % {key: _fact(key, value) for key, value in change.facts.items()}


def _fact(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return pick(value)
    return _(value) if key.endswith("_words") else value


def _today() -> Any:
    return business_day_of(reader(), now())


def _title(form: dict[str, Any]) -> dict[str, str]:
    return {"zh": str(form.get("title_zh", "")), "en": str(form.get("title_en", ""))}


def _targets(form: dict[str, Any]) -> list[str]:
    return form["applies_to"] if isinstance(form.get("applies_to"), list) else []


def _interval(form: dict[str, Any]) -> int:
    text = str(form.get("interval_days", ""))
    return int(text) if text.isdigit() else -1


def _of_catalogue(code: str) -> Any:
    return next((row for row in catalogue_lists() if row["code"] == code), None)


def _source(code: str) -> Any:
    """A list to begin with: the site's own before the catalogue's."""
    own = next((row for row in all_current(current_user.site_id) if row.code == code), None)
    if own is None:
        return _of_catalogue(code)
    kept = {"interval_days": own.interval_days, "applies_to": own.applies_to, "items": own.items}
    return {"code": own.code, "title": own.title, **kept}


def _sources() -> list[tuple[str, str]]:
    """(code, title) of every list a new one can begin with."""
    own = [(row.code, pick(row.title)) for row in all_current(current_user.site_id)]
    known = {code for code, _title in own}
    return own + [(row["code"], pick(row["title"])) for row in catalogue_lists() if row["code"] not in known]


def _as_form(source: Any) -> dict[str, Any]:
    """A list as the editor's form would send it."""
    return {
        "title_zh": source["title"]["zh"],
        "title_en": source["title"]["en"],
        "interval_days": str(source["interval_days"]),
        "applies_to": list(source["applies_to"]),
        "items": as_rows(source["items"]),
    }


def _codes_ever() -> set[str]:
    return set(titles()) | OWN_PAGES
