"""What an owner sees of his report: 受理 派单 上门 完工, each with its time, and no name and no flat."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patrol.core.problems import N_

STAGES = (
    ("received", N_("Received by the service desk")),
    ("assigned", N_("Given to somebody")),
    ("visit", N_("On site")),
    ("done", N_("Work finished")),
)
_LEADS: dict[str, dict[str, str]] = {  # kind of order -> its step -> the owner's stage
    "repair": {"register": "received", "assign": "assigned", "claim": "assigned", "visit": "visit", "done": "done"},
    "hazard": {"report": "received", "assign": "assigned", "rectify": "done", "verify": "done"},
    "complaint": {"listen": "received", "apologise": "assigned", "investigate": "visit", "solve": "done"},
}
COMPLAINT_WORDS = {
    "assigned": N_("Answered"),
    "visit": N_("Looked into"),
    "done": N_("Solved"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """state: done, next or todo."""

    code: str
    words: str
    at: datetime | None
    state: str


def stages(kind: str, lines: Iterable[Any]) -> list[Stage]:
    """The four stages of an order of this kind.

    lines: the order's timeline, oldest first, each with ``step`` and ``at``. A stage counts from the first time
    it was reached; after "reopen", "return" or "again" the later ones are to come once more. A stage that was
    passed over without a line of its own (a hazard put right at once) counts as reached with the next one.
    """
    leads: dict[str, str] = _LEADS[kind]
    reached: dict[str, datetime] = {}
    for line in lines:
        if line.step in ("reopen", "return", "again", "refuse"):
            keep = ("received", "assigned") if line.step == "again" else ("received",)
            reached = {code: at for code, at in reached.items() if code in keep}
        elif (code := leads.get(line.step)) is not None:
            reached.setdefault(code, line.at)
    names = {**dict(STAGES), **(COMPLAINT_WORDS if kind == "complaint" else {})}
    last = max((place for place, (code, _words) in enumerate(STAGES) if code in reached), default=-1)
    states = ["done" if place <= last else "next" if place == last + 1 else "todo" for place in range(len(STAGES))]
    return [
        Stage(code, names[code], reached.get(code), state) for (code, _words), state in zip(STAGES, states, strict=True)
    ]


def waiting() -> list[Stage]:
    """A report that the desk has not looked at yet."""
    return [Stage(code, words, None, "next" if code == "received" else "todo") for code, words in STAGES]
