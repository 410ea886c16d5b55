"""How many rows of a table find room on a printed page, whose length is given. Pure."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Generic, NamedTuple, TypeVar

from patrol.web.charts.names import width

T = TypeVar("T")


class Fitted(NamedTuple, Generic[T]):
    """hidden: how many rows found no room."""

    rows: list[T]
    hidden: int


def lines_of(*cells: tuple[str, float]) -> int:
    """Lines that a row takes: those of its longest cell. cells: (text, how many Chinese characters fit beside
    each other)."""
    return max((ceil(width(text, 1) / room) or 1 for text, room in cells), default=1)


def fit(rows: Sequence[T], lines: int, cost: Callable[[T], int] = lambda _row: 1) -> Fitted[T]:
    """The first rows that take at most ``lines`` together, in their order, but at least one: a list that is not
    empty must not look empty."""
    shown: list[T] = []
    for row in rows:
        lines -= cost(row)
        if lines < 0 and shown:
            break
        shown.append(row)
    return Fitted(shown, len(rows) - len(shown))
