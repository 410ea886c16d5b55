"""Door: the photo log and the page of one photo."""

from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import and_, bindparam, literal, or_, select, union_all

from patrol.accounts.reader import business_day_of
from patrol.accounts.user import Membership, User
from patrol.core.asked import asked_id
from patrol.core.clock import now
from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.category import categories
from patrol.photos.caption import caption_of
from patrol.photos.photo import Photo, PhotoFile
from patrol.photos.storage import shelf
from patrol.reviews.day_page import first_pictures
from patrol.reviews.photo_gaps import gaps
from patrol.reviews.photo_log import chosen, counts_of_day, month_edge, neighbours, photo_page, read_edge, write_edge
from patrol.reviews.photo_plan import COMING, COUNTED, SHOWS, STATES, PhotoFilter
from patrol.reviews.photo_subjects import NOTHING, subjects, timeline
from patrol.reviews.review import asked_for
from patrol.rounds.route import Route
from patrol.sites.place import Place
from patrol.web.access import forbidden, needs
from patrol.web.question import day_argument

bp = Blueprint("photo_log", __name__)
STRIP = 3
MOST_ON_SHEET, ON_A_PAGE = 60, 12
BACK_TO_THE_FIRST = ("person", "place", "round", "category", "state", "before", "after")  # these ask for all days
WITHIN = {"today": (0, 0), "yesterday": (1, 1), "7": (6, 0), "30": (29, 0), "all": None}


@bp.get("/photos")
@needs("photo.log")
def photos() -> Any:
    wanted, within = _wanted()
    args = request.args
    older, newer = read_edge(args.get("before")), read_edge(args.get("after"))
    if month := _month(args.get("month")):
        url = _url("/photos", month=None, within="all", before=write_edge(month), **{"from": None, "to": None})
        return redirect(url, 303)
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
        categories=categories(),
        **_choices(wanted),
    )


@bp.get("/photos/sheet")
@needs("photo.log")
def sheet() -> Any:
    """The chosen photos on A4, twelve a page, each with time, place and person; oldest first."""
    ids = [one for text in request.args.getlist("id")[:MOST_ON_SHEET] if (one := asked_id(text))]
    rows = chosen(current_user.site_id, ids, owners=current_user.may("owner.see"))
    return render_template(
        "reviews/photo_sheet.html",
        pages=[rows[n : n + ON_A_PAGE] for n in range(0, len(rows), ON_A_PAGE)],
        about=subjects(current_user.site_id, rows),
        nothing=NOTHING,
        at=now(),
    )


@bp.get("/photos/gaps")
@needs("photo.log")
def missing() -> Any:
    """Photos of one month that ought to be there."""
    today = business_day_of(current_user._get_current_object(), now())
    period = asked_for("month", request.args.get("month") or f"{today:%Y-%m}", today)
    found = gaps(current_user.site_id, period.first, period.last, now(), shelf(current_app).exists)
    after = period.next
    return render_template(
        "reviews/photo_gaps.html",
        period=period,
        gaps=found,
        next_url=f"/photos/gaps?month={after.slug}" if after.first <= today else None,
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
        pair=_pair(found),
        **_strip(found),
    )


def _check(found: Photo) -> None:
    """The log is for those who lead; everybody sees hazards' and places' photos, and his own."""
    shared = found.subject_kind in ("hazard", "place")
    if not (current_user.may("photo.log") or shared or found.user_id == current_user.user_id):
        raise forbidden()


def _pair(found: Photo) -> tuple[UUID, UUID] | None:
    """The pictures before and after of the hazard this photo is of, once both are here."""
    if found.subject_kind != "hazard":
        return None
    pictures = first_pictures(found.site_id, [found.subject_id])
    before, after = (pictures.get((found.subject_id, kind)) for kind in ("before", "after"))
    return (before, after) if before and after else None


