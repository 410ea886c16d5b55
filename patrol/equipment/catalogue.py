"""What the trade's catalogue holds for this package: the lists to begin with, and the words."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_ROOT = files("patrol") / "catalog"


@cache
def catalogue_lists() -> tuple[Mapping[str, Any], ...]:
    """Every checklist a site begins with, by code. Treat as read-only: the same dicts are handed to all."""
    found = [file for file in (_ROOT / "checklists").iterdir() if file.name.endswith(".json")]
    return tuple(json.loads(file.read_text("utf-8")) for file in sorted(found, key=lambda file: file.name))


@cache
def glossary() -> Mapping[str, Mapping[str, str]]:
    """ "fire.fire_pump" -> {"zh", "en"}."""
    return json.loads((_ROOT / "glossary.json").read_text("utf-8"))
