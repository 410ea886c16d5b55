"""Door: maintenance plans with their month, the editor, and the figures with the orders behind them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from pydantic import ValidationError
from sqlalchemy import select

from patrol.accounts.colleagues import people_of, team_choices
from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.equipment import Equipment
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.maintenance.ensure import ensure_orders, next_dues
from patrol.maintenance.figures import FIGURES
from patrol.maintenance.flow import STATES
from patrol.maintenance.month import month_figures, rows_of
from patrol.maintenance.order import orders_of_plan
from patrol.maintenance.periods import CALENDAR, FORMS
from patrol.maintenance.plan import (
    MaintenancePlan,
    PlanData,
    edit_plan,
    end_plan,
    find_plan,
    lists_to_choose,
    new_plan,
    plans_of,
)
from patrol.maintenance.subjects import subjects_of, troubles
from patrol.repairs.figures import month_after, month_of
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested
from patrol.web.replies import go

bp = Blueprint("maintenance", __name__)


@bp.get("/maintenance")
@needs("equipment.see")
def index() -> Any:
    """Every plan with what keeps it from working said in plain sight."""
    reader, at = _reader(), now()
    _ensure(at)
    plans, lists = plans_of(reader.site_id), lists_to_choose(reader.site_id)
    codes, people = {one.code for one in lists}, {one.id: one.name for one in people_of(reader.site_id)}
    things = {plan.id: subjects_of(plan) for plan in plans if plan.ended_on is None}
    return render_template(
        "maintenance/plans.html",
        plans=[plan for plan in plans if plan.ended_on is None],
        ended=[plan for plan in plans if plan.ended_on is not None],
        things=things,
        troubles={plan.id: troubles(plan, things.get(plan.id, ()), codes, people) for plan in plans},
        about=_about(plans),
        people=people,
        dues=next_dues(reader.site_id),
        months={one.plan_id: one for one in month_figures(reader, business_day_of(reader, at), at)},
        forms=CALENDAR,
        at=at,
    )


@bp.get("/maintenance/month")
@needs("review.see")
def month() -> Any:
    """Due, done and missed of each plan; a tap on a figure shows the orders behind it."""
    reader, at = _reader(), now()
    _ensure(at)
    wanted, today = request.args.get("month", ""), business_day_of(reader, at)
    first = month_of(wanted, reader, at) if wanted else today.replace(day=1)
    figures = month_figures(reader, first, at)
    plan, figure = request.args.get("plan", type=UUID), request.args.get("figure", "")
    chosen = next((one for one in figures if one.plan_id == plan), None)
    rows = rows_of(reader, chosen.ids[figure]) if chosen and figure in FIGURES else None
    following = month_after(first)
    return render_template(
        "maintenance/month.html",
        first=first,
        previous=_before(first),
        following=following.strftime("%Y-%m") if following <= today else None,
        figures=figures,
        names=FIGURES,
        chosen=chosen,
        figure=figure,
        rows=rows,
        states=STATES,
        at=at,
    )


@bp.get("/maintenance/plans/new")
@needs("plan.edit")
def new() -> Any:
    asked = request.args
    subject = f"item:{asked['equipment']}" if asked.get("equipment") else asked.get("subject", "")
    return _editor(None, {"subject": subject, "form": "calendar", "calendar": "month", "team": "engineering"}, None)


@bp.post("/maintenance/plans")
@needs("plan.edit")
def create() -> Any:
    data = nested(request.form)
    try:
        checked = PlanData.model_validate(data)
        with write(current_user.site_id):
            plan = new_plan(checked, by=_reader(), at=now(), id=request.form.get("id", type=UUID))
            plan_id = plan.id
    except ValidationError as error:
        return _editor(None, data, from_validation(error))
    except Problem as problem:
        return _editor(None, data, problem)
    return go(f"/maintenance/plans/{plan_id}")


@bp.get("/maintenance/plans/<uuid:plan_id>")
@needs("plan.edit")
def show(plan_id: UUID) -> Any:
    _ensure(now())
    plan = find_plan(current_user.site_id, plan_id)
    return _editor(plan, _as_data(plan), None)


@bp.post("/maintenance/plans/<uuid:plan_id>")
@needs("plan.edit")
def edit(plan_id: UUID) -> Any:
    plan, data = find_plan(current_user.site_id, plan_id), nested(request.form)
    try:
        checked = PlanData.model_validate({**data, "subject": _subject(plan)})
        with write(current_user.site_id):
            edit_plan(find_plan(current_user.site_id, plan_id), checked, version=_version(), by=_reader(), at=now())
    except ValidationError as error:
        return _editor(plan, data, from_validation(error))
    except Problem as problem:
        return _editor(find_plan(current_user.site_id, plan_id), data, problem)
    return go("/maintenance")


@bp.post("/maintenance/plans/<uuid:plan_id>/end")
@needs("plan.edit")
def end(plan_id: UUID) -> Any:
    find_plan(current_user.site_id, plan_id)
    try:
        with write(current_user.site_id):
            plan = find_plan(current_user.site_id, plan_id)
            end_plan(plan, request.form.get("why", ""), version=_version(), by=_reader(), at=now())
    except Problem as problem:
        plan = find_plan(current_user.site_id, plan_id)
        return _editor(plan, _as_data(plan), problem)
    return go("/maintenance")


def _editor(plan: MaintenancePlan | None, data: dict[str, Any], problem: Problem | None) -> Any:
    reader = _reader()
    lists = lists_to_choose(reader.site_id)
    things = subjects_of(plan) if plan else []
    html = render_template(
        "maintenance/plan.html",
        plan=plan,
        data=data,
        about=_about([plan]) if plan else {},
        things=things,
        troubles=troubles(plan, things, {one.code for one in lists}, {one.id for one in people_of(reader.site_id)})
        if plan
        else [],
        orders=orders_of_plan(reader.site_id, plan.id) if plan else [],
        items=_items(reader.site_id) if plan is None else [],
        types=EQUIPMENT_TYPES,
        places=places_in_use(reader.site_id) if plan is None else [],
        lists=lists,
        forms=FORMS,
        calendar=CALENDAR,
        states=STATES,
        choices=team_choices(reader),
        today=business_day_of(reader, now()),
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
    )
    return html, problem.status if problem else 200


def _items(site_id: UUID) -> Any:
    """Single things that plans are made for: what comes by the hundred is kept up by type."""
    query = (
        select(Equipment.id, Equipment.code, Equipment.name, Equipment.type, Place.full_name.label("place_name"))
        .join(Place, (Place.site_id == Equipment.site_id) & (Place.id == Equipment.place_id))
        .where(Equipment.site_id == site_id, Equipment.state != "retired")
    )
    return db.session.execute(query.order_by(Equipment.type, Equipment.code).limit(1000)).all()


def _about(plans: list[MaintenancePlan]) -> dict[UUID, Any]:
    """What each plan is of: {"zh", "en"} of a type, else text."""
    if not plans:
        return {}
    items = [plan.equipment_id for plan in plans if plan.equipment_id]
    places = [plan.place_id for plan in plans if plan.place_id]
    site_id = plans[0].site_id
    codes = select(Equipment.id, Equipment.code, Equipment.name).where(Equipment.site_id == site_id)
    found: dict[Any, Any] = {}
    if items:
        rows = db.session.execute(codes.where(Equipment.id.in_(items)))
        found |= {row.id: " ".join(filter(None, (row.code, row.name))) for row in rows}
    if places:
        spots = select(Place.id, Place.full_name).where(Place.site_id == site_id, Place.id.in_(places))
        found |= {row.id: row.full_name for row in db.session.execute(spots)}
    return {plan.id: _named(plan, found) for plan in plans}


def _named(plan: MaintenancePlan, found: dict[Any, Any]) -> Any:
    if plan.equipment_type:
        return EQUIPMENT_TYPES[plan.equipment_type].name
    return found.get(plan.equipment_id or plan.place_id, "")


def _as_data(plan: MaintenancePlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "subject": _subject(plan),
        "form": plan.form,
        "every_days": plan.every_days or "",
        "calendar": plan.calendar,
        "days_ahead": plan.days_ahead,
        "checklist": plan.checklist_code,
        "parts": "\n".join(plan.parts),
        "expected_min": plan.expected_min,
        "team": plan.team,
        "assignee": str(plan.assignee_id or ""),
        "contractor": plan.contractor,
    }


def _subject(plan: MaintenancePlan) -> str:
    if plan.equipment_type:
        return f"type:{plan.equipment_type}"
    return f"item:{plan.equipment_id}" if plan.equipment_id else f"place:{plan.place_id}"


def _before(first: Any) -> str:
    return f"{first.year - (first.month == 1):04d}-{(first.month - 2) % 12 + 1:02d}"


def _ensure(at: Any) -> None:
    reader = _reader()
    ensure_orders(reader.site_id, at, reader.zone, reader.day_start)


def _version() -> int | None:
    return request.form.get("version", type=int)


def _reader() -> Any:
    return current_user._get_current_object()
