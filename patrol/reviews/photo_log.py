"""The photo log: any page under any filter costs the same, however many photos there are.

A page is a keyset: "older than this photo". A filter that names several places, kinds or people becomes one
short index walk for each, laid side by side, since one walk over an IN list would read and sort them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, not_, or_, select, union_all

from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.route import RouteStop
from patrol.sites.place import Place

PAGE = 24
MOST_PLACES = 200
SHOWS: dict[str, tuple[str, ...]] = {
    "hazard": ("before", "after", "sighting", "verify"),
    "checklist": ("inspection",),
    "visit": ("visit",),
}
COUNTED = ("visit", "before", "after", "verify", "inspection")  # kinds that a review counts one by one
NOT_OF_OWNERS = Photo.subject_kind.not_in(("report", "repair", "complaint"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Edge = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """first and last business day, both inside; None is open. show: a key of SHOWS, one kind of COUNTED, or "coming"
    (bytes not here). owners: what owners sent, too."""

    first: date | None = None
    last: date | None = None
    building: UUID | None = None
    place: UUID | None = None
    route: UUID | None = None
    show: str | None = None
    person: UUID | None = None
    words: str = ""
    owners: bool = True


@dataclass(frozen=True, slots=True)
class PhotoPage:
    rows: list[Any]
    newer: str | None
    older: str | None


@dataclass(slots=True)
class _Walks:
    """Conditions of which any one must hold, each answered by an index of its own."""

    of_photo: list[Any] = field(default_factory=list)


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


def photo_page(site_id: UUID, wanted: PhotoFilter, *, older_than: Edge | None, newer_than: Edge | None) -> PhotoPage:
    """One page, newest first; three queries whatever the filter."""
    if newer_than is not None:
        rows = list(reversed(neighbours(site_id, wanted, newer_than, PAGE + 1, newer=True)))
        more_newer, rows = len(rows) > PAGE, rows[-PAGE:]
        more_older = True
    else:
        rows = neighbours(site_id, wanted, older_than, PAGE + 1)
        more_older, rows = len(rows) > PAGE, rows[:PAGE]
        more_newer = older_than is not None
    return PhotoPage(
        rows,
        write_edge(rows[0]) if rows and more_newer else None,
        write_edge(rows[-1]) if rows and more_older else None,
    )


def neighbours(site_id: UUID, wanted: PhotoFilter, edge: Edge | None, limit: int, newer: bool = False) -> list[Any]:
    """The next photos beyond an edge, nearest first, with the names of place and person, and whether they are here."""
    walks = _walks(site_id, wanted)
    if walks is None:
        return []
    rest = [Photo.site_id == site_id, Photo.kind != "signature", *_days(wanted), *_kinds(wanted, walks)]
    if not wanted.owners:
        rest.append(NOT_OF_OWNERS)
    if edge is not None:
        rest.append(_beyond(edge, newer))
    order = (Photo.taken_at, Photo.id) if newer else (Photo.taken_at.desc(), Photo.id.desc())
    parts = [
        select(select(*_COLUMNS).where(*rest, one).order_by(*order).limit(limit).subquery())
        for one in walks.of_photo or [Photo.site_id == site_id]
    ]
    together = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    return list(db.session.execute(_named(site_id, together, limit, newer)))


def _named(site_id: UUID, photos: Any, limit: int, newer: bool) -> Select[Any]:
    p = photos.c
    order = (p.taken_at, p.id) if newer else (p.taken_at.desc(), p.id.desc())
    return (
        select(
            *p,
            Place.full_name.label("place"),
            User.name.label("person"),
            PhotoFile.id.is_not(None).label("here"),
        )
        .outerjoin(Place, and_(Place.site_id == site_id, Place.id == p.place_id))
        .outerjoin(User, User.id == p.user_id)
        .outerjoin(PhotoFile, and_(PhotoFile.site_id == site_id, PhotoFile.id == p.id, PhotoFile.user_id == p.user_id))
        .distinct()  # a photo may answer the words by its place and by its person
        .order_by(*order)
        .limit(limit)
    )


def _beyond(edge: Edge, newer: bool) -> Any:
    at, photo_id = edge
    if newer:
        return or_(Photo.taken_at > at, and_(Photo.taken_at == at, Photo.id > photo_id))
    return or_(Photo.taken_at < at, and_(Photo.taken_at == at, Photo.id < photo_id))


def _days(wanted: PhotoFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.first:
        found.append(Photo.business_day >= wanted.first)
        # The order is by moment, so the index needs a moment to stop at; a record may be a month late.
        found.append(Photo.taken_at >= datetime.combine(wanted.first, datetime.min.time(), UTC) - timedelta(days=33))
    if wanted.last:
        found.append(Photo.business_day <= wanted.last)
        found.append(Photo.taken_at < datetime.combine(wanted.last, datetime.min.time(), UTC) + timedelta(days=3))
    return found


def _kinds(wanted: PhotoFilter, walks: _Walks) -> list[Any]:
    if wanted.show == "coming":
        here = exists().where(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id)
        return [not_(here)]
    kinds = SHOWS.get(wanted.show or "") or ((wanted.show,) if wanted.show in COUNTED else None)
    if kinds is None:
        return []
    if walks.of_photo:
        return [Photo.kind.in_(kinds)]
    walks.of_photo = [Photo.kind == kind for kind in kinds]
    return []


def _walks(site_id: UUID, wanted: PhotoFilter) -> _Walks | None:
    """The index walks of a filter; None when nothing can fit. At most one of place, route and building counts
    beside a person and words: the narrowest."""
    places = _places(site_id, wanted)
    if places is not None and not places:
        return None
    if wanted.words:
        found = _by_words(site_id, wanted.words)
        narrowed = [_narrow(one, wanted, places) for one in found]
        return _Walks(narrowed) if narrowed else None
    if wanted.person:
        return _Walks([_narrow(Photo.user_id == wanted.person, wanted, places)])
    return _Walks([Photo.place_id == place for place in places or ()])


def _narrow(one: Any, wanted: PhotoFilter, places: Sequence[UUID] | None) -> Any:
    parts = [one]
    if places is not None:
        parts.append(Photo.place_id.in_(places))
    if wanted.person:
        parts.append(Photo.user_id == wanted.person)
    return and_(*parts)


def _places(site_id: UUID, wanted: PhotoFilter) -> list[UUID] | None:
    if wanted.place:
        return [wanted.place]
    sets: list[set[UUID]] = []
    if wanted.route:
        query = select(RouteStop.place_id).where(RouteStop.site_id == site_id, RouteStop.route_id == wanted.route)
        sets.append(set(db.session.scalars(query)))
    if wanted.building:
        tree = select(Place.id).where(Place.site_id == site_id, Place.id == wanted.building).cte("t", recursive=True)
        tree = tree.union_all(select(Place.id).where(Place.site_id == site_id, Place.parent_id == tree.c.id))
        sets.append(set(db.session.scalars(select(tree.c.id))))
    return sorted(set.intersection(*sets), key=str)[:MOST_PLACES] if sets else None


def _by_words(site_id: UUID, words: str) -> list[Any]:
    """Places and people whose name holds the words."""
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    places = select(Place.id).where(Place.site_id == site_id, Place.full_name.ilike(like, escape="\\"))
    people = (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, User.name.ilike(like, escape="\\"))
    )
    return [
        *(Photo.place_id == place for place in db.session.scalars(places.limit(MOST_PLACES))),
        *(Photo.user_id == user for user in db.session.scalars(people.limit(50))),
    ]


def counts_of_day(site_id: UUID, day: date, owners: bool = True) -> dict[str, int]:
    """How many photos one business day has, by what they show; "all" too."""
    query = (
        select(Photo.kind, func.count())
        .where(Photo.site_id == site_id, Photo.business_day == day, Photo.kind != "signature")
        .group_by(Photo.kind)
    )
    query = query if owners else query.where(NOT_OF_OWNERS)
    by_kind = {row[0]: row[1] for row in db.session.execute(query)}
    return {
        "all": sum(by_kind.values()),
        **{show: sum(by_kind.get(kind, 0) for kind in kinds) for show, kinds in SHOWS.items()},
    }


def subject_ids(rows: Iterable[Any], kind: str) -> list[UUID]:
    return list(dict.fromkeys(row.subject_id for row in rows if row.subject_kind == kind))
