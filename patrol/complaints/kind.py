"""The complaint as a kind of order: what lists, board, slip and export must know of it."""

from patrol.accounts.reader import Reader
from patrol.complaints.complaint import PREFIX, Complaint
from patrol.complaints.figures import FIGURES
from patrol.complaints.flow import BEFORE_SOLVED, OPEN, STATES, STEPS, open_to
from patrol.complaints.month import ids_of
from patrol.complaints.steps import ComplaintStepData, take_complaint_step
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_
from patrol.owners.words import KINDS
from patrol.workorders.kinds import Assignment, OrderKind, by_figure, first_of, of_my_team, steps_to

LEADS_TO = {
    "apologise": "answered", "investigate": "investigated", "solve": "solved", "callback": "closed",
    "again": "answered",
}  # fmt: skip
further = steps_to(LEADS_TO, open_to)


def assign(given: Assignment, by: Reader, when: When) -> Complaint:
    sent = given.as_step("assign")
    return take_complaint_step(ComplaintStepData.model_validate(sent), id=uuid7(), by=by, when=when)


KIND = OrderKind(
    code="complaint",
    title=N_("Complaints"),
    url="/complaints",
    prefix=PREFIX,
    new_url="/desk/call",
    new_text=N_("Owner on the telephone"),
    new_verb="order.register",
    columns=("reported", "answered", "investigated", "solved", "closed"),
    open=OPEN,
    waiting=BEFORE_SOLVED,
    assignable=BEFORE_SOLVED,
    next_step=first_of(further),
    further=further,
    visible=of_my_team,
    assign=assign,
    subjects=lambda: {code: kind.words for code, kind in KINDS.items()},
    narrow=by_figure(FIGURES, ids_of),
    states=STATES,
    steps=STEPS,
    see=("order.see_all", "order.rectify"),
    severities={"major": N_("Repeated")},
    figures=FIGURES,
)
