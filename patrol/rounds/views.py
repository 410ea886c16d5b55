"""Door: the guard's screens — today, scan, arrived, round — as pages and as plain forms."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere
from patrol.equipment.duty import due_here, lines
from patrol.hazards.looks import looks_at
from patrol.hazards.mine import reported_by
from patrol.maintenance.by_list import due_at_place
from patrol.maintenance.ensure import ensure_orders
from patrol.photos.intake import form_store
from patrol.photos.photo import photos_of
from patrol.photos.storage import limits, shelf
from patrol.rounds.arrival import RoundNoteData, VisitData, last_note, last_visit, leave_note, settle_visit
from patrol.rounds.arrival_asks import NOTHING, asked_at
from patrol.rounds.asking import ASK_WITHIN, UNSETTLED
from patrol.rounds.by_hand import enterable
from patrol.rounds.ending import RoundEnd, RoundEndData, end_round, ends_of
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.evidence import ScanVoid
from patrol.rounds.excuse import asks_of
from patrol.rounds.make_up import left_to_make_up, make_ups_of, makes_up_for
from patrol.rounds.round import RoundNote
from patrol.rounds.scan import Scan, VisitResult
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.rounds.settling import void_of
from patrol.rounds.today import due_by, today_of
from patrol.rounds.walk import Stop, Walk, last_good, walk_by_id
from patrol.sites.label import label_here
from patrol.sites.place import Place
from patrol.sites.symbol import fold_code
from patrol.weather.duties import weather_duties
from patrol.weather.event import said_now
from patrol.weather.guide import storm_at
from patrol.web.access import needs
from patrol.web.filters import clock
from patrol.web.forms import record_form
from patrol.web.inner import kept_name
from patrol.web.replies import go
from patrol.workorders.timeline import names

bp = Blueprint("rounds", __name__)
_BEAD = {"on_time": "done", "late": "late", "missed": "missed", "excused": "done", "pending": "todo"}


@bp.get("/today")
@needs("scan")
def today() -> Any:
    wanted = request.args.get("round", type=UUID)
    found = today_of(_reader(), now(), wanted)
    mine, total = reported_by(current_user.site_id, current_user.user_id, limit=2)
    return render_template(
        "rounds/today.html",
        today=found,
        hero=hero(found.current) if found.current else None,
        shift=_shift(),
        hazards=mine,
        hazards_total=total,
        storm=said_now(current_user.site_id, now()),
    )


@bp.get("/kept/visit")
@needs("scan")
def kept_visit() -> Any:
    """The arrival as a phone keeps it; what was scanned and where is filled in by the phone."""
    return render_template("rounds/kept_visit.html") if kept_name() else redirect("/today", 303)


@bp.get("/kept/round")
@needs("scan")
def kept_round() -> Any:
    """A round as a phone keeps it; its points are filled in by the phone."""
    return render_template("rounds/kept_round.html") if kept_name() else redirect("/today", 303)


@bp.get("/scan")
@needs("scan")
def scan_page() -> Any:
    found = today_of(_reader(), now())
    return render_template("rounds/scan.html", walk=found.current, hosts=_hosts())


@bp.get("/scan/code")
@needs("scan")
def typed_code() -> Any:
    """The code under a label, typed without JavaScript: on to the place it names, which offers the check-in."""
    code = fold_code(request.args.get("code", ""))
    return redirect(f"/c/{code}" if code else "/scan", 303)


@bp.get("/c/<code>")
@bp.get("/C/<code>")
@needs("scan", "hazard.report")
def checkpoint(code: str) -> Any:
    """Shows the place and a button; opening an address never records anything (link previews open addresses)."""
    scan_id = request.args.get("scan", type=UUID)
    if scan_id and db.session.get(Scan, (current_user.site_id, scan_id)) is not None:
        return redirect(f"/visits/{scan_id}", 303)
    label = label_here(current_user.site_id, fold_code(code) or "")
    if label is None:
        raise NotHere("label")
    place = db.session.get_one(Place, (label.site_id, label.place_id))
    return render_template("rounds/checkpoint.html", label=label, place=place, record_id=uuid7())


@bp.post("/c/<code>")
@needs("scan")
def check_in(code: str) -> Any:
    """The check-in as a plain form: the same verb, without the phone's outbox."""
    record_id, data = _form()
    if db.session.get(Scan, (current_user.site_id, record_id)) is None:
        by, scan = _reader(), NewScan(record_id, ScanData(code=code, method=data.get("method", "link")), When.now())
        ensure_rounds(by.site_id, scan.when.at, by.zone, by.day_start)
        with write(current_user.site_id):
            scan_label(scan, by=by)
    return go(f"/visits/{record_id}")


