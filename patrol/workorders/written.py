"""What was typed into the form of a step that has no place any more: shown again, so that nothing typed is lost."""

from collections.abc import Mapping
from typing import Any

TYPED = (
    "note", "interim", "target", "transferred_to", "reference", "due_at", "fee", "fee_note", "materials",
    "appointment_at", "promised_at",
)  # fmt: skip


def written(sent: Mapping[str, Any]) -> list[str]:
    return [str(sent[name]) for name in TYPED if sent.get(name)]
