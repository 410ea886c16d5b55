"""Which verb each kind of record calls, with the schema of its data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.rounds.arrival import RoundNoteData, VisitData, leave_note, settle_visit

Verb = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """schema: of ``data``; verb: (data, *, id, by, when) -> row; needs: role verbs, any one of which is enough."""

    schema: type[BaseModel]
    verb: Verb
    needs: tuple[str, ...]
    url: Callable[[Any], str | None] = lambda row: None


KINDS: dict[str, Kind] = {
    "visit": Kind(VisitData, settle_visit, ("scan",)),
    "round_note": Kind(RoundNoteData, leave_note, ("scan",), lambda row: f"/rounds/{row.round_id}"),
}


def call(kind: Kind, data: BaseModel, *, id: UUID, by: Reader, when: When) -> str | None:
    """Carry the record out; answers where it can be seen."""
    return kind.url(kind.verb(data, id=id, by=by, when=when))
