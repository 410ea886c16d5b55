"""Between the runner and the makers: what a maker is given to say how far it is, and what it answers."""

from dataclasses import dataclass, field
from typing import Any, Protocol


class Steps(Protocol):
    """step: now this is done, so many of so many. Forgets what the session has read, and raises when it is to stop."""

    def step(self, doing: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Made:
    """journal: what the journal is to remember of the file beside its hash."""

    file_name: str
    journal: dict[str, Any] = field(default_factory=dict)
