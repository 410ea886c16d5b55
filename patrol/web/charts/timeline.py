"""The rounds of a night: a track for every route, a capsule for every round, a dot for every stop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from patrol.web.charts.axis import Tick
from patrol.web.charts.beads import Bead, bead


@dataclass(frozen=True)
class Round:
    start: str
    end: str
    x: float
    width: float
    kind: str
    text: str
    url: str | None
    dots: list[Bead]


@dataclass(frozen=True)
class Track:
    name: str
    note: str
    y: float
    rounds: list[Round]


@dataclass(frozen=True)
class Timeline:
    width: float
    height: float
    left: float
    hours: list[Tick]
    tracks: list[Track]
    now_x: float | None
    now_text: str
    table: list[list[str]]


def timeline(
    tracks: Iterable[Mapping[str, Any]],
    start: datetime,
    end: datetime,
    now: datetime | None = None,
    width: float = 672,
    left: float = 122,
    row_height: float = 68,
) -> Timeline:
    """Every route's rounds between `start` and `end`, with the stops as dots.

    tracks: mappings with `name`, `note`, `rounds`; a round is a mapping with `start` and `end` (aware,
        in the zone of `start`) and, if wanted, `kind` (done, running, planned, extra), `text`, `url` and
        `stops` (as in beads()).
    A round that crosses an edge is cut there; one outside is left out. `now` outside gives now_x None.
    """
    seconds = (end - start).total_seconds()
    if seconds <= 0:
        raise ValueError("a timeline needs an end after its start")

    def x(moment: datetime) -> float:
        part = (moment - start).total_seconds() / seconds
        return round(left + max(0.0, min(1.0, part)) * (width - left - 20), 1)

    placed = []
    table = []
    for i, track in enumerate(tracks):
        inside = [r for r in track["rounds"] if r["end"] > start and r["start"] < end]
        rounds = [_round(r, x(r["start"]), x(r["end"])) for r in inside]
        table += [_told(track["name"], r) for r in inside]
        placed.append(Track(track["name"], track.get("note", ""), 30 + row_height * (i + 0.5), rounds))
    shows_now = now is not None and start <= now <= end
    return Timeline(
        width, 30 + row_height * len(placed), left,
        [Tick(x(hour), f"{hour:%H:%M}") for hour in _hours(start, end)],
        placed,
        x(now) if now is not None and shows_now else None,
        f"{now:%H:%M}" if now is not None else "",
        table,
    )  # fmt: skip


def _round(data: Mapping[str, Any], x0: float, x1: float) -> Round:
    stops = [bead(stop, place) for place, stop in enumerate(data.get("stops", ()), start=1)]
    wide = max(x1 - x0, 24.0)
    inner = wide - 24
    gap = inner / (len(stops) - 1) if len(stops) > 1 else 0.0
    dots = [Bead(round(x0 + 12 + gap * i, 1), b.state, b.number, b.text) for i, b in enumerate(stops)]
    start, end = f"{data['start']:%H:%M}", f"{data['end']:%H:%M}"
    return Round(start, end, x0, round(wide, 1), data.get("kind", "done"), data.get("text", ""), data.get("url"), dots)


def _told(name: str, data: Mapping[str, Any]) -> list[str]:
    """The round as a table row: route, start, end, stops reached of all, stops missed."""
    states = [bead(stop, place).state for place, stop in enumerate(data.get("stops", ()), start=1)]
    reached = sum(state in ("done", "late") for state in states)
    count = f"{reached} / {len(states)}" if states else "–"
    return [name, f"{data['start']:%H:%M}", f"{data['end']:%H:%M}", count, str(states.count("missed"))]


def _hours(start: datetime, end: datetime) -> list[datetime]:
    """Full hours in the window, thinned until they fit (about ten)."""
    first = start.replace(minute=0, second=0, microsecond=0)
    if first < start:
        first += timedelta(hours=1)
    count = int((end - first).total_seconds() // 3600) + 1
    every = max(1, ceil(count / 10))
    return [first + timedelta(hours=h) for h in range(0, count, every)]
