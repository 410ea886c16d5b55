"""The pack: what one person needs for this shift, so that a phone can work without any signal.

Of labels it holds only hashes: a scanned code can be recognised, never produced. Times are milliseconds since 1970,
as the phone's own arithmetic takes them.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from patrol import __version__
from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.roster import roster_state
from patrol.briefings.handover import handover_state
from patrol.equipment.asks import asked_by_lot
from patrol.equipment.checklist import Checklist, items_of
from patrol.equipment.take_along import Owed, any_time, owed_by
from patrol.hazards.category import categories
from patrol.hazards.mine import open_on_site
from patrol.hazards.queries import first_photos
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.mine import mine_due
from patrol.repairs.flow import UNDER_WAY
from patrol.repairs.lists import mine
from patrol.repairs.repair import Repair
from patrol.rounds.arrival import last_visits
from patrol.rounds.arrival_asks import NOTHING, Asked, asked_on
from patrol.rounds.today import rounds_ahead
from patrol.rounds.walk import Stop, Walk
from patrol.sites.label_hashes import Checkpoint, known_labels
from patrol.sites.place_tree import places_in_use
from patrol.weather.duties import weather_owed
from patrol.weather.guide import Storm, storms_of
from patrol.web.i18n import language, pick
from patrol.workorders.queries import my_orders
from patrol.workorders.words import STATES

LAST_VISITS = timedelta(hours=36)
MOST_ORDERS = 20
MOST_LOOKS = 60


def pack_facts(by: Reader, at: datetime) -> dict[str, Any]:
    """Rounds, places, labels, open hazards, checklists owed, orders assigned."""
    labels, places = known_labels(by.site_id)
    fills = by.may("checklist.see") or by.may("checklist.fill")
    owed = owed_by(by, at, [place.id for place in places]) if fills else []
    orders = _orders(by)
    repairs = _repairs(by)
    upkeep = _upkeep(by, at)
    found = rounds_ahead(by, at) if by.may("scan") else []
    questions = asked_on(by.site_id, found, at) if found else {}
    storms = storms_of(by.site_id, found)
    owed = [*owed, *(weather_owed(by, found, at) if fills else [])]
    free = any_time(by) if fills else []
    return {
        "v": 1,
        "made_at": ms(at),
        "user": str(by.user_id),
        "name": by.name,
        "site": str(by.site_id),
        "zone": by.zone.key,
        "theme": by.theme,
        "rounds": [_round(walk, questions, storms.get(walk.id, {})) for walk in found],
        "labels": {label.sha256: [str(label.place_id), label.replaced] for label in labels},
        "places": _places(by, at, places),
        "hazards": _hazards(by, {stop.place_id for walk in found for stop in walk.stops}),
        "due": [_due(one, business_day_of(by, at)) for one in owed],
        "free": [str(row.id) for row in free],
        "asks": asked_by_lot(by, items_of(by.site_id, _codes(owed, free)), business_day_of(by, at)) if fills else {},
        "orders": orders,
        "handover": handover_state(by, at),
        "roster": _digest(roster_state(by, at)) if by.may("scan") else "",
        "repairs": repairs,
        "upkeep": upkeep,
        "pages": [
            *page_paths(by, [order["id"] for order in orders], sorted(_codes(owed, free))),
            *((f"/repairs/{repair['id']}", "repair") for repair in repairs),
            *((f"/orders/maintenance/{order}", "maintenance") for order, _version in upkeep),
        ],
    }


def _codes(owed: Iterable[Owed], free: Iterable[Checklist]) -> set[str]:
    return {one.duty.code for one in owed} | {row.code for row in free}


def page_paths(by: Reader, orders: Iterable[str], lists: Iterable[str]) -> list[tuple[str, str]]:
    """(address, what it is kept as) of the pages this person takes along."""
    paths = [
        ("/today", "today", "scan"),
        ("/scan", "scan", "scan"),
        ("/kept/visit", "visit", "scan"),
        ("/kept/round", "round", "scan"),
        ("/kept/hazard", "hazard", "hazard.report"),
        ("/kept/checklists", "checklists", "checklist.see"),
        ("/kept/work-log", "work-log", "checklist.fill"),
        ("/kept/not-reached", "not-reached", "checklist.see"),
        ("/work-orders", "orders", "order.rectify"),
        ("/hazards", "hazards", "hazard.see"),
        ("/handover", "handover", "scan"),
        ("/roster", "roster", "scan"),
        ("/me", "me", "sign_in"),
        ("/outbox", "outbox", "sign_in"),
    ]
    found = [(path, name) for path, name, verb in paths if by.may(verb)]
    found += [(f"/kept/checklist/{code}", "checklist") for code in lists]
    return found + [(f"/hazards/{order}", "order") for order in orders]


def pages_key(by: Reader, facts: dict[str, Any], assets: str) -> str:
    """Changes when any page would look different; the round under way is drawn by the phone itself."""
    here = by.here
    said = [
        __version__, assets, facts["user"], facts["site"], by.name, by.role, by.team, by.theme, language(),
        (here.site_name, here.notice, here.post_phone, here.shifts) if here else None,
        facts["pages"], facts["orders"], facts["repairs"], facts["upkeep"], facts["free"],
        facts["handover"], facts["roster"],
        [[one["list_id"], one["url"]] for one in facts["due"]],
        sorted((str(row.id), row.full_name) for row in places_in_use(by.site_id)),
    ]  # fmt: skip
    return _digest(said)


def _digest(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False).encode()).hexdigest()[:24]


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _round(walk: Walk, asked: dict[tuple[UUID, UUID], Asked], storm: Mapping[UUID, Storm]) -> dict[str, Any]:
    """storm: what a round before or after asks for at its places."""
    times = walk.times
    phase = {"phase": next(iter(storm.values())).phase} if storm else {}
    title = _("%(route)s · round %(ordinal)s", route=walk.route_name, ordinal=walk.ordinal)
    made_up = walk.kind == "make_up"
    return phase | {
        "id": str(walk.id),
        "title": f"{title} · {_('make-up round')}" if made_up else title,
        **({"make_up": True} if made_up else {}),
        "route": walk.route_name,
        "opens": ms(times.opens_at),
        "starts": ms(times.starts_at),
        "ends": ms(times.ends_at),
        "closes": ms(times.closes_at),
        "tolerance": int(times.tolerance.total_seconds() * 1000),
        "stops": [
            _stop(stop, asked.get((walk.id, stop.place_id), NOTHING), storm.get(stop.place_id)) for stop in walk.stops
        ],
    }


def _stop(stop: Stop, asked: Asked, storm: Storm | None) -> dict[str, Any]:
    """Of a question only what is asked; which answer is right never leaves the server."""
    scans = [[str(scan.id), ms(scan.at), str(scan.user_id), scan.user_name] for scan in stop.scans]
    told: dict[str, Any] = {"place": str(stop.place_id), "name": stop.name, "walk": stop.walk_min}
    if not stop.required:
        told["optional"] = True
    if stop.window:
        told["window"] = [ms(at) for at in stop.window]
    if storm and storm.before:
        told["before"] = storm.before
    if stop.excused or stop.suspended:
        told["excused"] = True
    if asked.question is not None:
        told["ask"] = [str(asked.question.id), asked.question.text, asked.question.options]
    if asked.live:
        told["live"] = True
    if scans:
        told["scans"] = scans
    if stop.voided:
        told["void"] = [str(scan.id) for scan in stop.voided]
    return told


def _places(by: Reader, at: datetime, places: Iterable[Checkpoint]) -> dict[str, Any]:
    last = last_visits(by.site_id, at - LAST_VISITS)
    return {
        str(place.id): {
            "name": place.name,
            "number": place.number,
            "look": [[line["what"], line.get("good", ""), line.get("icon") or "eye"] for line in place.look_for],
            "note": place.note,
            "last": _last(last.get(place.id)),
        }
        for place in places
    }


def _last(visit: tuple[datetime, str, str | None] | None) -> list[Any] | None:
    return [ms(visit[0]), visit[1], visit[2] == "normal"] if visit else None


def _hazards(by: Reader, places: Collection[UUID]) -> list[dict[str, Any]]:
    """All that is open; those at the places of this person's rounds with the picture they were reported with."""
    rows = open_on_site(by.site_id)
    near = [row.id for row in rows if row.place_id in places][:MOST_LOOKS]
    photos = first_photos(by.site_id, near)
    return [_hazard(row, photos.get(row.id)) for row in rows]


