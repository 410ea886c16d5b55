"""Visits (到点记录) and rounds as lists: the records behind every figure of a patrol."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.rounds.evidence import voided
from patrol.rounds.scan import Scan
from patrol.rounds.walk import Stop, Walk, last_good, rounds_between, walks
from patrol.sites.place import Place
from patrol.sites.site import Site

Row = TypeVar("Row")

PAGE = 100
LONGEST = timedelta(days=400)
AT_ONCE = timedelta(days=4)
ONE_DAY = timedelta(days=1)
TO_COME = ("pending", "planned", "cancelled")  # states in which a round may be that has not opened


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Business days from first to last, both counting, and what else narrows the list.

    state: of the visit, or extra (a scan outside any round), visited, due (all but the excused ones), or past (not
    reached though its time is over, the round still open or not). person: whose scan counts. walker: who scanned
    anywhere in the round. hour: of the round's start by the site's clock. closed: only rounds that have
    closed and were not cancelled; make-up rounds only if kind asks for them. required: without optional points.
    """

    first: date
    last: date
    state: str | None = None
    route: UUID | None = None
    place: UUID | None = None
    person: UUID | None = None
    walker: UUID | None = None
    flag: str | None = None
    hour: int | None = None
    closed: bool = False
    required: bool = False
    kind: str | None = None

    @property
    def extras(self) -> bool:
        """Whether scans outside any round belong in the list."""
        on_rounds_only = self.route or self.walker or self.closed or self.required or self.hour is not None
        return not on_rounds_only and self.state in (None, "extra", "visited")


@dataclass(frozen=True, slots=True)
class VisitRow:
    """round_id is None for a scan outside any round; scan_id for a point nobody reached."""

    day: date
    when: datetime
    place_id: UUID
    place: str
    number: int | None
    state: str
    route: str
    round_id: UUID | None
    ordinal: int
    starts_at: datetime | None
    person: str
    scan_id: UUID | None
    flags: tuple[str, ...]
    made_late: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Whole days, newest first. older: the day the next page begins with, or None at the end."""

    rows: list[Row]
    older: date | None


def visits_page(site: Site, wanted: VisitFilter, at: datetime, before: date | None = None) -> Page[VisitRow]:
    """Visits of whole days until a page is full, beginning with ``before`` or the last day asked for.

    Rounds that have not opened have none, unless what is to come is asked for.
    """

    def rows_of(first: date, last: date) -> Iterator[VisitRow]:
        for walk in _walks(site, wanted, first, last, at):
            yield from (_row(walk, stop) for stop in walk.stops if _fits(walk, stop, wanted, at))
        if wanted.extras:
            yield from _extras(site, wanted, first, last)

    return _paged(wanted, before, rows_of, lambda row: (row.day, row.when))


def rounds_page(site: Site, wanted: VisitFilter, at: datetime, before: date | None = None) -> Page[Walk]:
    """Rounds of whole days; ``state`` is the round's."""

    def rows_of(first: date, last: date) -> Iterator[Walk]:
        for walk in _walks(site, wanted, first, last, at):
            if wanted.state in (None, walk.state) and (not wanted.flag or wanted.flag in walk.flags):
                yield walk

    return _paged(wanted, before, rows_of, lambda walk: (walk.day, walk.times.starts_at))


def _paged(wanted: VisitFilter, before: date | None, rows_of: Any, key: Any) -> Page[Any]:
    last = min(before or wanted.last, wanted.last)
    first = max(wanted.first, wanted.last - LONGEST)
    found: list[Any] = []
    while last >= first and len(found) < PAGE:
        since = max(first, last - AT_ONCE + ONE_DAY)
        part = sorted(rows_of(since, last), key=key, reverse=True)
        for row in part:
            # A page ends with a day, so that the next one can begin with the day before.
            if len(found) >= PAGE and row.day != found[-1].day:
                return Page(found, row.day)
            found.append(row)
        last = since - ONE_DAY
    return Page(found, last if last >= first else None)


