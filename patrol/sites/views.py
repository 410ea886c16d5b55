"""Door: places, their labels, and how to get there."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from pydantic import ValidationError

from patrol.core.asked import asked_id
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.photos.intake import store_photo
from patrol.photos.photo import add_photos
from patrol.photos.storage import limits, shelf
from patrol.rounds.publish import take_off_routes
from patrol.rounds.route import routes_with
from patrol.sites.label import issue_label, reissue_label
from patrol.sites.place import Place, PlaceData, add_place, change_place, place_here, restore_place, retire_place
from patrol.sites.place_tree import place_tree, search_tree, walk
from patrol.sites.place_types import BELOW, KIND_NAMES, LOOK_ICONS, PLACE_TYPES, TAGS
from patrol.sites.views_place import about, field_names, icon_names
from patrol.web.access import needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested
from patrol.web.i18n import pick
from patrol.web.replies import fragment, go, is_fragment

bp = Blueprint("places", __name__)


@bp.get("/places")
@needs("place.edit", "label.issue")
def index() -> Any:
    """The tree; ``q`` searches, ``label`` is "", yes or no, ``retired`` shows what is out of use too."""
    text, label = request.args.get("q", "")[:60].strip(), request.args.get("label", "")
    retired = request.args.get("retired") == "1"
    whole = place_tree(current_user.site_id, retired=retired)
    labelled = {"yes": True, "no": False}.get(label)
    tops = search_tree(whole, text, labelled=labelled) if text or labelled is not None else whole
    values: dict[str, Any] = {
        "tops": tops, "q": text, "label": label, "retired": retired,
        "count": sum(1 for _node in walk(whole)), "points": sum(top.points for top in whole),
        "open_all": bool(text or label), "kind_names": KIND_NAMES,
    }  # fmt: skip
    if is_fragment():
        return fragment("sites/_tree.html", **values)
    return render_template("sites/places.html", **values)


@bp.get("/places/new")
@needs("place.edit")
def new() -> Any:
    """A form for a new place; ``below`` names the place above it."""
    below = asked_id(request.args.get("below"))
    parent = place_here(current_user.site_id, below) if below else None
    kind = "building" if parent is None else ("floor" if parent.kind in ("building", "entrance") else "spot")
    form = {"parent_id": str(below or ""), "kind": kind, "radius_m": 100, "look_for": [], "tags": []}
    return _form_page(None, form)


@bp.post("/places")
@needs("place.edit")
def add() -> Any:
    form = _form()
    try:
        data = _data(form)
        with write(current_user.site_id):
            place = add_place(current_user.site_id, data, by=current_user.user_id, at=now())
            if request.form.get("label") and current_user.may("label.issue"):
                issue_label(place, by=current_user.user_id, at=now())
    except Problem as problem:
        return _form_page(None, form, problem)
    return go(f"/places/{place.id}")


@bp.get("/places/<uuid:place_id>")
@needs("place.edit", "label.issue")
def show(place_id: UUID) -> Any:
    place = place_here(current_user.site_id, place_id)
    return _form_page(place, _as_form(place))


@bp.post("/places/<uuid:place_id>")
@needs("place.edit")
def change(place_id: UUID) -> Any:
    place = place_here(current_user.site_id, place_id)
    form = _form()
    try:
        data = _data(form)
        with write(current_user.site_id):
            place = place_here(current_user.site_id, place_id)
            change_place(place, data, version=_version(), by=current_user.user_id, at=now())
    except Problem as problem:
        return _form_page(place_here(current_user.site_id, place_id), form, problem)
    return go(f"/places/{place_id}")


@bp.post("/places/<uuid:place_id>/label")
@needs("label.issue")
def label(place_id: UUID) -> Any:
    """The first label, or with a ``reason`` a new one that ends the old; ``leaked``: because copies are about."""
    with write(current_user.site_id):
        place = place_here(current_user.site_id, place_id)
        leaked = request.form.get("leaked", "").strip()
        reason = (leaked or request.form.get("reason", "")).strip()[:200]
        if reason:
            reissue_label(place, reason, by=current_user.user_id, at=now(), leaked=bool(leaked))
        else:
            issue_label(place, by=current_user.user_id, at=now())
    return go(f"/places/{place_id}#label")


@bp.post("/places/<uuid:place_id>/retirement")
@needs("place.edit")
def retire(place_id: UUID) -> Any:
    """Out of use; ``force`` takes it off its routes too, from the next free business day on."""
    with write(current_user.site_id):
        place = place_here(current_user.site_id, place_id)
        routes = routes_with(current_user.site_id, place_id)
        retire_place(
            place, by=current_user.user_id, at=now(), routes=[route.name for route in routes],
            force="force" in request.form, version=_version(),
        )  # fmt: skip
        if routes:
            take_off_routes(current_user.site_id, place_id, by=current_user.user_id, at=now())
    return go(f"/places/{place_id}")


@bp.post("/places/<uuid:place_id>/return")
@needs("place.edit")
def restore(place_id: UUID) -> Any:
    with write(current_user.site_id):
        place = place_here(current_user.site_id, place_id)
        restore_place(place, by=current_user.user_id, at=now(), version=_version())
    return go(f"/places/{place_id}")


@bp.post("/places/<uuid:place_id>/way-photo")
@needs("place.edit")
def way_photo(place_id: UUID) -> Any:
    """A photo that shows how to get there; the newest one is shown to guards."""
    place_here(current_user.site_id, place_id)
    upload = request.files.get("photo")
    raw = upload.read() if upload else b""
    photo_id, when, me = uuid7(), When.now(), current_user._get_current_object()
    store_photo(raw, photo_id, by=me, at=when.at, shelf=shelf(current_app), limits=limits(current_app))
    with write(me.site_id):
        add_photos(
            [photo_id], kind="way", subject_kind="place", subject_id=place_id, place_id=place_id, by=me, when=when
        )
    return go(f"/places/{place_id}#way")


def _form_page(place: Place | None, form: dict[str, Any], problem: Problem | None = None) -> Any:
    """The same page for looking, for a new place and for one whose form was refused (values kept)."""
    site_id = current_user.site_id
    nodes = list(walk(place_tree(site_id)))
    own = _family(nodes, place.id) if place else set()
    parents = [(str(node.id), node.full_name) for node in nodes if node.kind != "spot" and node.id not in own]
    values = {
        "place": place, "form": form, "parents": parents, "problem": problem,
        "text": words(problem) if problem else "", "field_at": problem.field if problem else None,
        "kinds": [(code, pick(KIND_NAMES[code])) for code in BELOW],
        "types": [("", _("None"))] + [(code, pick(names)) for code, names in PLACE_TYPES.items()],
        "icons": LOOK_ICONS, "icon_names": icon_names(),
        "tags": [(code, pick(names)) for code, names in TAGS.items()],
    }  # fmt: skip
    if place is not None:
        values |= about(place)
    status = problem.status if problem else 200
    return render_template("sites/place.html", **values), status


def _family(nodes: list[Any], place_id: UUID) -> set[UUID]:
    """The place and everything below it: none of them can stand above it."""
    family = {place_id}
    for node in nodes:  # parents come before their children
        if node.parent_id in family:
            family.add(node.id)
    return family


def _form() -> dict[str, Any]:
    """The fields as sent; lines of what to look at without a word are no lines."""
    form = nested(request.form)
    lines = form.get("look_for")
    rows = [lines[key] for key in sorted(lines, key=str)] if isinstance(lines, dict) else []
    form["look_for"] = [row for row in rows if isinstance(row, dict) and row.get("what")]
    return form


def _data(form: dict[str, Any]) -> PlaceData:
    try:
        return PlaceData.model_validate(form)
    except ValidationError as error:
        problem = from_validation(error)
        head = (problem.field or "").partition(".")[0]
        problem.facts["name"] = field_names().get(head, head)
        problem.field = head
        raise problem from error


def _as_form(place: Place) -> dict[str, Any]:
    return {
        "name": place.name, "kind": place.kind, "parent_id": str(place.parent_id or ""), "number": place.number,
        "type": place.type or "", "lat": place.lat, "lon": place.lon, "radius_m": place.radius_m, "note": place.note,
        "look_for": place.look_for, "tags": place.tags, "sort": place.sort,
    }  # fmt: skip


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