def _hazard(row: Any, photo: UUID | None) -> dict[str, Any]:
    kind = categories()[row.category]
    picture = {"photo": f"/photos/{photo}/thumb.jpg"} if photo else {}
    return picture | {
        "id": str(row.id),
        "number": row.number,
        "title": pick(kind["short"]),
        "category": row.category,
        "severity": row.severity,
        "state": _(STATES.get(row.state, row.state)),
        "place": str(row.place_id),
        "at": ms(row.reported_at),
    }


def _due(one: Owed, today: Any) -> dict[str, Any]:
    duty = one.duty
    told: dict[str, Any] = {
        "list": duty.code,
        "list_id": str(duty.checklist_id),
        "title": pick(duty.title),
        "url": duty.url,
        "icon": duty.kind.icon,
        "place": str(duty.place_id),
        "where": duty.place_name,
        "above": [str(place) for place in one.above],
        "until": duty.until.isoformat(),
        "urgent": duty.until <= today,
        "items": duty.item_count,
        "minutes": duty.minutes,
    }
    if duty.equipment_id:
        model = duty.model or pick(duty.kind.name)
        told |= {"equipment": str(duty.equipment_id), "code": duty.equipment_code, "model": model}
    if duty.building_kind == "site":
        told["anywhere"] = True
    if not one.mine:
        told["others"] = True
    if one.life != "ok":
        told["life"] = [one.life, one.life_month]
    if one.quantity > 1:
        told["group"] = one.quantity
    if one.past is not None:
        told["past"] = [one.past.item, f"{one.past.since:%Y-%m}"]
    return told | {key: value for key, value in (("limits", one.limits), ("last", one.last)) if value}


