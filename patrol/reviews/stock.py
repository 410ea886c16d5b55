"""What stands at a site and what was inspected there: read once for all parts of a review that count it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Date,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    func,
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
from patrol.core.prepared import Prepared
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import STANDING, Equipment, EquipmentEvent
from patrol.equipment.inspection import Inspection
from patrol.equipment.month import LINES
from patrol.sites.place import Place


@dataclass(frozen=True, slots=True)
class Stock:
    """items: equipment not retired before the stretch began. places: those of a type and not retired.

    inspections: of the stretch, earliest first. ``key`` and ``thing`` are ids as the driver gives them, good for
    comparing only: making a UUID of each would cost more than reading it. lists: the checklists in force that come
    back by themselves. lines: of items' files, those that say where an item is. people: by id as text, all who ever
    belonged here; names: theirs by key. roles: those somebody has now.
    """

    items: list[Any]
    inspections: list[Any]
    places: list[Any]
    lists: list[Any]
    lines: list[Any]
    people: dict[str, "Person"]
    names: dict[Any, str]
    roles: set[str]

    def inspected(self, first: date, last: date) -> Iterator[Any]:
        return (one for one in self.inspections if first <= one.business_day <= last)


class PlaceOfType(NamedTuple):
    key: Any
    type: str


class List(NamedTuple):
    code: str
    title_zh: str
    title_en: str
    interval_days: int
    applies_to: Sequence[str]
    owed_from: date | None
    owed_before: Any  # the rule until then


class Line(NamedTuple):
    key: Any
    at: datetime
    kind: str
    to: str | None


class Person(NamedTuple):
    name: str
    team: str | None
    here: bool  # works here now


def moment(raw: Any) -> datetime:
    """``raw_at`` as a time: the few that ask for it, since reading one for each inspection would cost too much."""
    return raw if isinstance(raw, datetime) else datetime.fromisoformat(raw).replace(tzinfo=UTC)


def _key(column: Any) -> Any:
    return type_coerce(column, String)


_ITEMS = Prepared(
    select(
        Equipment.id,
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
_NO_KEY, _NO_TEXT, _NO_TIME = cast(null(), Place.id.type), cast(null(), String), cast(null(), UtcDateTime)
_NO_NUMBER, _NO_LIST = cast(null(), Integer), cast(null(), Checklist.applies_to.type)
_NO_DAY, _NO_RULE = cast(null(), Date), cast(null(), Checklist.owed_before.type)
_KNOWN = Prepared(  # what stands beside the items, in one query: each part of it is short
    union_all(
        select(
            literal("place").label("what"), _key(Place.id).label("id"), Place.type.label("one"), _NO_TEXT.label("two"),
            _NO_TEXT.label("three"), _NO_NUMBER.label("number"), _NO_TIME.label("at"), _NO_LIST.label("list"),
            _NO_DAY.label("day"), _NO_RULE.label("rule"),
        ).where(Place.site_id == bindparam("site_id"), Place.type.is_not(None), Place.retired_at.is_(None)),
        select(
            literal("person"), _key(User.id), User.name, Membership.team, Membership.role, _NO_NUMBER,
            Membership.ended_at, _NO_LIST, _NO_DAY, _NO_RULE,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == bindparam("site_id")),
        select(
            literal("list"), type_coerce(_NO_KEY, String), Checklist.code, Checklist.title_zh, Checklist.title_en,
            Checklist.interval_days, _NO_TIME, Checklist.applies_to, Checklist.owed_from, Checklist.owed_before,
        ).where(Checklist.site_id == bindparam("site_id"), Checklist.retired_at.is_(None)),
        select(
            literal("line"), _key(EquipmentEvent.equipment_id), EquipmentEvent.kind,
            EquipmentEvent.detail["to"].as_string(), _NO_TEXT, _NO_NUMBER, EquipmentEvent.at, _NO_LIST,
            _NO_DAY, _NO_RULE,
        ).where(
            EquipmentEvent.site_id == bindparam("site_id"), EquipmentEvent.kind.in_(LINES),
            EquipmentEvent.equipment_id.in_(
                select(EquipmentEvent.equipment_id).where(
                    EquipmentEvent.site_id == bindparam("site_id"), EquipmentEvent.kind == "state"
                )
            ),
        ),
    )
)  # fmt: skip
_INSPECTIONS = Prepared(
    select(
        Inspection.checklist_code,
        _key(func.coalesce(Inspection.equipment_id, Inspection.place_id)).label("thing"),
        Inspection.equipment_id.is_not(None).label("of_item"),
        Inspection.business_day,
        Inspection.complete,
        Inspection.failed_count,
        _key(Inspection.user_id).label("user"),
        type_coerce(Inspection.completed_at, String).label("raw_at"),
    )
    .where(
        Inspection.site_id == bindparam("site_id"),
        Inspection.business_day >= bindparam("first"),
        Inspection.business_day <= bindparam("last"),
    )
    .order_by(Inspection.completed_at)
)


def stock(site_id: UUID, first: date, last: date) -> Stock:
    """Three queries whatever the size. first, last: business days, both inside."""
    here = connection()
    asked = {"site_id": site_id, "first": first}
    parts: dict[str, list[Any]] = defaultdict(list)
    for row in _KNOWN.all(here, {"site_id": site_id}):
        parts[row.what].append(row)
    people = sorted(parts["person"], key=lambda row: row.at is None)  # who belongs here now counts last
    return Stock(
        items=_ITEMS.all(here, asked),
        inspections=_INSPECTIONS.all(here, {**asked, "last": last}),
        places=[PlaceOfType(row.id, row.one) for row in parts["place"]],
        lists=sorted(
            (List(row.one, row.two, row.three, row.number, row.list, row.day, row.rule) for row in parts["list"]),
            key=lambda one: (one.interval_days, one.code),
        ),
        lines=[Line(row.id, row.at, row.one, row.two) for row in sorted(parts["line"], key=lambda row: row.at)],
        people={str(UUID(str(row.id))): Person(row.one, row.two, row.at is None) for row in people},
        names={row.id: row.one for row in people},
        roles={row.three for row in people if row.at is None},
    )
