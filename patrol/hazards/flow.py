"""The hazard's table of steps (DOMAIN §4): from, to, who, and what is needed."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.problems import N_, Problem
from patrol.hazards.extension import may_answer
from patrol.workorders.errand import may_arrive, may_set_out, may_take
from patrol.workorders.flow import Need, Step, anybody, role_refusal

OPEN = ("reported", "assigned", "to_verify")
REOPEN_WITHIN = timedelta(days=7)


def may_assign(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """Supervisors all, the service desk to teams (checked with the target), a shift leader minor ones."""
    if by.may("order.assign") or by.may("order.assign_team_only"):
        return None
    if by.may("order.assign_minor") and hazard.severity == "minor":
        return None
    return role_refusal()


def may_rectify(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """The person it is assigned to; the whole team while it names nobody; a leader or supervisor always."""
    if by.may("order.rectify_any"):
        return None
    if not by.may("order.rectify"):
        return role_refusal()
    mine = hazard.assignee_id == by.user_id if hazard.assignee_id else hazard.team == by.team
    if mine:
        return None
    return Problem(
        "hazard.not_yours",
        N_("This is assigned to somebody else. Ask the shift leader to hand it over to you."),
        status=403,
    )


def may_interim(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    return may_rectify(hazard, by, at) and may_assign(hazard, by, at)


def may_verify(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """A leader minor ones, a supervisor the others; the last word on a critical one is the site manager's."""
    if not by.may(f"order.verify_{hazard.severity}"):
        if hazard.severity == "critical" and by.may("order.verify_major"):
            return Problem(
                "hazard.manager_closes",
                N_("A critical hazard is closed by the site manager, after the supervisor."),
                status=403,
            )
        return role_refusal()
    return own_work(hazard, by)


