"""Dates: the outlook of a year with its cost, what is due within it, a site's own years and costs, dates off papers."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask_babel import gettext
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import N_, Problem
from patrol.equipment.dated import note_date
from patrol.equipment.equipment import find_equipment
from patrol.equipment.keeping_rules import change_rules, rules_of
from patrol.equipment.outlook import KINDS, Coming, Outlook, outlook_of
from patrol.equipment.service_life import SERVICE_YEARS
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import day_in, reader, version_in
from patrol.equipment.views.item import file_page
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.forms import nested
from patrol.web.replies import go

PAGE = 50
PAST = "past"


@bp.get("/equipment/outlook")
@needs("equipment.see")
def outlook() -> Any:
    by = reader()
    today = business_day_of(by, now())
    found, rules = outlook_of(by.site_id, today)
    return render_template(
        "equipment/outlook.html", found=found, rules=rules, types=EQUIPMENT_TYPES, kinds=KINDS, today=today
    )


@bp.get("/equipment/outlook/items")
@needs("equipment.see")
def outlook_items() -> Any:
    """The units behind a figure of the outlook: ?part=past, a quarter's first day, or a number of days ahead."""
    by, args = reader(), request.args
    today = business_day_of(by, now())
    found, _rules = outlook_of(by.site_id, today)
    kind, type_ = args.get("kind"), args.get("type")
    rows = [
        one
        for one in _part(found, args.get("part", PAST))
        if (kind not in KINDS or one.kind == kind) and (type_ not in EQUIPMENT_TYPES or one.type == type_)
    ]
    rows.sort(key=_order)
    cursor = args.get("cursor", "")
    rows = [one for one in rows if "|".join(_order(one)) > cursor] if cursor else rows
    after = "|".join(_order(rows[PAGE - 1])) if len(rows) > PAGE else None
    return render_template(
        "equipment/outlook_items.html", rows=rows[:PAGE], after=after, types=EQUIPMENT_TYPES, today=today
    )


def _part(found: Outlook, part: str) -> list[Coming]:
    """Unknown words of the address name what is past."""
    day = day_in(part)
    if day is not None:
        return next((quarter.coming for quarter in found.quarters if quarter.first == day), [])
    if part.isdigit():
        return next((rows for days, rows in found.soon if str(days) == part), [])
    return list(found.past)


def _order(one: Coming) -> tuple[str, ...]:
    return str(one.on), one.code, one.kind


@bp.post("/equipment/<uuid:equipment_id>/dates")
@needs("equipment.edit")
def add_date(equipment_id: UUID) -> Any:
    find_equipment(current_user.site_id, equipment_id)
    form = nested(request.form)
    try:
        with write(current_user.site_id):
            row = find_equipment(current_user.site_id, equipment_id)
            until = day_in(form.get("until"))
            note_date(row, str(form.get("kind", "")), until, by=reader(), at=now(), note=str(form.get("note", "")))
    except Problem as problem:
        return file_page(equipment_id, problem)
    return go(f"/equipment/{equipment_id}")


@bp.get("/equipment/rules")
@needs("list.edit")
def equipment_rules() -> Any:
    return _rules_page({}, None)


@bp.post("/equipment/rules")
@needs("list.edit")
def change_equipment_rules() -> Any:
    form = nested(request.form)
    try:
        costs = {kind: _costs(kind, form) for kind in SERVICE_YEARS}
        years = {kind: [_whole(text) for text in _row(form, "years", kind)] for kind in SERVICE_YEARS}
        days = [_whole(text) for text in str(form.get("warn_days", "")).replace("，", " ").replace(",", " ").split()]
        with write(current_user.site_id):
            change_rules(
                current_user.site_id, costs=costs, years=years, warn_days=days, version=version_in(form),
                by=current_user.user_id, at=now(),
            )  # fmt: skip
    except Problem as problem:
        return _rules_page(form, problem)
    flash(gettext("Saved."))
    return go("/equipment/rules")


def _rules_page(form: dict[str, Any], problem: Problem | None) -> Any:
    html = render_template(
        "equipment/rules.html",
        rules=rules_of(current_user.site_id),
        types=EQUIPMENT_TYPES,
        kinds=SERVICE_YEARS,
        form=form,
        problem=problem,
        text=words(problem) if problem else "",
    )
    return html, problem.status if problem else 200


def _row(form: dict[str, Any], name: str, kind: str) -> list[str]:
    part = form.get(name)
    row = part.get(kind) if isinstance(part, dict) else None
    return [str(row.get(key, "")) for key in ("first", "every", "scrap")] if isinstance(row, dict) else []


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _costs(kind: str, form: dict[str, Any]) -> dict[str, int]:
    part = form.get("costs")
    row = part.get(kind) if isinstance(part, dict) else None
    return {
        act: _fen(str(text), f"costs.{kind}.{act}")
        for act, text in (row.items() if isinstance(row, dict) else ())
        if act in ("service", "scrap")
    }


def _fen(yuan: str, field: str) -> int:
    """ "35.5" yuan are 3550 fen."""
    try:
        fen = Decimal(yuan.strip().replace(",", ".")) * 100
    except InvalidOperation:
        fen = Decimal(-1)
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise Problem("rules.cost", N_("Give what it costs in yuan."), field=field)
    return int(fen)
