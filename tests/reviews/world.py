"""Builds histories: routes walked or not, hazards with their timelines, inspections, photos. Rows and marks."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.business_day import business_day, wall
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.checklist import Checklist
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import Inspection
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.ensure import forget_made, make_rounds
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.rounds.scan import Scan
from patrol.sites.day import mark_day
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.workorders.order import WorkOrderStep

HOUR = timedelta(hours=1)


class World:
    """One site's history. Every method that adds facts opens its own ``write()`` and marks the days."""

    def __init__(self, site: Site, people: SimpleNamespace):
        forget_made()
        self.site, self.people = site, people
        self._numbers = 0

    def at(self, day: date, clock: str) -> datetime:
        """The clock time within the business day: 02:00 is the night after."""
        t = time.fromisoformat(clock)
        return wall(day if t >= self.site.day_start else day + timedelta(days=1), t, self.site.zone)

    def day_of(self, at: datetime) -> date:
        return business_day(at, self.site.zone, self.site.day_start)

    def route(
        self, name: str, stops: Sequence[Place], since: date, *, every: int = 120, expected: int = 40,
        band: tuple[str, str] = ("20:00", "08:00"), note: str = "", team: str = "security", optional: int = 0,
    ) -> Route:  # fmt: skip
        with write():
            route = Route(
                id=uuid7(), site_id=self.site.id, name=name, note=note, team=team, created_at=datetime.now(UTC)
            )
            db.session.add(route)
            db.session.flush()
            for n, place in enumerate(stops):
                required = n < len(stops) - optional
                db.session.add(
                    RouteStop(
                        id=uuid7(), site_id=self.site.id, route_id=route.id, place_id=place.id, position=n,
                        required=required,
                    )
                )  # fmt: skip
            db.session.add(
                Plan(
                    id=uuid7(), site_id=self.site.id, route_id=route.id, form="every", every_min=every,
                    band_start=time.fromisoformat(band[0]), band_end=time.fromisoformat(band[1]),
                    expected_min=expected, valid_from=since,
                )
            )  # fmt: skip
        return route

    def make_rounds(self, through: date, at: datetime) -> None:
        with write():
            make_rounds(self.site.id, through, at)

    def rounds(self, day: date, route: Route | None = None) -> list[Round]:
        query = select(Round).where(Round.site_id == self.site.id, Round.business_day == day)
        if route is not None:
            query = query.where(Round.route_id == route.id)
        return list(db.session.scalars(query.order_by(Round.starts_at)))

    def stops(self, round_: Round) -> list[RoundStop]:
        query = select(RoundStop).where(RoundStop.site_id == self.site.id, RoundStop.round_id == round_.id)
        return list(db.session.scalars(query.order_by(RoundStop.position)))

    def walk(self, round_: Round, states: Iterable[str], by: Any = None, flags: Sequence[str] = ()) -> None:
        """One word a stop: on_time, late, missed, after_close or pending."""
        rows = []
        for n, (stop, state) in enumerate(zip(self.stops(round_), states, strict=False)):
            at = {
                "on_time": round_.starts_at + timedelta(minutes=2 * n + 1),
                "late": round_.ends_at + timedelta(seconds=round_.tolerance_s + 60 + n),
                "after_close": round_.closes_at + timedelta(minutes=1),
            }.get(state)
            if at is not None:
                rows.append((stop.place_id, at, round_, flags))
        self.scans(rows, by)

    def scans(self, rows: Iterable[tuple[UUID, datetime, Round | None, Sequence[str]]], by: Any = None) -> None:
        labels = self._labels()
        user = by or self.people.guard
        with write():
            for place_id, at, round_, flags in rows:
                day = round_.business_day if round_ is not None else self.day_of(at)
                db.session.add(
                    Scan(
                        id=uuid7(), site_id=self.site.id, place_id=place_id, label_id=labels[place_id],
                        round_id=round_.id if round_ is not None else None, user_id=user.id, method="camera",
                        captured_at=at, effective_at=at, received_at=at, business_day=day, flags=list(flags),
                    )
                )  # fmt: skip
                mark_day(self.site.id, day)

    def hazard(
        self, place: Place, at: datetime, *, category: str = "balcony_flowerpot", severity: str = "major",
        hours: float = 24, by: Any = None, source: str = "patrol", spot: bool = False, title: str = "花盆松动",
        recurs_of: UUID | None = None, note: str = "底座没固定，风大会掉下来",
    ) -> Hazard:  # fmt: skip
        day, user = self.day_of(at), by or self.people.guard
        self._numbers += 1
        with write():
            hazard = Hazard(
                id=uuid7(), site_id=self.site.id, number=f"YH-{at:%y%m%d}-{self._numbers:03}", title=title, note=note,
                place_id=place.id, severity=severity, state="reported", source=source, team="engineering",
                reported_by_id=user.id, reported_at=at, received_at=at, business_day=day, category=category,
                due_at=at + hours * HOUR, first_due_at=at + hours * HOUR, spot_fixed=spot, recurs_of_id=recurs_of,
            )  # fmt: skip
            db.session.add(hazard)
            db.session.flush()
            state = ("closed" if severity == "minor" else "to_verify") if spot else "reported"
            self._step(hazard, "report", at, user, to=state, first=True)
            if spot:
                hazard.rectified_at, hazard.rectified_by_id = at, user.id
            if state == "closed":
                hazard.closed_at, hazard.closed_day = at, day
            mark_day(self.site.id, self.day_of(hazard.first_due_at))
        return hazard

    def step(self, hazard: Hazard, step: str, at: datetime, by: Any = None) -> None:
        """assign, rectify, verify, refuse, reopen, reject, merge, transfer: what the flow does to state and times."""
        to = {
            "assign": "assigned", "rectify": "to_verify", "verify": "closed", "refuse": "assigned",
            "reopen": "assigned", "reject": "rejected", "merge": "merged", "transfer": "transferred",
        }[step]  # fmt: skip
        user = by or (self.people.engineer if step == "rectify" else self.people.supervisor)
        with write():
            hazard = db.session.get_one(Hazard, (self.site.id, hazard.id))
            self._step(hazard, step, at, user, to=to)
            if step == "assign":
                hazard.assigned_at = hazard.acknowledged_at = at
                hazard.assignee_id = self.people.engineer.id
            elif step == "rectify":
                hazard.rectified_at, hazard.rectified_by_id = at, user.id
            elif step == "verify":
                hazard.closed_at, hazard.closed_day = at, self.day_of(at)
            elif step in ("refuse", "reopen"):
                hazard.rectified_at = hazard.closed_at = hazard.closed_day = None
                hazard.reopen_count += 1
            mark_day(self.site.id, hazard.business_day, self.day_of(hazard.first_due_at))

    def _step(self, hazard: Hazard, step: str, at: datetime, user: Any, *, to: str, first: bool = False) -> None:
        day = self.day_of(at)
        db.session.add(
            WorkOrderStep(
                id=uuid7(), site_id=self.site.id, order_id=hazard.id, step=step,
                from_state=None if first else hazard.state, to_state=to, at=at, received_at=at, business_day=day,
                user_id=user.id,
            )
        )  # fmt: skip
        hazard.state = to
        mark_day(self.site.id, day)

    def checklist(self, code: str, zh: str, en: str, interval: int = 30, applies_to: Sequence[str] = ()) -> Checklist:
        with write():
            row = Checklist(
                id=uuid7(), site_id=self.site.id, code=code, version=1, title_zh=zh, title_en=en,
                interval_days=interval, applies_to=list(applies_to), items=[], created_at=datetime.now(UTC),
            )  # fmt: skip
            db.session.add(row)
        return row

    def equipment(self, n: int, place: Place, since: date = date(2025, 1, 1), **facts: Any) -> Equipment:
        facts = {"type": "extinguisher_dry_powder", "name": "干粉灭火器", "code": f"MHQ-{n:04}", **facts}
        with write():
            row = Equipment(
                id=uuid7(), site_id=self.site.id, place_id=place.id, in_service_from=since,
                created_at=datetime.now(UTC), **facts,
            )  # fmt: skip
            db.session.add(row)
        return row

    def inspect(
        self, checklist: Checklist, at: datetime, *, equipment: Equipment | None = None, place: Place | None = None,
        by: Any = None, failed: int = 0, complete: bool = True,
    ) -> Inspection:  # fmt: skip
        day = self.day_of(at)
        where = equipment.place_id if equipment else place.id
        with write():
            row = Inspection(
                id=uuid7(), site_id=self.site.id, checklist_id=checklist.id, checklist_code=checklist.code,
                checklist_version=1, equipment_id=equipment.id if equipment else None, place_id=where,
                user_id=(by or self.people.engineer).id, completed_at=at, received_at=at, business_day=day,
                complete=complete, failed_count=failed,
            )  # fmt: skip
            db.session.add(row)
            mark_day(self.site.id, day)
        return row

    def photo(
        self, place: Place, at: datetime, *, kind: str = "visit", subject: tuple[str, UUID] | None = None,
        by: Any = None, arrived: bool = True, category: str | None = None, round_id: UUID | None = None,
        delay: timedelta = timedelta(0),
    ) -> Photo:  # fmt: skip
        user, (subject_kind, subject_id) = by or self.people.guard, subject or ("place", place.id)
        with write():
            row = Photo(
                id=uuid7(), site_id=self.site.id, kind=kind, subject_kind=subject_kind, subject_id=subject_id,
                place_id=place.id, user_id=user.id, category=category, round_id=round_id,
                business_day=self.day_of(at), taken_at=at, received_at=at + delay,
            )  # fmt: skip
            db.session.add(row)
            if arrived:
                db.session.add(
                    PhotoFile(
                        id=row.id, site_id=self.site.id, user_id=user.id, sha256=row.id.hex * 2, bytes_received=9,
                        width=1600, height=1200, received_at=at + delay,
                    )
                )  # fmt: skip
            mark_day(self.site.id, row.business_day)
        return row

    def _labels(self) -> dict[UUID, UUID]:
        query = select(Label.place_id, Label.id).where(Label.site_id == self.site.id, Label.revoked_at.is_(None))
        return {row.place_id: row.id for row in db.session.execute(query)}


