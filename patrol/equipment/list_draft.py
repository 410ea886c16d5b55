"""One list on the editor's page: its rows in their order, and what one button of the page does to them. Pure.

Rows are the form's: {"<item's code>": fields}; they are read into items by list_form.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from patrol.equipment.items import CODE, ITEM_KINDS

FRESH = {"required": "1", "photo_on_fail": "1", "severity": "minor", "category": "other"}


def placed(form: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows in the order the page has them (order[]); rows it does not name come after."""
    rows = {key: dict(row) for key, row in _rows(form).items() if isinstance(row, dict)}
    order = [key for key in form.get("order") or () if key in rows] if isinstance(form.get("order"), list) else []
    keys = [*dict.fromkeys(order), *(key for key in rows if key not in order)]
    if not order:
        return rows
    return {key: rows[key] | {"position": str(at)} for at, key in enumerate(keys, 1)}


def acted(rows: Mapping[str, dict[str, Any]], act: str) -> dict[str, dict[str, Any]]:
    """One button: up:<key>, down:<key>, drop:<key>, add:<kind>. What cannot be done changes nothing."""
    what, _, key = act.partition(":")
    keys = list(rows)
    if what == "add" and key in ITEM_KINDS:
        code = free_code("item", keys)
        return _numbered({**rows, code: {"code": code, "kind": key, **FRESH}}, [*keys, code])
    if key not in rows:
        return dict(rows)
    at = keys.index(key)
    to = {"up": at - 1, "down": at + 1}.get(what, -1)
    if what == "drop":
        keys.remove(key)
    elif 0 <= to < len(keys):
        keys[at], keys[to] = keys[to], keys[at]
    return _numbered(rows, keys)


def free_code(stem: str, taken: Iterable[str]) -> str:
    """item_1, item_2 …: nobody has to think of one."""
    used, number = set(taken), 1
    while f"{stem}_{number}" in used:
        number += 1
    return f"{stem}_{number}"


def code_from(title: str, taken: Iterable[str]) -> str:
    """A list's code from its English title."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:32]
    used = set(taken)
    return stem if CODE.fullmatch(stem) and stem not in used else free_code(stem if CODE.match(stem) else "list", used)


def as_rows(items: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Items of a list as the form would send them, so that any list can be a beginning."""
    return {item["code"]: _row(item) for item in items}


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"code": item["code"], "kind": item["kind"], **item["text"]}
    row |= {name: "1" for name in ("required", "photo_on_fail") if item[name]}
    row |= {"severity": item["severity_on_fail"], "category": item["hazard_category_on_fail"]}
    row |= {name: str(item[name]) for name in ("unit", "min", "max", "samples") if item.get(name) is not None}
    if item["kind"] == "choice":
        row["choices"] = {
            choice["code"]: {**choice["text"], **({"fail": "1"} if choice.get("fail") else {})}
            for choice in item["choices"]
        }
    return row


def _rows(form: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = form.get("items")
    return rows if isinstance(rows, dict) else {}


def _numbered(rows: Mapping[str, dict[str, Any]], keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {key: rows[key] | {"position": str(at)} for at, key in enumerate(keys, 1)}
