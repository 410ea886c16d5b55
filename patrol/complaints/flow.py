"""The complaint's table of steps (DOMAIN §8): listen, apologise, investigate, solve, call back."""

from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.problems import N_, Problem
from patrol.workorders.flow import Need, Step, anybody, role_refusal

STATES: dict[str, str] = {
    "reported": N_("Listened to, to be answered"),
    "answered": N_("Answered, to be looked into"),
    "investigated": N_("Looked into, to be solved"),
    "solved": N_("Solved, to call back"),
    "closed": N_("Closed"),
    "rejected": N_("Withdrawn"),
}
OPEN = ("reported", "answered", "investigated", "solved")
BEFORE_SOLVED = OPEN[:3]


def is_repeated(complaint: Any) -> bool:
    """The same home again: written down as major, so that a row of any list tells it."""
    return bool(complaint.severity == "major")


def may_answer(complaint: Any, by: Reader, at: datetime) -> Problem | None:
    """The first answer is anybody's who speaks with owners; for a repeated complaint the manager's."""
    if is_repeated(complaint):
        return for_manager(by)
    return None if by.may("order.register") else role_refusal()


def may_handle(complaint: Any, by: Reader, at: datetime) -> Problem | None:
    """Whom it was given to, or a supervisor; a repeated one the site manager alone."""
    if is_repeated(complaint):
        return for_manager(by)
    if by.may("order.assign"):
        return None
    if not by.may("order.rectify"):
        return role_refusal()
    mine = complaint.assignee_id == by.user_id if complaint.assignee_id else complaint.team == by.team
    if mine:
        return None
    return Problem("complaint.not_yours", N_("This complaint was given to somebody else."), status=403)


def for_manager(by: Reader) -> Problem | None:
    if by.may("order.assign_any_team"):
        return None
    return Problem(
        "complaint.manager",
        N_("The same home has complained about this before: the site manager deals with it himself."),
        status=403,
    )


def may_give(complaint: Any, by: Reader, at: datetime) -> Problem | None:
    if is_repeated(complaint):
        return for_manager(by)
    return None if by.may("order.assign") or by.may("order.assign_team_only") else role_refusal()


def calls_back(complaint: Any, by: Reader, at: datetime) -> Problem | None:
    """回访: somebody else than who solved it."""
    if not by.may("order.register"):
        return role_refusal()
    if complaint.rectified_by_id != by.user_id:
        return None
    return Problem(
        "complaint.own_work", N_("You dealt with this complaint. Somebody else calls the owner back."), status=403
    )


def may_withdraw(complaint: Any, by: Reader, at: datetime) -> Problem | None:
    return None if by.may("order.settle") else role_refusal()


def _given(field: str, text: str) -> Need:
    return Need(field, text, lambda complaint, given: bool(getattr(given, field)))


ANSWER = _given("note", N_("what was said to the owner"))
FOUND = _given("note", N_("what was found"))
PROMISE = _given("promised_at", N_("the day by which it will be solved"))
SOLUTION = _given("note", N_("how it was solved"))
REASON = _given("note", N_("the reason"))
WORDS = _given("note", N_("the words"))
TARGET = Need("team", N_("a team or a person"), lambda complaint, given: bool(given.team or given.assignee))
RESULT = _given("satisfaction", N_("how satisfied the owner is, 1 to 5"))

FLOW: dict[str, Step] = {
    step.name: step
    for step in (
        Step("apologise", ("reported",), "answered", may_answer, (ANSWER,)),
        Step("assign", BEFORE_SOLVED, None, may_give, (TARGET,)),
        Step("investigate", ("answered",), "investigated", may_handle, (FOUND, PROMISE)),
        Step("solve", ("investigated",), "solved", may_handle, (SOLUTION,)),
        Step("callback", ("solved",), "closed", calls_back, (RESULT,)),
        Step("again", ("solved",), "answered", calls_back, (REASON,)),
        Step("reject", ("reported", "answered"), "rejected", may_withdraw, (REASON,)),
        Step("comment", tuple(STATES), None, anybody, (WORDS,), counts=False),
    )
}
STEPS: dict[str, str] = {
    "listen": N_("Listen"),
    "apologise": N_("Apologise and answer"),
    "assign": N_("Give to"),
    "investigate": N_("Look into it and promise a day"),
    "solve": N_("Solve"),
    "callback": N_("Call back"),
    "again": N_("Not content: look into it again"),
    "reject": N_("Withdrawn by the owner"),
    "comment": N_("Comment"),
}
NEXT = ("apologise", "investigate", "solve", "callback")


def open_to(complaint: Any, by: Reader, at: datetime) -> list[str]:
    """The steps this person could take now, the one that leads on first."""
    usable = [
        step.name for step in FLOW.values() if complaint.state in step.sources and step.who(complaint, by, at) is None
    ]
    return sorted(usable, key=lambda name: (name not in NEXT, usable.index(name)))
