"""What changed after a card was signed: the signed one beside the one that the facts would make now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PARTS = ("hazards", "missed", "running", "equipment", "promises", "notes")
# A round's progress is no news, nor is a hazard's place in the list: only what somebody would act on.
_SAID = {
    "hazards": ("severity", "state", "due_at"),
    "missed": ("lost", "reasons"),
    "running": (),
    "equipment": ("state",),
    "promises": ("due_at", "who", "team"),
    "notes": (),
}


@dataclass(frozen=True, slots=True)
class Change:
    """part: hazards, missed, ...; kind: new, gone, or other (what stands there now); row: the newer one if there is."""

    part: str
    kind: Literal["new", "gone", "other"]
    row: Mapping[str, Any]


def changes(signed: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """New ones, then what changed, then what is gone, part by part."""
    found: list[Change] = []
    for part in PARTS:
        before = {_key(row): row for row in signed.get(part, ())}
        after = {_key(row): row for row in now.get(part, ())}
        found += [Change(part, "new", row) for key, row in after.items() if key not in before]
        found += [
            Change(part, "other", row)
            for key, row in after.items()
            if key in before and _said(part, row) != _said(part, before[key])
        ]
        found += [Change(part, "gone", row) for key, row in before.items() if key not in after]
    return found


def _key(row: Mapping[str, Any]) -> Any:
    return row.get("id") or (row.get("at"), row.get("text"))


def _said(part: str, row: Mapping[str, Any]) -> list[Any]:
    return [row.get(name) for name in _SAID[part]]
