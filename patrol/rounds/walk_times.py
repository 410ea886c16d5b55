"""How long honest people walk from one point to the next: learned from visits that nothing speaks against."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db, upsert, write
from patrol.core.keys import SiteRow, site_key
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_site import EvidenceSite

ENOUGH = 30  # walks; before that the fixed minimum holds
LOOK_BACK = timedelta(days=90)
EVERY = timedelta(hours=20)
MOST = 200_000  # walks read by one count, newest first: the cost has a bound
FIFTH = 0.05


class WalkTime(SiteRow, Model):
    """The way from one place (``id``) to another; the way back is another row."""

    __tablename__ = "walk_time"
    __table_args__ = (site_key("id", "place"), site_key("to_place_id", "place"))

    to_place_id: Mapped[UUID] = mapped_column(primary_key=True)
    p5_s: Mapped[float]
    walks: Mapped[int]
    counted_at: Mapped[datetime]


def fifth_percentile(seconds: Sequence[float]) -> float | None:
    """The 5th percentile by linear interpolation; None for fewer than 30 walks, which tell nothing yet.

    5 % of the walks are at or below it. Independent of their order; never outside their range.
    """
    if len(seconds) < ENOUGH:
        return None
    ordered = sorted(seconds)
    where = FIFTH * (len(ordered) - 1)
    low = int(where)
    part = where - low
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * part


def learn(walks: Iterable[tuple[UUID, UUID, float]]) -> dict[tuple[UUID, UUID], tuple[float, int]]:
    """(from, to) -> (5th percentile in seconds, number of walks) where there are enough. walks: (from, to, seconds)."""
    ways: dict[tuple[UUID, UUID], list[float]] = defaultdict(list)
    for start, end, seconds in walks:
        ways[start, end].append(seconds)
    return {way: (p5, len(all_)) for way, all_ in ways.items() if (p5 := fifth_percentile(all_)) is not None}


def learned_times(site_id: UUID) -> Callable[[UUID, UUID], float | None]:
    """(from, to) -> seconds, None where too little is known. One query."""
    query = select(WalkTime.id, WalkTime.to_place_id, WalkTime.p5_s).where(WalkTime.site_id == site_id)
    known = {(row.id, row.to_place_id): row.p5_s for row in db.session.execute(query)}
    return lambda start, end: known.get((start, end))


_WALKS = (
    select(Evidence.from_place_id, Evidence.place_id, Evidence.walked_s)
    .where(
        Evidence.site_id == bindparam("site_id"),
        Evidence.grade.in_(("A", "B")),
        Evidence.business_day >= bindparam("since"),
        Evidence.from_place_id.is_not(None),
    )
    .order_by(Evidence.business_day.desc())
    .limit(MOST)
)


def recount_walks(site_id: UUID, at: datetime) -> int:
    """Learn again from the last 90 days. Not inside a ``write()``; may run twice. Returns how many ways are known."""
    rows = db.session.execute(_WALKS, {"site_id": site_id, "since": (at - LOOK_BACK).date()})
    ways = learn((row.from_place_id, row.place_id, row.walked_s) for row in rows)
    made: list[dict[str, Any]] = [
        {"site_id": site_id, "id": start, "to_place_id": end, "p5_s": p5, "walks": n, "counted_at": at}
        for (start, end), (p5, n) in sorted(ways.items())
    ]
    with write(site_id):
        if made:
            insert = upsert(WalkTime)
            new = {name: insert.excluded[name] for name in ("p5_s", "walks", "counted_at")}
            keys = ["site_id", "id", "to_place_id"]
            db.session.execute(insert.on_conflict_do_update(index_elements=keys, set_=new), made)
        db.session.get_one(EvidenceSite, site_id).walks_counted_at = at
    return len(made)


def count_when_due(known: EvidenceSite, at: datetime) -> None:
    """Once in twenty hours is enough: ways change with doors and works, not by the minute."""
    if known.walks_counted_at is None or at - known.walks_counted_at >= EVERY:
        recount_walks(known.site_id, at)
