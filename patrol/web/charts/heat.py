"""Counts in a grid of cells, darker for more."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from patrol.web.charts.axis import Tick
from patrol.web.charts.names import fitted
from patrol.web.charts.names import width as width_of

LEAST_LEFT, MOST_LEFT, GAP = 60.0, 170.0, 12.0  # room for the names, and between them and the cells
MOST_SLOT, DIGIT = 44.0, 8.5  # a cell with the gap beside it, however few they are; how wide a digit in it stands


@dataclass(frozen=True)
class Cell:
    x: float
    y: float
    value: int
    level: int
    url: str | None = None


@dataclass(frozen=True)
class HeatRow:
    """text: as much of the name as fits."""

    name: str
    text: str
    y: float
    cells: list[Cell]


@dataclass(frozen=True)
class Heat:
    width: float
    height: float
    cell_width: float
    cell_height: float
    columns: list[Tick]
    rows: list[HeatRow]
    tight: bool  # numbers need a smaller type
    table: list[list[str | int]]


def heat(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int]]],
    width: float = 560,
    row_height: float = 40,
) -> Heat:
    """Counts in cells.

    rows: (name, one count for each column). Raises ValueError when a row is too short or too long.
    The names take the room they need, up to a third of the width; a longer one is cut, and no two look alike. A few
    cells leave the rest of the width empty.
    """
    names = [name for name, _ in rows]
    left = min(MOST_LEFT, max([LEAST_LEFT, *(width_of(name) + GAP for name in names)]))
    slot = min(MOST_SLOT, (width - left) / max(1, len(columns)))
    top = 22.0
    most = max((max(values, default=0) for _, values in rows), default=0)
    placed = []
    for r, ((name, values), text) in enumerate(zip(rows, fitted(names, left - GAP), strict=True)):
        if len(values) != len(columns):
            raise ValueError(f"{name}: {len(values)} counts for {len(columns)} columns")
        y = top + r * row_height
        cells = [Cell(round(left + slot * c + 1.5, 1), y + 1.5, v, level(v, most)) for c, v in enumerate(values)]
        placed.append(HeatRow(name, text, y + row_height / 2, cells))
    every = 1 if slot >= max((width_of(text) for text in columns), default=0) + 5 else 2
    heads = [Tick(round(left + slot * (i + 0.5), 1), text) for i, text in enumerate(columns) if i % every == 0]
    table: list[list[str | int]] = [[name, *values] for name, values in rows]
    tight = len(str(most)) * DIGIT > slot - 3
    return Heat(width, top + row_height * len(rows), round(slot - 3, 1), row_height - 3, heads, placed, tight, table)


def level(value: float, most: float) -> int:
    """0 for nothing, else 1..5. Up to five the level is the count, so equal counts always look equal."""
    if value <= 0:
        return 0
    return max(1, ceil(value / max(most, 5) * 5))
