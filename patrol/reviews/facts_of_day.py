"""The facts of business days, from the database: a constant number of queries, however many days and records."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, select

from patrol.core.business_day import business_day, day_bounds
from patrol.core.db import db
from patrol.equipment.inspection import Inspection
from patrol.equipment.readings import numbers_read
from patrol.hazards.draw import drawn
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.facts import (
    DayFacts,
    HazardAssigned,
    HazardClosed,
    HazardDue,
    HazardFound,
    InspectionFacts,
    PersonFacts,
    ReadingFacts,
    RoundFacts,
    StopFacts,
    Verification,
)
from patrol.reviews.visit_check import VisitCheck
from patrol.rounds.evidence import voided
from patrol.rounds.scan import Scan
from patrol.rounds.walk import Walk, rounds_between, walks
from patrol.sites.shift_times import shift_times
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrder, WorkOrderStep

ONE_DAY = timedelta(days=1)
NOT_VALID = ("rejected", "merged")
REMOVED = ("rejected", "merged", "transferred")
RECTIFIED = ("to_verify", "closed")  # states in which a rectification stands
_HAZARD = Hazard.__table__.c


@dataclass(slots=True)
class _Days:
    """What is gathered for each day before it is frozen into DayFacts."""

    found: dict[date, list[HazardFound]] = field(default_factory=lambda: defaultdict(list))
    assigned: dict[date, list[HazardAssigned]] = field(default_factory=lambda: defaultdict(list))
    due: dict[date, list[HazardDue]] = field(default_factory=lambda: defaultdict(list))
    checks: dict[date, list[Verification]] = field(default_factory=lambda: defaultdict(list))
    closed: dict[date, list[HazardClosed]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[date, list[Any]] = field(default_factory=lambda: defaultdict(list))
    reopened: Counter[date] = field(default_factory=Counter)
    rectified: dict[date, list[bool]] = field(default_factory=lambda: defaultdict(list))
    visit_checks: dict[date, list[bool]] = field(default_factory=lambda: defaultdict(list))
    inspections: dict[date, list[InspectionFacts]] = field(default_factory=lambda: defaultdict(list))
    readings: dict[date, list[ReadingFacts]] = field(default_factory=lambda: defaultdict(list))
    photos: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    to_come: Counter[date] = field(default_factory=Counter)
    persons: dict[date, dict[UUID, PersonFacts]] = field(default_factory=lambda: defaultdict(dict))

    def credit(self, day: date, user_id: UUID | None, **more: Any) -> None:
        """Add to what one person did on the day; times of scans widen first_scan and last_scan."""
        if user_id is None:
            return
        mine = self.persons[day].get(user_id) or PersonFacts(user_id)
        at = more.pop("scanned_at", None)
        if at is not None:
            more = {
                **more,
                "first_scan": min(at, mine.first_scan or at),
                "last_scan": max(at, mine.last_scan or at),
            }
        counts = {name: getattr(mine, name) + n for name, n in more.items() if isinstance(n, int)}
        self.persons[day][user_id] = replace(mine, **{**more, **counts})


def facts_of_day(site: Site, day: date, at: datetime) -> DayFacts:
    """Everything of one business day as it stands at ``at``."""
    return facts_of_days(site, day, day, at)[day]


def facts_of_days(site: Site, first: date, last: date, at: datetime) -> dict[date, DayFacts]:
    """DayFacts of each business day from first to last, both counting. Thirteen queries for any stretch of days."""
    days = _Days()
    rounds = _rounds(site, first, last, at, days)
    _extra_scans(site, first, last, days)
    _found(site, first, last, days)
    _due(site, first, last, days)
    _steps(site, first, last, days)
    _inspections(site, first, last, days)
    _readings(site, first, last, days)
    _photos(site, first, last, days)
    _visit_checks(site, first, last, days)
    return {
        day: DayFacts(
            day=day,
            now=at,
            tz=site.zone,
            rounds=rounds[day],
            found=days.found[day],
            assigned=days.assigned[day],
            due=days.due[day],
            verifications=days.checks[day],
            closed=days.closed[day],
            removed=days.removed[day],
            reopened_after_close=days.reopened[day],
            rectified=days.rectified[day],
            visit_checks=days.visit_checks[day],
            inspections=days.inspections[day],
            readings=days.readings[day],
            photos=days.photos[day],
            photos_to_come=days.to_come[day],
            persons=list(days.persons[day].values()),
        )
        for day in _each(first, last)
    }


def round_facts(walk: Walk) -> RoundFacts:
    """A walk as the tally takes it. Walked by whoever scanned while it was open."""
    seen = {scan.user_id for stop in walk.stops for scan in stop.scans if scan.at < walk.times.closes_at}
    return RoundFacts(
        id=walk.id,
        route_id=walk.route_id,
        route_name=walk.route_name,
        times=walk.times,
        cancelled=walk.cancelled,
        user_ids=sorted(seen, key=str),
        flags=walk.flags,
        make_up=walk.kind == "make_up",
        stops=[
            StopFacts(
                place_id=stop.place_id,
                place_name=stop.name,
                required=stop.required,
                excused=stop.state == "excused",
                scans=[scan.at for scan in stop.scans],
                window=stop.window,
                flags=stop.flags,
            )
            for stop in walk.stops
        ],
    )


def _rounds(site: Site, first: date, last: date, at: datetime, days: _Days) -> dict[date, list[RoundFacts]]:
    """Rounds by day; every point reached is credited to whoever's scan counts."""
    rounds: dict[date, list[RoundFacts]] = defaultdict(list)
    for walk in walks(site.id, rounds_between(site.id, first, last), at):
        rounds[walk.day].append(round_facts(walk))
        for stop in walk.stops:
            if stop.seen is not None:
                days.credit(walk.day, stop.seen.user_id, scans=1, scanned_at=stop.seen.at)
    return rounds


