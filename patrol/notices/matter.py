"""Matter (事项): something that stands on a site at one moment and that somebody has to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Matter:
    """key: the same matter has the same key for ever. people: who is told besides those whom role and team name.

    whom: the parts it is for (audience.PARTS); without any, its kind decides.
    """

    key: str
    kind: str
    url: str
    facts: dict[str, Any]
    since: datetime
    team: str = ""
    critical: bool = False
    people: tuple[UUID, ...] = ()
    whom: tuple[str, ...] = ()