def _strip(found: Photo) -> dict[str, Any]:
    """The photos beside this one under the filter in the address, newest first; only for readers of the log."""
    if not current_user.may("photo.log"):
        return {"newer": [], "older": [], "back": f"/hazards/{found.subject_id}"}
    wanted, _ = _wanted()
    edge = (found.taken_at, found.id)
    newer = neighbours(found.site_id, wanted, edge, STRIP, newer=True)
    older = neighbours(found.site_id, wanted, edge, STRIP)
    back = _url("/photos", after=None, before=write_edge(newer[-1]) if newer else None)
    return {"newer": list(reversed(newer)), "older": older, "back": f"{back}#p-{found.id}"}


def _wanted() -> tuple[PhotoFilter, str]:
    args = request.args
    today = business_day_of(current_user._get_current_object(), now())
    first, last = day_argument("from", None), day_argument("to", None)
    within = args.get("within", "")
    if first or last:
        within = ""
    elif within not in WITHIN:
        within = "all" if any(args.get(name) for name in BACK_TO_THE_FIRST) else "today"
    if within and (span := WITHIN[within]):
        first, last = today - timedelta(days=span[0]), today - timedelta(days=span[1])
    wanted = PhotoFilter(
        first=first,
        last=last,
        place=args.get("place", type=UUID) or args.get("building", type=UUID),
        route=args.get("route", type=UUID),
        show=args.get("show") if args.get("show") in (*SHOWS, *COUNTED, COMING) else None,
        round=args.get("round", type=UUID),
        category=args.get("category") if args.get("category") in categories() else None,
        state=args.get("state") if args.get("state") in STATES else None,
        person=args.get("person", type=UUID),
        words=args.get("q", "").strip()[:60],
        owners=current_user.may("owner.see"),
    )
    return wanted, within


def _month(text: str | None) -> Any:
    """The edge from which the log runs back through a month named 2026-03."""
    if not text:
        return None
    try:
        return month_edge(date.fromisoformat(f"{text}-01"))
    except ValueError:
        raise Problem(
            "field.wrong", N_("This cannot be right: %(name)s. Check it."), field="month", name="month"
        ) from None


def _choices(wanted: PhotoFilter) -> dict[str, Any]:
    """For places: those at the top; once one is chosen, what is in it and what it is in as well. One query."""
    asked = {"site_id": current_user.site_id, **({"place": wanted.place} if wanted.place else {})}
    found: dict[str, list[Any]] = {"places": [], "routes": [], "people": []}
    for row in _offered(near=wanted.place is not None).all(connection(), asked):
        found[row.what].append((row.id, row.name))
    return found


@cache
def _offered(*, near: bool) -> Prepared:
    site_id: Any = bindparam("site_id")
    shown = [and_(Place.parent_id.is_(None), Place.retired_at.is_(None))]
    if near:
        chosen_one: Any = bindparam("place")
        above = select(Place.parent_id).where(Place.site_id == site_id, Place.id == chosen_one).scalar_subquery()
        shown += [Place.id == chosen_one, Place.id == above, Place.parent_id == chosen_one]
    places = select(literal("places").label("what"), Place.id, Place.full_name.label("name"), Place.sort)
    routes = select(literal("routes"), Route.id, Route.name, Route.sort)
    people = select(literal("people"), User.id, User.name, literal(0))
    whole: Any = union_all(
        places.where(Place.site_id == site_id, or_(*shown)),
        routes.where(Route.site_id == site_id, Route.kind == "route", Route.retired_at.is_(None)),
        people.join(Membership, Membership.user_id == User.id).where(Membership.site_id == site_id),
    )
    return Prepared(whole.order_by("what", "sort", "name"))


def _query() -> dict[str, str]:
    """The filter as it stands in the address, without the place in the list."""
    return {key: value for key, value in request.args.items() if key not in ("before", "after") and value}


def _url(path: str, **changed: Any) -> str:
    query = {**_query(), **{key: str(value) if value else "" for key, value in changed.items()}}
    text = urlencode({key: value for key, value in query.items() if value})
    return f"{path}?{text}" if text else path
