"""P7 for orders: a page of every filter at 10,000 and at 100,000 orders, the first page beside a deep one."""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from patrol.accounts.reader import reader_by_token
from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db
from patrol.hazards.category import categories
from patrol.hazards.kind import KIND
from patrol.sites.place import Place
from patrol.workorders.board import board
from patrol.workorders.lists import listed
from patrol.workorders.narrowing import Asked, Filter, choices
from patrol.workorders.order import WorkOrder
from tests.bench.measure import exponent, steps_within
from tests.conftest import token_of
from tests.system.conftest import build_site, database
from tests.workorders.many import many_orders

SIZES, TURNS, DEEP = (10_000, 100_000), 25, 40
Pages = dict[str, Callable[[], Any]]  # "first page of overdue" -> reads it


def lists(folder: Path) -> dict[str, Any]:
    """Milliseconds of database and Python by filter, how they grow, and the most queries of any page.

    The small and the large database are asked turn by turn, so that what else the machine does falls on both.
    """
    with ExitStack() as open_databases:
        stages = [_stage(open_databases, folder / str(size), size) for size in SIZES]
        queries = max(_queries(app, act) for app, pages in stages for act in pages.values())
        found = {name: _cost(stages, name) for name in stages[0][1] if not name.startswith("deep ")}
    return {"orders": SIZES[1], "queries": queries, "filters": found, "goal": "exponent <= 0.1, deep <= 1.3 x first"}


def _stage(open_databases: ExitStack, instance: Path, size: int) -> tuple[Flask, Pages]:
    instance.mkdir(parents=True)
    app = open_databases.enter_context(database(instance))
    world = build_site()
    places = list(db.session.scalars(db.select(Place.id).where(Place.site_id == world.site_id)))
    people = list(db.session.scalars(db.select(User)))
    many_orders(world.site_id, size, places=places, users=[person.id for person in people], until=now())
    by = reader_by_token(token_of(_leader(people)), now())
    assert by is not None
    pages: Pages = {}
    for name, narrowed in _filters(places, people).items():
        asked = Asked(KIND, by, narrowed, now())
        pages[name] = partial(_page, asked, None)
        pages[f"deep {name}"] = partial(_page, asked, _deep(asked))
    pages["board"] = partial(board, Asked(KIND, by, Filter(), now()))
    return app, pages


def _cost(stages: list[tuple[Flask, Pages]], name: str) -> dict[str, Any]:
    """first, deep: CPU milliseconds with the most orders; exponents of the CPU and of the database's own steps."""
    acts = [(app, pages[key]) for app, pages in stages for key in (name, f"deep {name}") if key in pages]
    small, *_deep_of_small, large, deep = _turns(acts) if len(acts) == 4 else [*_turns(acts), None]
    first = [(app, pages[name]) for app, pages in stages]
    told = {"first_ms": round(large * 1000, 2), "exponent": exponent(SIZES, (small, large))}
    told["exponent_of_steps"] = exponent(SIZES, [_steps(app, act) for app, act in first])
    return told | ({"deep_to_first": round(deep / large, 2)} if deep else {})


def _turns(acts: list[tuple[Flask, Callable[[], Any]]]) -> list[float]:
    """The median CPU seconds of each, asked in turn."""
    samples: list[list[float]] = [[] for _act in acts]
    for turn in range(TURNS + 1):
        for kept, (app, act) in zip(samples, acts, strict=True):
            with app.app_context():
                begun = time.process_time()
                act()
                if turn:
                    kept.append(time.process_time() - begun)
    return [statistics.median(kept) for kept in samples]


def _steps(app: Flask, act: Callable[[], Any]) -> int:
    with app.app_context():
        return steps_within(act)


def _leader(people: list[User]) -> User:
    """Whoever sees everything."""
    for person in people:
        reader = reader_by_token(token_of(person), now())
        if reader is not None and reader.may("order.see_all"):
            return person
    raise RuntimeError("nobody on the bench's site sees all orders")


def _filters(places: list[Any], people: list[User]) -> dict[str, Filter]:
    top = db.session.scalars(db.select(Place.id).where(Place.parent_id.is_(None))).first()
    return {
        "none": Filter(),
        "severity": Filter(severity="critical"),
        "category": Filter(subject=next(iter(categories()))),
        "state": Filter(state="closed"),
        "person": Filter(person=people[0].id),
        "team": Filter(team="greening"),
        "place": Filter(place=places[0]),
        "building": Filter(building=top),
        "words": Filter(words=db.session.get_one(Place, (_site(), places[0])).full_name[-2:]),
        "overdue": Filter(overdue=True),
        "severity and state": Filter(severity="critical", state="rejected"),
        "two that never meet": Filter(person=people[0].id, team="cleaning"),
    }


def _site() -> Any:
    return db.session.scalars(db.select(WorkOrder.site_id).limit(1)).one()


def _page(asked: Asked, cursor: str | None) -> str | None:
    _buildings, _people, told = choices(asked)
    return listed(told, cursor)[1]


def _deep(asked: Asked) -> str | None:
    cursor = None
    for _page_no in range(DEEP):
        further = listed(asked, cursor)[1]
        if further is None:
            break
        cursor = further
    return cursor


def _queries(app: Flask, act: Callable[[], Any]) -> int:
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(given[2])

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        act()
        event.remove(db.engine, "before_cursor_execute", note)
    return len(said)
