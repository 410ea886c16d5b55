"""The board (今天看板): what needs somebody now, then how the day stands. At most a dozen queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.user import Membership, User
from patrol.core.business_day import business_day, month_bounds
from patrol.core.db import db
from patrol.hazards.standing import Standing, standing
from patrol.reviews.equipment_month import EquipmentMonth, equipment_month
from patrol.reviews.stock import stock
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.scan import Scan
from patrol.rounds.visits import VISITED
from patrol.rounds.visits_list import past
from patrol.rounds.walk import Stop, Walk, rounds_between, walks
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrder, WorkOrderStep

QUIET_AFTER = timedelta(minutes=30)
FEED = 8
LOOK_BACK, LOOK_AHEAD = timedelta(hours=3, minutes=30), timedelta(hours=2, minutes=30)


@dataclass(frozen=True, slots=True)
class Missing:
    """A point missed or past its time. person: who walks that round, or walked this route last."""

    walk: Walk
    stop: Stop
    over: bool  # the round has closed
    since: datetime
    person: str
    phone: str | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """The points of one round that somebody should see to: one call for all of them. first: the one that leads."""

    first: Missing
    points: list[Missing]

    @property
    def numbers(self) -> str:
        """Their numbers on the round: 4, or 9–12, or 4, 9."""
        numbers = sorted(point.stop.number for point in self.points)
        if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
            return f"{numbers[0]}–{numbers[-1]}"
        return ", ".join(map(str, numbers))


@dataclass(frozen=True, slots=True)
class OnDuty:
    name: str
    user_id: UUID
    at: datetime
    place: str
    route: str
    scan_id: UUID
    heard: bool  # something arrived from this person lately
    done: bool  # the round that was walked last is complete: nothing is to be heard before the next


@dataclass(frozen=True, slots=True)
class Happened:
    """kind: scan, missed, hazard, step. tone and severity pick the icon."""

    kind: str
    at: datetime
    title: str
    place: str
    url: str
    severity: str | None = None
    step: str | None = None
    person: str = ""
    late: bool = False


@dataclass(frozen=True)
class Board:
    site: Site
    at: datetime
    day: date
    walks: list[Walk]
    yesterday_missed: int
    missing: list[Missing]
    on_duty: list[OnDuty]
    open_hazards: list[Standing]
    equipment: EquipmentMonth
    feed: list[Happened]

    @property
    def due(self) -> int:
        """Points whose time has come: settled, or past E + T."""
        return sum(1 for walk, stop in self._required() if stop.visit.state in VISITED or past(walk, stop, self.at))

    @property
    def reached(self) -> int:
        return sum(1 for _, stop in self._required() if stop.visit.state in VISITED)

    @property
    def missed(self) -> int:
        return sum(1 for _, stop in self._required() if stop.state == "missed")

    @property
    def alarms(self) -> list[Alarm]:
        """What is missing by round, in the order of ``missing``; points lost for good apart from those still open."""
        found: dict[Any, list[Missing]] = {}
        for missing in self.missing:
            found.setdefault((missing.over, missing.walk.id), []).append(missing)
        return [Alarm(points[0], points) for points in found.values()]

    @property
    def running(self) -> list[Walk]:
        return [walk for walk in self.walks if walk.state == "in_progress" and self.at < walk.times.closes_at]

    @property
    def alone(self) -> list[Walk]:
        """Rounds for two that somebody walked alone."""
        return [walk for walk in self.walks if "crew_short" in walk.flags]

    @property
    def overdue(self) -> list[Standing]:
        return [hazard for hazard in self.open_hazards if hazard.overdue(self.at)]

    @property
    def from_to(self) -> tuple[datetime, datetime]:
        zone = self.site.zone
        return (self.at - LOOK_BACK).astimezone(zone), (self.at + LOOK_AHEAD).astimezone(zone)

    def _required(self) -> Iterable[tuple[Walk, Stop]]:
        return (
            (walk, stop)
            for walk in self.walks
            if walk.kind != "make_up" and not walk.cancelled
            for stop in walk.required
        )


def board(site_id: UUID, at: datetime) -> Board:
    site = db.session.get_one(Site, site_id)
    ensure_rounds(site_id, at, site.zone, site.day_start)
    site = db.session.get_one(Site, site_id)
    today = business_day(at, site.zone, site.day_start)
    found = walks(site_id, rounds_between(site_id, today - timedelta(days=1), today), at)
    now, before = [w for w in found if w.day == today], [w for w in found if w.day < today]
    scans = _scans(site_id, today)
    last = _last_seen(scans)
    hazards = standing(site_id, today)
    return Board(
        site=site,
        at=at,
        day=today,
        walks=now,
        yesterday_missed=_missed_by(before, at - timedelta(days=1)),
        missing=_missing(now, at, last, _phones(site_id)),
        on_duty=_on_duty(last.values(), {walk.id: walk for walk in now}, at),
        open_hazards=hazards,
        equipment=equipment_month(site_id, today, hazards, today, stock(site_id, *month_bounds(today))),
        feed=_feed(site_id, now, scans, at),
    )


def _missed_by(walks_before: Iterable[Walk], moment: datetime) -> int:
    """Points missed in rounds that had closed by the same time yesterday."""
    planned = [walk for walk in walks_before if walk.kind != "make_up" and not walk.cancelled]
    return sum(walk.count("missed") for walk in planned if walk.times.closes_at <= moment)


_SCANS = (
    select(
        Scan.id,
        Scan.user_id,
        Scan.effective_at,
        Scan.received_at,
        Scan.round_id,
        Scan.place_id,
        Scan.flags,
        User.name,
        Place.full_name,
        Place.number,
    )
    .join(User, User.id == Scan.user_id)
    .join(Place, (Place.site_id == Scan.site_id) & (Place.id == Scan.place_id))
)


def _scans(site_id: UUID, today: date) -> list[Any]:
    query = _SCANS.where(Scan.site_id == site_id, Scan.business_day == today)
    return list(db.session.execute(query.order_by(Scan.effective_at.desc(), Scan.id.desc())))


def _last_seen(scans: Iterable[Any]) -> dict[UUID, Any]:
    last: dict[UUID, Any] = {}
    for scan in scans:
        last.setdefault(scan.user_id, scan)
    return last


def _phones(site_id: UUID) -> dict[UUID, str | None]:
    query = (
        select(User.id, User.phone)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None))
    )
    return {row.id: row.phone for row in db.session.execute(query)}


def _missing(found: list[Walk], at: datetime, last: dict[UUID, Any], phones: dict[UUID, str | None]) -> list[Missing]:
    """Those whose round is still open first, the longest past its time first; then those lost for good."""
    missing = []
    walked_by = {walk.route_id: walk.people[0] for walk in found if walk.people}
    for walk in found:
        if walk.cancelled or walk.kind == "make_up":
            continue
        user_id, name = walk.people[0] if walk.people else walked_by.get(walk.route_id, (None, ""))
        seen = last.get(user_id) if user_id else None
        for stop in walk.required:
            if not past(walk, stop, at):
                continue
            missing.append(
                Missing(
                    walk=walk,
                    stop=stop,
                    over=stop.state == "missed",
                    since=walk.times.ends_at,
                    person=name,
                    phone=phones.get(user_id) if user_id else None,
                    last_seen=seen.effective_at if seen else None,
                )
            )
    return sorted(missing, key=lambda m: (m.over, -m.since.timestamp() if m.over else m.since.timestamp()))


def _on_duty(last: Iterable[Any], walks_now: dict[UUID, Walk], at: datetime) -> list[OnDuty]:
    """Whoever scanned on this business day's present half: the last twelve hours."""
    return [
        OnDuty(
            name=scan.name,
            user_id=scan.user_id,
            at=scan.effective_at,
            place=scan.full_name,
            route=walks_now[scan.round_id].route_name if scan.round_id in walks_now else "",
            scan_id=scan.id,
            heard=at - scan.received_at < QUIET_AFTER,
            done=scan.round_id in walks_now and walks_now[scan.round_id].state == "completed",
        )
        for scan in last
        if at - scan.effective_at < timedelta(hours=12)
    ]


