"""What a bundle tells, read a page of items at a time: a bounded number of queries a page, never all in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from patrol.accounts.user import User
from patrol.core.business_day import month_bounds
from patrol.core.db import db
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.inspection import Inspection
from patrol.exports.bundle_scope import HAZARD, HAZARDS, ORDER, Scope
from patrol.exports.tables_of.checks import Lists, findings_by, inspection_query, inspections_in
from patrol.exports.tables_of.photos import photo_query
from patrol.photos.photo import Photo
from patrol.sites.place import Place

PAGE = 20  # items at a time
AT_ONCE = 200  # records whose answers and photos are read together


@dataclass(frozen=True, slots=True)
class Check:
    """One inspection: its row, its answers by item, its list's items, its photos."""

    row: Any
    findings: dict[str, Any]
    items: Sequence[Any]
    title: dict[str, str]
    photos: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ItemFile:
    """One item of the ledger. done_days: of complete checks, in all months the period touches."""

    row: Any
    events: list[Any]
    checks: list[Check]
    hazards: list[Any]
    done_days: list[date]


@dataclass(frozen=True, slots=True)
class HazardFile:
    row: Any
    photos: list[Any]

    def shown(self, *kinds: str) -> list[Any]:
        return [photo for photo in self.photos if photo.kind in kinds]


def item_pages(scope: Scope) -> Iterator[list[ItemFile]]:
    """By asset number. At most five queries a page, and three for every AT_ONCE checks on it."""
    lists = Lists(scope.site_id)
    query = (
        select(*Equipment.__table__.c, Place.full_name.label("place"))
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(*scope.items())
        .order_by(Equipment.code)
        .limit(PAGE)
    )
    after: Any = None
    while rows := list(db.session.execute(query if after is None else query.where(Equipment.code > after))):
        yield _files(scope, rows, lists)
        after = rows[-1].code


def _files(scope: Scope, rows: list[Any], lists: Lists) -> list[ItemFile]:
    ids = [row.id for row in rows]
    events, hazards = _events(scope, ids), _hazards_of(scope, ids)
    done, checks = _done_days(scope, ids), _checks_of(scope, ids, lists)
    return [ItemFile(row, events[row.id], checks[row.id], hazards[row.id], done[row.id]) for row in rows]


def _events(scope: Scope, ids: list[UUID]) -> dict[UUID, list[Any]]:
    """The items' files up to the period's end: a service of years ago says when the next one was due."""
    query = (
        select(EquipmentEvent.equipment_id, EquipmentEvent.kind, EquipmentEvent.at, EquipmentEvent.detail, User.name)
        .outerjoin(User, User.id == EquipmentEvent.user_id)
        .where(EquipmentEvent.site_id == scope.site_id, EquipmentEvent.equipment_id.in_(ids))
        .where(EquipmentEvent.at < scope.period.ends)
    )
    return _grouped(db.session.execute(query.order_by(EquipmentEvent.at, EquipmentEvent.id)), "equipment_id")


def _hazards_of(scope: Scope, ids: list[UUID]) -> dict[UUID, list[Any]]:
    query = (
        select(HAZARD.origin_id, ORDER.number, ORDER.title, ORDER.state, ORDER.reported_at)
        .select_from(HAZARDS)
        .where(HAZARD.site_id == scope.site_id, HAZARD.origin_id.in_(ids), *scope.hazards())
    )
    return _grouped(db.session.execute(query.order_by(ORDER.reported_at, ORDER.id)), "origin_id")


def _done_days(scope: Scope, ids: list[UUID]) -> dict[UUID, list[date]]:
    first, last = month_bounds(scope.period.first)[0], month_bounds(scope.period.last)[1]
    query = select(Inspection.equipment_id, Inspection.business_day).where(
        Inspection.site_id == scope.site_id, Inspection.equipment_id.in_(ids), Inspection.complete,
        Inspection.business_day.between(first, last),
    )  # fmt: skip
    found: dict[UUID, list[date]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.equipment_id].append(row.business_day)
    return found


