"""Figures of complaints (DOMAIN §8): answered in time, promises kept, the same home again, satisfaction. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patrol.core.problems import N_
from patrol.repairs.figures import Share, average, share

FIGURES: dict[str, str] = {
    "heard": N_("Complaints"),
    "answered": N_("First answer in time"),
    "kept": N_("Promise kept"),
    "again": N_("The same home again"),
    "content": N_("Content after the complaint (4 or 5)"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What the figures need of one complaint; times aware. answer_by: the first deadline; solved_at: as it stands."""

    id: UUID
    answer_by: datetime | None
    answered_at: datetime | None
    promised_at: datetime | None
    solved_at: datetime | None
    repeated: bool
    satisfaction: int | None


def figures(complaints: Iterable[Heard], at: datetime) -> dict[str, Share]:
    """Each figure of FIGURES over these complaints.

    answered: of those answered, or whose time for it has passed, the ones answered in time. kept: of those with a
    promised day that are solved, or whose day has passed, the ones solved by it; one that the owner was not content
    with is unsolved again. again: repeats among all. content: of those called back, 4 or 5. A complaint counts where
    it was heard, without withdrawn ones; a denominator of 0 shows as "—".
    """
    all_ = list(complaints)
    asked = [one for one in all_ if one.answered_at or (one.answer_by is not None and one.answer_by < at)]
    promised = [one for one in all_ if one.promised_at and (one.solved_at or one.promised_at < at)]
    said = [one for one in all_ if one.satisfaction is not None]
    in_time = [one for one in asked if one.answered_at and (one.answer_by is None or one.answered_at <= one.answer_by)]
    kept = [one for one in promised if one.solved_at and one.promised_at and one.solved_at <= one.promised_at]
    return {
        "heard": share(all_, all_),
        "answered": share(in_time, asked),
        "kept": share(kept, promised),
        "again": share([one for one in all_ if one.repeated], all_),
        "content": share(
            [one for one in said if (one.satisfaction or 0) >= 4],
            said,
            average([one.satisfaction or 0 for one in said]),
        ),
    }
