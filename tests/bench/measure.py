"""What the parts of the bench share: a page's cost, its statements, the floor of raw SQL under them, growth."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from patrol.core.db import db

PAGES = 30


def page_cost(client: FlaskClient, path: str, times: int = PAGES) -> tuple[TestResponse, float]:
    """The page and its CPU seconds. In a context of its own, since ``g`` would otherwise outlive a request."""
    fresh = Context()
    page = fresh.run(client.get, path)
    assert page.status_code == 200, (path, page.status_code)
    start = time.process_time()
    for _ in range(times):
        fresh.run(client.get, path)
    return page, (time.process_time() - start) / times


def statements(client: FlaskClient, path: str) -> list[tuple[str, Any]]:
    """What the page asks the database, in its order, with the values bound."""
    asked: list[tuple[str, Any]] = []

    def listen(*call: Any) -> None:
        asked.append((call[2], call[3]))

    event.listen(db.engine, "before_cursor_execute", listen)
    Context().run(client.get, path)
    event.remove(db.engine, "before_cursor_execute", listen)
    return asked


def database_seconds(asked: Sequence[tuple[str, Any]], times: int = PAGES) -> float:
    """CPU of these statements alone, by the bare driver, with every row fetched."""
    raw = _driver()
    start = time.process_time()
    for _ in range(times):
        for text, values in asked:
            raw.execute(text, values).fetchall()
    return (time.process_time() - start) / times


def steps(asked: Sequence[tuple[str, Any]]) -> int:
    """Hundreds of instructions of SQLite's machine: what the work is, whatever the machine does beside it."""
    raw = _driver()

    def ask() -> None:
        for text, values in asked:
            raw.execute(text, values).fetchall()

    return steps_within(ask)


def steps_within(act: Callable[[], Any]) -> int:
    """The same for whatever asks this context's session, the second time: nothing is compiled then."""
    act()
    raw, count = _driver(), 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    raw.set_progress_handler(tick, 100)
    try:
        act()
    finally:
        raw.set_progress_handler(None, 0)
    return count


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """b of cost = a * size ** b between the smallest and the largest."""
    grown = max(costs[-1], 1e-9) / max(costs[0], 1e-9)
    return round(math.log(grown) / math.log(sizes[-1] / sizes[0]), 3)


def median_of(times: int, act: Callable[[], Any]) -> float:
    """CPU seconds of one act, the first left out."""
    samples = []
    for turn in range(times + 1):
        start = time.process_time()
        act()
        if turn:
            samples.append(time.process_time() - start)
    return statistics.median(samples)


def _driver() -> Any:
    raw = db.session.connection().connection.driver_connection
    assert raw is not None
    return raw
