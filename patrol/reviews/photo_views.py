"""Door: the photo log and the page of one photo."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.accounts.user import Membership, User
from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.problems import N_, NotHere, Problem
from patrol.photos.caption import caption_of
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.photo_log import (
    COUNTED,
    SHOWS,
    PhotoFilter,
    counts_of_day,
    neighbours,
    photo_page,
    read_edge,
    write_edge,
)
from patrol.reviews.photo_subjects import NOTHING, subjects, timeline
from patrol.rounds.route import Route
from patrol.sites.place import Place
from patrol.web.access import forbidden, needs

bp = Blueprint("photo_log", __name__)
STRIP = 3
WITHIN = {"today": (0, 0), "yesterday": (1, 1), "7": (6, 0), "30": (29, 0), "all": None}


@bp.get("/photos")
@needs("photo.log")
def photos() -> Any:
    wanted, within = _wanted()
    args = request.args
    older, newer = read_edge(args.get("before")), read_edge(args.get("after"))
    page = photo_page(current_user.site_id, wanted, older_than=older, newer_than=newer)
    one_day = wanted.first if wanted.first and wanted.first == wanted.last else None
    return render_template(
        "reviews/photos.html",
        page=page,
        wanted=wanted,
        within=within,
        about=subjects(current_user.site_id, page.rows),
        nothing=NOTHING,
        counts=counts_of_day(current_user.site_id, one_day, current_user.may("owner.see")) if one_day else {},
        query=_query(),
        url=_url,
        **_choices(),
    )


@bp.get("/photos/<uuid:photo_id>")
@needs("photo.log", "hazard.see")
def photo(photo_id: UUID) -> Any:
    found = db.session.get(Photo, (current_user.site_id, photo_id))
    if found is None:
        raise NotHere("photo")
    _check(found)
    file = db.session.get(PhotoFile, (found.site_id, photo_id))
    if file is not None and file.user_id != found.user_id:
        file = None
    return render_template(
        "reviews/photo.html",
        photo=found,
        file=file,
        marks=caption_of(found, file) if file else None,
        about=subjects(found.site_id, [found]).get(found.subject_id, NOTHING),
        steps=timeline(found.site_id, found.subject_id) if found.subject_kind == "hazard" else [],
        place=db.session.get(Place, (found.site_id, found.place_id)) if found.place_id else None,
        person=db.session.get(User, found.user_id) if found.user_id else None,
        query=_query(),
        url=_url,
        **_strip(found),
    )


def _check(found: Photo) -> None:
    """The log is for those who lead; everybody sees hazards' and places' photos, and his own."""
    shared = found.subject_kind in ("hazard", "place")
    if not (current_user.may("photo.log") or shared or found.user_id == current_user.user_id):
        raise forbidden()


def _strip(found: Photo) -> dict[str, Any]:
    """The photos beside this one under the filter in the address, newest first; only for readers of the log."""
    if not current_user.may("photo.log"):
        return {"newer": [], "older": [], "back": f"/hazards/{found.subject_id}"}
    wanted, _ = _wanted()
    edge = (found.taken_at, found.id)
    newer = neighbours(found.site_id, wanted, edge, STRIP, newer=True)
    older = neighbours(found.site_id, wanted, edge, STRIP)
    back = _url("/photos", after=None, before=write_edge(newer[-1]) if newer else None)
    return {"newer": list(reversed(newer)), "older": older, "back": back}


def _wanted() -> tuple[PhotoFilter, str]:
    args = request.args
    today = business_day_of(current_user._get_current_object(), now())
    first, last = _day("from"), _day("to")
    within = args.get("within", "")
    if first or last:
        within = ""
    elif within not in WITHIN:
        within = "today" if not args.get("person") and not args.get("place") else "all"
    if within and (span := WITHIN[within]):
        first, last = today - timedelta(days=span[0]), today - timedelta(days=span[1])
    wanted = PhotoFilter(
        first=first,
        last=last,
        building=args.get("building", type=UUID),
        place=args.get("place", type=UUID),
        route=args.get("route", type=UUID),
        show=args.get("show") if args.get("show") in (*SHOWS, *COUNTED, "coming") else None,
        person=args.get("person", type=UUID),
        words=args.get("q", "").strip()[:60],
        owners=current_user.may("owner.see"),
    )
    return wanted, within


def _day(name: str) -> date | None:
    text = request.args.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Problem("field.wrong", N_("This cannot be right: %(name)s. Check it."), field=name, name=name) from None


def _choices() -> dict[str, Any]:
    site_id = current_user.site_id
    buildings = select(Place.id, Place.full_name).where(
        Place.site_id == site_id, Place.parent_id.is_(None), Place.retired_at.is_(None)
    )
    routes = select(Route.id, Route.name).where(
        Route.site_id == site_id, Route.kind == "route", Route.retired_at.is_(None)
    )
    people = select(User.id, User.name).join(Membership, Membership.user_id == User.id)
    return {
        "buildings": list(db.session.execute(buildings.order_by(Place.sort, Place.full_name))),
        "routes": list(db.session.execute(routes.order_by(Route.sort, Route.name))),
        "people": list(db.session.execute(people.where(Membership.site_id == site_id).order_by(User.name))),
    }


def _query() -> dict[str, str]:
    """The filter as it stands in the address, without the place in the list."""
    return {key: value for key, value in request.args.items() if key not in ("before", "after") and value}


def _url(path: str, **changed: Any) -> str:
    query = {**_query(), **{key: str(value) if value else "" for key, value in changed.items()}}
    text = urlencode({key: value for key, value in query.items() if value})
    return f"{path}?{text}" if text else path