def _feed(site_id: UUID, found: list[Walk], scans: list[Any], at: datetime) -> list[Happened]:
    events = [
        Happened("scan", s.effective_at, s.name, s.full_name, f"/visits/{s.id}", late=bool(s.flags))
        for s in scans[:FEED]
    ]
    events += [
        Happened("missed", walk.times.closes_at, walk.route_name, stop.name, f"/rounds/{walk.id}")
        for walk in found
        if walk.kind != "make_up" and not walk.cancelled
        for stop in walk.required
        if stop.state == "missed"
    ]
    events += _steps(site_id, at)
    return sorted((e for e in events if e.at <= at), key=lambda e: e.at, reverse=True)[:FEED]


def _steps(site_id: UUID, at: datetime) -> list[Happened]:
    query = (
        select(
            WorkOrderStep.step,
            WorkOrderStep.at,
            WorkOrder.id,
            WorkOrder.title,
            WorkOrder.severity,
            Place.full_name,
            User.name,
        )
        .join(WorkOrder, (WorkOrder.site_id == WorkOrderStep.site_id) & (WorkOrder.id == WorkOrderStep.order_id))
        .join(Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id))
        .outerjoin(User, User.id == WorkOrderStep.user_id)
        .where(
            WorkOrderStep.site_id == site_id,
            WorkOrderStep.business_day >= (at - timedelta(days=1)).date() - timedelta(days=1),
            WorkOrderStep.step != "comment",
        )
        .order_by(WorkOrderStep.at.desc(), WorkOrderStep.id.desc())
        .limit(FEED)
    )
    return [
        Happened(
            "hazard" if row.step == "report" else "step",
            row.at,
            row.title,
            row.full_name,
            f"/hazards/{row.id}",
            row.severity,
            row.step,
            row.name or "",
        )
        for row in db.session.execute(query)
    ]
