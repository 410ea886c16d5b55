"""Door for owners, without a sign-in: the report, and the page by which they follow it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from flask_login import current_user

from patrol.core.asked import asked_id
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.owners.follow import stages, waiting
from patrol.owners.limits import count_report, origin_of
from patrol.owners.report import MAX_PHOTOS, OwnerReport, new_report, report_by_follow
from patrol.owners.visitor import door_of, visitor_of
from patrol.owners.words import KINDS, PUBLIC
from patrol.photos.intake import store_photo
from patrol.photos.storage import limits, shelf
from patrol.repairs.repair import Repair
from patrol.repairs.steps import RepairStepData, take_repair_step
from patrol.sites.place import Place
from patrol.sites.place_tree import places_in_use
from patrol.sites.site import Site
from patrol.web.access import public
from patrol.web.errors import words
from patrol.workorders.order import WorkOrder
from patrol.workorders.timeline import steps_of

bp = Blueprint("public", __name__)
BODY = 40 * 1024 * 1024  # three photos as a phone takes them, and no more
SHOWN_FOR = timedelta(days=90)
_PLAIN = ("kind", "words", "place", "place_words", "owner_phone")


@bp.url_value_preprocessor
def _small_bodies(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything parses it: a stranger's form is never larger than its three photos."""
    request.max_content_length = BODY


@bp.get("/report/<code>")
@public
def form(code: str) -> Any:
    site, place = _door(code)
    return _form(code, site, place, {}, None)


@bp.post("/report/<code>")
@public
def take(code: str) -> Any:
    """Counted first, then the photos, then the report; what the trap caught is kept apart and answered alike."""
    site, place = _door(code)
    typed = {name: request.form.get(name, "") for name in _PLAIN}
    by, when = visitor_of(site), When.now()
    address = request.remote_addr or ""
    try:
        with write(site.id):
            count_report(site.id, address, when.at)
        photos = _photos(by, when)
        with write(site.id):
            report = new_report(
                id=asked_id(request.form.get("id")) or uuid7(), by=by, when=when, source="public", kind=typed["kind"],
                words=typed["words"], place_id=asked_id(typed["place"]) or (place.id if place else None),
                place_words=typed["place_words"], owner_phone=typed["owner_phone"], photos=photos,
                origin=origin_of(site.id, address, str(current_app.config["SECRET_KEY"])),
                suspect=bool(request.form.get("website")),
            )  # fmt: skip
            follow = report.follow
    except Problem as problem:
        return _form(code, site, place, typed, problem)
    return redirect(f"/follow/{follow}?new=1", 303)


@bp.get("/follow/<code>")
@public
def follow(code: str) -> Any:
    return _follow(_report(code), None)


@bp.post("/follow/<code>")
@public
def answer(code: str) -> Any:
    """The owner's word on a finished repair: in order, or not and why."""
    report = _report(code)
    step = "object" if request.form.get("answer") == "no" else "confirm"
    try:
        with write(report.site_id):
            order = _order(report)
            if not isinstance(order, Repair):
                raise Problem("report.no_answer", N_("There is nothing to confirm here yet."), status=409)
            said = {"order": order.id, "step": step, "note": request.form.get("note", "")[:500]}
            data = RepairStepData.model_validate(said)
            take_repair_step(data, id=uuid7(), by=visitor_of(_site(report)), when=When.now())
    except Problem as problem:
        return _follow(report, problem)
    return redirect(f"/follow/{code}", 303)


def from_label(code: str) -> Any:
    """Somebody without a sign-in opened a label's address: on to the report where the site takes them, else None."""
    return redirect(f"/report/{code}", 303) if door_of(code) is not None else None


def _door(code: str) -> tuple[Site, Place | None]:
    found = door_of(code)
    if found is None:
        raise NotHere("site")
    return found


def _report(code: str) -> OwnerReport:
    """Followable until 90 days after its order was closed, or it was set aside; then like one that never was."""
    report = report_by_follow(code)
    if report is None:
        raise NotHere("report")
    order = _order(report)
    ended = order.closed_at if order else report.settled_at
    if ended is not None and now() - ended > SHOWN_FOR:
        raise NotHere("report")
    return report


def _order(report: OwnerReport) -> WorkOrder | None:
    return db.session.get(WorkOrder, (report.site_id, report.order_id)) if report.order_id else None


def _site(report: OwnerReport) -> Site:
    return db.session.get_one(Site, report.site_id)


def _photos(by: Any, when: When) -> list[UUID]:
    """Up to three; a file that is no picture is refused in words, and nothing else of the form is lost."""
    uploads = [upload for upload in request.files.getlist("photos") if upload.filename]
    if len(uploads) > MAX_PHOTOS:
        raise Problem("report.photos", N_("At most 3 photos. Take some out."), field="photos")
    place, room = shelf(current_app), limits(current_app)
    raws = [raw for raw in (upload.read() for upload in uploads) if raw]
    return [store_photo(raw, uuid7(), by=by, at=when.at, shelf=place, limits=room).file.id for raw in raws]


def _form(code: str, site: Site, place: Place | None, typed: dict[str, str], problem: Problem | None) -> Any:
    html = render_template(
        "owners/report.html",
        code=code,
        site=site,
        place=place,
        places=[one for one in places_in_use(site.id) if one.kind in ("building", "entrance", "area")],
        kinds=[(name, KINDS[name]) for name in PUBLIC],
        typed=typed,
        problem=problem,
        text=words(problem) if problem else "",
        record_id=uuid7(),
        staff=current_user.is_authenticated,
    )
    return _answer(html, problem)


def _follow(report: OwnerReport, problem: Problem | None) -> Any:
    order = _order(report)
    place = db.session.get(Place, (report.site_id, report.place_id)) if report.place_id else None
    html = render_template(
        "owners/follow.html",
        report=report,
        site=_site(report),
        kind=KINDS[report.kind],
        place=place,
        order=order,
        stages=stages(order.kind, steps_of(order)) if order else waiting(),
        to_confirm=isinstance(order, Repair) and order.state == "done",
        new=bool(request.args.get("new")),
        problem=problem,
        text=words(problem) if problem else "",
        typed=request.form.get("note", "")[:500] if problem else "",
    )
    return _answer(html, problem)


def _answer(html: str, problem: Problem | None) -> Any:
    response = make_response(html, problem.status if problem else 200)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    if problem and "retry_after" in problem.facts:
        response.headers["Retry-After"] = str(problem.facts["retry_after"])
    return response
