"""Kinds of orders: what the lists, the board, the slip and the export must know of each. The roof registers them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.problems import NotHere
from patrol.workorders.order import WorkOrder
from patrol.workorders.words import STATES, STEPS

Clauses = list[ColumnElement[bool]]
Visible = Callable[[Reader, Any], list[Clauses]]
NextStep = Callable[[Any, Reader, datetime], str | None]
FurtherSteps = Callable[[Any, Reader, datetime], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The one form of an assignment, for one order or for many. who: ``team:<code>`` or a person's id."""

    order_id: UUID
    who: str
    version: int | None = None
    note: str = ""
    interim: str = ""


@dataclass(frozen=True, slots=True)
class OrderKind:
    """code: as in ``work_order.kind``; url: of its list, and before an order's id; prefix: of its numbers.

    columns: the board's states in their order; open: not settled; waiting: for whoever has to put it right.
    next_step, further: of a row; a further step comes with the column it leads to. visible: the branches of what a
    reader who does not see everything may see; narrow: what a filter of this kind alone asks (figures, samples).
    ensure: makes the orders that should exist by now; whoever shows some asks for it first, not inside ``write()``.
    assign: takes one assignment, inside the caller's ``write()``.
    """

    code: str
    title: str
    url: str
    prefix: str
    new_url: str
    new_text: str
    columns: tuple[str, ...]
    open: tuple[str, ...]
    waiting: tuple[str, ...]
    next_step: NextStep
    further: FurtherSteps
    visible: Visible
    assign: Callable[[Assignment, Reader, When], WorkOrder]
    subjects: Callable[[], Mapping[str, Mapping[str, str]]] = dict  # code -> its name in both languages
    narrow: Callable[[UUID, Any, datetime], Clauses] = lambda site_id, narrowed, at: []
    states: Mapping[str, str] = field(default_factory=lambda: STATES)
    arrived: str = ""  # the state after its person scanned the label of its place; "": the same
    steps: Mapping[str, str] = field(default_factory=lambda: STEPS)
    ensure: Callable[[UUID, datetime, Any, time], None] = lambda site_id, at, zone, day_start: None


KINDS: dict[str, OrderKind] = {}
OWN_LISTS = {"repair": "/repairs", "complaint": "/complaints"}  # kinds that bring their own pages and lists


def register(*kinds: OrderKind) -> None:
    KINDS.update({kind.code: kind for kind in kinds})


def kind_of(code: str) -> OrderKind:
    """404 for a kind this program does not know."""
    if code not in KINDS:
        raise NotHere("order")
    return KINDS[code]


def url_of(order: Any) -> str:
    base = OWN_LISTS.get(order.kind) or kind_of(order.kind).url
    return f"{base}/{order.id}"
