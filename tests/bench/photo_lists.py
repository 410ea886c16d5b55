"""P7 for photos: pages of the photo log under each filter, the first and a deep one, as one site's photos grow."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from patrol.core.clock import now
from patrol.core.db import db
from patrol.sites.place import Place
from tests.bench.history import BLOCK, make_history
from tests.bench.measure import exponent, page_cost, statements, steps
from tests.system.conftest import database, token_cookie

A_DAY, TIMES, DEEP = 280, 7, 25


def photo_lists(folder: Path, photos: tuple[int, ...]) -> dict[str, Any]:
    taken = {size: _measure(folder / str(size), size) for size in photos}
    smallest, largest = min(taken), max(taken)
    found = {}
    for name, cost in taken[largest].items():
        found[name] = {
            "first_ms": cost["first_ms"],
            "deep_ms": cost["deep_ms"],
            "queries": cost["queries"],
            "deep_to_first": round(cost["deep_steps"] / max(cost["steps"], 1), 2),
            "exponent": exponent([smallest, largest], [taken[smallest][name]["steps"], cost["steps"]]),
        }
    return {"photos": largest, "filters": found, "goal": "exponent <= 0.1, deep <= 1.3 x first, queries <= 6"}


def _measure(instance: Path, size: int) -> dict[str, Any]:
    make_history(instance, blocks=max(1, round(size / A_DAY / BLOCK)), photos_a_day=A_DAY)
    with database(instance) as app:
        client = app.test_client()
        token_cookie(client, "0101")
        return {name: _cost(client, path) for name, path in _filters().items()}


def _filters() -> dict[str, str]:
    place = db.session.scalars(db.select(Place.id).where(Place.kind == "spot")).first()
    above = db.session.scalars(db.select(Place.id).where(Place.kind == "building")).first()
    asked: dict[str, dict[str, Any]] = {
        "none": {},
        "place": {"place": place},
        "building": {"place": above},
        "kind": {"kind": "before"},
        "month": {"to": now().date()},
    }
    return {name: f"/photos?{urlencode(filters)}" for name, filters in asked.items()}


def _cost(client: FlaskClient, path: str) -> dict[str, Any]:
    page, cpu = page_cost(client, path, TIMES)
    asked = statements(client, path)
    deep = _deep(client, path, page.text)
    _page, deep_cpu = page_cost(client, deep, TIMES)
    return {
        "first_ms": round(cpu * 1000, 1),
        "deep_ms": round(deep_cpu * 1000, 1),
        "queries": len(asked),
        "steps": steps(asked),
        "deep_steps": steps(statements(client, deep)),
    }


def _deep(client: FlaskClient, path: str, html: str) -> str:
    """The page that so many times "older" leads to."""
    for _ in range(DEEP):
        older = re.search(r'href="([^"]*[?&;](?:before)=[^"]*)"', html)
        if older is None:
            break
        path = unescape(older[1])
        path = path if path.startswith("/") else f"/photos{path}"
        html = client.get(path).text
    return path
