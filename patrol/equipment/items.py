"""Whether a checklist's items are sound: pure, no database. Items are dicts as in patrol/catalog/checklists."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from patrol.core.problems import N_, Problem
from patrol.hazards.category import categories

ITEM_KINDS: Mapping[str, str] = {
    "pass_fail": N_("Pass or fail"),
    "number": N_("Number"),
    "choice": N_("Choice"),
    "text": N_("Text"),
    "photo": N_("Photo"),
    "signature": N_("Signature"),
}
INTERVALS: Mapping[int, str] = {
    0: N_("On demand"),
    1: N_("Daily"),
    7: N_("Weekly"),
    15: N_("Half-monthly"),
    30: N_("Monthly"),
    180: N_("Half-yearly"),
    365: N_("Yearly"),
}
SEVERITIES = ("minor", "major", "critical")
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_ITEMS, MAX_CHOICES, MAX_TEXT = 80, 12, 200


def checked_items(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The items with only what belongs to their kind, in the catalogue's form, numbers as numbers.

    Refuses the first thing that is wrong, naming the item by its place in the list (from 1).
    """
    if not 1 <= len(items) <= MAX_ITEMS:
        raise Problem("list.items", N_("A list needs between 1 and %(most)s items."), field="items", most=MAX_ITEMS)
    clean = [_item(item, number) for number, item in enumerate(items, 1)]
    codes = [item["code"] for item in clean]
    for number, code in enumerate(codes, 1):
        if code in codes[: number - 1]:
            raise _wrong("list.code_twice", N_("Item %(number)s: this code is already used. Choose another."), number)
    return clean


def _item(item: Mapping[str, Any], number: int) -> dict[str, Any]:
    code, kind = str(item.get("code") or ""), str(item.get("kind") or "")
    if not CODE.fullmatch(code):
        raise _wrong(
            "list.code", N_("Item %(number)s: a code has small letters, digits and _ and begins with a letter."), number
        )
    if kind not in ITEM_KINDS:
        raise _wrong("list.kind", N_("Item %(number)s: choose what kind of answer it takes."), number)
    clean: dict[str, Any] = {"code": code, "text": _both(item.get("text"), number), "kind": kind}
    if kind == "number":
        clean.update(_bounds(item, number))
    if kind == "choice":
        clean["choices"] = _choices(item.get("choices"), number)
    clean["required"] = bool(item.get("required"))
    return clean | _on_fail(item, clean, number)


def _both(text: Any, number: int) -> dict[str, str]:
    words = {code: str((text or {}).get(code) or "").strip()[:MAX_TEXT] for code in ("zh", "en")}
    if not all(words.values()):
        raise _wrong("list.text", N_("Item %(number)s: write the text in both languages."), number)
    return words


def _bounds(item: Mapping[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = {"unit": str(item.get("unit") or "").strip()[:12]}
    for name in ("min", "max"):
        if item.get(name) not in (None, ""):
            found[name] = _number(item[name], number)
    if "min" in found and "max" in found and found["min"] > found["max"]:
        raise _wrong("list.bounds", N_("Item %(number)s: the lowest value is above the highest."), number)
    if item.get("samples"):  # the lowest of so many is the value
        found["samples"] = min(9, max(2, int(_number(item["samples"], number))))
    return found


def _number(value: Any, number: int) -> float | int:
    try:
        read = float(value)
    except (TypeError, ValueError):
        read = math.nan
    if not math.isfinite(read):
        raise _wrong("list.number", N_("Item %(number)s: a limit must be a number."), number)
    return int(read) if read.is_integer() else read


def _choices(choices: Any, number: int) -> list[dict[str, Any]]:
    rows = list(choices or ())
    if not 2 <= len(rows) <= MAX_CHOICES:
        raise _wrong("list.choices", N_("Item %(number)s: a choice needs at least two answers."), number)
    clean: list[dict[str, Any]] = []
    for row in rows:
        code = str(row.get("code") or "")
        if not CODE.fullmatch(code) or code in [one["code"] for one in clean]:
            raise _wrong("list.choice_code", N_("Item %(number)s: each answer needs a code of its own."), number)
        clean.append({"code": code, "text": _both(row.get("text"), number), "fail": bool(row.get("fail"))})
    return clean


def _on_fail(item: Mapping[str, Any], clean: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What a failure calls for. An item that cannot fail calls for nothing."""
    if not can_fail(clean):
        return {"photo_on_fail": False, "severity_on_fail": None, "hazard_category_on_fail": None}
    severity, category = item.get("severity_on_fail"), item.get("hazard_category_on_fail")
    if severity not in SEVERITIES:
        raise _wrong("list.severity", N_("Item %(number)s: choose how severe a failure is."), number)
    if not isinstance(category, str) or category not in categories():
        raise _wrong("list.category", N_("Item %(number)s: choose which hazard a failure is."), number)
    return {
        "photo_on_fail": bool(item.get("photo_on_fail")),
        "severity_on_fail": severity,
        "hazard_category_on_fail": category,
    }


def can_fail(item: Mapping[str, Any]) -> bool:
    if item["kind"] == "choice":
        return any(choice.get("fail") for choice in item["choices"])
    return item["kind"] in ("pass_fail", "number")


def _wrong(code: str, text: str, number: int) -> Problem:
    return Problem(code, text, field=f"items.{number}", number=number)
