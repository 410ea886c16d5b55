"""Category (隐患类别): the 69 kinds of the catalogue, with first action, legal basis, team and hours."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from patrol.core.problems import N_, Problem

Category = Mapping[str, Any]  # code, group, name, short, default_*, spot_fix, immediate_action, basis

CATALOG = Path(__file__).resolve().parent.parent / "catalog"

GROUPS: dict[str, str] = {
    "falling": N_("Falling objects"),
    "fire_access": N_("Evacuation and fire access"),
    "fire_equipment": N_("Fire installations"),
    "electrical": N_("Electrical"),
    "lift": N_("Lift"),
    "water": N_("Water and drainage"),
    "gas": N_("Gas"),
    "security_tech": N_("Security technology"),
    "public_area": N_("Public areas"),
    "environment": N_("Environment"),
    "management": N_("Management matters"),
}

# What is offered first on a site that has no history yet.
FIRST_CHOICES = (
    "balcony_flowerpot",
    "loose_facade_tile",
    "window_sash",
    "evac_route_blocked",
    "ebike_stairwell",
    "water_leak",
    "lighting_fault",
)


@cache
def categories() -> dict[str, Category]:
    """All categories by code, in the catalogue's order. ``short`` is the name that fits a chip."""
    listed = json.loads((CATALOG / "hazard_categories.json").read_text(encoding="utf-8"))
    short = json.loads((CATALOG / "hazard_short_names.json").read_text(encoding="utf-8"))
    return {item["code"]: {**item, "short": short[item["code"]]} for item in listed}


def category(code: str) -> Category:
    """One category; refuses (422) a code that is not in the catalogue."""
    found = categories().get(code)
    if found is None:
        raise Problem("hazard.category", N_("Choose what the problem is."), field="category")
    return found


def grouped() -> list[tuple[str, list[Category]]]:
    """(group code, its categories), both in the catalogue's order."""
    groups: dict[str, list[Category]] = {group: [] for group in GROUPS}
    for item in categories().values():
        groups[item["group"]].append(item)
    return [(group, items) for group, items in groups.items() if items]


def search(words: str, limit: int = 20) -> list[Category]:
    """Categories whose code, names or first action hold every word, in either language."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    found = (item for item in categories().values() if all(word in _text(item) for word in wanted))
    return list(found)[:limit]


def _text(item: Category) -> str:
    parts = (item["name"], item["short"], item["immediate_action"])
    return f"{item['code']} {' '.join(part[language] for part in parts for language in ('zh', 'en'))}".casefold()