def _walks(site: Site, wanted: VisitFilter, first: date, last: date, at: datetime) -> Iterator[Walk]:
    for walk in walks(site.id, rounds_between(site.id, first, last), at):
        if wanted.route and walk.route_id != wanted.route:
            continue
        if walk.times.opens_at > at and wanted.state not in TO_COME:
            continue
        if wanted.kind and walk.kind != wanted.kind:
            continue
        if wanted.required and walk.kind == "make_up":
            continue
        if wanted.closed and not wanted.kind and walk.kind == "make_up":
            continue
        if wanted.closed and (walk.cancelled or at < walk.times.closes_at):
            continue
        if wanted.hour is not None and walk.times.starts_at.astimezone(site.zone).hour != wanted.hour:
            continue
        if wanted.walker and wanted.walker not in walkers(walk):
            continue
        yield walk


def walkers(walk: Walk) -> set[UUID]:
    """Who walked it: everybody who scanned in it before it closed."""
    return {scan.user_id for stop in walk.stops for scan in stop.scans if scan.at < walk.times.closes_at}


def past(walk: Walk, stop: Stop, at: datetime) -> bool:
    """Whether a point's time is over and nobody was there: missed, or to be made up before the round closes."""
    return stop.state == "missed" or (stop.state == "pending" and at > last_good(walk, stop))


def _fits(walk: Walk, stop: Stop, wanted: VisitFilter, at: datetime) -> bool:
    if wanted.required and not stop.required:
        return False
    if wanted.place and stop.place_id != wanted.place:
        return False
    if wanted.flag and wanted.flag not in stop.flags:
        return False
    if wanted.person and (stop.seen is None or stop.seen.user_id != wanted.person):
        return False
    if wanted.state == "visited":
        return stop.seen is not None
    if wanted.state == "past":
        return not walk.cancelled and past(walk, stop, at)
    if wanted.state == "due":
        return stop.state != "excused"
    return wanted.state in (None, stop.state)


def _row(walk: Walk, stop: Stop) -> VisitRow:
    seen = stop.seen
    return VisitRow(
        day=walk.day,
        when=seen.at if seen else walk.times.starts_at,
        place_id=stop.place_id,
        place=stop.name,
        number=stop.number,
        state=stop.state,
        route=walk.route_name,
        round_id=walk.id,
        ordinal=walk.ordinal,
        starts_at=walk.times.starts_at,
        person=seen.user_name if seen else "",
        scan_id=seen.id if seen else None,
        flags=stop.flags,
        made_late=walk.made_late,
    )


def _extras(site: Site, wanted: VisitFilter, first: date, last: date) -> Iterator[VisitRow]:
    query = (
        select(
            Scan.id,
            Scan.business_day,
            Scan.effective_at,
            Scan.place_id,
            Scan.flags,
            Place.full_name,
            Place.number,
            User.name,
        )
        .join(Place, (Place.site_id == Scan.site_id) & (Place.id == Scan.place_id))
        .join(User, User.id == Scan.user_id)
        .where(
            Scan.site_id == site.id,
            Scan.round_id.is_(None),
            Scan.business_day >= first,
            Scan.business_day <= last,
            Scan.id.not_in(voided(site.id)),
        )
    )
    if wanted.person:
        query = query.where(Scan.user_id == wanted.person)
    if wanted.place:
        query = query.where(Scan.place_id == wanted.place)
    for scan in db.session.execute(query):
        if "repeat" in scan.flags or (wanted.flag and wanted.flag not in scan.flags):
            continue
        yield VisitRow(
            day=scan.business_day,
            when=scan.effective_at,
            place_id=scan.place_id,
            place=scan.full_name,
            number=scan.number,
            state="extra",
            route="",
            round_id=None,
            ordinal=0,
            starts_at=None,
            person=scan.name,
            scan_id=scan.id,
            flags=tuple(scan.flags),
        )
