"""Flow (流程): a kind of order's table of steps, and the one check that every step passes.

A kind hands in its table; the mechanism knows no kind. Order of the questions: may this person, is it the
moment, is the evidence there; so a stranger learns nothing about the state of things.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.problems import N_, Problem

Who = Callable[[Any, Reader, datetime], Problem | None]


@dataclass(frozen=True, slots=True)
class Need:
    """One piece of evidence. field: where the form asks for it; text: what it is called; met: is it there."""

    field: str
    text: str
    met: Callable[[Any, Any], bool]  # (order, what was sent)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. sources: the states it starts from; to: the state after it, None when it stays.

    counts: whether the step makes other people's open forms stale; a comment does not.
    """

    name: str
    sources: tuple[str, ...]
    to: str | None
    who: Who
    needs: tuple[Need, ...] = ()
    counts: bool = True


Flow = Mapping[str, Step]


def check_step(step: Step, order: Any, given: Any, by: Reader, at: datetime) -> None:
    """Refuse what this person may not do (403), what has no place now (409), what lacks evidence (422)."""
    refusal = step.who(order, by, at)
    if refusal is not None:
        raise refusal
    if order.state not in step.sources:
        raise Problem(
            "order.state",
            N_("This cannot be done any more: the order has moved on. Look at its new state."),
            status=409,
        )
    for need in missing(step, order, given):
        raise Problem(
            "order.missing",
            N_("Still missing: %(what_name)s."),
            status=422,
            field=need.field,
            what_name=need.text,
        )


def missing(step: Step, order: Any, given: Any) -> list[Need]:
    """The evidence that is not there yet, in the order the form asks for it."""
    return [need for need in step.needs if not need.met(order, given)]


def anybody(order: Any, by: Reader, at: datetime) -> Problem | None:
    """A rule for ``who``: everybody who can see the order."""
    return None


def role_refusal() -> Problem:
    return Problem(
        "forbidden",
        N_("Your role cannot do this. Ask your supervisor, or go back to your own pages."),
        status=403,
    )
