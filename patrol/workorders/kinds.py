"""Kinds of orders: what the lists, the board, the slip and the export must know of each. The roof registers them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.problems import NotHere
from patrol.workorders.order import WorkOrder
from patrol.workorders.words import SEVERITY_WORDS, STATES, STEPS

Clauses = list[ColumnElement[bool]]
Visible = Callable[[Reader, Any], list[Clauses]]
NextStep = Callable[[Any, Reader, datetime], str | None]
Narrow = Callable[[UUID, Any, datetime], Clauses]
FurtherSteps = Callable[[Any, Reader, datetime], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The one form of an assignment, for one order or for many. who: ``team:<code>`` or a person's id."""

    order_id: UUID
    who: str
    version: int | None = None
    note: str = ""
    interim: str = ""

    def as_step(self, step: str) -> dict[str, Any]:
        """What a step's data is made of; a ``who`` that is no id is refused there."""
        whom = {"team": self.who[5:]} if self.who.startswith("team:") else {"assignee": self.who}
        return {"order": self.order_id, "step": step, "version": self.version, "note": self.note, **whom}


def of_my_team(by: Reader, route_places: Any = None) -> list[Clauses]:
    """An order is the matter of whom it was given to, of who did it, and of their team."""
    return [
        [WorkOrder.assignee_id == by.user_id],
        [WorkOrder.rectified_by_id == by.user_id],
        [WorkOrder.team == by.team],
    ]


def steps_to(leads_to: Mapping[str, str], open_to: Callable[[Any, Reader, datetime], Iterable[str]]) -> FurtherSteps:
    """Of the steps open to a reader those that lead to a column of the board, with it, in their order."""

    def further(row: Any, by: Reader, at: datetime) -> list[tuple[str, str]]:
        return [(name, leads_to[name]) for name in open_to(row, by, at) if name in leads_to]

    return further


def first_of(further: FurtherSteps) -> NextStep:
    return lambda row, by, at: next((name for name, _column in further(row, by, at)), None)


def by_figure(figures: Collection[str], ids_of: Callable[[UUID, date, date, str, datetime], Any]) -> Narrow:
    """The records behind a figure of a review. ids_of: (site, first, last, figure, at) -> the orders counted."""

    def narrow(site_id: UUID, narrowed: Any, at: datetime) -> Clauses:
        if narrowed.figure not in figures:
            return []
        found = ids_of(site_id, narrowed.first or date.min, narrowed.last or date.max, narrowed.figure, at)
        return [WorkOrder.id.in_(found)]

    return narrow


@dataclass(frozen=True, slots=True)
class OrderKind:
    """code: as in ``work_order.kind``; url: of its list, and before an order's id; prefix: of its numbers.

    columns: the board's states in their order; open: not settled; waiting: for whoever has to put it right.
    next_step, further: of a row; a further step comes with the column it leads to. visible: the branches of what a
    reader who does not see everything may see; narrow: what a filter of this kind alone asks (figures, samples).
    assign: takes one assignment, inside the caller's ``write()``; assignable: the states it starts from.
    ensure: makes the orders that should exist by now; whoever shows some asks for it first, not inside ``write()``.
    see: verbs, any of which opens its lists. within: the states of a column that holds several; heads: its name then.
    unmet, met: a deadline may be met before the order is put right (an urgent repair's by being on site): as the
    database asks it, and of a row. severities: what the filter calls them; figures: of a review, by their codes.
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
    subjects: Callable[[], Mapping[str, Any]] = dict  # code -> its name in both languages, or a sentence to translate
    narrow: Narrow = lambda site_id, narrowed, at: []
    states: Mapping[str, str] = field(default_factory=lambda: STATES)
    arrived: str = ""  # the state after its person scanned the label of its place; "": the same
    steps: Mapping[str, str] = field(default_factory=lambda: STEPS)
    ensure: Callable[[UUID, datetime, Any, time], None] = lambda site_id, at, zone, day_start: None
    see: tuple[str, ...] = ("hazard.see",)
    new_verb: str = "hazard.report"
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    assignable: tuple[str, ...] = ("reported", "assigned")
    unmet: Callable[[], Clauses] = list
    met: Callable[[Any], bool] = lambda row: False
    severities: Mapping[str, str] = field(default_factory=lambda: SEVERITY_WORDS)
    figures: Mapping[str, str] = field(default_factory=dict)

    def states_of(self, column: str) -> tuple[str, ...]:
        return self.within.get(column, (column,))

    def head(self, column: str) -> str:
        return self.heads.get(column) or self.states[column]

    def is_late(self, row: Any, at: datetime) -> bool:
        return bool(row.state in self.waiting and row.due_at and row.due_at < at and not self.met(row))


KINDS: dict[str, OrderKind] = {}


def register(*kinds: OrderKind) -> None:
    KINDS.update({kind.code: kind for kind in kinds})


def kind_of(code: str) -> OrderKind:
    """404 for a kind this program does not know."""
    if code not in KINDS:
        raise NotHere("order")
    return KINDS[code]


def url_of(order: Any) -> str:
    return f"{kind_of(order.kind).url}/{order.id}"
