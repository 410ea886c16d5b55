"""Planned maintenance of the demo: the lifts' contract, the pump room's quarter, the generator's monthly run."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, business_day, wall
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.words import Both, Lang, say
from patrol.maintenance.ensure import make_orders
from patrol.maintenance.flow import BEFORE_DONE
from patrol.maintenance.link import send_link
from patrol.maintenance.order import MaintenanceOrder
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


def plan_upkeep(site: Site, estate: Estate, people: dict[str, Reader], until: datetime, lang: Lang) -> None:
    """Plans from the first day on, and what became of their orders. Not inside ``write()``."""
    by, began = people["engineering"], site.created_at
    whole = calendar_period("half_month", business_day(began, site.zone, site.day_start)).last + ONE_DAY
    plans = (
        {"name": LIFTS, "subject": "type:lift", "calendar": "half_month", "checklist": "lift_half_month",
         "contractor": say(FIRM, lang), "expected_min": 60, "valid_from": whole},
        {"name": PUMPS, "subject": f"place:{estate.id('room.pump')}", "calendar": "quarter", "expected_min": 180,
         "parts": say(PARTS, lang), "days_ahead": 14},
        {"name": RUN, "subject": "type:generator", "calendar": "month", "checklist": "generator", "expected_min": 45},
    )  # fmt: skip
    with write(site.id):
        for told in plans:
            data = {"form": "calendar", "team": "engineering", **told, "name": say(told["name"], lang)}  # type: ignore[arg-type]
            new_plan(PlanData.model_validate(data), by=by, at=began)
    for moment in _looks(site, until):
        with write(site.id):
            ask_anew(site.id, business_day(moment, site.zone, site.day_start))
            make_orders(site.id, moment)
        _pumps(site, people, moment, until, lang)
    _close(site, by, until)
    _send(site, people, until, lang)


def _looks(site: Site, until: datetime) -> list[datetime]:
    """The first day, three days before each half-month, and now."""
    first = business_day(site.created_at, site.zone, site.day_start)
    found, period = [site.created_at], calendar_period("half_month", first)
    while (moment := wall(period.last - 2 * ONE_DAY, time(9), site.zone)) < until:
        if moment > site.created_at:
            found.append(moment)
        period = Period(*calendar_period("half_month", period.last + ONE_DAY))
    return [*found, until]


def _open(site: Site, *conditions: object) -> list[MaintenanceOrder]:
    query = select(MaintenanceOrder).where(MaintenanceOrder.site_id == site.id, *conditions)  # type: ignore[arg-type]
    return list(db.session.scalars(query.order_by(MaintenanceOrder.period_from, MaintenanceOrder.number)))


def _pumps(site: Site, people: dict[str, Reader], moment: datetime, until: datetime, lang: Lang) -> None:
    """The engineer does the pump room two days after its order came up."""
    done = moment + timedelta(days=2)
    for order in _open(site, MaintenanceOrder.checklist_code == "", MaintenanceOrder.state.in_(BEFORE_DONE)):
        if done < until and order.period_to >= business_day(done, site.zone, site.day_start):
            _step(order, "done", people["engineer1"], done, note=say(GREASED, lang), minutes=150)


def _close(site: Site, by: Reader, until: datetime) -> None:
    """The supervisor looks at each the day after; those of today still wait for him."""
    for order in _open(site, MaintenanceOrder.state == "done"):
        if order.rectified_at is not None and order.rectified_at + ONE_DAY < until:
            _step(order, "close", by, order.rectified_at + timedelta(hours=20))


def _send(site: Site, people: dict[str, Reader], until: datetime, lang: Lang) -> None:
    """One of the lifts' open orders has gone to the contractor, and waits for him."""
    lifts = _open(site, MaintenanceOrder.contractor != "", MaintenanceOrder.state.in_(BEFORE_DONE))
    if lifts:
        with write(site.id):
            when = When(until, until, until)
            send_link(lifts[0].id, say(FIRM, lang), 7, version=None, id=uuid7(), by=people["engineering"], when=when)


def _step(order: MaintenanceOrder, name: str, by: Reader, at: datetime, **told: object) -> None:
    with write(order.site_id):
        data = MaintenanceStepData.model_validate({"order": order.id, "step": name, **told})
        take_maintenance_step(data, id=uuid7(), by=by, when=When(at, at, at))
