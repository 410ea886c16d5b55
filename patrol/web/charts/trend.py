"""A reading over time, with the limits it is held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, isfinite, log10

from patrol.web.charts.axis import Tick
from patrol.web.charts.line import Dot

WIDE, MANY = 640, 62  # more than two months of days on so wide a chart: only what is out of limits keeps its mark


@dataclass(frozen=True)
class Limit:
    """A limit's line. low: values below it are out."""

    y: float
    text: str
    low: bool


@dataclass(frozen=True)
class Trend:
    width: float
    height: float
    left: float
    right: float
    base: float
    run: str
    dots: list[Dot]
    limits: list[Limit]
    ticks_x: list[Tick]
    ticks_y: list[Tick]


def trend(
    points: Sequence[tuple[date, float, bool, str]],
    low: float | None = None,
    high: float | None = None,
    width: float = WIDE,
    height: float = 220,
) -> Trend:
    """Values by day, earliest first.

    points: (day, value, out of limits, link). Several on one day stand on one x. The limits are always in sight, so
    that one sees how near they are; a value that is no number is left out.
    """
    points = [point for point in points if isfinite(point[1])]
    left, right, top, base = 46.0, width - 20, 18.0, height - 26.0
    asked = [value for _day, value, _out, _url in points] + [limit for limit in (low, high) if limit is not None]
    bottom, step, count = _axis(min(asked, default=0.0), max(asked, default=1.0))
    span = step * count
    first = points[0][0].toordinal() if points else 0
    days = max(1, points[-1][0].toordinal() - first) if points else 1

    def x(day: date) -> float:
        return round(left + 6 + (day.toordinal() - first) / days * (right - left - 12), 1)

    def y(value: float) -> float:
        return round(base - (value - bottom) / span * (base - top), 1)

    dots = [Dot(x(day), y(value), "miss" if out else "ok", value, str(day), url) for day, value, out, url in points]
    crowded = len(dots) > MANY * width / WIDE
    found = [(limit, is_low) for limit, is_low in ((low, True), (high, False)) if limit is not None]
    return Trend(
        width, height, left, right, base,
        " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots) if len(dots) > 1 else "",
        [dot for dot in dots if not crowded or dot.band == "miss"],
        [Limit(y(limit), f"{limit:g}", is_low) for limit, is_low in found],
        [Tick(x(day), f"{day.month}-{day.day:02d}") for day in _marked([one[0] for one in points], round(width / 90))],
        [Tick(y(bottom + step * n), f"{bottom + step * n:g}") for n in range(count + 1)],
    )  # fmt: skip


def _axis(least: float, most: float) -> tuple[float, float, int]:
    """(where it begins, step, how many steps): round numbers around all values."""
    room = most - least
    if room <= max(abs(most), abs(least), 1.0) / 1e6:  # one value, or as good as one
        room = max(abs(most) / 5, 1.0)
    raw = room / 4
    unit = 10.0 ** floor(log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw)
    bottom = floor(least / step) * step
    return round(bottom, 10), round(step, 10), max(1, ceil((most - bottom) / step))


def _marked(days: Sequence[date], most: int) -> list[date]:
    """Some of the days, evenly, first and last among them."""
    once = sorted(set(days))
    if len(once) <= most:
        return once
    return [once[round(n * (len(once) - 1) / (most - 1))] for n in range(most)]
