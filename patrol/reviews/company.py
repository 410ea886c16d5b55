"""Many sites side by side (公司总览): the few figures that matter of each, worst first.

Everything comes from day tallies, a month's kept coverage and what stands open now; no fact of a closed day is read.
Sites whose tallies are stale are counted first, a few at a time: the others say that they wait.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, or_, select

from patrol.accounts.reader import Here
from patrol.core.business_day import business_day, month_bounds
from patrol.core.db import connection, db, upsert, write
from patrol.core.prepared import Prepared
from patrol.equipment.equipment import EquipmentEvent
from patrol.hazards.standing import OPEN
from patrol.reviews.day_tally import COUNTS, DayTally
from patrol.reviews.equipment_month import equipment_month
from patrol.reviews.figures import Ratio, ratio
from patrol.reviews.fresh import days, each_day, tallies
from patrol.reviews.month_tally import MonthTally
from patrol.reviews.period import Period
from patrol.reviews.stock import stock
from patrol.reviews.tally import VERSION
from patrol.reviews.unsigned import SiteAsked, late_reviews
from patrol.sites.day import SiteDay
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrder

ONE_DAY = timedelta(days=1)
AT_ONCE = 12  # stale sites that are counted while somebody waits for the page


@dataclass(frozen=True, slots=True)
class SiteLine:
    """waits: not counted yet, so its figures are incomplete. critical and overdue: as they stand now."""

    site_id: UUID
    name: str
    completion: Ratio
    on_time: Ratio
    missed: int
    found: int
    due_on_time: Ratio
    critical: int
    overdue: int
    coverage: Ratio | None
    unsigned: list[Period]
    waits: bool

    @property
    def badness(self) -> tuple[Any, ...]:
        """Worst first: critical ones open, overdue ones, then the lowest arrival rate."""
        tenths = self.completion.tenths
        return -self.critical, -self.overdue, 1001 if tenths is None else tenths, -self.missed, self.name


@dataclass(frozen=True, slots=True)
class Company:
    period: Period
    lines: list[SiteLine]

    @property
    def waiting(self) -> int:
        return sum(line.waits for line in self.lines)

    @property
    def together(self) -> dict[str, Any]:
        """The last line: sums, and shares of sums."""

        def share(name: str) -> Ratio:
            parts = [getattr(line, name) for line in self.lines if getattr(line, name) is not None]
            return ratio(sum(part.n for part in parts), sum(part.d for part in parts))

        shares = {name: share(name) for name in ("completion", "on_time", "due_on_time", "coverage")}
        numbers = ("missed", "found", "critical", "overdue")
        return {**shares, **{name: sum(getattr(line, name) for line in self.lines) for name in numbers}}


def company(heres: Sequence[Here], period: Period, at: datetime) -> Company:
    """The sites of ``heres`` over a period. Six queries once they are counted, however many they are.

    Not inside a ``write()``: what is stale is counted and kept.
    """
    sites = list(db.session.scalars(select(Site).where(Site.id.in_([here.site_id for here in heres]))))
    asked = [SiteAsked(site.id, site.zone, site.day_start, _born(site)) for site in sites]
    first, last = min(period.first, month_bounds(period.last)[0]), period.last
    sums = _sums(sites, first, last, period, at)
    stale = [site for site in sites if _stale(site, sums.get(site.id), first, last, at)]
    for site in stale[:AT_ONCE]:
        tallies(site.id, first, last, at)
    if stale:
        sums = _sums(sites, first, last, period, at)
    waiting = {site.id for site in stale[AT_ONCE:]}
    covers = coverages([site for site in sites if site.id not in waiting], period.last, sums, at)
    standing, late = _standing([site.id for site in sites], at), late_reviews(asked, at)
    lines = [
        _line(site, sums.get(site.id), covers.get(site.id), standing[site.id], late[site.id], site.id in waiting)
        for site in sites
    ]
    return Company(period, sorted(lines, key=lambda line: line.badness))


def _line(site: Site, sums: Any, cover: Ratio | None, standing: Any, unsigned: list[Period], waits: bool) -> SiteLine:
    n = {name: getattr(sums, name) or 0 for name in COUNTS} if sums else dict.fromkeys(COUNTS, 0)
    return SiteLine(
        site_id=site.id,
        name=site.name,
        completion=ratio(n["on_time"] + n["late"], n["planned"]),
        on_time=ratio(n["on_time"], n["planned"]),
        missed=n["missed"],
        found=n["found"],
        due_on_time=ratio(n["due_on_time"], n["due"]),
        critical=standing["critical"],
        overdue=standing["overdue"],
        coverage=cover,
        unsigned=unsigned,
        waits=waits,
    )


_IN = and_(DayTally.day >= bindparam("from"), DayTally.day <= bindparam("to"))
_FRESH = and_(
    DayTally.changes == func.coalesce(SiteDay.changes, 0),
    DayTally.v == VERSION,
    or_(DayTally.valid_until.is_(None), DayTally.valid_until > bindparam("at")),
)


@cache
def _sums_of(*, whole: bool) -> Prepared:
    """whole: the period is all that is read, so no day has to be asked, for each of a dozen sums, whether it is in."""

    def counted(name: str) -> Any:
        column = getattr(DayTally, name)
        return func.sum(column if whole else case((_IN, column), else_=0)).label(name)

    return Prepared(
        select(
            DayTally.site_id,
            *map(counted, COUNTS),
            func.sum(case((_FRESH, 1), else_=0)).label("fresh"),
            func.sum(DayTally.inspections).label("of_month"),
        )
        .outerjoin(SiteDay, and_(SiteDay.site_id == DayTally.site_id, SiteDay.day == DayTally.day))
        .where(
            DayTally.site_id.in_(bindparam("sites", expanding=True)),
            DayTally.day >= bindparam("first"),
            DayTally.day <= bindparam("last"),
        )
        .group_by(DayTally.site_id)
    )


_COVERS = Prepared(
    select(
        Site.id,
        MonthTally.covered,
        MonthTally.items,
        MonthTally.mark,
        select(func.max(EquipmentEvent.at)).where(EquipmentEvent.site_id == Site.id).scalar_subquery().label("moved"),
    )
    .outerjoin(MonthTally, and_(MonthTally.site_id == Site.id, MonthTally.month == bindparam("month")))
    .where(Site.id.in_(bindparam("sites", expanding=True)))
)
_OPEN = Prepared(
    select(
        WorkOrder.site_id,
        func.sum(case((WorkOrder.severity == "critical", 1), else_=0)).label("critical"),
        func.sum(
            case((and_(WorkOrder.state.in_(("reported", "assigned")), WorkOrder.due_at < bindparam("at")), 1), else_=0)
        ).label("overdue"),
    )
    .where(
        WorkOrder.site_id.in_(bindparam("sites", expanding=True)),
        WorkOrder.kind == "hazard",
        WorkOrder.state.in_(OPEN),
    )
    .group_by(WorkOrder.site_id)
)


def _sums(sites: Iterable[Site], first: date, last: date, period: Period, at: datetime) -> dict[UUID, Any]:
    asked = {"sites": [site.id for site in sites], "first": first, "last": last, "at": at}
    whole = (period.first, period.last) == (first, last)
    if not whole:
        asked |= {"from": period.first, "to": period.last}
    return {row.site_id: row for row in _sums_of(whole=whole).all(connection(), asked)} if asked["sites"] else {}


def _stale(site: Site, sums: Any, first: date, last: date, at: datetime) -> bool:
    today, born = business_day(at, site.zone, site.day_start), _born(site) - 2 * ONE_DAY
    wanted = len(each_day(max(first, born), min(last, today)))
    return bool(wanted > 0 and (sums is None or sums.fresh < wanted))


def _born(site: Site) -> date:
    return business_day(site.created_at, site.zone, site.day_start)


def coverages(sites: Sequence[Site], day: date, sums: dict[UUID, Any], at: datetime) -> dict[UUID, Ratio]:
    """Of the month ``day`` lies in. What inspections or the items' files have changed since is counted again."""
    month = month_bounds(day)[0]
    found: dict[UUID, Ratio] = {}
    made = []
    by_id = {site.id: site for site in sites}
    for row in _COVERS.all(connection(), {"sites": list(by_id), "month": month}) if by_id else ():
        mark = _mark(row, sums.get(row.id))
        if row.mark != mark:
            cover = coverage_of(by_id[row.id], day, at)
            made.append(
                {"site_id": row.id, "month": month, "covered": cover.n, "items": cover.d, "mark": mark, "made_at": at}
            )
            found[row.id] = cover
        else:
            found[row.id] = ratio(row.covered, row.items)
    if made:
        with write():
            _keep(made)
    return found


