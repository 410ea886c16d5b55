"""Questions about the ledger: the list under its filters, the gaps of a month, one item's life."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

from patrol.accounts.user import User
from patrol.core.business_day import month_bounds
from patrol.core.db import db
from patrol.equipment.dated import DATE_KINDS, until_of
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.equipment.month import away_all_month, fire_types
from patrol.hazards.standing import standing
from patrol.sites.place import Place, places_below
from patrol.workorders.queries import read_cursor, write_cursor

PAGE = 50
SOON = timedelta(days=60)
ONE_DAY = timedelta(days=1)
_PAPERS = {kind: until_of(kind) for kind in DATE_KINDS}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the ledger is narrowed to; every field is in the URL.

    place: it and all below it. within: days until service, scrap or the end of a
    paper; 0 is what is past its date. due_at: within 60
    days of another day, fire equipment only, as a review lists it. missing: a month whose check is lacking. unusable:
    fire equipment that did not count as usable at the end of this day.
    """

    words: str = ""
    type: str | None = None
    place: UUID | None = None
    state: str | None = None
    contractor: str | None = None
    within: int | None = None
    due_at: date | None = None
    missing: date | None = None
    unusable: date | None = None
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
            Equipment.quantity,
            Equipment.version,
            *(_PAPERS[kind].label(kind) for kind in DATE_KINDS),
            Place.full_name.label("place"),
        )
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(Equipment.site_id == site_id, *clauses(site_id, narrowed, today))
    )
    if narrowed.after:
        query = query.where(Equipment.code > narrowed.after)
    rows = list(db.session.execute(query.order_by(Equipment.code).limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].code if len(rows) > PAGE else None


def matching(site_id: UUID, narrowed: Filter, today: date, limit: int) -> list[UUID]:
    """The first so many items of the filter, whatever page is looked at."""
    query = select(Equipment.id).join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
    query = query.where(Equipment.site_id == site_id, *clauses(site_id, narrowed, today))
    return list(db.session.scalars(query.order_by(Equipment.code).limit(limit)))


def contractors(site_id: UUID) -> list[str]:
    """Who looks after equipment here, for the filter and the form."""
    query = select(Equipment.contractor).where(Equipment.site_id == site_id, Equipment.contractor != "")
    return list(db.session.scalars(query.distinct().order_by(Equipment.contractor).limit(100)))


def clauses(site_id: UUID, narrowed: Filter, today: date) -> list[Any]:
    found: list[Any] = []
    if narrowed.words:
        like = "%" + narrowed.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found.append(
            or_(
                Equipment.code.ilike(like, escape="\\"),
                Equipment.name.ilike(like, escape="\\"),
                Equipment.model.ilike(like, escape="\\"),
                Place.full_name.ilike(like, escape="\\"),
            )
        )
    if narrowed.type:
        found.append(Equipment.type == narrowed.type)
    if narrowed.state:
        found.append(Equipment.state == narrowed.state)
    elif not (narrowed.missing or narrowed.unusable):
        found.append(Equipment.state != "retired")
    if narrowed.place:
        found.append(Equipment.place_id.in_(places_below(site_id, narrowed.place)))
    if narrowed.contractor:
        found.append(Equipment.contractor == narrowed.contractor)
    if narrowed.within == 0:
        papers = [until < today for until in _PAPERS.values()]
        found.append(or_(Equipment.next_service < today, Equipment.scrap_on <= today, *papers))
    elif narrowed.within or narrowed.due_at:
        edge = narrowed.due_at + SOON if narrowed.due_at else today + timedelta(days=narrowed.within or 0)
        papers = [] if narrowed.due_at else [until <= edge for until in _PAPERS.values()]
        found.append(or_(Equipment.next_service <= edge, Equipment.scrap_on <= edge, *papers))
    if narrowed.due_at:
        found.append(Equipment.type.in_(sorted(fire_types())))
    if narrowed.missing:
        found.extend([*_counting(site_id, narrowed.missing), _not_inspected(narrowed.missing)])
    if narrowed.unusable:
        found.extend([*_counting(site_id, narrowed.unusable), _not_usable(site_id, narrowed.unusable)])
    return found


def missing_ids(site_id: UUID, month: date) -> list[UUID]:
    """What the month lacks, by place and asset number: the same items as under the ledger's filter."""
    query = (
        select(Equipment.id)
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(Equipment.site_id == site_id, *_counting(site_id, month), _not_inspected(month))
    )
    return list(db.session.scalars(query.order_by(Place.full_name, Equipment.code)))


def _counting(site_id: UUID, month: date) -> list[Any]:
    """Fire equipment that counts in this month (E of DOMAIN §7)."""
    first, last = month_bounds(month)
    away = away_all_month(site_id, first, last)
    clauses = [
        Equipment.type.in_(sorted(fire_types())),
        Equipment.in_service_from <= last - timedelta(days=7),
        or_(Equipment.retired_on.is_(None), Equipment.retired_on >= last),
    ]
    return [*clauses, Equipment.id.not_in(away)] if away else clauses


def _not_inspected(month: date) -> Any:
    """Not covered: without a complete inspection, or without one in each half where it must have both."""
    first, last = month_bounds(month)
    middle = first.replace(day=15)
    return or_(
        and_(~Equipment.half_monthly, ~_inspected(first, last)),
        and_(Equipment.half_monthly, ~and_(_inspected(first, middle), _inspected(middle + ONE_DAY, last))),
    )


def _not_usable(site_id: UUID, day: date) -> Any:
    """With a major or critical hazard open when this day ended, or past service or scrap on it."""
    grave = {hazard.origin_id for hazard in standing(site_id, day) if hazard.severity != "minor"}
    return or_(
        Equipment.id.in_([item for item in grave if item]),
        Equipment.next_service < day,
        Equipment.scrap_on <= day,
    )


def _inspected(first: date, last: date) -> Any:
    return exists().where(
        Inspection.site_id == Equipment.site_id,
        Inspection.equipment_id == Equipment.id,
        Inspection.complete,
        Inspection.business_day.between(first, last),
    )


def inspections_between(
    site_id: UUID,
    first: date,
    last: date,
    *,
    failed: bool = False,
    odd: bool = False,
    code: str | None = None,
    person: UUID | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> tuple[list[Any], str | None]:
    """One page of the inspections finished on these business days, newest first, and the next page's cursor: the
    records behind a review's figures."""
    query = (
        select(
            Inspection.id,
            Inspection.checklist_code,
            Inspection.completed_at,
            Inspection.failed_count,
            Inspection.flags,
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
    if odd:
        query = query.where(Inspection.flags.is_not(None))
    if code:
        query = query.where(Inspection.checklist_code == code)
    if person:
        query = query.where(Inspection.user_id == person)
    if (after := read_cursor(cursor)) is not None:
        at, last_id = after
        same = and_(Inspection.completed_at == at, Inspection.id < last_id)
        query = query.where(or_(Inspection.completed_at < at, same))
    query = query.order_by(Inspection.completed_at.desc(), Inspection.id.desc())
    rows = list(db.session.execute(query.limit(limit + 1)))
    more = len(rows) > limit
    return rows[:limit], write_cursor(rows[limit - 1].completed_at, rows[limit - 1].id) if more else None
