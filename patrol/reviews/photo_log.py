"""The photo log: any page under any filter costs the same, however many photos there are.

A page is a keyset: "older than this photo". One part of the filter leads (photo_plan.py): it is walked in order on its
own index; several places, kinds or days become one short walk each, laid side by side, since one walk over an IN list
would read and sort them all. What else is asked is looked up on the way, over a window of photos; if the page is not
full by then, it ends there, and the next one goes on from that moment. So no mixture of filters costs more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select, union_all

from patrol.accounts.user import User
from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.photo_plan import MOST_OF_FEW, OF_OWNERS, SHOWS, PhotoFilter, Plan, plan_of
from patrol.sites.place import Place

PAGE = 24
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Edge = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """looked_to: the moment up to which was looked for a page that is not full; None when it is, or all was seen."""

    rows: list[Any]
    newer: str | None
    older: str | None
    looked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """reach: the edge at which the walks broke off before they had found enough; None when they did not."""

    rows: list[Any]
    reach: Edge | None = None


_COLUMNS = (
    Photo.id,
    Photo.kind,
    Photo.subject_kind,
    Photo.subject_id,
    Photo.place_id,
    Photo.user_id,
    Photo.taken_at,
    Photo.received_at,
    Photo.from_gallery,
    Photo.round_id,
    Photo.business_day,
    Photo.category,
)


def write_edge(row: Any) -> str:
    """A photo's place in the order, for an address."""
    return f"{(row.taken_at - EPOCH) // timedelta(microseconds=1):x}-{row.id.hex}"


def read_edge(text: str | None) -> Edge | None:
    """None for anything that is not an edge: the list then begins at its end."""
    moment, _, photo_id = (text or "").partition("-")
    try:
        return EPOCH + timedelta(microseconds=int(moment, 16)), UUID(photo_id)
    except (ValueError, OverflowError):
        return None


def month_edge(month: date) -> Edge:
    """Just above the last photo that may be of this month, in whatever zone: from here the log runs back."""
    after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _Row(datetime.combine(after, datetime.min.time(), UTC), UUID(int=0))


def photo_page(site_id: UUID, wanted: PhotoFilter, *, older_than: Edge | None, newer_than: Edge | None) -> PhotoPage:
    """One page, newest first; five queries at most whatever the filter."""
    if newer_than is not None:
        found = look(site_id, wanted, newer_than, PAGE + 1, newer=True)
        rows = list(reversed(found.rows[:PAGE]))
        newer = write_edge(rows[0]) if len(found.rows) > PAGE else _edge_text(found.reach)
        older = write_edge(rows[-1]) if rows else _edge_text(newer_than)
        return PhotoPage(rows, newer, older, found.reach[0] if found.reach else None)
    found = look(site_id, wanted, older_than, PAGE + 1)
    rows = found.rows[:PAGE]
    older = write_edge(rows[-1]) if len(found.rows) > PAGE else _edge_text(found.reach)
    newer = None
    if older_than is not None:
        newer = write_edge(rows[0]) if rows else _edge_text(older_than)
    return PhotoPage(rows, newer, older, found.reach[0] if found.reach else None)


def neighbours(site_id: UUID, wanted: PhotoFilter, edge: Edge | None, limit: int, newer: bool = False) -> list[Any]:
    """The next photos beyond an edge, nearest first, with the names of place and person, and whether they are here."""
    return look(site_id, wanted, edge, limit, newer).rows


def look(site_id: UUID, wanted: PhotoFilter, edge: Edge | None, limit: int, newer: bool = False) -> Found:
    plan = plan_of(site_id, wanted)
    if plan is None:
        return Found([])
    found = Found([])
    for size in plan.windows:  # nearly every photo fits as a rule, so a short look comes first
        rows = list(db.session.execute(page_of(plan, edge, limit, size, newer)))
        whole = len(plan.leads) == 1 and len(rows) >= limit
        reach = None if whole else _reach(plan, edge, size, newer)
        found = Found([row for row in rows if reach is None or _inside(row, reach, newer)], reach)
        if reach is None or len(found.rows) >= limit:
            break
    return found


def _inside(row: Any, reach: Edge, newer: bool) -> bool:
    key = (row.taken_at, row.id)
    return key <= reach if newer else key >= reach


def page_of(plan: Plan, edge: Edge | None, limit: int, size: int, newer: bool = False) -> Select[Any]:
    """size: of each walk's window."""
    together = _beside([_walk(plan, lead, edge, limit, size, newer) for lead in plan.leads]).subquery()
    return _named(plan.site_id, together, limit, newer)


def _walk(plan: Plan, lead: Any, edge: Edge | None, limit: int, size: int, newer: bool) -> Select[Any]:
    """The first photos of one walk that fit, out of its window."""
    window = window_of(plan, lead, edge, size, newer).subquery()
    return select(*window.c).where(*plan.rest(window.c)).order_by(*_order(window.c, newer)).limit(limit)


