"""Questions about the ledger: the list under its filters, the gaps of a month, one item's life."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, exists, literal, or_, select, tuple_

from patrol.accounts.user import User
from patrol.core.business_day import month_bounds
from patrol.core.db import UtcDateTime, db
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.hazards.hazard import Hazard
from patrol.sites.place import Place

PAGE = 50
SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the ledger is narrowed to; every field is in the URL. missing: a month whose check is lacking."""

    words: str = ""
    type: str | None = None
    building: UUID | None = None
    state: str | None = None
    due: bool = False
    missing: date | None = None
    after: str | None = None  # the asset number the page before ended with


def listed(site_id: UUID, narrowed: Filter, today: date) -> tuple[list[Any], str | None]:
    """One page in the order of asset numbers, and where the next one begins."""
    query = (
        select(
            Equipment.id,
            Equipment.code,
            Equipment.type,
            Equipment.name,
            Equipment.model,
            Equipment.state,
            Equipment.next_service,
            Equipment.scrap_on,
            Place.full_name.label("place"),
        )
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(Equipment.site_id == site_id, *_clauses(site_id, narrowed, today))
    )
    if narrowed.after:
        query = query.where(Equipment.code > narrowed.after)
    rows = list(db.session.execute(query.order_by(Equipment.code).limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].code if len(rows) > PAGE else None


def _clauses(site_id: UUID, narrowed: Filter, today: date) -> list[Any]:
    clauses: list[Any] = []
    if narrowed.words:
        like = "%" + narrowed.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        clauses.append(
            or_(
                Equipment.code.ilike(like, escape="\\"),
                Equipment.name.ilike(like, escape="\\"),
                Place.full_name.ilike(like, escape="\\"),
            )
        )
    if narrowed.type:
        clauses.append(Equipment.type == narrowed.type)
    if narrowed.state:
        clauses.append(Equipment.state == narrowed.state)
    elif not narrowed.missing:
        clauses.append(Equipment.state != "retired")
    if narrowed.building:
        tree = select(Place.id).where(Place.site_id == site_id, Place.id == narrowed.building)
        below = tree.cte("below", recursive=True)
        below = below.union_all(select(Place.id).where(Place.site_id == site_id, Place.parent_id == below.c.id))
        clauses.append(Equipment.place_id.in_(select(below.c.id)))
    if narrowed.due:
        edge = today + SOON
        clauses.append(or_(Equipment.next_service <= edge, Equipment.scrap_on <= edge))
    if narrowed.missing:
        clauses.extend(_missing(narrowed.missing))
    return clauses


def _missing(month: date) -> list[Any]:
    """Fire equipment in service for the month and without a complete inspection in it (coverage of DOMAIN §7)."""
    first, last = month_bounds(month)
    done = exists().where(
        Inspection.site_id == Equipment.site_id,
        Inspection.equipment_id == Equipment.id,
        Inspection.complete,
        Inspection.business_day.between(first, last),
    )
    return [
        Equipment.in_service_from <= last - timedelta(days=7),
        or_(Equipment.retired_on.is_(None), Equipment.retired_on > last),
        ~done,
    ]


def inspections_of(site_id: UUID, equipment_id: UUID, limit: int = 60) -> list[Any]:
    """What was found at one item, newest first."""
    query = (
        select(
            Inspection.id,
            Inspection.checklist_code,
            Inspection.completed_at,
            Inspection.failed_count,
            Inspection.complete,
            User.name,
        )
        .join(User, User.id == Inspection.user_id)
        .where(Inspection.site_id == site_id, Inspection.equipment_id == equipment_id)
        .order_by(Inspection.completed_at.desc(), Inspection.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(query))


def inspections_between(
    site_id: UUID, first: date, last: date, *, failed: bool = False, code: str | None = None, after: str = ""
) -> tuple[list[Any], str | None]:
    """One page of the inspections finished on these business days, newest first, and where the next begins."""
    query = (
        select(
            Inspection.id,
            Inspection.checklist_code,
            Inspection.completed_at,
            Inspection.failed_count,
            User.name,
            Place.full_name.label("place"),
            Equipment.code.label("asset"),
        )
        .join(User, User.id == Inspection.user_id)
        .join(Place, and_(Place.site_id == Inspection.site_id, Place.id == Inspection.place_id))
        .outerjoin(Equipment, and_(Equipment.site_id == Inspection.site_id, Equipment.id == Inspection.equipment_id))
        .where(Inspection.site_id == site_id, Inspection.business_day.between(first, last))
    )
    if failed:
        query = query.where(Inspection.failed_count > 0)
    if code:
        query = query.where(Inspection.checklist_code == code)
    cursor = _cursor(after)
    if cursor is not None:
        query = query.where(tuple_(Inspection.completed_at, Inspection.id) < cursor)
    query = query.order_by(Inspection.completed_at.desc(), Inspection.id.desc()).limit(PAGE + 1)
    rows = list(db.session.execute(query))
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], f"{more.completed_at.isoformat()}_{more.id}" if more else None


def _cursor(text: str) -> Any:
    """Where the page before ended; a cursor that makes no sense begins at the newest."""
    moment, _, key = text.rpartition("_")
    try:
        at, last = datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return None
    return tuple_(literal(at, UtcDateTime), literal(last, Uuid)) if at.tzinfo else None


def hazards_of(site_id: UUID, equipment_id: UUID, limit: int = 30) -> list[Hazard]:
    """The hazards that checks of this item have opened, newest first."""
    query = select(Hazard).where(Hazard.site_id == site_id, Hazard.origin_id == equipment_id)
    return list(db.session.scalars(query.order_by(Hazard.reported_at.desc()).limit(limit)))
