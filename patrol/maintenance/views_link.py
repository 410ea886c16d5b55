"""Door for contractors, without a sign-in: one order by a link that ends, and nothing else of the site."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from pydantic import ValidationError

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.answers import may_be_fixed
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import last_done
from patrol.equipment.item_row import item_rows
from patrol.equipment.owed import LIFT_SERVICE
from patrol.maintenance.due import list_of
from patrol.maintenance.link import ContractorLink, check_guesses, count_guess, order_by_link
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.owners.visitor import visitor_of
from patrol.photos.intake import form_store
from patrol.photos.storage import limits, shelf
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.web.access import public
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form

bp = Blueprint("contractor_links", __name__)
BODY = 80 * 1024 * 1024  # a list's photos as a phone takes them
STEPS = ("accept", "come", "hand_in")


@bp.url_value_preprocessor
def _small_bodies(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything parses it."""
    request.max_content_length = BODY


@bp.get("/job/<secret>")
@public
def job(secret: str) -> Any:
    try:
        link, order = _open(secret)
    except Problem as problem:
        return _over(problem)
    return _page(secret, link, order, {}, None)


@bp.post("/job/<secret>")
@public
def step(secret: str) -> Any:
    try:
        link, order = _open(secret)
    except Problem as problem:
        return _over(problem)
    by, when = visitor_of(db.session.get_one(Site, link.site_id)), When.now()
    data: dict[str, Any] = {}
    try:
        record_id, data = record_form(form_store(by, when.at, shelf(current_app), limits(current_app)))
        named = data.get("step") if data.get("step") in STEPS else "accept"
        sent = {
            **data,
            "step": named,
            "order": order.id,
            "company": data.get("company") or link.company,
            "version": None,
        }
        checked = MaintenanceStepData.model_validate(sent)
        with write(link.site_id):
            take_maintenance_step(checked, id=record_id, by=by, when=when)
    except ValidationError as error:
        return _page(secret, link, order, data, from_validation(error))
    except Problem as problem:
        return _page(secret, link, order, data, problem)
    return redirect(f"/job/{secret}", 303)


def _open(secret: str) -> tuple[ContractorLink, MaintenanceOrder]:
    """Wrong ones are counted: after some, an address is told nothing more for a while."""
    at, address = now(), request.remote_addr or ""
    check_guesses(address, at)
    try:
        return order_by_link(secret, at)
    except Problem:
        with write():
            count_guess(address, at)
        raise


def _page(
    secret: str, link: ContractorLink, order: MaintenanceOrder, data: dict[str, Any], problem: Problem | None
) -> Any:
    db.session.refresh(order)
    checklist = list_of(order)
    thing = db.session.get(Equipment, (order.site_id, order.equipment_id)) if order.equipment_id else None
    said = data.get("findings") if isinstance(data.get("findings"), dict) else {}
    rows = item_rows(checklist.items, thing.limits if thing else {}, said or {}) if checklist else []
    if thing is not None and not said:
        _count_days(rows, order, thing)
    html = render_template(
        "maintenance/job.html",
        secret=secret,
        link=link,
        order=order,
        site=db.session.get_one(Site, order.site_id),
        place=db.session.get_one(Place, (order.site_id, order.place_id)),
        thing=thing,
        checklist=checklist,
        rows=rows,
        can_be_fixed=may_be_fixed,
        data=data,
        sent_before=_pictures(data),
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
    )
    return _answer(html, problem.status if problem else 200)


def _count_days(rows: list[dict[str, Any]], order: MaintenanceOrder, thing: Equipment) -> None:
    """The days since the lift's last service are known here."""
    last = last_done(order.site_id, thing.id, LIFT_SERVICE) if order.checklist_code == LIFT_SERVICE else None
    by = visitor_of(db.session.get_one(Site, order.site_id))
    for row in rows:
        if row["code"] == "days_since" and last is not None:
            row["said"]["value"] = (now().astimezone(by.zone).date() - last).days


def _pictures(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Pictures that came with a refused form, so that nobody has to take them again: (field, id)."""
    found: list[tuple[str, str]] = []

    def walk(value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{name}.{key}" if name else str(key))
        elif isinstance(value, list):
            found.extend((f"{name}[]", str(one)) for one in value if _is_id(one))

    walk({key: value for key, value in data.items() if key in ("findings", "after", "signature")}, "")
    return found


def _is_id(value: Any) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _over(problem: Problem) -> Any:
    html = render_template("maintenance/job_over.html", text=words(problem))
    response = _answer(html, problem.status)
    if "retry_after" in problem.facts:
        response.headers["Retry-After"] = str(problem.facts["retry_after"])
    return response


def _answer(html: str, status: int) -> Any:
    response = make_response(html, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
