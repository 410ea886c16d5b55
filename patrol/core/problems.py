"""Refusals: a stable code for machines, an English sentence for the translators, facts to fill it in."""

from typing import Any


def N_(text: str) -> str:
    """Mark an English sentence for translation without translating it here (the door does that)."""
    return text


class Problem(Exception):
    """A refusal that a person can act on.

    code: stable, dotted, never translated (``hazard.own_work``).
    text: English source sentence saying what to do next, marked with ``N_``.
    status: HTTP status; 4xx says "asking again will not help", 503 and 507 say "later".
    facts: values for the sentence's ``%(name)s`` places; ``field`` names the form field at fault.
    """

    def __init__(self, code: str, text: str, *, status: int = 422, field: str | None = None, **facts: Any):
        super().__init__(code)
        self.code, self.text, self.status, self.field, self.facts = code, text, status, field, facts


class NotHere(Problem):
    """The thing does not exist, or belongs to another site: both answer alike."""

    def __init__(self, what: str = "thing"):
        super().__init__("not_found", N_("There is nothing here. Go back and look again."), status=404)
        self.what = what


class Stale(Problem):
    """Somebody changed the thing between reading the form and sending it."""

    def __init__(self) -> None:
        super().__init__(
            "stale",
            N_("Somebody else changed this while you were writing. Look at the new state, then try again."),
            status=409,
        )
