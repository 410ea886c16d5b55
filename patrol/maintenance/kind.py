"""The maintenance order as a kind of order: what lists, board, slip and export must know of it."""

from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_
from patrol.equipment.types import ALL_KINDS
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.flow import BEFORE_DONE, FLOW, LEADS_TO, OPEN, STATES, STEPS
from patrol.maintenance.order import PREFIX, MaintenanceOrder
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.workorders.kinds import Assignment, OrderKind, of_my_team


def next_step(row: Any, by: Reader, at: datetime) -> str | None:
    """Of a row of a list, which has the order's own columns only where a step asks for no more."""
    usable = [name for name in ("assign", "take", "arrive") if row.state in FLOW[name].sources]
    return next((name for name in usable if FLOW[name].who(row, by, at) is None), None)


def further(row: Any, by: Reader, at: datetime) -> list[tuple[str, str]]:
    first = next_step(row, by, at)
    names = [name for name in ("assign", "take", "arrive", "refuse") if row.state in FLOW[name].sources]
    usable = [name for name in names if name != first and FLOW[name].who(row, by, at) is None]
    return [(name, LEADS_TO[name]) for name in ([first] if first else []) + usable]


def assign(given: Assignment, by: Reader, when: When) -> MaintenanceOrder:
    return take_maintenance_step(
        MaintenanceStepData.model_validate(given.as_step("assign")), id=uuid7(), by=by, when=when
    )


KIND = OrderKind(
    code="maintenance",
    title=N_("Maintenance"),
    url="/orders/maintenance",
    prefix=PREFIX,
    new_url="/maintenance",
    new_text=N_("Plans"),
    columns=("planned", "assigned", "taken", "on_site", "done", "missed", "closed"),
    open=OPEN,
    waiting=BEFORE_DONE,
    next_step=next_step,
    further=further,
    visible=of_my_team,
    assign=assign,
    assignable=BEFORE_DONE,
    see=("order.see_all", "order.rectify"),
    new_verb="plan.edit",
    subjects=lambda: {code: kind.name for code, kind in ALL_KINDS.items()},
    states=STATES,
    steps=STEPS,
    arrived="on_site",
    ensure=ensure_orders,
)
