"""What a line of an item's file says besides its kind: from where to where, into which state, until when."""

from collections.abc import Callable, Mapping
from typing import Any

from patrol.equipment.dated import DATE_KINDS
from patrol.equipment.equipment import STATES

Words = Callable[[str], str]


def event_detail(kind: str, detail: Mapping[str, Any], words: Words) -> str:
    """On one line; "" where the kind says it all. Places by their names of that day."""
    told = _TOLD.get(kind)
    return told(detail, words) if told else ""


def _way(detail: Mapping[str, Any], _words: Words) -> str:
    names = [detail.get("from_name"), detail.get("to_name")]
    return " → ".join(filter(None, names))


def _state(detail: Mapping[str, Any], words: Words) -> str:
    state = words(STATES.get(detail.get("to", ""), "")) if detail.get("to") else ""
    return " · ".join(filter(None, [state, _stand_in(detail.get("spare"), words)]))


def _stand_in(code: Any, words: Words) -> str:
    return words("%(code)s stands in") % {"code": code} if code else ""


def _spare(detail: Mapping[str, Any], words: Words) -> str:
    return " · ".join(filter(None, [str(detail.get("item") or ""), _way(detail, words)]))


def _next(detail: Mapping[str, Any], words: Words) -> str:
    month = str(detail.get("next") or "")[:7]
    return words("next service %(month)s") % {"month": month} if month and month != "None" else ""


def _paper(detail: Mapping[str, Any], words: Words) -> str:
    kind = DATE_KINDS.get(detail.get("what", ""))
    return f"{words(kind)} {detail.get('on', '')}" if kind else ""


def _work(detail: Mapping[str, Any], _words: Words) -> str:
    return " · ".join(str(detail[name]) for name in ("done", "parts", "readings") if detail.get(name))


def _open(detail: Mapping[str, Any], words: Words) -> str:
    numbers = "、".join(detail.get("open") or ())
    return words("still open: %(numbers)s") % {"numbers": numbers} if numbers else ""


_TOLD: Mapping[str, Callable[[Mapping[str, Any], Words], str]] = {
    "moved": _way,
    "state": _state,
    "spare_in": _spare,
    "spare_out": _spare,
    "spare_stays": _spare,
    "serviced": _next,
    "refilled": _next,
    "dated": _paper,
    "worked": _work,
    "retired": _open,
}
