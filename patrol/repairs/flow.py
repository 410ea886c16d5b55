"""The repair's table of steps (DOMAIN §8): from, to, who, and what is needed."""

from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.problems import N_, Problem
from patrol.repairs.deadline import is_rework
from patrol.workorders.flow import Need, Step, anybody, role_refusal

STATES: dict[str, str] = {
    "reported": N_("Reported by the owner"),
    "registered": N_("To dispatch"),
    "assigned": N_("Dispatched"),
    "visiting": N_("On site"),
    "waiting_parts": N_("Waiting for parts"),
    "waiting_owner": N_("Waiting for the owner"),
    "done": N_("Done, to be signed"),
    "signed": N_("Signed, to call back"),
    "closed": N_("Archived"),
    "rejected": N_("Not a repair"),
}
WAITING = ("waiting_parts", "waiting_owner")
UNDER_WAY = ("assigned", "visiting", *WAITING)
OPEN = ("reported", "registered", *UNDER_WAY, "done", "signed")


def at_the_desk(repair: Any, by: Reader, at: datetime) -> Problem | None:
    """Registering, setting aside, calling back: the service desk and supervisors."""
    return None if by.may("order.register") else role_refusal()


def calls_back(repair: Any, by: Reader, at: datetime) -> Problem | None:
    """Four eyes: whoever did the work does not ask the owner how it was."""
    if not by.may("order.register"):
        return role_refusal()
    if repair.rectified_by_id != by.user_id:
        return None
    return Problem(
        "repair.own_work", N_("You did this repair yourself. Somebody else calls the owner back."), status=403
    )


def may_dispatch(repair: Any, by: Reader, at: datetime) -> Problem | None:
    """Supervisors; the service desk to teams only (checked with the target)."""
    return None if by.may("order.assign") or by.may("order.assign_team_only") else role_refusal()


def does_it(repair: Any, by: Reader, at: datetime) -> Problem | None:
    """The person it was given to; the team while it names nobody; a supervisor always."""
    if by.may("order.rectify_any") and by.may("order.assign"):
        return None
    if not by.may("order.rectify"):
        return role_refusal()
    mine = repair.assignee_id == by.user_id if repair.assignee_id else repair.team == by.team
    if mine and repair.state != "registered":
        return None
    return Problem(
        "repair.not_yours",
        N_("This repair is somebody else's. Take it first, or ask the desk to give it to you."),
        status=403,
    )


def may_claim(repair: Any, by: Reader, at: datetime) -> Problem | None:
    """抢单: anybody of the team it is meant for, while nobody has it."""
    if not by.may("order.rectify") or repair.team != by.team:
        return role_refusal()
    if repair.assignee_id is None or repair.assignee_id == by.user_id:
        return None
    return Problem("repair.taken", N_("Somebody of your team has taken it already."), status=409)


def may_reopen(repair: Any, by: Reader, at: datetime) -> Problem | None:
    refusal = at_the_desk(repair, by, at)
    if refusal is None and not is_rework(repair.closed_at, at):
        return Problem(
            "repair.reopen_late",
            N_("It was archived more than 7 days ago. Register a new repair."),
            status=409,
        )
    return refusal


def by_link(repair: Any, by: Reader, at: datetime) -> Problem | None:
    """The owner himself, by the link of his own report; he has no sign-in, so his Reader has no person."""
    return None if by.user_id is None and by.role == "" else role_refusal()


def _given(field: str, text: str) -> Need:
    return Need(field, text, lambda repair, given: bool(getattr(given, field)))