@bp.get("/visits/<uuid:scan_id>")
@needs("scan", "workload.see")
def visit(scan_id: UUID) -> Any:
    scan = db.session.get(Scan, (current_user.site_id, scan_id))
    if scan is None:
        raise NotHere("scan")
    at = now()
    place = db.session.get_one(Place, (scan.site_id, scan.place_id))
    walk = walk_by_id(scan.site_id, scan.round_id, at) if scan.round_id else None
    stop = next((stop for stop in walk.stops if stop.place_id == place.id), None) if walk else None
    void = void_of(scan.site_id, scan.id)
    return render_template(
        "rounds/arrived.html",
        scan=scan,
        place=place,
        walk=walk,
        stop=stop,
        verdict=verdict(scan, walk, stop, void),
        asked=asked_at(scan, walk, at) if scan.user_id == current_user.user_id and not void else NOTHING,
        numbered=lambda words: list(enumerate(words)),
        void=void,
        void_by=names([void.user_id]).get(void.user_id, "") if void else "",
        next_stop=walk.next_stop if walk else None,
        next_url=_after(walk),
        before=last_visit(scan.site_id, place.id, scan.id),
        hazards=looks_at(scan.site_id, [place.id]).get(place.id, []),
        storm=storm_at(scan.site_id, walk, place.id) if walk else None,
        due=[
            *lines(weather_duties(_reader(), [walk] if walk else [], at, place.id)),
            *due_here(_reader(), place.id, at),
        ],
        today=business_day_of(_reader(), at),
        maintenance=_maintenance_at(place.id, at),
        record_id=uuid7(),
    )


@bp.post("/visits/<uuid:scan_id>/result")
@needs("scan")
def visit_result(scan_id: UUID) -> Any:
    record_id, data = _form()
    if db.session.get(VisitResult, (current_user.site_id, record_id)) is None:
        with write(current_user.site_id):
            checked = VisitData.model_validate({**data, "scan": scan_id})
            settle_visit(checked, id=record_id, by=_reader(), when=When.now())
    scan = db.session.get_one(Scan, (current_user.site_id, scan_id))
    walk = walk_by_id(scan.site_id, scan.round_id, now()) if scan.round_id else None
    return go(_after(walk))


@bp.get("/rounds/<uuid:round_id>")
@needs("scan", "workload.see")
def round_page(round_id: UUID) -> Any:
    at = now()
    walk = walk_by_id(current_user.site_id, round_id, at)
    if walk is None:
        raise NotHere("round")
    found = today_of(_reader(), at)
    ends = ends_of(current_user.site_id, [walk.id])[walk.id]
    asks = asks_of(current_user.site_id, [walk.id], at)[walk.id]
    made_up = make_ups_of(current_user.site_id, walk.id, at)
    return render_template(
        "rounds/round.html",
        walk=walk,
        ends=ends,
        people=names([end.user_id for end in ends]),
        end_record_id=uuid7(),
        asks=asks,
        make_ups=made_up,
        to_make_up=len(left_to_make_up(walk, made_up)),
        makes_up_for=makes_up_for(current_user.site_id, walk.id) if walk.kind == "make_up" else None,
        askable=_askable(walk, asks, at),
        excuse_record_id=uuid7(),
        enterable=points(enterable(walk, asks, by=_reader(), at=at)) if current_user.may("scan") else [],
        manual_record_id=uuid7(),
        at=at,
        beads=beads_of(walk),
        looks=looks_at(current_user.site_id, [stop.place_id for stop in walk.stops])
        if at < walk.times.closes_at
        else {},
        note=last_note(current_user.site_id, walk.route_id, walk.id),
        own_notes=_notes(walk.id),
        upcoming=found.upcoming,
        hazards=reported_by(current_user.site_id, None, round_id=walk.id, limit=20)[0],
        record_id=uuid7(),
    )


def _may_ask(asks: Any) -> bool:
    return all(ask.state == "refused" for ask in asks if ask.kind == "excuse")


def _askable(walk: Walk, asks: Any, at: datetime) -> list[tuple[UUID, str]]:
    """Points that may still be asked for, as the form offers them."""
    if walk.cancelled or not walk.times.opens_at <= at < walk.times.closes_at + ASK_WITHIN:
        return []
    return points(stop for stop in walk.stops if stop.state in UNSETTLED and _may_ask(asks[stop.place_id]))


def points(stops: Iterable[Stop]) -> list[tuple[UUID, str]]:
    """As a form offers them."""
    return [(stop.place_id, f"{stop.number} · {stop.name}") for stop in stops]


@bp.post("/rounds/<uuid:round_id>/notes")
@needs("scan")
def round_note(round_id: UUID) -> Any:
    record_id, data = _form()
    if db.session.get(RoundNote, (current_user.site_id, record_id)) is None:
        with write(current_user.site_id):
            checked = RoundNoteData.model_validate({**data, "round": round_id})
            leave_note(checked, id=record_id, by=_reader(), when=When.now())
    return go(f"/rounds/{round_id}")


@bp.post("/rounds/<uuid:round_id>/end")
@needs("scan")
def round_end(round_id: UUID) -> Any:
    record_id, data = _form()
    if db.session.get(RoundEnd, (current_user.site_id, record_id)) is None:
        with write(current_user.site_id):
            checked = RoundEndData.model_validate({**data, "round": round_id})
            end_round(checked, id=record_id, by=_reader(), when=When.now())
    return go(f"/rounds/{round_id}")


