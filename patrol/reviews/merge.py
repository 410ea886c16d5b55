"""Adding one counted dict into another."""

from typing import Any

EARLIEST = frozenset({"first_scan", "valid_until"})
LATEST = frozenset({"last_scan"})


def add_into(total: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Add `other` into `total` in place and give it back; `other` shares nothing with it afterwards.

    Numbers add up, lists join, inner dicts are added key by key, a text is the last one given; first_scan and
    valid_until keep the earliest, last_scan the latest. None means nothing known yet.
    """
    for key, value in other.items():
        if type(value) is int:  # nearly all there is
            total[key] = (total.get(key) or 0) + value
        elif type(value) is dict:
            total[key] = add_into(total.get(key) or {}, value)
        else:
            total[key] = _joined(key, total.get(key), value)
    return total


def _joined(key: str, mine: Any, value: Any) -> Any:
    if isinstance(value, list):
        joined = [] if mine is None else mine
        joined.extend(value)
        return joined
    if mine is None or value is None:
        return mine if value is None else value
    if key in EARLIEST:
        return min(mine, value)
    if key in LATEST:
        return max(mine, value)
    return value if isinstance(value, str) else mine + value
