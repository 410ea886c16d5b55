"""A number that is the lowest of several (抽 3 路取最小): pure. The item says how many in ``samples``."""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def read_number(value: Any) -> Any:
    """A number as people type it: "0,42" is 0.42; what cannot be read is judged as no number, not refused here."""
    if isinstance(value, str):
        try:
            return float(value.strip().replace(",", ".")) if value.strip() else None
        except ValueError:
            return math.nan
    return value


def read_samples(given: Any) -> Any:
    """A form's {"1": "31", "2": "30"} or a list, as numbers in order; empty ones are left out."""
    if isinstance(given, Mapping):
        given = [given[key] for key in sorted(given)]
    if not isinstance(given, Sequence) or isinstance(given, str):
        return []
    return [number for number in map(read_number, given) if number is not None]


def lowest(item: Mapping[str, Any], samples: Sequence[float], value: float | None) -> float | None:
    """The figure of the item: the lowest of its samples, none while one of them is missing; one that is no number
    makes no number of all."""
    wanted = int(item.get("samples") or 0)
    if item["kind"] != "number" or wanted < 2 or (value is not None and not samples):
        return value  # asked once only; or given as one figure, as an older form or phone does
    if len(samples) < wanted:
        return None
    return math.nan if any(not math.isfinite(one) for one in samples) else min(samples)


def in_words(samples: Sequence[float]) -> str:
    return " / ".join(f"{one:g}" for one in samples)
