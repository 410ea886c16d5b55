"""Making the evidence that is due: idempotent, called by readers, so that it is right without any job.

A day is looked at again when its facts changed or a round of it closed. Facts are read and judged outside the
transaction; of two processes that judge at once the first one's rows stay.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from patrol.core.db import db, upsert, write
from patrol.rounds.day_facts import DaysFacts, gather
from patrol.rounds.evidence import Evidence, EvidenceDay
from patrol.rounds.evidence_rows import rows_of
from patrol.rounds.evidence_site import evidence_site
from patrol.rounds.flags import STRONG
from patrol.rounds.walk_times import count_when_due, learned_times
from patrol.sites.day import SiteDay, mark_day
from patrol.sites.site import Site

LOOK_BACK = timedelta(days=62)  # older days are left alone: an instance that comes from before has years of them
AT_ONCE = 31  # days judged together

_STALE = (
    select(SiteDay.day, SiteDay.changes, EvidenceDay.looked_at)
    .outerjoin(EvidenceDay, (EvidenceDay.site_id == SiteDay.site_id) & (EvidenceDay.day == SiteDay.day))
    .where(
        SiteDay.site_id == bindparam("site_id"),
        SiteDay.day >= bindparam("since"),
        SiteDay.day <= bindparam("today"),
        or_(
            EvidenceDay.day.is_(None),
            EvidenceDay.changes != SiteDay.changes,
            EvidenceDay.valid_until <= bindparam("at"),
        ),
    )
    .order_by(SiteDay.day)
)


def ensure_evidence(site_id: UUID, at: datetime) -> int:
    """Judge what is over by ``at`` and not judged yet; one query when nothing is. Returns how many rows were made.

    Not inside a ``write()``: judging takes long, and the rows go in in a short one of their own.
    """
    asked = {"site_id": site_id, "since": (at - LOOK_BACK).date(), "today": at.date() + timedelta(days=1), "at": at}
    stale = list(db.session.execute(_STALE, asked))
    if not stale:
        return 0
    known = evidence_site(site_id, at)
    count_when_due(known, at)
    site = db.session.get_one(Site, site_id)
    learned = learned_times(site_id)
    made = 0
    for days in _stretches(stale):
        facts = gather(site, days[0].day, days[-1].day, at, known)
        since = min((row.looked_at for row in days if row.looked_at), default=None) if all(
            row.looked_at for row in days
        ) else None  # fmt: skip
        rows = rows_of(facts, learned, at, photos_since=since)
        made += _keep(site_id, days, facts, rows, at)
    return made


def _stretches(stale: Sequence[Any]) -> Iterable[list[Any]]:
    part: list[Any] = []
    for row in stale:
        if part and (row.day - part[0].day).days >= AT_ONCE:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _keep(site_id: UUID, days: list[Any], facts: DaysFacts, rows: list[dict[str, Any]], at: datetime) -> int:
    """Rows that somebody else made meanwhile stay as they are; a day that changed meanwhile is looked at again."""
    judged = {row.day for row in days}
    rows = [row for row in rows if row["business_day"] in judged]
    with write(site_id):
        ids = [row["id"] for row in rows]
        here = select(Evidence.id).where(Evidence.site_id == site_id, Evidence.id.in_(ids))
        known = set(db.session.scalars(here)) if ids else set()
        new = [row for row in rows if row["id"] not in known]
        if new:
            insert = upsert(Evidence)
            db.session.execute(insert.on_conflict_do_nothing(index_elements=["site_id", "id"]), new)
        told = {row["business_day"] for row in new if STRONG.intersection(row["flags"])}
        query = select(SiteDay.day, SiteDay.changes).where(SiteDay.site_id == site_id, SiteDay.day.in_(judged))
        marks: dict[date, int] = {row.day: row.changes for row in db.session.execute(query)}
        mark_day(site_id, *told)
        _remember(site_id, days, facts, marks, told, at)
    return len(new)


def _remember(
    site_id: UUID, days: list[Any], facts: DaysFacts, marks: dict[date, int], told: set[date], at: datetime
) -> None:
    made = [
        {
            "site_id": site_id,
            "day": row.day,
            "changes": row.changes + (row.day in told and marks[row.day] == row.changes),
            "looked_at": at,
            "valid_until": facts.next_close(row.day, at),
        }
        for row in days
    ]
    insert = upsert(EvidenceDay)
    new = {name: insert.excluded[name] for name in ("changes", "looked_at", "valid_until")}
    db.session.execute(insert.on_conflict_do_update(index_elements=["site_id", "day"], set_=new), made)