def recount_months(at: datetime) -> list[str]:
    """Count each kept month of each site again: a sentence for each difference. Rows that are stale are left out."""
    found = []
    for site in list(db.session.scalars(select(Site))):
        for month in db.session.scalars(select(MonthTally.month).where(MonthTally.site_id == site.id)).all():
            period = Period.around("month", month)
            sums = _sums([site], period.first, period.last, period, at)
            row = _COVERS.all(connection(), {"sites": [site.id], "month": month})[0]
            if row.mark != _mark(row, sums.get(site.id)):
                continue
            counted = coverage_of(site, month, at)
            if (row.covered, row.items) != counted:
                kept = f"{row.covered} of {row.items}"
                found.append(f"{site.name} {period.slug}: coverage: kept {kept}, counted {counted.n} of {counted.d}")
    return found


def _mark(row: Any, sums: Any) -> str:
    """What a month's coverage was made from: how much was inspected, and the last line in the items' files."""
    return f"{VERSION}:{sums.of_month if sums else 0}:{row.moved.isoformat() if row.moved else ''}"


def coverage_of(site: Site, day: date, at: datetime) -> Ratio:
    """Of the month ``day`` lies in, counted anew."""
    month, last = month_bounds(day)
    counted = days(site.id, month, last, at)
    return equipment_month(site, day, (), last, stock(site.id, month, month, counted.checked)).coverage.ratio


def _keep(rows: list[dict[str, Any]]) -> None:
    insert = upsert(MonthTally)
    new = insert.excluded
    db.session.execute(
        insert.on_conflict_do_update(
            index_elements=["site_id", "month"],
            set_={name: new[name] for name in ("covered", "items", "mark", "made_at")},
        ),
        rows,
    )


def _standing(sites: list[UUID], at: datetime) -> dict[UUID, dict[str, int]]:
    rows = _OPEN.all(connection(), {"sites": sites, "at": at}) if sites else []
    found = {row.site_id: {"critical": row.critical, "overdue": row.overdue} for row in rows}
    return defaultdict(lambda: {"critical": 0, "overdue": 0}, found)
