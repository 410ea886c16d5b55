"""Percentages as dots on a line, one a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from patrol.web.charts.axis import Tick, number


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    band: str
    value: float
    label: str
    url: str | None = None


@dataclass(frozen=True)
class Line:
    width: float
    height: float
    left: float
    right: float
    base: float
    runs: list[str]
    dots: list[Dot]
    ticks_x: list[Tick]
    ticks_y: list[Tick]
    goal_y: float | None
    lowest: Dot | None
    crowded: bool
    table: list[list[str | None]]

    @property
    def linked(self) -> bool:
        return any(dot.url for dot in self.dots)


def line(
    points: Sequence[Sequence[Any]],
    goal: float | None = 99.0,
    bands: tuple[float, float] = (99.0, 97.0),
    width: float = 452,
    height: float = 172,
) -> Line:
    """A percentage a day as dots on a line.

    points: (label, value in 0..100 or None for a day without a round[, link]); a gap breaks the line.
    bands: at or above the first is "ok", at or above the second "late" (amber), below it "miss".
    The axis ends at 100 and starts at 94, or lower when a value asks for it: these are points, not bars.
    `lowest` is the worst dot when it is in the "miss" band: its number is written beside it, or above it where its
    neighbours stand as low (`crowded`).
    """
    left, right, top, base = 30.0, width, 12.0, height - 28.0
    values = [point[1] for point in points if point[1] is not None]
    low, step = _percent_axis(min(values, default=100.0))
    gap = (right - left - 14) / max(1, len(points) - 1)

    def y(value: float) -> float:
        return round(top + (100.0 - value) / (100.0 - low) * (base - top), 1)

    dots: list[Dot | None] = []
    for i, point in enumerate(points):
        label, value = point[0], point[1]
        link = point[2] if len(point) > 2 else None
        x = round(left + 7 + gap * i, 1)
        dots.append(None if value is None else Dot(x, y(value), band(value, bands), value, label, link))
    real = [dot for dot in dots if dot]
    lowest = min(real, key=lambda dot: dot.value, default=None)
    every = ceil(len(points) / 7) or 1
    return Line(
        width, height, left, right, base,
        _runs(dots), real,
        [Tick(round(left + 7 + gap * i, 1), p[0]) for i, p in enumerate(points) if _marked(i, every)],
        [Tick(y(v), f"{v:g}") for v in _steps(low, 100.0, step)],
        y(goal) if goal is not None and goal >= low else None,
        lowest if lowest and lowest.band == "miss" else None,
        lowest is not None and _crowded(real, lowest),
        [[p[0], None if p[1] is None else f"{number(p[1])}%"] for p in points],
    )  # fmt: skip


def _crowded(dots: list[Dot], lowest: Dot) -> bool:
    """Whether another dot stands where the number of the lowest would."""
    return any(dot is not lowest and abs(dot.x - lowest.x) < 50 and abs(dot.y - lowest.y) < 14 for dot in dots)


def band(value: float, bands: tuple[float, float] = (99.0, 97.0)) -> str:
    return "ok" if value >= bands[0] else "late" if value >= bands[1] else "miss"


def _marked(i: int, every: int) -> bool:
    """Label the first point, then every nth day counted as people count (5, 10, 15)."""
    return i == 0 or (i + 1) % every == 0


def _percent_axis(lowest: float) -> tuple[float, float]:
    if lowest >= 94:
        return 94.0, 2.0
    if lowest >= 80:
        return 80.0, 5.0
    low = max(0.0, floor(lowest / 20) * 20.0)
    return low, 20.0


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + step * i for i in range(round((high - low) / step) + 1)]


def _runs(dots: Sequence[Dot | None]) -> list[str]:
    """The `points` of one polyline for each unbroken run of days."""
    runs: list[list[Dot]] = [[]]
    for dot in dots:
        if dot is None:
            runs.append([])
        else:
            runs[-1].append(dot)
    return [" ".join(f"{d.x:g},{d.y:g}" for d in run) for run in runs if len(run) > 1]
