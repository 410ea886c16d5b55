"""How an item stands on the form: pure, so that the page and its preview show the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from patrol.equipment.judge import bounds
from patrol.equipment.service_life import PastDue
from patrol.hazards.category import categories


def item_rows(
    items: Sequence[Mapping[str, Any]],
    limits: Mapping[str, Any],
    said: Mapping[str, Any],
    past: PastDue | None = None,
    ask: str | None = None,
) -> list[dict[str, Any]]:
    """One dict an item: the item itself with ``number`` (from 1), ``low`` and ``high`` in force for this thing,
    ``said`` (what was entered before), ``last`` (the last value), ``good`` and ``bad`` choices, ``taps``
    (a choice that reads as pass or fail with its reasons), ``team`` (who gets the hazard), ``past`` (the ledger's
    date by which it cannot pass: it stands on fail), ``ask`` (its photo is asked for by lot)."""
    rows = []
    for number, item in enumerate(items, 1):
        before = said.get(item["code"])
        low, high = bounds(item, limits.get(item["code"])) if item["kind"] == "number" else (None, None)
        good = [choice for choice in item.get("choices", ()) if not choice.get("fail")]
        bad = [choice for choice in item.get("choices", ()) if choice.get("fail")]
        since = past.since if past is not None and past.item == item["code"] else None
        words = dict(before) if isinstance(before, dict) else {}
        category = categories().get(item.get("hazard_category_on_fail") or "")
        rows.append(
            {
                **item,
                "number": number,
                "low": _plain(low),
                "high": _plain(high),
                "said": words | {"result": "fail"} if since else words,
                "past": since,
                "ask": item["code"] == ask,
                "last": None,
                "good": good,
                "bad": bad,
                "taps": len(good) == 1 and 1 <= len(bad) <= 4,
                "team": category["default_team"] if category else None,
            }
        )
    return rows


def _plain(value: float | None) -> float | int | None:
    """2.0 reads 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
