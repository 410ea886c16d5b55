"""The fingerprint of a row: what it says, in few bytes, the same on every database."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MARK = 16  # bytes


def fingerprint(row: Mapping[Any, Any]) -> bytes:
    """Of what a row says, the same on every database; a column that is added later and empty changes nothing."""
    said = {str(name): _plain(value) for name, value in row.items() if value is not None}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()[:MARK]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, bool | int | str | list | dict) else str(value)