def _checks_of(scope: Scope, ids: list[UUID], lists: Lists) -> dict[UUID, list[Check]]:
    days = Inspection.business_day.between(scope.period.first, scope.period.last)
    query = inspection_query(scope.site_id).where(Inspection.equipment_id.in_(ids), days)
    rows = list(db.session.execute(query.order_by(Inspection.completed_at, Inspection.id)))
    found: dict[UUID, list[Check]] = defaultdict(list)
    for at in range(0, len(rows), AT_ONCE):
        for check in checks_from(scope.site_id, rows[at : at + AT_ONCE], lists):
            found[check.row.equipment_id].append(check)
    return found


def place_checks(scope: Scope) -> Iterator[list[Check]]:
    """Of places, which belong to no item, as they were finished."""
    lists = Lists(scope.site_id)
    if scope.kind == "item":
        return
    for rows in inspections_in(scope.period, *scope.checks()):
        for at in range(0, len(rows), AT_ONCE):
            yield checks_from(scope.site_id, rows[at : at + AT_ONCE], lists)


def checks_from(site_id: UUID, rows: Sequence[Any], lists: Lists) -> list[Check]:
    """With their answers and photos; three queries."""
    lists.fetch(row.checklist_id for row in rows)
    found = findings_by(site_id, [row.id for row in rows])
    photos = photos_by(site_id, "inspection", [row.id for row in rows])
    return [
        Check(row, found[row.id], lists.items(row.checklist_id), lists.title(row.checklist_id), photos[row.id])
        for row in rows
    ]


def photos_by(site_id: UUID, subject_kind: str, ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
    """Photos of several records, as they were taken, without signatures."""
    query = photo_query(site_id).where(
        Photo.subject_kind == subject_kind, Photo.subject_id.in_(list(ids)), Photo.kind != "signature"
    )
    return _grouped(db.session.execute(query.order_by(Photo.taken_at, Photo.sort, Photo.id)), "subject_id")


def hazard_pages(scope: Scope) -> Iterator[list[HazardFile]]:
    """As they were reported; two queries a page."""
    reporter, rectifier, closer = (aliased(User) for _n in range(3))
    query = (
        select(
            ORDER.id, ORDER.kind, ORDER.number, ORDER.title, ORDER.note, ORDER.severity,
            ORDER.state, ORDER.source, ORDER.business_day, ORDER.reported_at, ORDER.first_due_at,
            ORDER.due_at, ORDER.rectified_at, ORDER.closed_at, ORDER.reopen_count, HAZARD.category,
            HAZARD.origin_id, HAZARD.spot_fixed, HAZARD.interim_measure, Place.full_name.label("place"),
            reporter.name.label("reporter"), rectifier.name.label("rectifier"), closer.name.label("closer"),
        )
        .select_from(HAZARDS)
        .join(Place, and_(Place.site_id == ORDER.site_id, Place.id == ORDER.place_id))
        .outerjoin(reporter, reporter.id == ORDER.reported_by_id)
        .outerjoin(rectifier, rectifier.id == ORDER.rectified_by_id)
        .outerjoin(closer, closer.id == ORDER.closed_by_id)
        .where(*scope.hazards())
        .order_by(ORDER.reported_at, ORDER.id)
        .limit(AT_ONCE)
    )  # fmt: skip
    beyond: Any = None
    while rows := list(db.session.execute(query if beyond is None else query.where(beyond))):
        photos = photos_by(scope.site_id, "hazard", [row.id for row in rows])
        yield [HazardFile(row, photos[row.id]) for row in rows]
        at, last = rows[-1].reported_at, rows[-1].id
        beyond = or_(ORDER.reported_at > at, and_(ORDER.reported_at == at, ORDER.id > last))


def _grouped(rows: Iterable[Any], name: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
