"""Counts in a grid of cells, darker for more."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from patrol.web.charts.axis import Tick


@dataclass(frozen=True)
class Cell:
    x: float
    y: float
    value: int
    level: int
    url: str | None = None


@dataclass(frozen=True)
class HeatRow:
    name: str
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
    table: list[list[str | int]]


def heat(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int]]],
    width: float = 560,
    left: float = 80,
    row_height: float = 40,
) -> Heat:
    """Counts in cells.

    rows: (name, one count for each column). Raises ValueError when a row is too short or too long.
    """
    slot = (width - left) / max(1, len(columns))
    top = 22.0
    most = max((max(values, default=0) for _, values in rows), default=0)
    placed = []
    for r, (name, values) in enumerate(rows):
        if len(values) != len(columns):
            raise ValueError(f"{name}: {len(values)} counts for {len(columns)} columns")
        y = top + r * row_height
        cells = [Cell(round(left + slot * c + 1.5, 1), y + 1.5, v, level(v, most)) for c, v in enumerate(values)]
        placed.append(HeatRow(name, y + row_height / 2, cells))
    heads = [Tick(round(left + slot * (i + 0.5), 1), text) for i, text in enumerate(columns)]
    table: list[list[str | int]] = [[name, *values] for name, values in rows]
    return Heat(width, top + row_height * len(rows), round(slot - 3, 1), row_height - 3, heads, placed, table)


def level(value: float, most: float) -> int:
    """0 for nothing, else 1..5. Up to five the level is the count, so equal counts always look equal."""
    if value <= 0:
        return 0
    return max(1, ceil(value / max(most, 5) * 5))
