"""The repair as a kind of order: what lists, board, slip and export must know of it."""

from sqlalchemy import or_

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_
from patrol.owners.words import KINDS
from patrol.repairs.figures import FIGURES
from patrol.repairs.flow import OPEN, STATES, STEPS, UNDER_WAY, WAITING, open_to
from patrol.repairs.month import ids_of
from patrol.repairs.repair import PREFIX, Repair
from patrol.repairs.steps import RepairStepData, take_repair_step
from patrol.workorders.kinds import Assignment, OrderKind, by_figure, first_of, of_my_team, steps_to
from patrol.workorders.order import WorkOrder

NOBODY_THERE = ("reported", "registered", "assigned")
LEADS_TO = {
    "register": "registered", "assign": "assigned", "claim": "assigned", "visit": "visiting", "done": "done",
    "sign": "signed", "archive": "closed", "return": "registered", "reopen": "registered",
}  # fmt: skip
further = steps_to(LEADS_TO, open_to)


def assign(given: Assignment, by: Reader, when: When) -> Repair:
    """派单, or with a reason 改派 for one that somebody has already."""
    repair = db.session.get(Repair, (by.site_id, given.order_id))
    step = "reassign" if repair is not None and repair.state in UNDER_WAY else "assign"
    sent = given.as_step(step)
    return take_repair_step(RepairStepData.model_validate(sent), id=uuid7(), by=by, when=when)


KIND = OrderKind(
    code="repair",
    title=N_("Repairs"),
    url="/repairs",
    prefix=PREFIX,
    new_url="/desk/call",
    new_text=N_("Owner on the telephone"),
    new_verb="order.register",
    columns=("registered", "assigned", "visiting", "done", "signed", "closed"),
    within={"registered": ("reported", "registered"), "visiting": ("visiting", *WAITING)},
    heads={"visiting": N_("Under way")},
    open=OPEN,
    waiting=("reported", "registered", *UNDER_WAY),
    assignable=("registered", *UNDER_WAY),
    next_step=first_of(further),
    further=further,
    visible=of_my_team,
    assign=assign,
    subjects=lambda: {code: kind.words for code, kind in KINDS.items()},
    narrow=by_figure(FIGURES, ids_of),
    states=STATES,
    steps=STEPS,
    see=("order.see_all", "order.rectify"),
    unmet=lambda: [or_(WorkOrder.severity != "critical", WorkOrder.state.in_(NOBODY_THERE))],
    met=lambda row: row.severity == "critical" and row.state not in NOBODY_THERE,
    severities={"critical": N_("Urgent")},
    figures=FIGURES,
)
