"""Whether a list was looked at or only tapped through: answered faster than one can read, or never a fault. Pure.

Both are flags for a supervisor and ask for one photo the next time. They refuse nothing and prove nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

FAST_READER = {"zh": 15.0, "en": 40.0}  # characters a second of somebody who skims
GLANCE, TYPING = 0.4, 1.0  # seconds to look up from a line, and to enter a number or words
STREAK, EVERY = 20, 10  # all good so many times in a row; then looked at again every so many
ENOUGH_OF_OTHERS = 20
CHANCE = 0.05  # what chance still explains is not odd


def least_seconds(items: Sequence[Mapping[str, Any]], answered: Mapping[str, Any], lang: str) -> float:
    """The shortest time in which the answered items can be read, looked at and entered."""
    return round(sum(_item_seconds(item, lang) for item in items if item["code"] in answered), 1)


def too_fast(
    items: Sequence[Mapping[str, Any]], answered: Mapping[str, Any], took: timedelta | None, lang: str
) -> bool:
    """``took``: from opening the list to finishing it, the way there included; None (not known) is never too fast."""
    return took is not None and took.total_seconds() < least_seconds(items, answered, lang)


def always_pass(streak: int, others_failed: int, others_total: int) -> bool:
    """Whether so many good ones in a row are hardly chance, going by how often others find something.

    streak: this person's fillings of the list since the last one with a fault (or since this was last said).
    others: of the same list at this site. Looked at at 20, 30, 40 …, so that a long streak is not said each time.
    """
    if streak < STREAK or streak % EVERY or others_total < ENOUGH_OF_OTHERS:
        return False
    return bool((1 - others_failed / others_total) ** streak < CHANCE)


def item_to_show(items: Sequence[Mapping[str, Any]], draw: UUID) -> str | None:
    """The item whose photo is asked for: by lot, the same for the same draw; None when the list has none to show."""
    shown = [item["code"] for item in items if item["required"] and item["kind"] in ("pass_fail", "choice", "number")]
    return shown[draw.int % len(shown)] if shown else None


def _item_seconds(item: Mapping[str, Any], lang: str) -> float:
    reading = len(item["text"][lang]) / FAST_READER[lang]
    return reading + GLANCE + (TYPING if item["kind"] in ("number", "text") else 0)
