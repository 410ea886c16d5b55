"""A raw record in plain words: what, where, when, and each thing it says. The record is untrusted JSON of any shape."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import Equipment
from patrol.hazards.category import categories
from patrol.photos.photo import PhotoFile
from patrol.rounds.reasons import REASONS
from patrol.rounds.round import Round
from patrol.rounds.scan import Scan
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.symbol import fold_code
from patrol.sync.received import Shelved
from patrol.web.i18n import pick
from patrol.workorders.order import WorkOrder
from patrol.workorders.words import STEPS

KIND_WORDS = {
    "scan": N_("Scan"),
    "visit": N_("Point checked"),
    "round_note": N_("Note for the next round"),
    "round_end": N_("Round ended early"),
    "excuse": N_("Asked to excuse a point"),
    "manual_entry": N_("Visit entered by hand"),
    "hazard": N_("Hazard"),
    "inspection": N_("Checklist"),
    "work_order_step": N_("Work order"),
    "maintenance_step": N_("Maintenance"),
    "work_log": N_("Log work"),
}
_SEVERITIES = {"minor": N_("Minor"), "major": N_("Major"), "critical": N_("Critical")}
_METHODS = {
    "camera": N_("by camera"),
    "photo": N_("from a photo"),
    "typed": N_("typed in"),
    "link": N_("by link"),
    "nfc": N_("by tag"),
}
_RESULTS = {"pass": N_("Pass"), "fail": N_("Fail"), "na": N_("Not applicable"), "normal": N_("All normal")}
_TEXTS = {
    "note": N_("Note"),
    "text": N_("Note"),
    "done": N_("What you did"),
    "remark": N_("Remark"),
    "interim": N_("Interim measure"),
    "transferred_to": N_("Transferred to"),
    "reference": N_("Reference"),
}
MOST_TEXT = 500


@dataclass(slots=True)
class Told:
    """One record as people read it. where: "" when it names no place that is known here."""

    kind: str
    kind_word: str
    who: str
    where: str = ""
    at: datetime | None = None
    lines: list[tuple[str, str]] = field(default_factory=list)
    photos: list[UUID] = field(default_factory=list)
    here: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class _Names:
    """What the records of one page point at, looked up together."""

    places: dict[Any, str]
    codes: dict[str, UUID]
    scans: dict[Any, UUID]
    orders: dict[Any, tuple[str, UUID | None]]
    rounds: dict[Any, str]
    things: dict[Any, tuple[str, UUID]]
    lists: dict[Any, Checklist]
    people: dict[Any, str]
    files: set[tuple[UUID, UUID | None]]


def read(site_id: UUID, rows: Sequence[Shelved]) -> dict[UUID, Told]:
    """The rows of a page in words, by their ids, in a handful of queries."""
    raws = {row.id: row.raw if isinstance(row.raw, dict) else {} for row in rows}
    data = {key: raw["data"] if isinstance(raw.get("data"), dict) else {} for key, raw in raws.items()}
    photos = {key: [found for found in map(as_id, _list(raw.get("photos"))) if found] for key, raw in raws.items()}
    names = _look_up(site_id, rows, list(data.values()), [one for ids in photos.values() for one in ids])
    told = {}
    for row in rows:
        one = told[row.id] = _one(row.kind, raws[row.id], data[row.id], names)
        one.who = names.people.get(row.user_id, "")
        one.photos = photos[row.id]
        one.here = {photo for photo in one.photos if (photo, row.user_id) in names.files}
    return told


def as_id(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def kind_word(kind: str) -> str:
    return _(KIND_WORDS[kind]) if kind in KIND_WORDS else _("Unknown kind of record")


def _list(value: Any) -> list[Any]:
    return value[:200] if isinstance(value, list) else []


def _look_up(site_id: UUID, rows: Sequence[Shelved], data: list[dict[str, Any]], photos: list[UUID]) -> _Names:
    def asked(name: str) -> list[UUID]:
        return [found for found in (as_id(one.get(name)) for one in data) if found]

    def named(*columns: Any, ids: Iterable[UUID]) -> Any:
        model, wanted = columns[0].class_, set(ids)
        if not wanted:
            return []
        return db.session.execute(select(*columns).where(model.site_id == site_id, model.id.in_(wanted))).all()

    orders = {row.id: (row.number, row.place_id) for row in named(
        WorkOrder.id, WorkOrder.number, WorkOrder.place_id, ids=asked("order") + asked("seen_again")
    )}  # fmt: skip
    things = {row.id: (row.code, row.place_id) for row in named(
        Equipment.id, Equipment.code, Equipment.place_id, ids=asked("equipment")
    )}  # fmt: skip
    scans = {row.id: row.place_id for row in named(Scan.id, Scan.place_id, ids=asked("scan"))}
    codes = _codes(site_id, data)
    places = {*asked("place"), *scans.values(), *codes.values(), *(place for _no, place in things.values())}
    places |= {place for _no, place in orders.values() if place}
    lists = asked("checklist")
    query = select(Checklist).where(Checklist.site_id == site_id, Checklist.id.in_(lists))
    return _Names(
        places={row.id: row.full_name for row in named(Place.id, Place.full_name, ids=places)},
        codes=codes,
        scans=scans,
        orders=orders,
        rounds={row.id: row.route_name for row in named(Round.id, Round.route_name, ids=asked("round"))},
        things=things,
        lists={row.id: row for row in db.session.scalars(query)} if lists else {},
        people=_people(rows),
        files={(row.id, row.user_id) for row in named(PhotoFile.id, PhotoFile.user_id, ids=photos)},
    )


def _codes(site_id: UUID, data: list[dict[str, Any]]) -> dict[str, UUID]:
    said = {fold_code(one["code"][:200]) for one in data if isinstance(one.get("code"), str)} - {None}
    if not said:
        return {}
    query = select(Label.code, Label.place_id).where(Label.site_id == site_id, Label.code.in_(said))
    return {row.code: row.place_id for row in db.session.execute(query)}


def _people(rows: Sequence[Shelved]) -> dict[Any, str]:
    ids = {row.user_id for row in rows} | {row.settled_by_id for row in rows if row.settled_by_id}
    return {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))}


def _one(kind: str, raw: Mapping[str, Any], data: Mapping[str, Any], names: _Names) -> Told:
    told = Told(kind, kind_word(kind), "")
    told.at = _moment(raw.get("captured_at"))
    told.where = _where(data, names)
    told.lines = [line for line in _lines(data, names) if line[1]]
    return told


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo is not None and 2000 < at.year < 9000 else None


def _where(data: Mapping[str, Any], names: _Names) -> str:
    order = names.orders.get(as_id(data.get("order")))
    thing = names.things.get(as_id(data.get("equipment")))
    code = data.get("code")
    found = (
        as_id(data.get("place")),
        thing[1] if thing else None,
        names.scans.get(as_id(data.get("scan"))),
        names.codes.get(fold_code(code[:200]) or "") if isinstance(code, str) else None,
        order[1] if order else None,
    )
    return next((names.places[place] for place in found if place in names.places), "")


def _lines(data: Mapping[str, Any], names: _Names) -> Iterable[tuple[str, str]]:
    """What it says, in an order that reads; what is only an id of something unknown is left to the raw record."""
    kind = categories().get(_text(data.get("category")))
    order = names.orders.get(as_id(data.get("order"))) or names.orders.get(as_id(data.get("seen_again")))
    thing = names.things.get(as_id(data.get("equipment")))
    checklist = names.lists.get(as_id(data.get("checklist")))
    code = _text(data.get("code"))
    yield _("Code"), f"{code} · {_word(_METHODS, data.get('method', 'camera'))}" if code else ""
    yield _("Kind of hazard"), pick(kind["name"]) if kind else _text(data.get("category"))
    yield _("Severity"), _word(_SEVERITIES, data.get("severity"))
    yield _("Order"), order[0] if order else ""
    yield _("Step"), _word(STEPS, data.get("step"))
    yield _("Round"), names.rounds.get(as_id(data.get("round")), "")
    yield _("Equipment"), thing[0] if thing else ""
    yield _("Checklist"), pick(checklist, "title") if checklist else ""
    yield _("Why"), _word(REASONS, data.get("reason"))
    yield _("Visited at"), _text(data.get("stated"))
    yield _("Result"), _word(_RESULTS, data.get("result"))
    for name, label in _TEXTS.items():
        yield _(label), _text(data.get(name))
    yield from _findings(data.get("findings"), checklist)


def _findings(said: Any, checklist: Checklist | None) -> Iterable[tuple[str, str]]:
    if not isinstance(said, dict):
        return
    items = {item["code"]: item for item in checklist.items} if checklist else {}
    for code, answer in list(said.items())[:100]:
        item = items.get(code)
        yield (_item_name(item) if item else str(code)), _answer(answer, item)


def _item_name(item: Mapping[str, Any]) -> str:
    return pick(item["text"])


def _answer(answer: Any, item: Mapping[str, Any] | None) -> str:
    if not isinstance(answer, dict):
        return _text(answer)
    choices = {choice.get("code"): choice for choice in (item or {}).get("choices", ())}
    chosen = choices.get(_text(answer.get("choice")))
    parts = [
        _word(_RESULTS, answer.get("result")),
        _text(answer.get("value")),
        _item_name(chosen) if chosen else _text(answer.get("choice")),
        _text(answer.get("text")),
        _text(answer.get("remark")),
    ]
    return " · ".join(part for part in parts if part)


def _word(table: Mapping[str, str], value: Any) -> str:
    code = _text(value)
    return _(table[code]) if code in table else code


def _text(value: Any) -> str:
    return str(value)[:MOST_TEXT] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
