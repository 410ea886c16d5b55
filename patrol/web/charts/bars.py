"""Pairs of bars from zero."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    value: float
    text_x: float


@dataclass(frozen=True)
class Group:
    label: str
    x: float
    a: Bar
    b: Bar


@dataclass(frozen=True)
class Bars:
    width: float
    height: float
    base: float
    groups: list[Group]


def bars(pairs: Sequence[tuple[str, float, float]], width: float = 262, height: float = 172) -> Bars:
    """Pairs of bars that start at zero: (label, hatched value, solid value), values not negative."""
    base, top = height - 24.0, 22.0
    most = max((max(a, b) for _, a, b in pairs), default=0) or 1
    slot = width / max(1, len(pairs))
    thick = round(min(20.0, slot * 0.31), 1)

    def bar(x: float, value: float) -> Bar:
        tall = round(value / most * (base - top), 1)
        return Bar(round(x, 1), round(base - tall, 1), thick, tall, value, round(x + thick / 2, 1))

    groups = []
    for i, (label, a, b) in enumerate(pairs):
        middle = slot * (i + 0.5)
        groups.append(Group(label, round(middle, 1), bar(middle - thick - 2, a), bar(middle + 2, b)))
    return Bars(width, height, base, groups)
