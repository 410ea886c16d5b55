"""P7 for orders: a page of every filter at 10,000 and at 100,000 orders, the first page beside a deep one."""

import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from patrol.accounts.reader import reader_by_token
from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db
from patrol.hazards.category import categories
from patrol.hazards.kind import KIND
from patrol.sites.place import Place
from patrol.workorders.lists import Asked, Filter, board, choices, listed
from patrol.workorders.order import WorkOrder
from tests.conftest import token_of
from tests.system.conftest import build_site, database
from tests.workorders.many import many_orders

SIZES, TURNS, DEEP = (10_000, 100_000), 15, 40


def lists(folder: Path) -> dict[str, Any]:
    """Milliseconds of database and Python by filter, the exponent of growth, and the most queries of any page."""
    taken = {size: _measure(folder / str(size), size) for size in SIZES}
    small, large = (taken[size] for size in SIZES)
    step = math.log(SIZES[1] / SIZES[0])
    found = {}
    for name in small["first"]:
        found[name] = {
            "first_ms": round(large["first"][name], 2),
            "deep_ms": round(large["deep"][name], 2),
            "exponent": round(math.log(large["first"][name] / small["first"][name]) / step, 2),
        }
    return {"orders": SIZES[1], "queries": max(small["queries"], large["queries"]), "filters": found}


def _measure(instance: Path, size: int) -> dict[str, Any]:
    instance.mkdir(parents=True)
    with database(instance):
        world = build_site()
        places = list(db.session.scalars(db.select(Place.id).where(Place.site_id == world.site_id)))
        people = list(db.session.scalars(db.select(User)))
        many_orders(world.site_id, size, places=places, users=[person.id for person in people], until=now())
        by = reader_by_token(token_of(_leader(people)), now())
        assert by is not None
        found: dict[str, Any] = {"first": {}, "deep": {}, "queries": 0}
        for name, narrowed in _filters(places, people).items():
            asked = Asked(KIND, by, narrowed, now())
            cursor = _deep(asked)
            found["queries"] = max(found["queries"], _queries(lambda asked=asked: _page(asked, None)))
            found["first"][name] = _median(lambda asked=asked: _page(asked, None))
            found["deep"][name] = _median(lambda asked=asked, cursor=cursor: _page(asked, cursor))
        asked = Asked(KIND, by, Filter(), now())
        found["first"]["board"] = found["deep"]["board"] = _median(lambda: board(asked))
        return found


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


def _median(act: Callable[[], Any]) -> float:
    samples = []
    for turn in range(TURNS + 1):
        db.session.rollback()
        begun = time.process_time()
        act()
        if turn:
            samples.append((time.process_time() - begun) * 1000)
    return statistics.median(samples)


def _queries(act: Callable[[], Any]) -> int:
    said = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    act()
    return len(said)
