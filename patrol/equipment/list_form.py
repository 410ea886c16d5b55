"""The editor's form back into items. Pure; what is wrong with them is said by items.checked_items."""

from collections.abc import Mapping, Sequence
from typing import Any


def edited_items(items: Sequence[Mapping[str, Any]], rows: Any, empty: bool = False) -> list[dict[str, Any]]:
    """The items as the form says, in the order of their positions.

    rows: {"<code>": fields} with zh, en, required, photo_on_fail, severity, category, unit, min, max, position,
    remove, choices; a fresh item says its code and kind itself and counts only when it has a text, or with
    ``empty``. Items the form does not speak of are dropped.
    """
    known = {item["code"]: item for item in items}
    kept: list[tuple[int, dict[str, Any]]] = []
    for key, given in rows.items() if isinstance(rows, dict) else ():
        if not isinstance(given, dict) or given.get("remove"):
            continue
        old = known.get(key)
        if old is None and not empty and not (given.get("zh") or given.get("en")):
            continue
        kept.append((_position(given, len(kept)), _item(key, old, given)))
    return [item for _at, item in sorted(kept, key=lambda pair: pair[0])]


def _item(key: str, old: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    kind = old["kind"] if old else str(given.get("kind", "pass_fail"))
    item: dict[str, Any] = {
        "code": key if old else str(given.get("code", "")).strip(),
        "text": _both(given),
        "kind": kind,
        "required": bool(given.get("required")),
        "photo_on_fail": bool(given.get("photo_on_fail")),
        "severity_on_fail": given.get("severity"),
        "hazard_category_on_fail": given.get("category"),
    }
    if kind == "number":
        item["unit"] = str(given.get("unit", ""))
        samples = old.get("samples") if old else given.get("samples")
        if samples:
            item["samples"] = samples
        for bound in ("min", "max"):
            if given.get(bound):
                item[bound] = str(given[bound]).replace(",", ".")
    if kind == "choice":
        item["choices"] = _choices(old["choices"] if old else (), given.get("choices"))
    return item


def _choices(before: Sequence[Mapping[str, Any]], rows: Any) -> list[dict[str, Any]]:
    """Known answers with their new words, then fresh ones that have a text."""
    codes = {choice["code"] for choice in before}
    found = []
    for key, given in rows.items() if isinstance(rows, dict) else ():
        if not isinstance(given, dict) or given.get("remove") or not (given.get("zh") or given.get("en")):
            continue
        code = key if key in codes else str(given.get("code") or key).strip()
        found.append({"code": code, "text": _both(given), "fail": bool(given.get("fail"))})
    return found


def _both(given: Mapping[str, Any]) -> dict[str, str]:
    return {"zh": str(given.get("zh", "")), "en": str(given.get("en", ""))}


def _position(given: Mapping[str, Any], default: int) -> int:
    text = str(given.get("position", ""))
    return int(text) if text.isdigit() else 1000 + default