WORDS = _given("note", N_("the words"))
REASON = _given("note", N_("the reason"))
PARTS = _given("note", N_("which parts"))
WHAT_WAS_DONE = _given("note", N_("what was done"))
TARGET = Need("team", N_("a team or a person"), lambda repair, given: bool(given.team or given.assignee))
ARRIVAL = Need(
    "photos",
    N_("a scan of the place's label, or a photo from the place"),
    lambda repair, given: bool(given.photos) or given.scanned == repair.place_id,
)
FEE = Need(
    "fee",
    N_("what it will cost, said before the work; 0 when it is free"),
    lambda repair, given: given.fee is not None or (repair.visits > 0 and repair.fee_fen is not None),
)
AFTER = _given("after", N_("a photo after the work"))
SIGNATURE = _given("signature", N_("the owner's signature"))
RESULT = Need(
    "satisfaction",
    N_("how satisfied the owner is, 1 to 5; or that nobody answered, with a remark"),
    lambda repair, given: bool(given.satisfaction or (given.unreached and given.note)),
)

FLOW: dict[str, Step] = {
    step.name: step
    for step in (
        Step("register", ("reported",), "registered", at_the_desk),
        Step("assign", ("registered",), "assigned", may_dispatch, (TARGET,)),
        Step("reassign", UNDER_WAY, "assigned", may_dispatch, (TARGET, REASON)),
        Step("claim", ("registered", "assigned"), "assigned", may_claim),
        Step("transfer", UNDER_WAY, "assigned", does_it, (TARGET, REASON)),
        Step("return", UNDER_WAY, "registered", does_it, (REASON,)),
        Step("visit", ("assigned", *WAITING), "visiting", does_it, (ARRIVAL, FEE)),
        Step("wait_parts", ("visiting",), "waiting_parts", does_it, (PARTS,)),
        Step("wait_owner", ("assigned", "visiting", "waiting_parts"), "waiting_owner", does_it, (REASON,)),
        Step("done", ("visiting",), "done", does_it, (AFTER, WHAT_WAS_DONE)),
        Step("sign", ("done",), "signed", does_it, (SIGNATURE,)),
        Step("confirm", ("done",), "signed", by_link),
        Step("refuse_sign", ("done",), "signed", does_it, (REASON,)),
        Step("object", ("done",), "signed", by_link, (REASON,)),
        Step("archive", ("signed",), "closed", calls_back, (RESULT,)),
        Step("reopen", ("done", "signed", "closed"), "registered", may_reopen, (REASON,)),
        Step("reject", ("reported", "registered"), "rejected", at_the_desk, (REASON,)),
        Step("comment", tuple(STATES), None, anybody, (WORDS,), counts=False),
    )
}
STEPS: dict[str, str] = {
    "register": N_("Register"),
    "assign": N_("Dispatch"),
    "reassign": N_("Give to somebody else"),
    "claim": N_("Take it"),
    "transfer": N_("Hand on"),
    "return": N_("Give back to the desk"),
    "visit": N_("Arrive on site"),
    "wait_parts": N_("Wait for parts"),
    "wait_owner": N_("Wait for the owner"),
    "done": N_("Work is done"),
    "sign": N_("Owner signs"),
    "confirm": N_("Confirmed by the owner's link"),
    "refuse_sign": N_("Owner does not sign"),
    "object": N_("Not in order, says the owner"),
    "archive": N_("Call back and archive"),
    "reopen": N_("Open again"),
    "reject": N_("Set aside"),
    "comment": N_("Comment"),
}
NEXT = ("register", "assign", "claim", "visit", "done", "sign", "archive")  # the seven steps, in their order


def open_to(repair: Any, by: Reader, at: datetime) -> list[str]:
    """The steps this person could take now, the one that leads on first; the owner's own are never offered."""
    usable = [
        step.name
        for step in FLOW.values()
        if repair.state in step.sources and step.who(repair, by, at) is None and step.who is not by_link
    ]
    if repair.state == "assigned" and repair.assignee_id == by.user_id and "claim" in usable:
        usable.remove("claim")
    first = [name for name in NEXT if name in usable]
    if repair.state == "assigned" and repair.assignee_id is None and "claim" in first:
        first.remove("visit")
    return [*first, *(name for name in usable if name not in first)]