def random_history(world: World, places: Sequence[Place], days: Sequence[date], seed: int) -> None:
    """Walks, hazards through every path of their table, inspections and photos, the same for the same seed."""
    dice = random.Random(seed)
    for day in days:
        for round_ in world.rounds(day):
            words = dice.choices(("on_time", "late", "missed", "after_close"), (8, 2, 2, 1), k=len(places))
            world.walk(round_, words, dice.choice((world.people.guard, world.people.guard2)))
    open_hazards: list[tuple[Hazard, datetime]] = []
    for day in days:
        start = world.at(day, "08:00")
        for _ in range(dice.randrange(4)):
            at = start + timedelta(minutes=dice.randrange(24 * 60))
            severity = dice.choice(("minor", "major", "critical"))
            hazard = world.hazard(
                dice.choice(places), at, severity=severity, hours=dice.choice((2, 24, 72)), spot=dice.random() < 0.2,
                category=dice.choice(("balcony_flowerpot", "lighting_fault")), by=world.people.guard,
            )  # fmt: skip
            open_hazards.append((hazard, at))
        for n, (hazard, last) in enumerate(open_hazards):
            at = max(last, start) + timedelta(minutes=dice.randrange(1, 600))
            if at >= start + 24 * HOUR:
                continue
            state = db.session.get_one(Hazard, (world.site.id, hazard.id)).state
            choices = {
                "reported": ("assign", "rectify", "reject", "merge"), "assigned": ("rectify", "transfer", "rectify"),
                "to_verify": ("verify", "verify", "refuse"), "closed": ("reopen",),
            }.get(state, ())  # fmt: skip
            if choices and dice.random() < (0.1 if state == "closed" else 0.7):
                world.step(hazard, dice.choice(choices), at)
                open_hazards[n] = (hazard, at)
        for _ in range(dice.randrange(3)):
            world.photo(dice.choice(places), start + timedelta(minutes=dice.randrange(1440)))