def may_look(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """The first look at a rectified critical hazard: a supervisor's, so that two people stand behind it."""
    if not by.may("order.verify_major"):
        return role_refusal()
    if by.may("order.verify_critical"):
        return Problem(
            "hazard.supervisor_first",
            N_("A supervisor looks at a critical hazard first; then it comes to you."),
            status=403,
        )
    return own_work(hazard, by)


def may_refuse(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    needed = "order.verify_minor" if hazard.severity == "minor" else "order.verify_major"
    return own_work(hazard, by) if by.may(needed) else role_refusal()


def own_work(hazard: Any, by: Reader) -> Problem | None:
    """Four eyes: nobody passes or judges his own repair, whatever his role."""
    if hazard.rectified_by_id != by.user_id:
        return None
    return Problem("hazard.own_work", N_("You did this repair yourself. Somebody else has to check it."), status=403)


def may_settle(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    return None if by.may("order.settle") else role_refusal()


def may_ask(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """More time is asked for by whoever puts it right, or by whoever leads him."""
    return may_rectify(hazard, by, at) and may_assign(hazard, by, at)


def may_acknowledge(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """Whoever is told of a critical one again and again until somebody in charge says that he knows."""
    if not by.may("order.settle"):
        return role_refusal()
    if hazard.severity != "critical" or hazard.acknowledged_at is not None:
        return Problem("hazard.known", N_("This does not need to be acknowledged (any more)."), status=409)
    return None


def may_sample(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    """A second look at one that was closed on the spot and drawn for it."""
    if not by.may("order.verify_minor"):
        return role_refusal()
    if not hazard.to_sample:
        return Problem("hazard.not_drawn", N_("This one was not drawn for a spot check."), status=409)
    return own_work(hazard, by)


def may_reopen(hazard: Any, by: Reader, at: datetime) -> Problem | None:
    refusal = may_settle(hazard, by, at)
    if refusal is None and hazard.closed_at is not None and at - hazard.closed_at > REOPEN_WITHIN:
        return Problem(
            "hazard.reopen_late",
            N_("It was closed more than 7 days ago. Report it as a new hazard; the two are linked."),
            status=409,
        )
    return refusal


def _given(field: str, text: str) -> Need:
    return Need(field, text, lambda hazard, given: bool(getattr(given, field)))


def _needs_interim(hazard: Any, given: Any) -> bool:
    severity = given.severity or hazard.severity
    return severity == "minor" or bool(given.interim or hazard.interim_measure)


def _photos(field: str, text: str, least: Callable[[Any], int]) -> Need:
    return Need(field, text, lambda hazard, given: len(set(getattr(given, field))) >= least(hazard))


NOTE_DONE = _given("note", N_("what was done"))
REASON = _given("note", N_("the reason"))
ASKED = _given("due_at", N_("the new deadline"))
TARGET = Need("team", N_("a team or a person"), lambda hazard, given: bool(given.team or given.assignee))
DUE = Need("due_at", N_("a deadline"), lambda hazard, given: bool(given.due_at or hazard.due_at))
INTERIM = Need("interim", N_("an interim measure until it is put right"), _needs_interim)
AFTER = _photos(
    "after", N_("a photo after the work; two angles for a critical one"), lambda h: 1 + (h.severity == "critical")
)
CHECKED = _photos("photos", N_("a photo from the check of a critical hazard"), lambda h: int(h.severity == "critical"))
MEASURE = _given("interim", N_("the measure"))
WORDS = _given("note", N_("the words"))
OTHER = _given("target", N_("the hazard it belongs to"))
AUTHORITY = _given("transferred_to", N_("who takes it over"))
REFERENCE = _given("reference", N_("the number or date of the letter"))
ALWAYS = (*OPEN, "closed", "rejected", "merged", "transferred")
WAITING = ("reported", "assigned")
INTERIM_PHOTO = _photos("photos", N_("a photo of the interim measure"), lambda h: int(h.severity == "critical"))

FLOW: dict[str, Step] = {
    step.name: step
    for step in (
        Step("assign", ("reported",), "assigned", may_assign, (TARGET, DUE, INTERIM)),
        Step("reassign", ("assigned",), "assigned", may_assign, (TARGET, REASON)),
        Step("rectify", WAITING, "to_verify", may_rectify, (AFTER, NOTE_DONE)),
        Step("look", ("to_verify",), None, may_look, (CHECKED,)),
        Step("verify", ("to_verify",), "closed", may_verify, (CHECKED,)),
        Step("refuse", ("to_verify",), "assigned", may_refuse, (REASON,)),
        Step("reopen", ("closed",), "assigned", may_reopen, (REASON,)),
        Step("take", ("assigned",), None, may_take),
        Step("set_out", ("assigned",), None, may_set_out, counts=False),
        Step("arrive", ("assigned",), None, may_arrive, counts=False),
        Step("extend", ("assigned",), None, may_ask, (ASKED, REASON)),
        Step("grant", ("assigned",), None, may_answer),
        Step("decline", ("assigned",), None, may_answer, (REASON,)),
        Step("acknowledge", WAITING, None, may_acknowledge, counts=False),
        Step("sample", ("closed",), None, may_sample, counts=False),
        Step("interim", WAITING, None, may_interim, (MEASURE, INTERIM_PHOTO), counts=False),
        Step("reject", WAITING, "rejected", may_settle, (REASON,)),
        Step("merge", WAITING, "merged", may_settle, (OTHER,)),
        Step("transfer", WAITING, "transferred", may_settle, (AUTHORITY, REFERENCE)),
        Step("comment", ALWAYS, None, anybody, (WORDS,), counts=False),
    )
}


def row_for(hazard: Any, step: str) -> Step:
    """The row of the table that a record's step means now: handing on, and the first look, have rows of their own."""
    if step == "assign" and hazard.state == "assigned":
        return FLOW["reassign"]
    if step == "verify" and hazard.severity == "critical" and hazard.first_look_at is None:
        return FLOW["look"]
    return FLOW[step]


def next_step(hazard: Any, by: Reader, at: datetime) -> str | None:
    """The one step that moves the hazard on and that this person may take now: assign, rectify or verify."""
    wanted = {"reported": ("assign", "rectify"), "assigned": ("rectify",), "to_verify": ("verify",)}
    for step in wanted.get(hazard.state, ()):
        if row_for(hazard, step).who(hazard, by, at) is None:
            return step
    return None


def other_steps(hazard: Any, by: Reader, at: datetime, among: Iterable[str] = ()) -> list[str]:
    """Every further step this person may take now, for the menu; the names are those of the record.

    among: rows of the table to look at, all of them without it.
    """
    first = next_step(hazard, by, at)
    names = dict.fromkeys(
        {"look": "verify", "reassign": "assign"}.get(step.name, step.name)
        for step in ([FLOW[name] for name in among] or FLOW.values())
        if hazard.state in step.sources and step.who(hazard, by, at) is None
    )
    usable = (name for name in names if name != "verify" or row_for(hazard, "verify").who(hazard, by, at) is None)
    return [name for name in usable if name != first]