def _extra_scans(site: Site, first: date, last: date, days: _Days) -> None:
    """Scans outside any round (计划外). The same tap twice is one scan, a voided one none."""
    query = select(Scan.business_day, Scan.user_id, Scan.effective_at, Scan.flags).where(
        Scan.site_id == site.id,
        Scan.business_day >= first,
        Scan.business_day <= last,
        Scan.round_id.is_(None),
        Scan.id.not_in(voided(site.id)),
    )
    for scan in db.session.execute(query):
        if "repeat" not in scan.flags:
            days.credit(scan.business_day, scan.user_id, scans=1, scanned_at=scan.effective_at)


def _found(site: Site, first: date, last: date, days: _Days) -> None:
    query = select(
        Hazard.business_day,
        Hazard.severity,
        Hazard.category,
        Hazard.source,
        Hazard.state,
        Hazard.spot_fixed,
        Hazard.reported_by_id,
        Hazard.id,
        Hazard.received_at,
        _HAZARD.to_sample,
        _pictured("before").label("pictured"),
        _has_step(WorkOrderStep.step == "sample").label("looked"),
        _has_step(WorkOrderStep.step == "reopen").label("back"),
        _has_step(WorkOrderStep.from_state.is_(None), WorkOrderStep.to_state == "closed").label("at_once"),
    ).where(WorkOrder.site_id == site.id, Hazard.business_day >= first, Hazard.business_day <= last)
    for row in db.session.execute(query):
        valid = row.state not in NOT_VALID
        found = HazardFound(
            row.severity,
            row.category,
            row.source,
            valid=valid,
            spot=row.spot_fixed,
            pictured=row.pictured,
            sample=_sample(row),
        )
        days.found[row.business_day].append(found)
        days.credit(row.business_day, row.reported_by_id, hazards_reported=1)


