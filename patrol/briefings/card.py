"""What a shift hands over, as plain data that can be frozen: the card of one shift of one team.

Codes and the words people wrote, no sentences: the reader's language comes when it is shown. It says nothing of the
moment it was made, so it changes only when a fact does.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from patrol.accounts.roster import OnDuty, people_on
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.hazards.standing import Standing, standing_now
from patrol.rounds.ending import RoundEnd
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.round import RoundNote
from patrol.rounds.walk import Walk, rounds_between, walks
from patrol.sites.place import Place
from patrol.sites.shift_times import ShiftTime
from patrol.workorders.order import WorkOrder
from patrol.workorders.queries import OPEN

Card = dict[str, Any]
MOST = 60  # rows of a kind; the card says how many there are in all
DOWN = ("faulty", "out_for_service")
CHECKLIST = "guard_handover"
NEXT_ROUNDS = 12


def card(site: Any, site_id: UUID, team: str, this: ShiftTime, after: ShiftTime | None, at: datetime) -> Card:
    """The card as the facts stand at ``at``. A constant number of queries.

    after: the shift that takes over, None where a site has only one that never ends.
    """
    ensure_rounds(site_id, at, site.zone, site.day_start)
    until = after.ends_at if after else this.ends_at
    days = {this.day, after.day if after else this.day, this.day + timedelta(days=1)}
    found = walks(site_id, rounds_between(site_id, min(days), max(days)), at)
    mine = [w for w in found if w.team == team and not w.cancelled]
    own = [w for w in mine if this.holds(w.times.starts_at) and w.times.starts_at <= at]
    after_it = [w for w in mine if w.kind != "make_up" and this.ends_at <= w.times.starts_at < until]
    open_now = standing_now(site_id)
    promised = _promised(site_id, team, until)
    down = _down(site_id)
    return {
        "v": 1,
        "shift": {"day": str(this.day), "code": this.code, **this.name},
        "from": _iso(this.starts_at),
        "to": _iso(this.ends_at),
        "team": team,
        "outgoing": _people(people_on(site_id, [this]), team, own),
        "incoming": _people(people_on(site_id, [after]) if after else [], team, ()),
        "hazards": [_hazard(one) for one in open_now[:MOST]],
        "hazard_count": len(open_now),
        "missed": _missed(own, _ends(site_id, own))[:MOST],
        "running": [_round(w) for w in own if w.state in ("planned", "in_progress") and at < w.times.closes_at],
        "equipment": down[:MOST],
        "equipment_count": len(down),
        "promises": promised[:MOST],
        "promise_count": len(promised),
        "notes": _notes(site_id, own),
        "next": [_round(w) for w in after_it[:NEXT_ROUNDS]],
        "checked_at": _checked(site_id, team, this),
    }


def card_hash(body: Mapping[str, Any]) -> str:
    """The same for the same content, whatever the order of its parts."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _people(on: Iterable[OnDuty], team: str, own: Iterable[Walk]) -> list[dict[str, Any]]:
    """The roster's people of the team, then whoever walked its rounds without standing in it."""
    found = {str(one.user_id): one.name for one in on if one.team == team}
    people = [{"id": key, "name": name, "roster": True} for key, name in found.items()]
    walked = {str(user_id): name for walk in own for user_id, name in walk.people if str(user_id) not in found}
    return people + [{"id": key, "name": name, "roster": False} for key, name in sorted(walked.items())]


def _hazard(one: Standing) -> dict[str, Any]:
    return {
        "id": str(one.id), "number": one.number, "title": one.title, "severity": one.severity, "state": one.state,
        "place": one.place, "due_at": _iso(one.due_at),
    }  # fmt: skip


def _round(walk: Walk) -> dict[str, Any]:
    return {
        "id": str(walk.id), "route": walk.route_name, "ordinal": walk.ordinal, "starts_at": _iso(walk.times.starts_at),
        "visited": walk.visited, "points": len(walk.required),
    }  # fmt: skip