def hero(walk: Walk) -> dict[str, Any]:
    """The round under way as the hero card takes it."""
    at, next_stop = now(), walk.next_stop
    end = walk.times.ends_at if at < walk.times.ends_at else walk.times.closes_at
    left = max(timedelta(0), end - at)  # past the end late points still count, until the close
    return {
        "title": _("%(route)s · round %(ordinal)s", route=walk.route_name, ordinal=walk.ordinal)
        + (f" · {_('make-up round')}" if walk.kind == "make_up" else ""),
        "time": f"{clock(walk.times.starts_at)}–{clock(walk.times.ends_at)}",
        "url": f"/rounds/{walk.id}",
        "done": walk.visited,
        "total": len(walk.required),
        "left": int(left.total_seconds() // 60) if at >= walk.times.starts_at else None,
        "stops": beads_of(walk),
        "next": _next(walk, next_stop) if next_stop else None,
    }


def _next(walk: Walk, stop: Stop) -> dict[str, Any]:
    at = now()
    if at > due_by(walk, walk.times.opens_at, stop):
        by = _("late already, counts until %(time)s", time=clock(due_by(walk, at, stop)))
    elif stop.window:
        by = _("only %(time)s", time=own_time(stop))
    else:
        by = _("by %(time)s", time=clock(due_by(walk, at, stop)))
    foot = _("about %(minutes)s min on foot", minutes=stop.walk_min)
    return {
        "number": stop.number,
        "name": stop.name,
        "hint": f"{by} · {foot}",
        "way_url": f"/places/{stop.place_id}/way",
    }


def beads_of(walk: Walk) -> list[dict[str, Any]]:
    next_stop = walk.next_stop
    next_place = next_stop.place_id if next_stop else None
    states = ["next" if stop.place_id == next_place else _BEAD[stop.state] for stop in walk.stops]
    return [
        {"state": state, "number": stop.number, "name": stop.name}
        for state, stop in zip(states, walk.stops, strict=True)
    ]


def verdict(scan: Scan, walk: Walk | None, stop: Stop | None, void: ScanVoid | None = None) -> dict[str, str]:
    """The arrival in a word: on time, late by n minutes, too late, void, replaced label, or outside any round."""
    if void is not None:
        return {"tone": "miss", "text": _("does not count")}
    if "old_label" in scan.flags:
        return {"tone": "late", "text": _("This label was replaced. Tell your supervisor.")}
    if walk is None or stop is None:
        return {"tone": "plain", "text": _("outside a round")}
    if "after_close" in scan.flags:
        return {"tone": "miss", "text": _("after the round closed")}
    if stop.state == "late" and stop.visit.scan_at == scan.effective_at:
        over = scan.effective_at - last_good(walk, stop)
        return {
            "tone": "late",
            "text": _("%(minutes)s min late", minutes=max(1, int(over.total_seconds() // 60))),
        }
    if stop.window and scan.effective_at < stop.window[0]:
        return {"tone": "late", "text": _("too early, counts from %(time)s", time=clock(stop.window[0]))}
    return {"tone": "ok", "text": _("on time")}


def own_time(stop: Stop) -> str:
    """ "22:00–23:00": a point's own window."""
    assert stop.window is not None
    return f"{clock(stop.window[0])}–{clock(stop.window[1])}"


@bp.get("/places/<uuid:place_id>/way")
@needs("scan")
def way(place_id: UUID) -> Any:
    """How to get to a place: the note and the photo of the way."""
    place = db.session.get(Place, (current_user.site_id, place_id))
    if place is None:
        raise NotHere("place")
    photos = photos_of(place.site_id, "place", [place.id])[place.id]
    return render_template("rounds/way.html", place=place, photos=photos)


def _maintenance_at(place_id: UUID, at: datetime) -> list[Any]:
    """For those who do it; a guard's arrival asks nothing of it."""
    reader = _reader()
    if not reader.may("checklist.fill"):
        return []
    ensure_orders(reader.site_id, at, reader.zone, reader.day_start)
    return due_at_place(reader.site_id, place_id, business_day_of(reader, at))


def _after(walk: Walk | None) -> str:
    """Where to go after an arrival: on with the round, or to its end."""
    if walk is not None and walk.next_stop is None:
        return f"/rounds/{walk.id}"
    return "/today"


def _notes(round_id: UUID) -> list[RoundNote]:
    query = select(RoundNote).where(RoundNote.site_id == current_user.site_id, RoundNote.round_id == round_id)
    return list(db.session.scalars(query.order_by(RoundNote.at)))


def _shift() -> dict[str, str] | None:
    """The shift that is on now, as the site names it."""
    local = now().astimezone(current_user.zone).strftime("%H:%M")
    for shift in current_user.here.shifts if current_user.here else ():
        start, end = shift["start"], shift["end"]
        if start <= local < end or (start > end and (local >= start or local < end)):
            return shift
    return None


def _hosts() -> str:
    return urlsplit(current_app.config["PUBLIC_URL"]).netloc


def _form() -> tuple[UUID, dict[str, Any]]:
    store = form_store(_reader(), now(), shelf(current_app), limits(current_app))
    return record_form(store)


def _reader() -> Any:
    return current_user._get_current_object()
