"""What several charts share: a word on an axis, a share, a figure as people write it."""

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True)
class Tick:
    """A word on an axis."""

    at: float
    text: str


def share(part: float, whole: float) -> float:
    """Percent for rings and bars, 0..100; 100 only when it is all. Nothing to do counts as all done."""
    if whole <= 0:
        return 100.0
    percent = max(0.0, min(100.0, part / whole * 100))
    return 99.9 if 99.95 <= percent < 100 else round(percent, 1)


def number(value: float) -> str:
    """A figure as people write it: no needless zeros, one place at most."""
    if not isfinite(value):
        return "–"
    return f"{value:.1f}".removesuffix(".0")
