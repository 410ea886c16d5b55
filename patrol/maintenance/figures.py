"""Figures of maintenance: due, done and missed of each plan in a month. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from patrol.core.problems import N_

Outcome = Literal["done", "late", "missed", "open"]
FIGURES: Mapping[str, str] = {
    "due": N_("To be done"),
    "done": N_("Completed"),
    "late": N_("Completed late"),
    "missed": N_("Not done in time"),
    "open": N_("Left to do"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the figures need of one order that was not cancelled. period_to: its last business day; ends_at: the end of
    that day; due_at: earlier than that for a lift; done_at: when it was done, None when it was not."""

    id: UUID
    plan_id: UUID
    plan: str
    period_to: date
    ends_at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(slots=True)
class PlanMonth:
    """ids of the orders behind each figure. due = done + missed + open; late is a part of done."""

    plan_id: UUID
    plan: str
    ids: dict[str, list[UUID]] = field(default_factory=lambda: {name: [] for name in FIGURES})

    def count(self, figure: str) -> int:
        return len(self.ids[figure])


def outcome(order: Told, at: datetime) -> Outcome:
    """done: by its deadline; late: after it, within its period; missed: not within its period; open: time is left."""
    if order.done_at is not None and order.done_at < order.ends_at:
        return "done" if order.done_at < order.due_at else "late"
    return "missed" if at >= order.ends_at else "open"


def plan_months(orders: Iterable[Told], first: date, last: date, at: datetime) -> list[PlanMonth]:
    """One for each plan that has an order whose period ends in these days (both inside), by name.

    An order counts in the month in which its period ends, so each counts once, and the months of a year add up to it.
    """
    found: dict[UUID, PlanMonth] = {}
    grouped: dict[UUID, list[Told]] = defaultdict(list)
    for order in orders:
        if first <= order.period_to <= last:
            grouped[order.plan_id].append(order)
    for plan_id, told in grouped.items():
        month = found[plan_id] = PlanMonth(plan_id, told[-1].plan)
        for order in told:
            result = outcome(order, at)
            month.ids["due"].append(order.id)
            month.ids["done" if result == "late" else result].append(order.id)
            if result == "late":
                month.ids["late"].append(order.id)
    return sorted(found.values(), key=lambda one: (one.plan, one.plan_id))