def _sample(row: Any) -> Any:
    """What became of the second look. One that was opened again forgets that it was drawn; the lot does not."""
    if row.to_sample or row.looked:
        return "waiting" if row.to_sample else "ok"
    return "back" if row.at_once and row.back and drawn(row.id, row.received_at) else None


def _pictured(kind: str) -> Any:
    """Whether a hazard has a picture of this kind, arrived or on its way."""
    of_hazard = and_(Photo.subject_kind == "hazard", Photo.subject_id == WorkOrder.id, Photo.kind == kind)
    return exists().where(Photo.site_id == WorkOrder.site_id, of_hazard)


def _has_step(*which: Any) -> Any:
    return exists().where(WorkOrderStep.site_id == WorkOrder.site_id, WorkOrderStep.order_id == WorkOrder.id, *which)


def _due(site: Site, first: date, last: date, days: _Days) -> None:
    begin, end = span_of(site, first, last)
    query = select(Hazard.first_due_at, Hazard.rectified_at, Hazard.state).where(
        WorkOrder.site_id == site.id,
        WorkOrder.kind == "hazard",
        Hazard.first_due_at >= begin,
        Hazard.first_due_at < end,
        Hazard.state.not_in(NOT_VALID),
    )
    for row in db.session.execute(query):
        day = business_day(row.first_due_at, site.zone, site.day_start)
        stands = row.rectified_at if row.state in RECTIFIED else None
        days.due[day].append(HazardDue(row.first_due_at, stands))


_STEP = (
    WorkOrderStep.order_id,
    WorkOrderStep.step,
    WorkOrderStep.from_state,
    WorkOrderStep.to_state,
    WorkOrderStep.at,
    WorkOrderStep.business_day,
    WorkOrderStep.user_id,
    Hazard.reported_at,
    Hazard.spot_fixed,
    exists()
    .where(
        Photo.site_id == WorkOrderStep.site_id,
        Photo.subject_kind == "hazard",
        Photo.subject_id == WorkOrderStep.order_id,
        Photo.kind == "after",
    )
    .label("pictured"),
)


def _steps(site: Site, first: date, last: date, days: _Days) -> None:
    """What the lines of the timelines say: assigned, checked, closed, opened again, removed, rectified."""
    query = (
        select(*_STEP)
        .join(Hazard, (WorkOrder.site_id == WorkOrderStep.site_id) & (WorkOrder.id == WorkOrderStep.order_id))
        .where(
            WorkOrderStep.site_id == site.id,
            WorkOrderStep.business_day >= first,
            WorkOrderStep.business_day <= last,
            WorkOrder.kind == "hazard",
        )
        .order_by(WorkOrderStep.at, WorkOrderStep.id)
    )
    lines = list(db.session.execute(query))
    checks = [line for line in lines if line.from_state == "to_verify" and line.to_state in ("closed", "assigned")]
    rectified = _rectified_before(site, checks)
    for line in checks:
        passed, at = line.to_state == "closed", rectified(line) or line.at
        days.checks[line.business_day].append(Verification(passed, at, line.at))
    for line in lines:
        _one_step(line, rectified(line), days)


def _one_step(line: Any, rectified_at: datetime | None, days: _Days) -> None:
    """rectified_at: of the rectification before it, from the timeline; the hazard forgets it when reopened."""
    day, changed = line.business_day, line.from_state != line.to_state
    if changed and line.to_state == "closed":
        at = rectified_at or line.at
        days.closed[day].append(HazardClosed(line.reported_at, at, line.spot_fixed))
    elif changed and line.to_state in REMOVED:
        days.removed[day].append(line.to_state)
    elif line.from_state == "closed" and changed:
        days.reopened[day] += 1
    elif line.from_state == "reported" and line.to_state == "assigned":
        days.assigned[day].append(HazardAssigned(line.reported_at, line.at))
    if rectifies(line):
        days.rectified[day].append(line.pictured)
        days.credit(day, line.user_id, hazards_rectified=1)


