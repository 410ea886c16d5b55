"""Door: the page of one maintenance order, its steps, and the link for a contractor."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, make_response, render_template, request, send_file
from flask_login import current_user
from pydantic import ValidationError

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.equipment.checklist import find_version
from patrol.equipment.equipment import Equipment
from patrol.equipment.item_row import item_rows
from patrol.equipment.judge import Answer, judge
from patrol.maintenance.due import list_of
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.flow import BEFORE_DONE, STATES, open_to
from patrol.maintenance.link import DAYS, links_of, send_link, withdraw
from patrol.maintenance.order import MaintenanceOrder, find_order
from patrol.maintenance.plan import find_plan
from patrol.maintenance.steps import MaintenanceStepData, held_photos, take_maintenance_step
from patrol.photos.intake import form_store
from patrol.photos.photo import PhotoFile
from patrol.photos.storage import limits, shelf
from patrol.repairs.pages import choices_for, page_of, whom
from patrol.sites.symbol import symbol
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import record_form
from patrol.web.replies import go
from patrol.workorders.kinds import of_my_team
from patrol.workorders.seeing import may_see

bp = Blueprint("maintenance_orders", __name__)
_ASKED_FOR = frozenset(("refuse", "cancel", "comment"))
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=86400",
}


@bp.get("/orders/maintenance/<uuid:order_id>")
@needs("order.see_all", "order.rectify")
def show(order_id: UUID) -> Any:
    reader = _reader()
    ensure_orders(reader.site_id, now(), reader.zone, reader.day_start)
    return _page(order_id, None)


@bp.post("/orders/maintenance/<uuid:order_id>/steps")
@needs("order.see_all", "order.rectify")
def step(order_id: UUID) -> Any:
    _order(order_id)
    record_id, data = record_form(form_store(_reader(), now(), shelf(current_app), limits(current_app)))
    data |= whom(data.get("who"))
    try:
        checked = MaintenanceStepData.model_validate({**data, "order": order_id})
        with write(current_user.site_id):
            take_maintenance_step(checked, id=record_id, by=_reader(), when=When.now())
    except ValidationError as error:
        return _page(order_id, from_validation(error), data)
    except Problem as problem:
        return _page(order_id, problem, data)
    return go(f"/orders/maintenance/{order_id}")


@bp.post("/orders/maintenance/<uuid:order_id>/links")
@needs("order.assign", "order.assign_team_only")
def send(order_id: UUID) -> Any:
    """The link is shown on this answer and nowhere else: it is not kept."""
    _order(order_id)
    form = request.form
    company, record_id = form.get("company", "").strip()[:80], form.get("id", type=UUID) or uuid7()
    try:
        with write(current_user.site_id):
            sent = send_link(
                order_id, company, form.get("days", 7, type=int), version=form.get("version", type=int), id=record_id,
                by=_reader(), when=When.now(),
            )  # fmt: skip
            until, secret = sent.link.expires_at, sent.secret
    except Problem as problem:
        return _page(order_id, problem, {"step": "send", "company": company})
    order = _order(order_id)
    address = f"{current_app.config['PUBLIC_URL'].rstrip('/')}/job/{secret}"
    html = render_template(
        "maintenance/link.html", order=order, address=address, until=until, company=company, symbol=symbol(address),
        thing=_thing(order), place=page_of(order, _reader())["place"],
    )  # fmt: skip
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/orders/maintenance/<uuid:order_id>/links/end")
@needs("order.assign", "order.assign_team_only")
def end_links(order_id: UUID) -> Any:
    _order(order_id)
    with write(current_user.site_id):
        withdraw(order_id, by=_reader(), at=now())
    return go(f"/orders/maintenance/{order_id}")


@bp.get("/orders/maintenance/<uuid:order_id>/held/<uuid:photo_id>.jpg")
@needs("order.see_all", "order.rectify")
def held(order_id: UUID, photo_id: UUID) -> Any:
    """A picture of one item as the contractor handed it in, until it is witnessed and stands in the inspection."""
    order = _order(order_id)
    file = db.session.get(PhotoFile, (order.site_id, photo_id))
    if photo_id not in held_photos(order) or file is None or file.user_id is not None:
        raise NotHere("photo")
    try:
        stream = shelf(current_app).open_master(photo_id)
    except FileNotFoundError:
        raise NotHere("photo") from None
    response = send_file(stream, mimetype="image/jpeg", download_name=f"{photo_id}.jpg")
    response.headers.update(_HEADERS)
    return response


def _page(order_id: UUID, problem: Problem | None, data: dict[str, Any] | None = None) -> Any:
    order, at, sent, reader = _order(order_id), now(), data or {}, _reader()
    steps = open_to(order, reader, at)
    wanted = sent.get("step") or request.args.get("step")
    checklist = list_of(order)
    links = links_of(order) if reader.may("order.assign") or reader.may("order.assign_team_only") else []
    html = render_template(
        "maintenance/order.html",
        **page_of(order, reader),
        plan=find_plan(order.site_id, order.plan_id),
        thing=_thing(order),
        checklist=checklist,
        list_url=_list_url(order, checklist, "done" in steps),
        handed=_handed(order),
        live=next((link for link in links if link.is_live(at)), None),
        days=DAYS,
        states=STATES,
        steps=steps,
        step=wanted if wanted in steps else next((name for name in steps if name not in _ASKED_FOR), None),
        late=order.state in BEFORE_DONE and order.due_at is not None and order.due_at < at,
        at=at,
        problem=problem,
        text=words(problem) if problem else "",
        data=sent,
        record_id=uuid7(),
        **choices_for(order, reader, teams_only=not reader.may("order.assign")),
    )
    return html, problem.status if problem else 200


def _list_url(order: MaintenanceOrder, checklist: Any, may_do: bool) -> str:
    """Where the list is filled that finishes the order; "" without a list, or for who does not do it."""
    if checklist is None or not may_do:
        return ""
    thing = f"equipment={order.equipment_id}" if order.equipment_id else f"place={order.place_id}"
    return f"/inspections/new?{thing}&checklist={checklist.code}"


def _handed(order: MaintenanceOrder) -> list[dict[str, Any]]:
    """What a contractor answered, item by item, while it waits for its witness."""
    told = order.handed_in
    if not told or not told.get("list") or order.witnessed_at is not None:
        return []
    checklist, thing = find_version(order.site_id, told["list"]), _thing(order)
    own = thing.limits if thing else {}
    rows = item_rows(checklist.items, own, told["findings"])
    for row in rows:
        row["result"] = judge(row, Answer.of(told["findings"].get(row["code"])), own.get(row["code"])).result
    return rows


def _thing(order: MaintenanceOrder) -> Equipment | None:
    return db.session.get(Equipment, (order.site_id, order.equipment_id)) if order.equipment_id else None


def _order(order_id: UUID) -> MaintenanceOrder:
    order = find_order(current_user.site_id, order_id)
    if not may_see(order, _reader(), of_my_team):
        raise NotHere("order")
    return order


def _reader() -> Any:
    return current_user._get_current_object()