def window_of(plan: Plan, lead: Any, edge: Edge | None, size: int, newer: bool) -> Select[Any]:
    asked: Any = select(*_COLUMNS).where(Photo.site_id == plan.site_id, lead)
    of: Any = Photo
    if plan.few:
        # Asked for in order, the database would walk through all photos to meet these; so they are fetched first.
        of = asked.limit(MOST_OF_FEW).subquery().c
        asked = select(*of)
    asked = asked.where(*plan.between(of), *(_beyond(of, edge, newer) if edge else ()))
    ordered: Select[Any] = asked.order_by(*_order(of, newer)).limit(size)
    return ordered


def _reach(plan: Plan, edge: Edge | None, size: int, newer: bool) -> Edge | None:
    """Where the first of the walks broke off that had its window full; None when all came to their end."""
    ends = []
    for lead in plan.leads:
        window = window_of(plan, lead, edge, size, newer).subquery()
        seen = select(func.count()).select_from(window).scalar_subquery().label("seen")
        last = select(window.c.taken_at, window.c.id, seen).order_by(*_order(window.c, not newer)).limit(1)
        ends.append(last)
    full = [(row.taken_at, row.id) for row in db.session.execute(_beside(ends)) if row.seen >= size]
    return (min(full) if newer else max(full)) if full else None


def _beside(parts: Sequence[Select[Any]]) -> Any:
    """One after the other; each keeps its own order and limit."""
    if len(parts) == 1:
        return parts[0]
    return union_all(*(select(part.subquery()) for part in parts))


def _order(of: Any, newer: bool) -> tuple[Any, Any]:
    return (of.taken_at, of.id) if newer else (of.taken_at.desc(), of.id.desc())


def _beyond(of: Any, edge: Edge, newer: bool) -> tuple[Any, Any]:
    """The moment bounds the walk on its index; the id tells photos of one moment apart."""
    at, photo_id = edge
    if newer:
        return of.taken_at >= at, or_(of.taken_at != at, of.id > photo_id)
    return of.taken_at <= at, or_(of.taken_at != at, of.id < photo_id)


def _edge_text(edge: Edge | None) -> str | None:
    return write_edge(_Row(*edge)) if edge else None


class _Row(NamedTuple):
    taken_at: datetime
    id: UUID


def _named(site_id: UUID, photos: Any, limit: int, newer: bool) -> Select[Any]:
    p = photos.c
    return (
        select(
            *p,
            Place.full_name.label("place"),
            User.name.label("person"),
            PhotoFile.id.is_not(None).label("here"),
        )
        .outerjoin(Place, and_(Place.site_id == site_id, Place.id == p.place_id))
        .outerjoin(User, User.id == p.user_id)
        .outerjoin(
            PhotoFile,
            and_(PhotoFile.site_id == site_id, PhotoFile.id == p.id, PhotoFile.user_id.is_not_distinct_from(p.user_id)),
        )
        .distinct()  # a photo may answer the words by its place and by its person
        .order_by(*_order(p, newer))
        .limit(limit)
    )


def chosen(site_id: UUID, ids: Iterable[UUID], owners: bool = True) -> list[Any]:
    """These photos as the log shows them, oldest first; those of other sites, signatures and what may not be seen
    are left out."""
    photos = select(*_COLUMNS).where(Photo.site_id == site_id, Photo.id.in_(list(ids)), Photo.kind != "signature")
    photos = photos if owners else photos.where(Photo.subject_kind.not_in(OF_OWNERS))
    return list(db.session.execute(_named(site_id, photos.subquery(), 1000, newer=True)))


def counts_of_day(site_id: UUID, day: date, owners: bool = True) -> dict[str, int]:
    """How many photos one business day has, by what they show; "all" too."""
    rows = _counted(owners=owners).all(connection(), {"site_id": site_id, "day": day})
    by_kind = {row.kind: row.n for row in rows}
    return {
        "all": sum(by_kind.values()),
        **{show: sum(by_kind.get(kind, 0) for kind in kinds) for show, kinds in SHOWS.items()},
    }


@cache
def _counted(*, owners: bool) -> Prepared:
    query = select(Photo.kind, func.count().label("n")).where(
        Photo.site_id == bindparam("site_id"), Photo.business_day == bindparam("day"), Photo.kind != "signature"
    )
    query = query if owners else query.where(Photo.subject_kind.not_in(OF_OWNERS))
    return Prepared(query.group_by(Photo.kind))


def subject_ids(rows: Iterable[Any], kind: str) -> list[UUID]:
    return list(dict.fromkeys(row.subject_id for row in rows if row.subject_kind == kind))