def rectifies(line: Any) -> bool:
    """Whether a line says the work is done: a rectification, or a report of something fixed on the spot."""
    return line.step == "rectify" or (line.from_state is None and line.to_state in RECTIFIED)


def _rectified_before(site: Site, checks: list[Any]) -> Any:
    """For each check the moment of the rectification it judged (a refused one is not kept on the hazard)."""
    ids = sorted({line.order_id for line in checks}, key=str)
    done: dict[UUID, list[datetime]] = defaultdict(list)
    if ids:
        query = select(WorkOrderStep.order_id, WorkOrderStep.at).where(
            WorkOrderStep.site_id == site.id,
            WorkOrderStep.order_id.in_(ids),
            WorkOrderStep.to_state == "to_verify",
            WorkOrderStep.step != "verify",
        )
        for row in db.session.execute(query):
            done[row.order_id].append(row.at)
    return lambda line: max((at for at in done[line.order_id] if at <= line.at), default=None)


def _inspections(site: Site, first: date, last: date, days: _Days) -> None:
    query = select(
        Inspection.business_day,
        Inspection.checklist_code,
        Inspection.complete,
        Inspection.failed_count,
        Inspection.user_id,
        Inspection.completed_at,
        func.coalesce(Inspection.equipment_id, Inspection.place_id).label("thing"),
    ).where(Inspection.site_id == site.id, Inspection.business_day >= first, Inspection.business_day <= last)
    shifts = {day: shift_times(day, site.shifts_on(day), site.zone, site.day_start) for day in _each(first, last)}
    for row in db.session.execute(query.order_by(Inspection.completed_at, Inspection.id)):
        on = next((one.code for one in reversed(shifts[row.business_day]) if one.holds(row.completed_at)), "")
        facts = InspectionFacts(
            row.checklist_code, row.complete, row.failed_count, thing=row.thing.hex, by=row.user_id.hex, shift=on
        )
        days.inspections[row.business_day].append(facts)
        days.credit(row.business_day, row.user_id, inspections=1)


def _readings(site: Site, first: date, last: date, days: _Days) -> None:
    for row in numbers_read(site.id, first, last):
        days.readings[row.day].append(
            ReadingFacts(row.code, row.item, row.thing.hex, row.n, float(row.low), float(row.high), row.out)
        )


def _photos(site: Site, first: date, last: date, days: _Days) -> None:
    """Photos as the photo log shows them: a signature is none."""
    query = (
        select(
            Photo.business_day,
            Photo.kind,
            Photo.user_id,
            func.count().label("n"),
            func.count(PhotoFile.id).label("here"),
        )
        .outerjoin(PhotoFile, (PhotoFile.site_id == Photo.site_id) & (PhotoFile.id == Photo.id))
        .where(
            Photo.site_id == site.id,
            Photo.business_day >= first,
            Photo.business_day <= last,
            Photo.kind != "signature",
        )
        .group_by(Photo.business_day, Photo.kind, Photo.user_id)
    )
    for row in db.session.execute(query):
        days.photos[row.business_day][row.kind] += row.n
        days.to_come[row.business_day] += row.n - row.here
        days.credit(row.business_day, row.user_id, photos=row.n)


def _visit_checks(site: Site, first: date, last: date, days: _Days) -> None:
    query = select(VisitCheck.business_day, VisitCheck.good).where(
        VisitCheck.site_id == site.id, VisitCheck.business_day >= first, VisitCheck.business_day <= last
    )
    for row in db.session.execute(query):
        days.visit_checks[row.business_day].append(row.good)


def span_of(site: Site, first: date, last: date) -> tuple[datetime, datetime]:
    """First instant of the first business day, first instant after the last one."""
    return (
        day_bounds(first, site.zone, site.day_start)[0],
        day_bounds(last, site.zone, site.day_start)[1],
    )


def _each(first: date, last: date) -> Iterable[date]:
    return (first + n * ONE_DAY for n in range((last - first).days + 1))
