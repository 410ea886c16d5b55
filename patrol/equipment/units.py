"""A group (一组): one item of the ledger that stands for many like units; a failure says how many, and which. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

NO_UNIT = "no_unit"  # the flag of a filling in which a group failed and nobody said which units


class Failed(NamedTuple):
    """units: 1 to the group's quantity, None when it was not said; which: as it was written, maybe empty."""

    units: int | None
    which: str

    @property
    def told(self) -> bool:
        return self.units is not None and bool(self.which)


def read_units(value: Any) -> int | None:
    """A whole number as typed; None for anything else, which is never a reason to refuse a check."""
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def failed_of(quantity: int, units: int | None, which: str) -> Failed | None:
    """What is kept of a failure; None where it is no group. More than there are, or none at all, is not an answer."""
    if quantity <= 1:
        return None
    return Failed(units if units is not None and 1 <= units <= quantity else None, which.strip())


def failed_in_words(failed: Failed | None, quantity: int, lang: str) -> str:
    """As the note of the hazard has it; "" where nothing was said."""
    if failed is None or failed == (None, ""):
        return ""
    if failed.units is None:
        return failed.which
    text = f"{quantity} 个中 {failed.units} 个" if lang == "zh" else f"{failed.units} of {quantity}"
    return f"{text} ({failed.which})" if failed.which else text


def untold(failures: Mapping[str, Failed | None], by_date: Iterable[str]) -> bool:
    """Whether a failure of a group was left without its units; one that the ledger's date made fails all of them."""
    dates = set(by_date)
    return any(one is not None and not one.told for code, one in failures.items() if code not in dates)
