"""The phones' door: session, records, photos, what became of refused ones; and the page of what waits on a phone."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, jsonify, render_template, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from patrol import __version__
from patrol.core.clock import now
from patrol.core.problems import N_, Problem
from patrol.photos.intake import store_photo
from patrol.photos.storage import limits, shelf
from patrol.sync.envelope import MAX_BYTES, open_batch, too_large
from patrol.sync.pack import pack_facts, pages_key
from patrol.sync.shelf import answers
from patrol.sync.take_in import Result, take_in
from patrol.sync.waiting import tell_waiting
from patrol.web.access import needs, signed_in
from patrol.web.errors import words
from patrol.web.inner import inner_page

bp = Blueprint("sync", __name__)
MOST_ASKED = 100
PACKERS = ("scan", "order.rectify", "checklist.fill")  # who works away from a desk, and without signal


@bp.before_request
def same_site_only() -> None:
    """The token already proves it; this refuses the rest of cross-site writes before they cost anything."""
    if request.method != "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Problem("cross_site", N_("This address is for the app itself."), status=403)


@bp.get("/sync/session")
@signed_in
def session() -> Any:
    return jsonify(
        user=str(current_user.user_id),
        name=current_user.name,
        site=str(current_user.site_id),
        csrf_token=generate_csrf(),
        server_time=now().isoformat(),
        version=__version__,
    )


@bp.get("/sync/pack")
@needs(*PACKERS)
def pack() -> Any:
    """What this person needs for this shift. ``pages_key`` says whether the pages kept with it are still the same."""
    by = current_user._get_current_object()
    at = now()
    facts = pack_facts(by, at)
    more = {name: of(by, at) for name, of in current_app.extensions["pack_more"].items()}
    return jsonify(**facts, **more, pages_key=_pages_key(by, facts))


@bp.get("/sync/pack/pages")
@needs(*PACKERS)
def pack_pages() -> Any:
    """The pages that go with the pack, by address: {"key": …, "pages": {"/today": "<!doctype html>…"}}."""
    by = current_user._get_current_object()
    facts = pack_facts(by, now())
    made = {path: inner_page(path, name) for path, name in facts["pages"]}
    return jsonify(key=_pages_key(by, facts), pages={path: html for path, html in made.items() if html})


def _pages_key(by: Any, facts: dict[str, Any]) -> str:
    return pages_key(by, facts, current_app.extensions["assets"].version)


@bp.post("/sync/records")
@signed_in
def records() -> Any:
    if (request.content_length or 0) > MAX_BYTES:
        raise too_large()
    batch, at = open_batch(request.get_data(cache=False)), now()
    results = take_in(batch, by=current_user._get_current_object(), at=at)
    return jsonify(received_at=at.isoformat(), results=[_told(result) for result in results])


def _told(result: Result) -> dict[str, Any]:
    problem = result.problem
    told = {"code": problem.code, "text": words(problem)} if problem else None
    return {"id": result.id, "status": result.status, "problem": told, "url": result.url}


@bp.put("/sync/photos/<uuid:photo_id>")
@signed_in
def photo(photo_id: UUID) -> Any:
    bounds = limits(current_app)
    if (request.content_length or 0) > bounds.max_bytes:
        raise Problem("photo.too_large", N_("This photo is too large to send."), status=413)
    taken = store_photo(
        request.get_data(cache=False),
        photo_id,
        by=current_user._get_current_object(),
        at=now(),
        shelf=shelf(current_app),
        limits=bounds,
        expected_sha256=request.headers.get("X-Photo-SHA256"),
        original_sha256=request.headers.get("X-Original-SHA256"),
    )
    return jsonify(id=str(photo_id), sha256=taken.file.sha256), 200 if taken.known else 201


@bp.post("/sync/waiting")
@signed_in
def waiting() -> Any:
    """What a phone says still waits on it: {"count": n, "oldest": time or null, "sent_at": time}, its own clock."""
    tell_waiting(current_user._get_current_object(), request.get_json(silent=True), now())
    return jsonify(told=True)


@bp.get("/sync/refused")
@signed_in
def refused() -> Any:
    """What became of one's own refused records: ?id=…&id=…"""
    ids = request.args.getlist("id")
    if len(ids) > MOST_ASKED:
        raise Problem("too_many_ids", N_("This is too much at once. The phone sends it in parts."), status=413)
    return jsonify(refused=answers(current_user.site_id, current_user.user_id, [text[:64] for text in ids]))


@bp.get("/outbox")
@signed_in
def outbox() -> Any:
    """What lies on this phone; the page itself knows nothing of it, its scripts do."""
    return render_template("sync/outbox.html")
