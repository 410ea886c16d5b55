"""Emergency supplies: what every store holds and lacks, one kind of thing with its lines, counts and restocking."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_login import current_user
from pydantic import ValidationError

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import Problem
from patrol.equipment.duty import duties
from patrol.equipment.keeping_rules import rules_of
from patrol.equipment.rights import may_fill
from patrol.equipment.supplies import (
    ACTS,
    STORE,
    SupplyData,
    add_supply,
    change_supply,
    find_supply,
    lines_of,
    set_minimum,
    stores,
    supplies_of,
)
from patrol.equipment.views import bp
from patrol.equipment.views.common import all_places, day_in, place_or_404, reader, version_in
from patrol.web.access import forbidden, needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested
from patrol.web.replies import go


@bp.get("/supplies")
@needs("checklist.see", "review.see")
def supplies() -> Any:
    by, at = reader(), now()
    rows, today = supplies_of(by.site_id), business_day_of(by, at)
    counts = [duty for duty in duties(by, at, places=[store.id for store in stores(by.site_id)]) if _is_count(duty)]
    soon = max(rules_of(by.site_id).warn_days)
    return render_template("equipment/supplies.html", rows=rows, counts=counts, today=today, soon=soon)


def _is_count(duty: Any) -> bool:
    return STORE in duty.applies_to and may_fill(reader(), duty.applies_to, None)


@bp.get("/supplies/new")
@needs("equipment.edit")
def new_supply() -> Any:
    return _new({}, None)


@bp.post("/supplies")
@needs("equipment.edit")
def create_supply() -> Any:
    form = nested(request.form)
    try:
        data = SupplyData.model_validate(form)
        with write(current_user.site_id):
            row = add_supply(data, by=reader(), at=now())
    except ValidationError as error:
        return _new(form, from_validation(error))
    except Problem as problem:
        return _new(form, problem)
    return go(f"/supplies/{row.id}")


@bp.get("/supplies/<uuid:supply_id>")
@needs("checklist.see", "review.see")
def supply(supply_id: UUID) -> Any:
    return _one(supply_id, None)


@bp.post("/supplies/<uuid:supply_id>")
@needs("checklist.patrol", "checklist.fill")
def supply_changed(supply_id: UUID) -> Any:
    """Counted, restocked, taken by whoever stands there; minimum and end are for whoever keeps the ledger."""
    find_supply(current_user.site_id, supply_id)
    form, by, at = nested(request.form), reader(), now()
    act = str(form.get("act", ""))
    if act in ("minimum", "ended") and not by.may("equipment.edit"):
        raise forbidden()
    try:
        with write(by.site_id):
            row = find_supply(by.site_id, supply_id)
            number, version = _whole(form.get("number")), version_in(form)
            if act == "minimum":
                set_minimum(row, number, version=version, by=by, at=at)
            else:
                change_supply(
                    row, act, number, expires_on=day_in(form.get("expires_on")), why=str(form.get("why", "")),
                    version=version, by=by, at=at,
                )  # fmt: skip
    except Problem as problem:
        return _one(supply_id, problem)
    return go(f"/supplies/{supply_id}")


def _one(supply_id: UUID, problem: Problem | None) -> Any:
    row = find_supply(current_user.site_id, supply_id)
    html = render_template(
        "equipment/supply.html", row=row, place=place_or_404(row.place_id), lines=lines_of(row), acts=ACTS,
        today=business_day_of(reader(), now()), soon=max(rules_of(row.site_id).warn_days), problem=problem,
        text=words(problem) if problem else "", sent=nested(request.form) if problem else {},
    )  # fmt: skip
    return html, problem.status if problem else 200


def _new(form: dict[str, Any], problem: Problem | None) -> Any:
    html = render_template(
        "equipment/supply_new.html", form=form, stores=stores(current_user.site_id), places=all_places(),
        problem=problem, text=words(problem) if problem else "",
    )  # fmt: skip
    return html, problem.status if problem else 200


def _whole(text: Any) -> int | None:
    told = str(text or "").strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) < 8 else None
