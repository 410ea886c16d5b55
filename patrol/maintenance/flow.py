"""The maintenance order's table of steps: from, to, who, and what is needed. A link's steps are nobody's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, wall
from patrol.core.problems import N_, Problem
from patrol.workorders.errand import may_arrive, may_take
from patrol.workorders.flow import Need, Step, anybody, role_refusal

STATES: dict[str, str] = {
    "planned": N_("Planned"),
    "assigned": N_("Dispatched"),
    "taken": N_("Taken on"),
    "on_site": N_("At work on site"),
    "done": N_("Done, to be checked"),
    "closed": N_("Closed"),
    "missed": N_("Not done in time"),
    "cancelled": N_("Cancelled"),
}
BEFORE_DONE = ("planned", "assigned", "taken", "on_site")
OPEN = (*BEFORE_DONE, "done")


def may_assign(order: Any, by: Reader, at: datetime) -> Problem | None:
    return None if by.may("order.assign") or by.may("order.assign_team_only") else role_refusal()


def may_lead(order: Any, by: Reader, at: datetime) -> Problem | None:
    """Cancelling: supervisors."""
    return None if by.may("order.settle") else role_refusal()


def does_it(order: Any, by: Reader, at: datetime) -> Problem | None:
    """The person it names, his team while it names nobody, a supervisor always; and only in its time."""
    if not by.may("order.rectify"):
        return role_refusal()
    mine = order.assignee_id == by.user_id if order.assignee_id else order.team == by.team
    if not mine and not by.may("order.assign"):
        return Problem(
            "maintenance.not_yours", N_("This was given to somebody else. Ask your supervisor to give it to you."),
            status=403,
        )  # fmt: skip
    return in_time(order, by, at)


def in_time(order: Any, by: Reader, at: datetime) -> Problem | None:
    """A missed order stays missed: what is done now counts for the next. Work done in time may still arrive late."""
    if order.state != "missed" or at < wall(order.period_to + ONE_DAY, by.day_start, by.zone):
        return None
    return Problem(
        "maintenance.over",
        N_("Its time is over, so it stays missed. What is done now counts for the next one."),
        status=409,
    )


def may_witness(order: Any, by: Reader, at: datetime) -> Problem | None:
    """甲方见证: one of our own people, of its team or above; nobody witnesses what he did himself."""
    if by.role == "contractor" or not by.may("order.rectify"):
        return role_refusal()
    if order.team != by.team and not by.may("order.assign"):
        return role_refusal()
    if order.rectified_by_id == by.user_id:
        return own_work()
    if not order.handed_in or order.witnessed_at is not None:
        return Problem("maintenance.nothing_to_witness", N_("There is nothing to witness here."), status=409)
    return None


def may_close(order: Any, by: Reader, at: datetime) -> Problem | None:
    """Four eyes; and what a contractor did is witnessed first."""
    refusal = may_refuse(order, by, at)
    if refusal is None and order.handed_in and order.witnessed_at is None:
        return Problem("maintenance.not_witnessed", N_("Somebody of ours has to witness it first."), status=409)
    return refusal


def may_refuse(order: Any, by: Reader, at: datetime) -> Problem | None:
    if not by.may("order.verify_major"):
        return role_refusal()
    return own_work() if order.rectified_by_id == by.user_id else None


def own_work() -> Problem:
    return Problem("maintenance.own_work", N_("You did this yourself. Somebody else checks it."), status=403)


def by_link(order: Any, by: Reader, at: datetime) -> Problem | None:
    """A contractor without a sign-in, by the link of this order: his Reader has no person. Or the clock."""
    return None if by.user_id is None and by.role == "" else role_refusal()


def by_link_in_time(order: Any, by: Reader, at: datetime) -> Problem | None:
    return by_link(order, by, at) or in_time(order, by, at)


def _given(field: str, text: str) -> Need:
    return Need(field, text, lambda order, given: bool(getattr(given, field)))


TARGET = Need("team", N_("a team or a person"), lambda order, given: bool(given.team or given.assignee))
COMPANY = _given("company", N_("the contractor's name"))
TECHNICIAN = _given("technician", N_("the technician's name"))
NOTE = Need("note", N_("what was done"), lambda order, given: bool(given.note or given.filled))
LIST = Need(
    "checklist",
    N_("the filled checklist"),
    lambda order, given: not order.checklist_code or given.filled or given.list_gone,
)
AFTER = _given("after", N_("a photo after the work"))
SIGNATURE = _given("signature", N_("the signature"))
REASON = _given("note", N_("the reason"))
WORDS = _given("note", N_("the words"))

FLOW: dict[str, Step] = {
    step.name: step
    for step in (
        Step("assign", BEFORE_DONE, "assigned", may_assign, (TARGET,)),
        Step("send", BEFORE_DONE, "assigned", may_assign, (COMPANY,)),
        Step("take", ("planned", "assigned"), "taken", may_take),
        Step("accept", ("planned", "assigned"), "taken", by_link, (TECHNICIAN,)),
        Step("arrive", ("planned", "assigned", "taken"), "on_site", may_arrive),
        Step("come", ("taken",), "on_site", by_link),
        Step("done", (*BEFORE_DONE, "missed"), "done", does_it, (LIST, NOTE)),
        Step(
            "hand_in",
            ("taken", "on_site", "missed"),
            "done",
            by_link_in_time,
            (TECHNICIAN, LIST, NOTE, AFTER, SIGNATURE),
        ),
        Step("witness", ("done",), None, may_witness, (SIGNATURE,)),
        Step("close", ("done",), "closed", may_close),
        Step("refuse", ("done",), "assigned", may_refuse, (REASON,)),
        Step("miss", BEFORE_DONE, "missed", by_link),
        Step("cancel", BEFORE_DONE, "cancelled", may_lead, (REASON,)),
        Step("comment", tuple(STATES), None, anybody, (WORDS,), counts=False),
    )
}
STEPS: Mapping[str, str] = {
    "plan": N_("Made from the plan"),
    "assign": N_("Dispatch"),
    "send": N_("Send a link to the contractor"),
    "take": N_("Take it on"),
    "accept": N_("Taken on by the contractor"),
    "arrive": N_("I have arrived"),
    "come": N_("The contractor has arrived"),
    "done": N_("Work completed"),
    "hand_in": N_("Handed in by the contractor"),
    "witness": N_("Witness"),
    "close": N_("Check and close"),
    "refuse": N_("Send back to be done again"),
    "miss": N_("Not done in time"),
    "cancel": N_("Cancel"),
    "comment": N_("Comment"),
}
NOBODYS = ("accept", "come", "hand_in", "miss")  # never offered to anybody who is signed in
NEXT = ("witness", "close", "take", "arrive", "done", "send", "assign")
LEADS_TO = {
    "assign": "assigned",
    "take": "taken",
    "arrive": "on_site",
    "done": "done",
    "close": "closed",
    "refuse": "assigned",
}


def open_to(order: Any, by: Reader, at: datetime) -> list[str]:
    """The steps this person could take now, the one that leads on first."""
    usable = [
        step.name
        for step in FLOW.values()
        if step.name not in NOBODYS and order.state in step.sources and step.who(order, by, at) is None
    ]
    first: tuple[str, ...] = NEXT
    if by.may("order.assign"):  # a supervisor gives work away before he does it himself
        first = ("witness", "close", "send" if order.contractor else "assign", *NEXT)
    elif order.taken_at is not None:
        first = ("witness", "close", "arrive", "done", *NEXT)
    return [name for name in dict.fromkeys((*first, *FLOW)) if name in usable]
