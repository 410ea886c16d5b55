"""The bead string: one route's stops on a line, the picture people learn once and read everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STATES = ("done", "late", "missed", "next", "todo")
ROOM = 14  # beads a phone can show side by side


@dataclass(frozen=True)
class Bead:
    x: float
    state: str
    number: int
    text: str = ""


@dataclass(frozen=True)
class Beads:
    """One bead string. `before` and `after` count the stops outside the window.

    The solid line runs from x0 to x1, the dotted one from x1 to x2.
    """

    width: float
    beads: list[Bead]
    before: int
    after: int
    x0: float
    x1: float
    x2: float
    counts: dict[str, int]
    next_number: int | None
    next_name: str


def beads(stops: Sequence[Any], next_number: int | None = None, width: float = 296, room: int = ROOM) -> Beads:
    """Lay a route's stops on a line.

    stops: in route order; each a state word, or a mapping or object with `state` and, if wanted,
        `number` and `name`. Numbers count from 1 when they are not given.
    next_number: the next stop's number when the states do not say it; that `todo` stop becomes `next`.
    More stops than `room`: a window around the next stop (the end of the string when nothing is next).
    Raises ValueError on a state that is not in STATES.
    """
    everything = [bead(stop, place) for place, stop in enumerate(stops, start=1)]
    if next_number is not None:
        everything = [_promoted(bead, next_number) for bead in everything]
    at = _index_of_next(everything)
    first, last = window(len(everything), at, room)
    before, after = first, len(everything) - last
    left = 42.0 if before else 12.0
    right = width - (42.0 if after else 12.0)
    shown = everything[first:last]
    gap = (right - left) / (len(shown) - 1) if len(shown) > 1 else 0.0
    placed = [Bead(round(left + gap * i, 1), b.state, b.number, b.text) for i, b in enumerate(shown)]
    reached = [b.x for b in placed if b.state != "todo"]
    edge_left = 30.0 if before else left
    edge_right = width - 30.0 if after else right
    counts = {state: sum(b.state == state for b in everything) for state in STATES}
    head = everything[at] if at is not None else None
    return Beads(
        width, placed, before, after,
        edge_left if reached or before else left,
        edge_right if after and placed and placed[-1].state != "todo" else max(reached, default=left),
        edge_right, counts, head.number if head else None, head.text if head else "",
    )  # fmt: skip


def bead(stop: Any, place: int) -> Bead:
    if isinstance(stop, str):
        state, number, name = stop, None, None
    elif isinstance(stop, Mapping):
        state, number, name = stop["state"], stop.get("number"), stop.get("name")
    else:
        state, number, name = stop.state, getattr(stop, "number", None), getattr(stop, "name", None)
    if state not in STATES:
        raise ValueError(f"a stop is one of {', '.join(STATES)}, not {state!r}")
    return Bead(0.0, state, place if number is None else number, name or "")


def _promoted(bead: Bead, number: int) -> Bead:
    if bead.number == number and bead.state == "todo":
        return Bead(bead.x, "next", bead.number, bead.text)
    return bead


def _index_of_next(all_beads: Sequence[Bead]) -> int | None:
    return next((i for i, bead in enumerate(all_beads) if bead.state == "next"), None)


def window(count: int, at: int | None, room: int = ROOM) -> tuple[int, int]:
    """Which slice of `count` stops to show: all when they fit, else four fewer than `room` around `at`.

    The places saved hold the "+5" ends. Two thirds of the window lie before the next stop: what was
    walked is what people check. Without a next stop the end of the route is shown.
    """
    if count <= room:
        return 0, count
    size = room - 4
    middle = count - 1 if at is None else at
    first = min(max(0, middle - 2 * size // 3), count - size)
    return first, first + size
