"""Planned maintenance of the demo: the lifts' contract, the pump room's quarter, the generator's monthly run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, business_day, wall
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.timeline import Timeline
from patrol.demo.words import Both, Lang, say
from patrol.maintenance.ensure import make_orders
from patrol.maintenance.flow import BEFORE_DONE
from patrol.maintenance.link import send_link
from patrol.maintenance.order import MaintenanceOrder, find_order
from patrol.maintenance.periods import Period, calendar_period
from patrol.maintenance.plan import PlanData, ask_anew, new_plan
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.sites.site import Site

LIFTS: Both = ("电梯半月维保", "Lifts, half-monthly maintenance")
FIRM: Both = ("恒通电梯维保", "Hengtong Lift Service")
PUMPS: Both = ("消防泵房季度保养", "Fire pump room, quarterly upkeep")
RUN: Both = ("发电机月度试机", "Generator, monthly run")
PARTS: Both = ("润滑脂 2 支\n盘根 4 个\n压力表 1 只", "Grease, 2 tubes\nPacking, 4\nPressure gauge, 1")
GREASED: Both = (
    "轴承加脂，更换 2 个盘根，试泵各 10 分钟",
    "Bearings greased, two packings renewed, each pump run for 10 min",
)


LISTS = frozenset({"lift_half_month", "generator"})  # filled through the verb that finishes their orders


def plan_upkeep(site: Site, estate: Estate, people: dict[str, Reader], timeline: Timeline, lang: Lang) -> None:
    """Plans from the first day on; their orders come up ahead, are done, looked at, and one goes to a contractor."""
    upkeep = _Upkeep(site, people, timeline, lang)
    timeline.once(site.created_at, lambda: upkeep.plan(estate))
    for moment in _looks(site, timeline.until):
        timeline.once(moment, partial(upkeep.make, moment))
    for day in each_evening(site, timeline.until):
        timeline.once(day, partial(upkeep.close, day))
    sent = timeline.until - timedelta(minutes=20)
    timeline.once(sent, lambda: upkeep.send(sent))


def each_evening(site: Site, until: datetime) -> Iterator[datetime]:
    day = business_day(site.created_at, site.zone, site.day_start)
    while (moment := wall(day, time(17, 20), site.zone)) < until:
        yield moment
        day += ONE_DAY


def _looks(site: Site, until: datetime) -> list[datetime]:
    """The first day, three days before each half-month, and today."""
    first = business_day(site.created_at, site.zone, site.day_start)
    found, period = [site.created_at], calendar_period("half_month", first)
    while (moment := wall(period.last - 2 * ONE_DAY, time(9), site.zone)) < until:
        if moment > site.created_at:
            found.append(moment)
        period = Period(*calendar_period("half_month", period.last + ONE_DAY))
    return [*found, until - timedelta(minutes=30)]


@dataclass(frozen=True, slots=True)
class _Upkeep:
    """The acts, each inside the timeline's ``write()``."""

    site: Site
    people: dict[str, Reader]
    timeline: Timeline
    lang: Lang

    def plan(self, estate: Estate) -> None:
        site, by = self.site, self.people["engineering"]
        whole = calendar_period("half_month", self._day(site.created_at)).last + ONE_DAY
        plans = (
            {"name": LIFTS, "subject": "type:lift", "calendar": "half_month", "checklist": "lift_half_month",
             "contractor": say(FIRM, self.lang), "expected_min": 60, "valid_from": whole},
            {"name": PUMPS, "subject": f"place:{estate.id('room.pump')}", "calendar": "quarter", "expected_min": 180,
             "parts": say(PARTS, self.lang), "days_ahead": 14},
            {"name": RUN, "subject": "type:generator", "calendar": "month", "checklist": "generator",
             "expected_min": 45},
        )  # fmt: skip
        for told in plans:
            data = {"form": "calendar", "team": "engineering", **told, "name": say(told["name"], self.lang)}  # type: ignore[arg-type]
            new_plan(PlanData.model_validate(data), by=by, at=site.created_at)

    def make(self, at: datetime) -> None:
        """What comes up; the engineer does the pump room two days after its order did."""
        ask_anew(self.site.id, self._day(at))
        make_orders(self.site.id, at)
        done = at + timedelta(days=2)
        for order in self._open(MaintenanceOrder.checklist_code == "", MaintenanceOrder.state.in_(BEFORE_DONE)):
            if order.period_to >= self._day(done):
                self.timeline.once(done, partial(self.pump, order.id, done))

    def pump(self, order_id: UUID, at: datetime) -> None:
        order = find_order(self.site.id, order_id)
        if order.state in BEFORE_DONE:
            self._step(order, "done", "engineer1", at, note=say(GREASED, self.lang), minutes=150)

    def close(self, at: datetime) -> None:
        """The supervisor looks at each the day after."""
        for order in self._open(MaintenanceOrder.state == "done"):
            if order.rectified_at is not None and order.rectified_at < at - timedelta(hours=20):
                self._step(order, "close", "engineering", at)

    def send(self, at: datetime) -> None:
        """One of the lifts' open orders has gone to the contractor, and waits for him."""
        lifts = self._open(MaintenanceOrder.contractor != "", MaintenanceOrder.state.in_(BEFORE_DONE))
        if lifts:
            by, when = self.people["engineering"], When(at, at, at)
            send_link(lifts[0].id, say(FIRM, self.lang), 7, version=None, id=uuid7(), by=by, when=when)

    def _day(self, at: datetime) -> date:
        return business_day(at, self.site.zone, self.site.day_start)

    def _open(self, *conditions: object) -> list[MaintenanceOrder]:
        query = select(MaintenanceOrder).where(MaintenanceOrder.site_id == self.site.id, *conditions)  # type: ignore[arg-type]
        return list(db.session.scalars(query.order_by(MaintenanceOrder.period_from, MaintenanceOrder.number)))

    def _step(self, order: MaintenanceOrder, name: str, by: str, at: datetime, **told: object) -> None:
        data = MaintenanceStepData.model_validate({"order": order.id, "step": name, **told})
        take_maintenance_step(data, id=uuid7(), by=self.people[by], when=When(at, at, at))
