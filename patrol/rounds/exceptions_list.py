"""Exceptions (异常): the evidence that asks for a person's eye, as a list, and how much of it still waits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, cast, func, or_, select, tuple_

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.rounds.evidence import Evidence, EvidenceWord, ScanVoid
from patrol.rounds.round import Round
from patrol.sites.place import Place

PAGE = 60
WAITING = timedelta(days=14)  # what nobody looked at for longer is not news any more


@dataclass(frozen=True, slots=True)
class Wanted:
    """Business days from first to last, both counting. grade: C, or B for weak signs as well: a
    visit that is B only because the phone knew no position is no exception. state: open, done or all."""

    first: date
    last: date
    grade: str = "C"
    state: str = "open"
    route: UUID | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Exceptions:
    """rows: newest first. words: what was said of each. older: where the next page begins, or None."""

    rows: list[Any]
    words: dict[UUID, list[Any]]
    older: str | None


_COLUMNS = (
    Evidence.id, Evidence.kind, Evidence.grade, Evidence.flags, Evidence.measured, Evidence.at, Evidence.business_day,
    Evidence.scan_id, Evidence.round_id, Evidence.user_id, User.name.label("person"), Place.full_name.label("place"),
    Place.radius_m, Round.route_name, Round.ordinal, Round.starts_at, ScanVoid.id.label("void_id"),
)  # fmt: skip


def exceptions(site_id: UUID, wanted: Wanted, cursor: str | None = None) -> Exceptions:
    """One page and what was said of it: two queries."""
    query = (
        select(*_COLUMNS)
        .outerjoin(User, User.id == Evidence.user_id)
        .outerjoin(Place, (Place.site_id == Evidence.site_id) & (Place.id == Evidence.place_id))
        .outerjoin(Round, (Round.site_id == Evidence.site_id) & (Round.id == Evidence.round_id))
        .outerjoin(ScanVoid, (ScanVoid.site_id == Evidence.site_id) & (ScanVoid.scan_id == Evidence.scan_id))
        .where(*_fits(site_id, wanted))
        .order_by(Evidence.business_day.desc(), Evidence.at.desc(), Evidence.id.desc())
        .limit(PAGE + 1)
    )
    after = _read(cursor)
    if after is not None:
        query = query.where(tuple_(Evidence.business_day, Evidence.at, Evidence.id) < after)
    rows = list(db.session.execute(query))
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    last = rows[-1] if more else None
    return Exceptions(
        rows, _words(site_id, rows), f"{last.business_day}_{last.at.isoformat()}_{last.id}" if last else None
    )


def _fits(site_id: UUID, wanted: Wanted) -> list[Any]:
    fits: list[Any] = [
        Evidence.site_id == site_id,
        Evidence.grade.in_(("C",) if wanted.grade == "C" else ("B", "C")),
        or_(Evidence.grade == "C", cast(Evidence.flags, String) != "[]"),
        Evidence.business_day >= wanted.first,
        Evidence.business_day <= wanted.last,
    ]
    if wanted.route:
        of_route = select(Round.id).where(
            Round.site_id == site_id, Round.route_id == wanted.route,
            Round.business_day >= wanted.first, Round.business_day <= wanted.last,
        )  # fmt: skip
        fits.append(Evidence.round_id.in_(of_route))
    if wanted.person:
        fits.append(Evidence.user_id == wanted.person)
    if wanted.state != "all":
        fits.append(~_told() if wanted.state == "open" else _told())
    return fits


def _told() -> Any:
    """Whether anybody has said what it was."""
    same = (EvidenceWord.site_id == Evidence.site_id) & (EvidenceWord.evidence_id == Evidence.id)
    return select(EvidenceWord.id).where(same).exists()


def _words(site_id: UUID, rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    if rows:
        query = (
            select(EvidenceWord.evidence_id, EvidenceWord.act, EvidenceWord.text, EvidenceWord.at, User.name)
            .join(User, User.id == EvidenceWord.user_id)
            .where(EvidenceWord.site_id == site_id, EvidenceWord.evidence_id.in_([row.id for row in rows]))
            .order_by(EvidenceWord.at)
        )
        for word in db.session.execute(query):
            found[word.evidence_id].append(word)
    return found


def _read(cursor: str | None) -> tuple[date, datetime, UUID] | None:
    """Where a page begins; what is no cursor begins at the top."""
    try:
        day, at, id_ = (cursor or "").split("_")
        return date.fromisoformat(day), datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        return None


def count_open() -> Any:
    """A select that counts what nobody has judged yet. Binds: site_id, exceptions_since (a business day)."""
    return select(func.count()).where(
        Evidence.site_id == bindparam("site_id"),
        Evidence.grade == "C",
        Evidence.business_day >= bindparam("exceptions_since"),
        ~_told(),
    )
