"""Imports and foreign keys point down the floors only; doors never import each other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from patrol.core.db import db

PATROL = Path(__file__).parents[1] / "patrol"
FLOORS: list[set[str]] = [  # from the ground up; a package may import its own floor only where ORDER says so
    {"core"},
    {"web", "catalog", "frontend", "translations", "lan"},
    {"journal"},
    {"sites"},
    {"accounts"},
    {"photos"},
    {"workorders"},
    {"owners"},  # who asked, below what becomes of it
    {"hazards", "repairs", "complaints"},
    {"equipment"},
    {"maintenance"},
    {"rounds"},
    {"weather"},
    {"reviews", "briefings"},
    {"sync", "pwa", "exports", "notices"},
    {"demo"},
]
HEIGHT = {name: height for height, floor in enumerate(FLOORS) for name in floor}
DOORS = {"sync", "pwa", "exports", "notices"}
ROOF = {"app", "cli", "serve", "settings", "start", "backup", "verify", "words", "_build"}
FLASK_ROOMS = {"web", "sync", "pwa"} | ROOF


def files() -> Iterator[tuple[str, Path]]:
    for path in sorted(PATROL.rglob("*.py")):
        parts = path.relative_to(PATROL).parts
        if parts[0] != "migrations" and len(parts) > 1:
            yield parts[0], path


def is_door(path: Path) -> bool:
    """views.py, cli.py, and the parts a long one was cut into (views/people.py, views_review.py)."""
    return path.parent.name == "views" or bool({"views", "cli"} & set(path.stem.split("_")))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(top package, whole name) of everything a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0], node.module


def test_imports_point_down():
    wrong = []
    for package, path in files():
        for top, name in imports(path):
            parts = name.split(".")
            if top != "patrol" or len(parts) < 2 or parts[1] == package:
                continue
            other = parts[1]
            if other in ROOF:
                if not is_door(path):
                    wrong.append(f"{path.relative_to(PATROL)} imports the roof: {name}")
            elif is_door(path):
                if {"views", "cli"} & set(parts[-1].split("_")):
                    wrong.append(f"{path.relative_to(PATROL)}: a door imports a door: {name}")
            elif HEIGHT[other] > HEIGHT[package] or (HEIGHT[other] == HEIGHT[package] and other in DOORS):
                wrong.append(f"{path.relative_to(PATROL)} imports up: {name}")
    assert not wrong, "\n".join(wrong)


def test_only_doors_web_and_the_roof_know_flask():
    wrong = [
        f"{path.relative_to(PATROL)} imports {name}"
        for package, path in files()
        if package not in FLASK_ROOMS and not is_door(path)
        for top, name in imports(path)
        if top.startswith("flask") and name != "flask_sqlalchemy"
    ]
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def owners() -> dict[str, str]:
    """table -> the package it is defined in."""
    from patrol.core.db import Base

    return {mapper.local_table.name: mapper.class_.__module__.split(".")[1] for mapper in Base.registry.mappers}


def test_foreign_keys_point_down(owners):
    wrong = [
        f"{table.name} -> {key.referred_table.name}"
        for table in db.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if HEIGHT[owners[key.referred_table.name]] > HEIGHT[owners[table.name]]
    ]
    assert not wrong, "\n".join(wrong)


def test_every_row_of_a_site_is_named_by_site_and_id(owners):
    """Global tables are few and named here; everything else carries the site in its key."""
    everywhere = {"site", "user", "device", "ticket", "attempt", "push_subscription", "notice_choice"}
    loose = [
        table.name
        for table in db.metadata.sorted_tables
        if table.name not in everywhere and "site_id" not in {column.name for column in table.primary_key}
    ]
    assert not loose, loose
