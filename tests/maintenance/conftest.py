"""Plans and orders of the lake: a lift kept up by a contractor, a pump room by our own people."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.plan import MaintenancePlan, PlanData, new_plan
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.owners.visitor import visitor_of
from tests.equipment.conftest import all_good, fill, ledger, lists
from tests.repairs.conftest import at, readers

__all__ = ["fill", "ledger", "lists", "readers"]

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, Monday 2 March
TODAY = date(2026, 3, 2)


@pytest.fixture
def planned(readers, places, ledger) -> Callable[..., MaintenancePlan]:
    """A plan as the engineering supervisor makes it: the pump room's month unless told otherwise."""

    def make(moment=NOON, by=None, **told) -> MaintenancePlan:
        data = {
            "name": "泵房月度保养", "subject": f"place:{places.pump.id}", "form": "calendar", "calendar": "month",
            "days_ahead": 3, "team": "engineering", "parts": "润滑脂 1 支\n盘根 2 个", **told,
        }  # fmt: skip
        with write():
            return new_plan(PlanData.model_validate(data), by=by or readers.engineering, at=moment)

    return make


@pytest.fixture
def lift_plan(planned, ledger) -> Callable[..., MaintenancePlan]:
    def make(moment=NOON, **told) -> MaintenancePlan:
        lift = {
            "name": "电梯半月维保", "subject": "type:lift", "calendar": "half_month", "checklist": "lift_half_month",
            "contractor": "恒通电梯维保",
        }  # fmt: skip
        return planned(moment, **{**lift, **told})

    return make


@pytest.fixture
def made(sites) -> Callable[..., list[MaintenanceOrder]]:
    """Somebody looks at the orders at that time: all there are then, the oldest period first."""

    def look(moment=NOON) -> list[MaintenanceOrder]:
        lake = sites.lake
        ensure_orders(lake.id, moment, lake.zone, lake.day_start)
        query = db.select(MaintenanceOrder).where(MaintenanceOrder.site_id == lake.id)
        return list(db.session.scalars(query.order_by(MaintenanceOrder.period_from, MaintenanceOrder.number)))

    return look


@pytest.fixture
def step() -> Callable[..., MaintenanceOrder]:
    def take(by, order, name, moment=NOON, id: UUID | None = None, **sent: Any) -> MaintenanceOrder:
        data = MaintenanceStepData.model_validate({"order": order.id, "step": name, **sent})
        with write():
            return take_maintenance_step(data, id=id or uuid7(), by=by, when=at(moment))

    return take


@pytest.fixture
def nobody(sites) -> Any:
    """A contractor by his link, and the clock: without a sign-in."""
    return visitor_of(sites.lake)


SENT: dict[str, dict[str, Any]] = {
    "assign": {"team": "engineering"},
    "send": {"company": "恒通电梯维保"},
    "accept": {"technician": "马师傅"},
    "done": {"note": "加脂，盘车三圈"},
    "refuse": {"note": "没有换盘根"},
    "cancel": {"note": "设备送修"},
    "comment": {"note": "下午再来"},
}
WAY = {
    "planned": (),
    "assigned": ("assign",),
    "taken": ("take",),
    "on_site": ("arrive",),
    "done": ("arrive", "done"),
    "closed": ("arrive", "done", "close"),
    "missed": ("miss",),
    "cancelled": ("cancel",),
}
WHO = {"assign": "engineering", "close": "engineering", "cancel": "engineering"}


@pytest.fixture
def sent() -> Callable[[str], dict[str, Any]]:
    """All that a step needs."""

    def make(name: str) -> dict[str, Any]:
        told = dict(SENT.get(name, {}))
        if name == "witness":
            told["signature"] = [uuid7()]
        if name == "hand_in":
            told |= {"technician": "马师傅", "note": "已保养", "after": [uuid7()], "signature": [uuid7()]}
        return told

    return make


@pytest.fixture
def in_state(planned, made, readers, nobody, step, sent) -> Callable[..., MaintenanceOrder]:
    """An order of the pump room in that state, each of a plan of its own. handed: done by a contractor's link."""

    def make(state: str, handed: bool = False) -> MaintenanceOrder:
        plan = planned(contractor="恒通机电" if handed else "")
        order = next(one for one in made() if one.plan_id == plan.id)
        way = ("send", "accept", "hand_in") if handed else WAY[state]
        for minutes, name in enumerate(way, start=1):
            by = nobody if name in ("accept", "hand_in", "miss") else getattr(readers, WHO.get(name, "engineer"))
            if name == "send":
                by = readers.desk
            step(by, order, name, NOON + timedelta(minutes=minutes), **sent(name))
        assert order.state == state
        return order

    return make


@pytest.fixture
def answers(lists) -> Callable[..., dict[str, Any]]:
    """What a contractor answers in the lift's list, as JSON."""

    def make(**instead: Any) -> dict[str, Any]:
        return all_good(lists["lift_half_month"], **instead)

    return make
