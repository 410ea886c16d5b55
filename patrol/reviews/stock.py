"""What stands at a site and what was checked there: read once for all parts of a review that count it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Date,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from patrol.accounts.user import Membership, User
from patrol.core.columns import UtcDateTime
from patrol.core.db import connection
from patrol.core.keys import Key
from patrol.core.prepared import Prepared
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import STANDING, Equipment, EquipmentEvent
from patrol.equipment.month import LINES
from patrol.equipment.readings import Thing, numbers_of
from patrol.equipment.sending import SentOut
from patrol.reviews.checked import Checked, Done, done_in
from patrol.sites.place import Place


@dataclass(frozen=True)
class Stock:
    """items: equipment not retired before the stretch began. places: those of a type and not retired.

    ``key`` of each is its id as hexadecimal digits (``Key``). checked: what was checked, by day of the stretch.
    lists: the checklists in force that come back by themselves. lines: of items' files, those that say where an item
    is. sent: who was sent to the items of the month, newest first. people: by id as text, all who ever belonged here;
    names: theirs by key. roles: those somebody has now.
    """

    items: list[Any]
    checked: Mapping[date, Checked]
    places: list["PlaceOfType"]
    lists: list["List"]
    lines: list["Line"]
    sent: list["Sending"]
    people: dict[str, "Person"]
    names: dict[str, str]
    roles: set[str]

    def done(self, first: date, last: date) -> Iterator[Done]:
        return done_in(self.checked, first, last)

    @cached_property
    def things(self) -> dict[str, list[Thing]]:
        """What each type stands for: items in use, and places of the type in which no item of it stands."""
        things: dict[str, list[Thing]] = defaultdict(list)
        housed = set()
        for item in self.items:
            if item.state in STANDING:
                things[item.type].append(Thing(UUID(item.key), True, item.code, item.full_name, item.in_service_from))
                housed.add((item.place, item.type))
        for place in self.places:
            if (place.key, place.type) not in housed:
                things[place.type].append(Thing(UUID(place.key), False, "", place.full_name, None))
        return things

    @property
    def staff(self) -> list["Person"]:
        """Whoever works here now, by name."""
        return sorted((one for one in self.people.values() if one.here), key=lambda one: one.name)


class PlaceOfType(NamedTuple):
    key: str
    type: str
    full_name: str


class List(NamedTuple):
    code: str
    title_zh: str
    title_en: str
    interval_days: int
    applies_to: Sequence[str]
    owed_from: date | None
    owed_before: Any  # the rule until then
    text: str  # its items, as JSON

    @property
    def items(self) -> list[Any]:
        """Those that ask for a number."""
        return _numbers(self.text)


class Line(NamedTuple):
    key: str
    at: datetime
    kind: str
    to: str | None


class Sending(NamedTuple):
    """As a row of ``SentOut``."""

    id: UUID
    team: str
    to_user_id: UUID | None
    user_id: UUID
    at: datetime
    item_ids: Sequence[str]


class Person(NamedTuple):
    id: UUID
    name: str
    team: str | None
    here: bool  # works here now


@lru_cache(maxsize=1024)  # a version of a list never changes
def _numbers(text: str) -> list[Any]:
    return numbers_of(json.loads(text))


def _key(column: Any) -> Any:
    return type_coerce(column, Key())


_ITEMS = Prepared(
    select(
        _key(Equipment.id).label("key"),
        Equipment.code,
        Equipment.name,
        Equipment.type,
        Equipment.state,
        Equipment.in_service_from,
        Equipment.retired_on,
        Equipment.half_monthly,
        Equipment.next_service,
        Equipment.scrap_on,
        _key(Equipment.place_id).label("place"),
        Place.full_name,
    )
    .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
    .where(
        Equipment.site_id == bindparam("site_id"),
        or_(
            Equipment.state.in_(STANDING),
            Equipment.retired_on.is_(None),
            Equipment.retired_on >= bindparam("first"),
        ),
    )
    .order_by(Place.full_name, Equipment.code)
)
_NO_KEY, _NO_TEXT, _NO_TIME = _key(cast(null(), Place.id.type)), cast(null(), String), cast(null(), UtcDateTime)
_NO_NUMBER, _NO_LIST = cast(null(), Integer), cast(null(), Checklist.applies_to.type)
_NO_DAY, _NO_RULE = cast(null(), Date), cast(null(), Checklist.owed_before.type)
_HERE: Any = bindparam("site_id")
_KNOWN = Prepared(  # what stands beside the items, in one query: each part of it is short
    union_all(
        select(
            literal("place").label("what"), _key(Place.id).label("id"), Place.type.label("one"),
            Place.full_name.label("two"), _NO_TEXT.label("three"), _NO_NUMBER.label("number"), _NO_TIME.label("at"),
            _NO_LIST.label("list"), _NO_DAY.label("day"), _NO_RULE.label("rule"), _NO_KEY.label("by"),
            _NO_KEY.label("to"), _NO_TEXT.label("four"),
        ).where(Place.site_id == _HERE, Place.type.is_not(None), Place.retired_at.is_(None)),
        select(
            literal("person"), _key(User.id), User.name, Membership.team, Membership.role,
            case((User.disabled_at.is_(None), 1), else_=0), Membership.ended_at, _NO_LIST, _NO_DAY, _NO_RULE, _NO_KEY,
            _NO_KEY, _NO_TEXT,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == _HERE),
        select(
            literal("list"), _NO_KEY, Checklist.code, Checklist.title_zh, Checklist.title_en, Checklist.interval_days,
            _NO_TIME, Checklist.applies_to, Checklist.owed_from, Checklist.owed_before, _NO_KEY, _NO_KEY,
            cast(Checklist.items, String),
        ).where(Checklist.site_id == _HERE, Checklist.retired_at.is_(None)),
        select(
            literal("line"), _key(EquipmentEvent.equipment_id), EquipmentEvent.kind,
            EquipmentEvent.detail["to"].as_string(), _NO_TEXT, _NO_NUMBER, EquipmentEvent.at, _NO_LIST, _NO_DAY,
            _NO_RULE, _NO_KEY, _NO_KEY, _NO_TEXT,
        ).where(
            EquipmentEvent.site_id == _HERE, EquipmentEvent.kind.in_(LINES),
            EquipmentEvent.equipment_id.in_(
                select(EquipmentEvent.equipment_id).where(
                    EquipmentEvent.site_id == _HERE, EquipmentEvent.kind == "state"
                )
            ),
        ),
        select(
            literal("sent"), _key(SentOut.id), SentOut.team, _NO_TEXT, _NO_TEXT, _NO_NUMBER, SentOut.at,
            SentOut.item_ids, _NO_DAY, _NO_RULE, _key(SentOut.user_id), _key(SentOut.to_user_id), _NO_TEXT,
        ).where(SentOut.site_id == _HERE, SentOut.month == bindparam("month")),
    )
)  # fmt: skip


def stock(site_id: UUID, first: date, month: date, checked: Mapping[date, Checked]) -> Stock:
    """Two queries whatever the size. first: of the stretch; month: the first day of the one it ends with."""
    here = connection()
    parts: dict[str, list[Any]] = defaultdict(list)
    for row in _KNOWN.all(here, {"site_id": site_id, "month": month}):
        parts[row.what].append(row)
    people = sorted(parts["person"], key=lambda row: row.at is None)  # who belongs here now counts last
    sent = sorted(parts["sent"], key=lambda row: (row.at, row.id), reverse=True)
    return Stock(
        items=_ITEMS.all(here, {"site_id": site_id, "first": first}),
        checked=checked,
        places=[PlaceOfType(row.id, row.one, row.two) for row in sorted(parts["place"], key=lambda row: row.two)],
        lists=sorted(
            (
                List(row.one, row.two, row.three, row.number, row.list, row.day, row.rule, row.four)
                for row in parts["list"]
            ),
            key=lambda one: (one.interval_days, one.code),
        ),
        lines=[Line(row.id, row.at, row.one, row.two) for row in sorted(parts["line"], key=lambda row: row.at)],
        sent=[
            Sending(UUID(row.id), row.one, UUID(row.to) if row.to else None, UUID(row.by), row.at, row.list)
            for row in sent
        ],
        people={str(one.id): one for one in map(_person, people)},
        names={row.id: row.one for row in people},
        roles={row.three for row in people if row.at is None},
    )


def _person(row: Any) -> Person:
    return Person(UUID(row.id), row.one, row.two, row.at is None and row.number == 1)
