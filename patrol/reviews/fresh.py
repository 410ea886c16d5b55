"""Day tallies that are up to date: read what is kept, recount only what changed or what time has overtaken.

A row counts as fresh while the day's mark is the one it was made from and ``valid_until`` has not come. The
mark is read before the facts, so a change that slips in between only makes the row stale once more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, cast, func, null, or_, select

from patrol.core.business_day import business_day
from patrol.core.db import Json, connection, db, upsert, write
from patrol.core.prepared import Prepared
from patrol.reviews.checked import Checked, checked_day, nothing_checked
from patrol.reviews.day_tally import COUNTS, DayTally, counts_of
from patrol.reviews.facts_of_day import facts_of_days
from patrol.reviews.tally import VERSION, Tally, tally_day
from patrol.reviews.tally import empty as empty_tally
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.evidence_making import ensure_evidence
from patrol.sites.day import SiteDay
from patrol.sites.site import Site

ONE_DAY = timedelta(days=1)
_KEPT_COLUMNS = ("figures", "checked", "changes", "valid_until", "made_at", "v", *COUNTS)
AT_ONCE = 31  # days recounted together, so that a long stretch does not fill the memory

_KEPT = Prepared(
    select(
        DayTally.day,
        case((DayTally.day >= bindparam("figures_from"), DayTally.figures), else_=cast(null(), Json)).label("figures"),
        DayTally.checked,
    )
    .outerjoin(SiteDay, (SiteDay.site_id == DayTally.site_id) & (SiteDay.day == DayTally.day))
    .where(
        DayTally.site_id == bindparam("site_id"),
        DayTally.day >= bindparam("first"),
        DayTally.day <= bindparam("last"),
        DayTally.changes == func.coalesce(SiteDay.changes, 0),
        DayTally.v == VERSION,
        or_(DayTally.valid_until.is_(None), DayTally.valid_until > bindparam("at")),
    )
    .order_by(DayTally.day)
)
_MARKS = select(SiteDay.day, SiteDay.changes).where(
    SiteDay.site_id == bindparam("site_id"), SiteDay.day >= bindparam("first"), SiteDay.day <= bindparam("last")
)


@dataclass(frozen=True, slots=True)
class Days:
    """tallies: of the days asked for. checked: of these and of those before them that were asked for as well."""

    tallies: dict[date, Tally]
    checked: dict[date, Checked]


def tallies(site_id: UUID, first: date, last: date, at: datetime) -> dict[date, Tally]:
    """The tally of each business day from first to last, both counting, as of ``at``.

    Days before the site began and days that have not begun are empty and cost nothing. Not inside a
    ``write()``: stale days are recounted and kept in a short one of their own. Safe for any number of readers
    at once; whoever counted from the later mark wins.
    """
    return days(site_id, first, last, at).tallies


def days(
    site_id: UUID, first: date, last: date, at: datetime, *, since: date | None = None, until: date | None = None
) -> Days:
    """The same, with what was checked on them and on the days around them, from ``since`` to ``until``."""
    since, until = min(first, since or first), max(last, until or last)
    site = db.session.get_one(Site, site_id)
    ensure_rounds(site_id, at, site.zone, site.day_start)
    born = business_day(site.created_at, site.zone, site.day_start) - 2 * ONE_DAY
    today = business_day(at, site.zone, site.day_start)
    found = Days({day: empty_tally() for day in each_day(first, last)}, {})
    wanted = [day for day in each_day(since, until) if born <= day <= today]
    if not wanted:
        return found
    kept = _kept(site_id, wanted[0], wanted[-1], at, first)
    stale = [day for day in wanted if day not in kept]
    if stale:  # whatever makes evidence due makes a day's tally stale as well
        ensure_evidence(site_id, at)
        kept |= _recount(site_id, stale, at)
    for day, (tally, checked) in kept.items():
        found.checked[day] = checked
        if first <= day <= last:
            found.tallies[day] = tally
    return found


def recount(site_id: UUID, first: date, last: date, at: datetime) -> list[str]:
    """Count everything again and compare with what is kept: a sentence for each difference, naming day and part.

    Rows that are stale anyway are left out, since no reader would be shown them.
    """
    site = db.session.get_one(Site, site_id)
    found = []
    kept = _kept(site_id, first, last, at, first)
    rows = select(DayTally.day, *(getattr(DayTally, name) for name in COUNTS)).where(DayTally.site_id == site_id)
    counts = {row.day: row._asdict() for row in db.session.execute(rows.where(DayTally.day.between(first, last)))}
    for chunk in _chunks(sorted(kept)):
        facts = facts_of_days(site, chunk[0], chunk[-1], at)
        for day in chunk:
            counted = tally_day(facts[day])
            for mine, theirs in (
                (kept[day][0], counted),
                (counts[day], counts_of(counted)),
                (kept[day][1], checked_day(facts[day])),
            ):
                found += [f"{site.name} {day}: {part}" for part in _differences(mine, theirs)]
    return found


def each_day(first: date, last: date) -> list[date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def _kept(
    site_id: UUID, first: date, last: date, at: datetime, figures_from: date
) -> dict[date, tuple[Tally, Checked]]:
    asked = {"site_id": site_id, "first": first, "last": last, "at": at, "figures_from": figures_from}
    return {row.day: (row.figures, row.checked or nothing_checked()) for row in _KEPT.all(connection(), asked)}


def _recount(site_id: UUID, stale: list[date], at: datetime) -> dict[date, tuple[Tally, Checked]]:
    site = db.session.get_one(Site, site_id)
    made: dict[date, tuple[Tally, Checked]] = {}
    rows = []
    for chunk in _chunks(stale):
        asked = {"site_id": site_id, "first": chunk[0], "last": chunk[-1]}
        marks = {row.day: row.changes for row in db.session.execute(_MARKS, asked)}
        facts = facts_of_days(site, chunk[0], chunk[-1], at)
        for day in chunk:
            made[day] = tally_day(facts[day]), checked_day(facts[day])
            rows.append(_row(site_id, day, *made[day], marks.get(day, 0), at))
    with write(site_id):
        _keep(rows)
    return made


def _row(site_id: UUID, day: date, tally: Tally, checked: Checked, changes: int, at: datetime) -> dict[str, Any]:
    until = tally["valid_until"]
    return {
        "site_id": site_id,
        "day": day,
        "figures": tally,
        "checked": checked,
        "changes": changes,
        "valid_until": datetime.fromisoformat(until) if until else None,
        "made_at": at,
        "v": tally["v"],
        **counts_of(tally),
    }


def _keep(rows: list[dict[str, Any]]) -> None:
    """Another reader may have counted from a later mark meanwhile: his row stays."""
    insert = upsert(DayTally)
    new = insert.excluded
    db.session.execute(
        insert.on_conflict_do_update(
            index_elements=["site_id", "day"],
            set_={
                name: new[name] for name in ("figures", "checked", "changes", "valid_until", "made_at", "v", *COUNTS)
            },
            where=(new.changes > DayTally.changes)
            | ((new.changes == DayTally.changes) & (new.made_at >= DayTally.made_at)),
        ),
        rows,
    )


def _chunks(days: list[date]) -> Iterable[list[date]]:
    """Stretches of at most AT_ONCE days; a stretch may hold a few days nobody asked for, but no long gap."""
    chunk: list[date] = []
    for day in days:
        if chunk and (day - chunk[0]).days >= AT_ONCE:
            yield chunk
            chunk = []
        chunk.append(day)
    if chunk:
        yield chunk


def _differences(kept: Mapping[str, Any], counted: Mapping[str, Any]) -> list[str]:
    return [
        f"{part}: kept {kept.get(part)!r}, counted {counted[part]!r}"
        for part in counted
        if part != "valid_until" and kept.get(part) != counted[part]
    ]
