"""Door: the service desk (客服台): what owners reported, calls to take down, owners to call back, the figures."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from patrol.complaints.complaint import Complaint
from patrol.complaints.flow import STATES as COMPLAINT_STATES
from patrol.core.asked import asked_id
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.owners.privacy import look, masked
from patrol.owners.report import (
    OwnerReport,
    by_telephone,
    dismiss,
    dismiss_same_origin,
    report_here,
    waiting_reports,
)
from patrol.owners.words import KINDS
from patrol.photos.photo import arrived, photos_of
from patrol.repairs.deadline import is_overdue
from patrol.repairs.figures import FIGURES, figures, month_after, month_of
from patrol.repairs.flow import STATES
from patrol.repairs.from_report import turn_into
from patrol.repairs.lists import late_clause, may_see, rows_of, to_call_back
from patrol.repairs.month import told
from patrol.repairs.repair import Repair
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use
from patrol.sites.site import Site
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.replies import go
from patrol.workorders.order import WorkOrder

bp = Blueprint("desk", __name__)
NEW = ("reported", "registered")
_TOLD = ("kind", "words", "place_words", "owner_name", "owner_phone", "owner_flat")
URLS = {"repair": "/repairs/{}", "complaint": "/complaints/{}", "hazard": "/hazards/{}"}


@bp.get("/desk")
@needs("order.register")
def index() -> Any:
    at, reader = now(), _reader()
    reports = waiting_reports(reader.site_id)
    places = _place_names(reader.site_id, [report.place_id for report in reports])
    late = db.session.execute(
        rows_of(Repair, reader)
        .where(late_clause(at), Repair.state.not_in(NEW))
        .order_by(Repair.due_at, Repair.id)
        .limit(20)
    ).all()
    fresh = db.session.execute(
        rows_of(Repair, reader).where(Repair.state.in_(NEW)).order_by(Repair.due_at).limit(20)
    ).all()
    return render_template(
        "owners/desk.html",
        reports=[report for report in reports if not report.suspect],
        suspects=[report for report in reports if report.suspect],
        places=places,
        kinds=KINDS,
        fresh=fresh,
        late=late,
        repairs=to_call_back(Repair, "signed", reader),
        complaints=to_call_back(Complaint, "solved", reader),
        states=STATES,
        complaint_states=COMPLAINT_STATES,
        site=db.session.get_one(Site, reader.site_id),
        at=at,
        is_overdue=is_overdue,
    )


@bp.get("/desk/reports/<uuid:report_id>")
@needs("order.register")
def report(report_id: UUID) -> Any:
    return _report_page(report_here(current_user.site_id, report_id), None)


@bp.post("/desk/reports/<uuid:report_id>/order")
@needs("order.register")
def turn(report_id: UUID) -> Any:
    """The report becomes a repair, a hazard or a complaint."""
    report = report_here(current_user.site_id, report_id)
    try:
        with write(current_user.site_id):
            order = _turned(report, request.form.get("version", type=int))
            url = URLS[order.kind].format(order.id)
    except Problem as problem:
        return _report_page(report, problem)
    return go(url)


@bp.post("/desk/reports/<uuid:report_id>/dismissal")
@needs("order.register")
def set_aside(report_id: UUID) -> Any:
    report = report_here(current_user.site_id, report_id)
    reason, version = request.form.get("reason", ""), request.form.get("version", type=int)
    try:
        with write(current_user.site_id):
            if request.form.get("all"):
                dismiss_same_origin(report, reason, by=_reader(), when=When.now())
            else:
                dismiss(report, reason, version=version, by=_reader(), when=When.now())
    except Problem as problem:
        return _report_page(report, problem)
    return go("/desk")


@bp.get("/desk/call")
@needs("order.register")
def call() -> Any:
    return _call_page(None)


@bp.post("/desk/call")
@needs("order.register")
def take_call() -> Any:
    """An owner on the telephone: his report and what becomes of it, in one form."""
    form = request.form
    try:
        with write(current_user.site_id):
            said = {name: form.get(name, "") for name in _TOLD}
            told_id, place = asked_id(form.get("id")), asked_id(form.get("place"))
            report = by_telephone(_reader(), When.now(), id=told_id, place_id=place, **said)
            order = _turned(report, None) if report.state == "new" else _order_of(report)
            url = URLS[order.kind].format(order.id)
    except Problem as problem:
        return _call_page(problem)
    return go(url)


@bp.post("/owners/<uuid:report_id>/contact")
@needs("owner.see", "order.rectify")
def contact(report_id: UUID) -> Any:
    """Name, telephone and flat in full, for who needs them; the journal keeps that they were looked at."""
    report = report_here(current_user.site_id, report_id)
    order = db.session.get(WorkOrder, (report.site_id, report.order_id)) if report.order_id else None
    if not current_user.may("owner.see") and (order is None or not may_see(order, _reader())):
        raise NotHere("report")
    with write(current_user.site_id):
        found = look(report, order, by=_reader(), at=now())
    back = URLS[order.kind].format(order.id) if order else f"/desk/reports/{report.id}"
    return render_template("owners/contact.html", contact=found, report=report, order=order, back=back)


@bp.get("/desk/figures")
@needs("order.register")
def month() -> Any:
    reader, at = _reader(), now()
    first = month_of(request.args.get("month", ""), reader, at)
    following = month_after(first)
    return render_template(
        "owners/figures.html",
        first=first,
        previous=(first - timedelta(days=1)).strftime("%Y-%m"),
        following=following.strftime("%Y-%m") if following <= at.astimezone(reader.zone).date() else None,
        last=following - timedelta(days=1),
        figures=figures(told(reader.site_id, first, following - timedelta(days=1)), at),
        names=FIGURES,
    )


def _turned(report: OwnerReport, version: int | None) -> Any:
    form = request.form
    at = form.get("appointment_at", "")
    return turn_into(
        report,
        form.get("into", ""),
        by=_reader(),
        when=When.now(),
        version=version,
        kind=form.get("kind", report.kind),
        place_id=asked_id(form.get("place")) or report.place_id,
        urgent=bool(form.get("urgent")),
        appointment_at=_local(at) if at else None,
    )


def _order_of(report: OwnerReport) -> WorkOrder:
    return db.session.get_one(WorkOrder, (report.site_id, report.order_id))


def _local(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotHere("time") from error
    return at if at.tzinfo else at.replace(tzinfo=current_user.zone)


def _report_page(report: OwnerReport, problem: Problem | None) -> Any:
    photos = photos_of(report.site_id, "report", [report.id])[report.id]
    order = db.session.get(WorkOrder, (report.site_id, report.order_id)) if report.order_id else None
    same = [one for one in waiting_reports(report.site_id) if report.origin and one.origin == report.origin]
    html = render_template(
        "owners/triage.html",
        report=report,
        contact=masked(report),
        kinds=KINDS,
        place=db.session.get(Place, (report.site_id, report.place_id)) if report.place_id else None,
        places=places_in_use(report.site_id),
        photos=photos,
        here=arrived(report.site_id, [photo.id for photo in photos]),
        order=order,
        order_url=URLS[order.kind].format(order.id) if order else "",
        same=len(same),
        typed=request.form,
        problem=problem,
        text=words(problem) if problem else "",
    )
    return html, problem.status if problem else 200


def _call_page(problem: Problem | None) -> Any:
    html = render_template(
        "owners/call.html",
        kinds=KINDS,
        places=places_in_use(current_user.site_id),
        typed=request.form,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=request.form.get("id") or uuid7(),
    )
    return html, problem.status if problem else 200


def _place_names(site_id: UUID, ids: list[UUID | None]) -> dict[UUID, str]:
    wanted = {place_id for place_id in ids if place_id}
    return {place.id: place.full_name for place in places_in_use(site_id) if place.id in wanted}


def _reader() -> Any:
    return current_user._get_current_object()
