"""Door: the board, and the part of it that refreshes itself."""

from calendar import monthrange
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_login import current_user

from patrol.core.business_day import business_day
from patrol.core.clock import now
from patrol.core.db import db
from patrol.hazards.standing import by_severity
from patrol.reviews.board import Board, board
from patrol.reviews.figures import ratio
from patrol.reviews.period import Period
from patrol.reviews.unsigned import SiteAsked, late_reviews
from patrol.rounds.walk import Stop, Walk
from patrol.sites.site import Site
from patrol.weather.event import said_now
from patrol.web.access import needs
from patrol.web.replies import fragment

bp = Blueprint("board", __name__)
MOST_ROUTES = 10  # on one screen; the rest is a link away
_BEAD = {"on_time": "done", "late": "late", "missed": "missed", "excused": "done", "pending": "todo"}


@bp.get("/board")
@needs("board.see")
def board_page() -> Any:
    shown = _shown()
    late = _late() if current_user.may("review.sign") else []
    return render_template("reviews/board.html", shift=_shift(), late=late, **shown)


@bp.get("/board/live")
@needs("board.see")
def board_live() -> Any:
    return fragment("reviews/_board_live.html", **_shown())


def _late() -> list[Period]:
    """Reviews of this site that somebody should have signed by now. Two queries."""
    site = db.session.get_one(Site, current_user.site_id)
    first = business_day(site.created_at, site.zone, site.day_start)
    return late_reviews([SiteAsked(site.id, site.zone, site.day_start, first)], now())[site.id]


def _shown() -> dict[str, Any]:
    at = now()
    found = board(current_user.site_id, at, current_user.here)
    tracks = _tracks(found)
    severities = by_severity(found.open_hazards)
    return {
        "board": found,
        "storm": said_now(current_user.site_id, now()),
        "rate": ratio(found.reached, found.due),
        "tracks": tracks[:MOST_ROUTES],
        "more_routes": max(0, len(tracks) - MOST_ROUTES),
        "from_to": found.from_to,
        "local_now": at.astimezone(found.site.zone),
        "running": found.running[:MOST_ROUTES],
        "strings": {walk.id: [_bead(walk, stop) for stop in walk.stops] for walk in found.running[:MOST_ROUTES]},
        "by_severity": severities,
        "overdue_by": by_severity(found.overdue),
        "most": max(severities.values()),
        "days_left": monthrange(found.day.year, found.day.month)[1] - found.day.day,
    }


def _tracks(found: Board) -> list[dict[str, Any]]:
    """The routes with rounds around now, as the timeline takes them: first those that miss points, then those under
    way. Make-up rounds have a line of their own under their route's, where they cover no planned one."""
    first, last = found.from_to
    tracks: dict[tuple[str, bool], dict[str, Any]] = {}
    for walk in found.walks:
        ends = max(walk.times.ends_at, walk.times.starts_at)
        if walk.cancelled or ends <= first or walk.times.starts_at >= last:
            continue
        made_up = walk.kind == "make_up"
        track = tracks.setdefault((walk.route_name, made_up), {"name": walk.route_name, "rounds": []})
        who = [walk.people[0][1]] if walk.people else []
        if who or "note" not in track:
            track["note"] = " · ".join([_("make-up round"), *who] if made_up else who)
        track["rounds"].append(_round(walk, found.at, found.site.zone))
    missing = {m.walk.route_name for m in found.missing}
    under_way = {walk.route_name for walk in found.running}
    order = list(dict.fromkeys(route for route, _made_up in tracks))
    return sorted(
        tracks.values(), key=lambda t: (t["name"] not in missing, t["name"] not in under_way, order.index(t["name"]))
    )


def _round(walk: Walk, at: datetime, zone: Any) -> dict[str, Any]:
    to_come = walk.state == "planned" and at < walk.times.ends_at
    running = walk.state == "in_progress" and at < walk.times.closes_at
    return {
        "start": walk.times.starts_at.astimezone(zone),
        "end": walk.times.ends_at.astimezone(zone),
        "kind": "planned" if to_come else "running" if running else "done",
        "text": _("round %(n)s", n=walk.ordinal) if to_come else "",
        "url": f"/rounds/{walk.id}",
        "stops": [] if to_come else [_bead(walk, stop) for stop in walk.stops],
    }


def _bead(walk: Walk, stop: Stop) -> dict[str, Any]:
    next_stop = walk.next_stop
    is_next = walk.state == "in_progress" and next_stop is not None and next_stop.place_id == stop.place_id
    return {"state": "next" if is_next else _BEAD[stop.state], "number": stop.number, "name": stop.name}


def _shift() -> dict[str, str] | None:
    """The shift that is on now, as the site names it."""
    local = now().astimezone(current_user.zone).strftime("%H:%M")
    for shift in current_user.here.shifts if current_user.here else ():
        start, end = shift["start"], shift["end"]
        if start <= local < end or (start > end and (local >= start or local < end)):
            return shift
    return None
