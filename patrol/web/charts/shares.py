"""One bar a row: a part of a whole, from zero to all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from patrol.web.charts.names import fitted
from patrol.web.charts.names import width as width_of

LEAST_LEFT, MOST_LEFT, GAP, NUMBERS = 60.0, 170.0, 12.0, 150.0


@dataclass(frozen=True)
class ShareRow:
    """text: as much of the name as fits. high: at or over the mark. counts: "12 / 40"."""

    name: str
    text: str
    y: float
    length: float
    percent: str
    counts: str
    high: bool


@dataclass(frozen=True)
class Shares:
    width: float
    height: float
    left: float
    right: float
    warn_x: float | None
    rows: list[ShareRow]
    table: list[list[str]]


def shares(
    rows: Sequence[tuple[str, int, int]], warn: float | None = None, width: float = 700, row_height: float = 22
) -> Shares:
    """rows: (name, part, whole), no whole below its part. warn: percent from which a row is marked.

    Percentages are rounded down to one decimal; a whole of 0 has no bar and shows "—".
    """
    names = [name for name, _, _ in rows]
    left = min(MOST_LEFT, max([LEAST_LEFT, *(width_of(name) + GAP for name in names)]))
    right = width - NUMBERS
    made = []
    for i, ((name, part, whole), text) in enumerate(zip(rows, fitted(names, left - GAP), strict=True)):
        tenths = part * 1000 // whole if whole else None
        made.append(
            ShareRow(
                name,
                text,
                round(row_height * (i + 0.5), 1),
                round((right - left) * part / whole, 1) if whole else 0.0,
                "—" if tenths is None else f"{tenths // 10}.{tenths % 10}%",
                f"{part:,} / {whole:,}",
                warn is not None and tenths is not None and tenths >= warn * 10,
            )
        )
    mark = None if warn is None or not rows else round(left + (right - left) * warn / 100, 1)
    table = [[row.name, f"{p:,}", f"{w:,}", row.percent] for row, (_, p, w) in zip(made, rows, strict=True)]
    return Shares(width, row_height * len(rows), left, right, mark, made, table)