def _repairs(by: Reader) -> list[dict[str, Any]]:
    """Repairs this person has to see to; who the owner is stays on the server."""
    if not by.may("order.rectify"):
        return []
    rows = mine(Repair, by, (*UNDER_WAY, "done"), limit=MOST_ORDERS)
    return [{"id": str(row[0].id), "version": row[0].version} for row in rows]


def _upkeep(by: Reader, at: datetime) -> list[tuple[str, str]]:
    """(id, state) of the maintenance this person has to see to."""
    if not by.may("order.rectify"):
        return []
    ensure_orders(by.site_id, at, by.zone, by.day_start)
    return [(str(one.id), one.state_word) for one in mine_due(by, at, MOST_ORDERS)]


def _orders(by: Reader) -> list[dict[str, Any]]:
    """What waits for this person, with the picture it was reported with."""
    if not by.may("order.rectify"):
        return []
    rows, _more = my_orders(by, "assigned", limit=MOST_ORDERS)
    photos: dict[UUID, UUID] = first_photos(by.site_id, [row.id for row in rows])
    return [
        {
            "id": str(row.id),
            "version": row.version,
            "errand": "on_site" if row.arrived_at else "on_the_way" if row.set_out_at else "",
            "photo": f"/photos/{photos[row.id]}/thumb.jpg" if row.id in photos else None,
        }
        for row in rows
    ]
