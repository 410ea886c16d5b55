"""The hazard as a kind of order: what lists, board, slip and export must know of it."""

from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_
from patrol.hazards.category import categories
from patrol.hazards.flow import OPEN, WAITING, next_step, other_steps
from patrol.hazards.hazard import Hazard
from patrol.hazards.queries import narrowed_to, visible
from patrol.hazards.report import PREFIX
from patrol.hazards.steps import StepData, take_step
from patrol.workorders.kinds import Assignment, OrderKind

LEADS_TO = {"rectify": "to_verify", "verify": "closed", "refuse": "assigned", "reopen": "assigned"}


def further(row: Any, by: Reader, at: datetime) -> list[tuple[str, str]]:
    """Every step that moves the card, the one on its button first, each with the column it leads to."""
    first = next_step(row, by, at)
    ahead = [(first, LEADS_TO.get(first, "assigned"))] if first else []
    return ahead + [(name, LEADS_TO[name]) for name in other_steps(row, by, at, among=LEADS_TO)]


def assign(given: Assignment, by: Reader, when: When) -> Hazard:
    sent = given.as_step("assign") | {"interim": given.interim}
    return take_step(StepData.model_validate(sent), id=uuid7(), by=by, when=when)


KIND = OrderKind(
    code="hazard",
    title=N_("Hazards"),
    url="/hazards",
    prefix=PREFIX,
    new_url="/hazards/new",
    new_text=N_("Report a hazard"),
    columns=("reported", "assigned", "to_verify", "closed"),
    open=OPEN,
    waiting=WAITING,
    next_step=next_step,
    further=further,
    visible=visible,
    assign=assign,
    subjects=lambda: {code: kind["short"] for code, kind in categories().items()},
    narrow=narrowed_to,
)
