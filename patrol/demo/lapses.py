"""Rounds of the last days in which something went wrong: points nobody reached, and scans that look made up."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.demo.routes import Line
from patrol.demo.tonight import Scene, lacking
from patrol.rounds.round import Round

Way = list[tuple[str, Any]]
NOT_BY = "guard1"  # whose round the screens show


@dataclass(frozen=True, slots=True)
class Gap:
    """A point that nobody reached. what: what became of it, a key of ``unreached.FATES``."""

    line: str
    back: int  # which of the line's rounds before today, the newest is 0
    key: str
    what: str


GAPS = (
    Gap("night", 0, "b2.back", "waiting"),
    Gap("night", 5, "b4.roof", "approved"),
    Gap("perimeter", 7, "fence.lake", "approved_works"),
    Gap("garage", 6, "garage.b2b", "refused"),
    Gap("garage", 4, "garage.b2d", "made_up"),
)
CHAIR, BURST = ("night", 14), ("perimeter", 16)


@dataclass(slots=True)
class Lapses:
    """gaps: the round and the place of each. chair: the round walked from a chair; burst: the one with four at once."""

    scenes: dict[UUID, Scene] = field(default_factory=dict)
    gaps: list[tuple[Gap, Round]] = field(default_factory=list)
    chair: UUID | None = None
    burst: UUID | None = None


def lapses(
    rounds: list[Round], lines: Mapping[UUID, Line], ways: Mapping[UUID, Way], today: date,
    walker: Callable[[Round], str],
) -> Lapses:  # fmt: skip
    """Chosen among the rounds of the business days before ``today``; a short history lacks some of them."""
    found = Lapses()
    for gap in GAPS:
        row = next(_back(rounds, lines, today, gap.line, gap.back), None)
        if row is not None and any(key == gap.key for key, _stop in ways[row.id]):
            found.scenes[row.id] = lacking(gap.key)
            found.gaps.append((gap, row))
    chair = next((row for row in _back(rounds, lines, today, *CHAIR) if walker(row) != NOT_BY), None)
    if chair is not None:
        found.scenes[chair.id], found.chair = from_the_chair, chair.id
    burst = next(_back(rounds, lines, today, *BURST), None)
    if burst is not None:
        found.scenes[burst.id], found.burst = four_at_once, burst.id
    return found


def _back(rounds: list[Round], lines: Mapping[UUID, Line], today: date, line: str, back: int) -> Iterator[Round]:
    mine = [row for row in rounds if row.business_day < today and lines[row.route_id].key == line]
    return iter(mine[::-1][back:])


def from_the_chair(row: Round, way: Way, until: datetime) -> list[tuple[str, datetime]]:
    """Every label was photographed once; now they are read from the table, one after the other."""
    begin = row.starts_at + timedelta(minutes=20)
    return [(key, begin + timedelta(seconds=11 * n)) for n, (key, _stop) in enumerate(way)]


def four_at_once(row: Round, way: Way, until: datetime) -> list[tuple[str, datetime]]:
    """Four points in the middle within half a minute, the others as usual."""
    step, walked = (row.ends_at - row.starts_at) / (len(way) + 1), []
    for n, (key, _stop) in enumerate(way, 1):
        at = row.starts_at + step * (n if n < 4 or n > 7 else 4) + timedelta(seconds=9 * max(0, min(n, 7) - 4))
        walked.append((key, at))
    return walked