def _missed(own: Iterable[Walk], ends: Mapping[UUID, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rounds of the shift that lost points or were ended early, with what was said about it. Excused ones stay."""
    found = []
    for walk in own:
        points = [
            {"name": stop.name, "number": stop.number, "state": stop.state}
            for stop in walk.required
            if stop.state in ("missed", "excused")
        ]
        if points or walk.id in ends:
            found.append({**_round(walk), "state": walk.state, "lost": points, "reasons": ends.get(walk.id, [])})
    return found


def _ends(site_id: UUID, own: Iterable[Walk]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    query = (
        select(RoundEnd.round_id, RoundEnd.reason, RoundEnd.note, RoundEnd.at, User.name)
        .join(User, User.id == RoundEnd.user_id)
        .where(RoundEnd.site_id == site_id, RoundEnd.round_id.in_([walk.id for walk in own]))
        .order_by(RoundEnd.at, RoundEnd.id)
    )
    for row in db.session.execute(query):
        found[row.round_id].append({"reason": row.reason, "note": row.note, "by": row.name, "at": _iso(row.at)})
    return found


def _notes(site_id: UUID, own: Iterable[Walk]) -> list[dict[str, Any]]:
    routes = {walk.id: walk.route_name for walk in own}
    query = (
        select(RoundNote.round_id, RoundNote.text, RoundNote.at, User.name)
        .join(User, User.id == RoundNote.user_id)
        .where(RoundNote.site_id == site_id, RoundNote.round_id.in_(list(routes)))
        .order_by(RoundNote.at, RoundNote.id)
    )
    rows = list(db.session.execute(query))[-MOST:]
    return [{"route": routes[r.round_id], "text": r.text, "by": r.name, "at": _iso(r.at)} for r in rows]


def _down(site_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(Equipment.id, Equipment.code, Equipment.name, Equipment.type, Equipment.state, Place.full_name)
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(Equipment.site_id == site_id, Equipment.state.in_(DOWN))
        .order_by(Place.full_name, Equipment.code)
    )
    return [
        {"id": str(r.id), "code": r.code, "name": r.name, "type": r.type, "state": r.state, "place": r.full_name}
        for r in db.session.execute(query)
    ]


def _promised(site_id: UUID, team: str, until: datetime) -> list[dict[str, Any]]:
    """Work orders of any kind that are late already or fall due before the next shift ends: the team's own first."""
    query = (
        select(
            WorkOrder.id, WorkOrder.kind, WorkOrder.number, WorkOrder.title, WorkOrder.severity, WorkOrder.due_at,
            WorkOrder.team, Place.full_name, User.name,
        )
        .join(Place, and_(Place.site_id == WorkOrder.site_id, Place.id == WorkOrder.place_id))
        .outerjoin(User, User.id == WorkOrder.assignee_id)
        .where(WorkOrder.site_id == site_id, WorkOrder.state.in_(OPEN), WorkOrder.due_at < until)
        .order_by(WorkOrder.due_at, WorkOrder.number)
    )  # fmt: skip
    rows = sorted(db.session.execute(query), key=lambda row: row.team != team)
    return [
        {
            "id": str(r.id), "kind": r.kind, "number": r.number, "title": r.title, "severity": r.severity,
            "place": r.full_name, "due_at": _iso(r.due_at), "who": r.name or "", "team": r.team,
        }
        for r in rows
    ]  # fmt: skip


def _checked(site_id: UUID, team: str, this: ShiftTime) -> str | None:
    """When the post's own handover list was filled for this shift: from an hour before its end on."""
    if team != "security":
        return None
    query = select(Inspection.completed_at).where(
        Inspection.site_id == site_id,
        Inspection.checklist_code == CHECKLIST,
        Inspection.completed_at >= this.ends_at - timedelta(hours=1),
        Inspection.completed_at < this.ends_at + timedelta(hours=2),
    )
    return _iso(db.session.scalar(query.order_by(Inspection.completed_at).limit(1)))
