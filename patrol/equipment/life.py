"""One item's whole life (一物一档): what happened to it, what was found at it, what was wrong, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.inspection import Finding, Inspection
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.workorders.queries import read_cursor, write_cursor

PAGE = 20
WHOLE = 1000  # lines of a printed file


@dataclass(frozen=True, slots=True)
class Chapter:
    """Lines of one sort: kinds of events, and whether inspections or hazards belong to it."""

    title: str
    events: tuple[str, ...] = ()
    checks: bool = False
    hazards: bool = False


CHAPTERS: Mapping[str, Chapter] = {
    "checks": Chapter(N_("Inspections"), checks=True),
    "services": Chapter(N_("Service and refill"), ("serviced", "refilled", "worked")),
    "faults": Chapter(N_("Faults and hazards"), ("state",), hazards=True),
    "places": Chapter(N_("Places and spares"), ("taken_in", "moved", "spare_in", "spare_out", "spare_stays")),
    "papers": Chapter(N_("Entries and photos"), ("taken_in", "corrected", "dated", "photographed", "retired")),
}
ALL = Chapter("", (), checks=True, hazards=True)


@dataclass(slots=True)
class Line:
    """source: event, check or hazard; row: its columns. readings, failed: findings. photos: those that have arrived."""

    at: datetime
    id: UUID
    source: str
    row: Any
    readings: list[Any] = field(default_factory=list)
    failed: list[Any] = field(default_factory=list)
    photos: list[UUID] = field(default_factory=list)


def life_of(
    row: Equipment, chapter: str | None = None, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[Line], str | None]:
    """One page of the file and where the next begins. At most five queries, whatever the item went through."""
    wanted = CHAPTERS.get(chapter or "", ALL)
    after = read_cursor(cursor)
    lines = [Line(event.at, event.id, "event", event) for event in _events(row, wanted, after, limit)]
    lines += [Line(check.completed_at, check.id, "check", check) for check in _checks(row, wanted, after, limit)]
    lines += [Line(hazard.reported_at, hazard.id, "hazard", hazard) for hazard in _hazards(row, wanted, after, limit)]
    lines.sort(key=lambda line: (line.at, line.id.hex), reverse=True)
    shown = lines[:limit]
    _add_findings(row.site_id, [line for line in shown if line.source == "check"])
    _add_photos(row.site_id, shown)
    return shown, write_cursor(shown[-1].at, shown[-1].id) if len(lines) > limit else None


def _before(at: Any, id: Any, after: tuple[datetime, UUID] | None) -> list[ColumnElement[bool]]:
    return [or_(at < after[0], and_(at == after[0], id < after[1]))] if after else []


def _events(row: Equipment, wanted: Chapter, after: Any, limit: int) -> Iterable[Any]:
    if wanted is not ALL and not wanted.events:
        return ()
    query = (
        select(EquipmentEvent.id, EquipmentEvent.kind, EquipmentEvent.at, EquipmentEvent.detail, User.name)
        .outerjoin(User, User.id == EquipmentEvent.user_id)
        .where(
            EquipmentEvent.site_id == row.site_id,
            EquipmentEvent.equipment_id == row.id,
            *_before(EquipmentEvent.at, EquipmentEvent.id, after),
        )
    )
    if wanted is not ALL:
        query = query.where(EquipmentEvent.kind.in_(wanted.events))
    return db.session.execute(query.order_by(EquipmentEvent.at.desc(), EquipmentEvent.id.desc()).limit(limit + 1))


def _checks(row: Equipment, wanted: Chapter, after: Any, limit: int) -> Iterable[Any]:
    if not wanted.checks:
        return ()
    query = (
        select(
            Inspection.id,
            Inspection.checklist_code,
            Inspection.completed_at,
            Inspection.failed_count,
            Inspection.remark,
            User.name,
        )
        .join(User, User.id == Inspection.user_id)
        .where(
            Inspection.site_id == row.site_id,
            Inspection.equipment_id == row.id,
            *_before(Inspection.completed_at, Inspection.id, after),
        )
    )
    return db.session.execute(query.order_by(Inspection.completed_at.desc(), Inspection.id.desc()).limit(limit + 1))


def _hazards(row: Equipment, wanted: Chapter, after: Any, limit: int) -> Iterable[Any]:
    if not wanted.hazards:
        return ()
    query = select(Hazard).where(
        Hazard.site_id == row.site_id,
        Hazard.origin_id == row.id,
        *_before(Hazard.reported_at, Hazard.id, after),
    )
    return db.session.scalars(query.order_by(Hazard.reported_at.desc(), Hazard.id.desc()).limit(limit + 1))


def _add_findings(site_id: UUID, checks: list[Line]) -> None:
    """Numbers that were read and what failed; what was simply good is not told again."""
    if not checks:
        return
    by_id = {line.id: line for line in checks}
    query = select(Finding).where(
        Finding.site_id == site_id,
        Finding.inspection_id.in_(by_id),
        or_(Finding.value.is_not(None), Finding.result == "fail"),
    )
    for found in db.session.scalars(query.order_by(Finding.id)):
        line = by_id[found.inspection_id]
        (line.failed if found.result == "fail" else line.readings).append(found)


def _add_photos(site_id: UUID, lines: list[Line]) -> None:
    """Pictures whose bytes have arrived: of an inspection and of what failed in it, and those of the item itself."""
    owners: dict[UUID, Line] = {}
    for line in lines:
        named = [photo for found in line.failed for photo in found.photo_ids]
        if line.source == "event":
            named = line.row.detail.get("photos", [])
        owners |= {UUID(photo): line for photo in named}
    checks = {line.id: line for line in lines if line.source == "check"}
    if not owners and not checks:
        return
    shown = (Photo.subject_kind == "inspection") & Photo.subject_id.in_(checks) & (Photo.kind == "inspection")
    query = (
        select(Photo.id, Photo.subject_id)
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == site_id, or_(shown, Photo.id.in_(owners)))
    )
    for photo in db.session.execute(query.order_by(Photo.taken_at, Photo.sort, Photo.id)):
        line = owners.get(photo.id) or checks[photo.subject_id]
        line.photos.append(photo.id)


def around(row: Equipment, limit: int = 30) -> list[Any]:
    """What hangs together with it: what it stands in for, what stands in for it, what else stands at its place."""
    query = select(
        Equipment.id,
        Equipment.code,
        Equipment.type,
        Equipment.model,
        Equipment.state,
        Equipment.place_id,
        Equipment.spare_for_id,
        Equipment.next_service,
        Equipment.scrap_on,
    ).where(
        Equipment.site_id == row.site_id,
        Equipment.id != row.id,
        Equipment.state != "retired",
        or_(
            Equipment.place_id == row.place_id,
            Equipment.spare_for_id == row.id,
            Equipment.id == row.spare_for_id,
        ),
    )
    return list(db.session.execute(query.order_by(Equipment.code).limit(limit)))


def newest_photo(row: Equipment) -> UUID | None:
    """The picture that stands on its page: the last one taken of it that has arrived."""
    query = (
        select(Photo.id)
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == row.site_id, Photo.subject_kind == "equipment", Photo.subject_id == row.id)
    )
    return db.session.scalar(query.order_by(Photo.taken_at.desc(), Photo.id.desc()).limit(1))
