"""Lists of orders: what each filter shows, in few queries, read from an index and never sorted as a whole."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import sqlite

from patrol.core.clock import now
from patrol.core.db import db, is_sqlite, write
from patrol.core.keys import uuid7
from patrol.hazards.kind import KIND
from patrol.rounds.route import team_places
from patrol.sites.place import Place, places_below
from patrol.workorders import lists
from patrol.workorders.board import board
from patrol.workorders.lists import listed
from patrol.workorders.narrowing import Asked, Filter
from patrol.workorders.order import WorkOrder
from tests.hazards.conftest import in_state, readers, report, step  # noqa: F401  the same stage
from tests.scenery import scene
from tests.workorders.many import many_orders

COUNT = 1200


@pytest.fixture
@scene
def history(sites, people, places):
    """A lake with a long history at all its places."""
    spots = [places.lobby.id, places.pump.id, places.roof.id, places.gate.id]
    users = [people.guard.id, people.engineer.id, people.supervisor.id]
    many_orders(sites.lake.id, COUNT, places=spots, users=users, until=now())
    return sites.lake.id


@contextmanager
def counted() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def filters(people, places) -> dict[str, Filter]:
    return {
        "none": Filter(),
        "severity": Filter(severity="critical"),
        "subject": Filter(subject="tree_risk"),
        "state": Filter(state="closed"),
        "person": Filter(person=people.engineer.id),
        "team": Filter(team="greening"),
        "place": Filter(place=places.roof.id),
        "mine": Filter(mine=people.guard.id),
        "overdue": Filter(overdue=True),
        "building": Filter(building=top_of(places.roof)),
        "words": Filter(words=places.roof.full_name[-3:]),
        "two": Filter(severity="major", team="security"),
        "four": Filter(severity="major", team="security", state="closed", person=people.engineer.id),
        "both": Filter(building=top_of(places.roof), words=places.roof.full_name[-3:]),
        "late": Filter(overdue=True, team="security", severity="major"),
        "none of": Filter(person=people.supervisor.id, team="cleaning"),
    }


def top_of(place: Place):
    while place.parent_id is not None:
        place = db.session.get_one(Place, (place.site_id, place.parent_id))
    return place.id


NAMES = "none severity subject state person team place mine overdue building words".split()
MORE = ["two", "four", "both", "late", "none of"]  # several at once


@pytest.mark.parametrize("look", [lists.LOOK, 90])
@pytest.mark.parametrize("name", [*NAMES, *MORE])
def test_the_pages_of_a_filter_are_what_a_naive_look_finds(name, look, history, people, places, readers, monkeypatch):  # noqa: F811
    """Also when a page may look at fewer orders than there are, and says from where to look on."""
    monkeypatch.setattr(lists, "LOOK", look)
    narrowed, at = filters(people, places)[name], now()
    asked = Asked(KIND, readers.manager, narrowed, at)
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        rows, cursor = listed(asked, cursor, 50)
        found += [row.id for row in rows]
        pages += 1

    assert found == naive(narrowed, at)
    assert len(found) == len(set(found))
    assert found or name in ("words", "both", "none of")


def naive(narrowed: Filter, at):
    below = set(db.session.scalars(places_below(places_site(), narrowed.building))) if narrowed.building else set()
    names = {place.id: place.full_name for place in db.session.scalars(select(Place))}
    kept = [
        order
        for order in db.session.scalars(select(WorkOrder))
        if (not narrowed.severity or order.severity == narrowed.severity)
        and (not narrowed.subject or order.subject == narrowed.subject)
        and (not narrowed.state or order.state == narrowed.state)
        and (not narrowed.person or order.assignee_id == narrowed.person)
        and (not narrowed.team or order.team == narrowed.team)
        and (not narrowed.place or order.place_id == narrowed.place)
        and (not narrowed.mine or order.reported_by_id == narrowed.mine)
        and (not narrowed.overdue or (order.state in ("reported", "assigned") and order.due_at < at))
        and (not narrowed.building or order.place_id in below)
        and (not narrowed.words or narrowed.words in names[order.place_id])
    ]
    if narrowed.overdue:
        return [order.id for order in sorted(kept, key=lambda order: (order.due_at, order.id))]
    return [order.id for order in sorted(kept, key=lambda order: (order.reported_at, order.id), reverse=True)]


def test_a_page_costs_the_same_however_long_the_history(history, people, places, readers):  # noqa: F811
    """Counted in the steps SQLite's machine takes, which no other work on the machine changes."""
    if not is_sqlite(db.engine):
        pytest.skip("the steps are SQLite's")
    names = {**filters(people, places), "two empty ones": Filter(person=people.supervisor.id, team="cleaning")}
    questions = {name: Asked(KIND, readers.manager, narrowed, now()) for name, narrowed in names.items()}
    grow(places, people, 4000, older=COUNT)
    short = {name: (steps(lambda a=a: listed(a)), steps(lambda a=a: board(a))) for name, a in questions.items()}

    grow(places, people, 8000, older=COUNT + 4000)

    for name, asked in questions.items():
        for was, act in zip(short[name], (listed, board), strict=True):
            assert steps(lambda act=act, asked=asked: act(asked)) <= was * 1.1 + 500, (name, act)


def grow(places, people, count, *, older) -> None:
    """So many more orders, all before those that are there."""
    spots = [places.lobby.id, places.pump.id, places.roof.id, places.gate.id]
    users = [people.guard.id, people.engineer.id]
    until = now() - timedelta(minutes=7 * older)
    many_orders(places_site(), count, places=spots, users=users, until=until, seed=older, open_until=0)


def steps(act) -> int:
    """How many hundreds of steps the database takes; the second time, so that nothing is compiled."""
    act()
    db.session.rollback()
    taken = [0]

    def one() -> None:
        taken[0] += 1

    raw = db.session.connection().connection.dbapi_connection
    raw.set_progress_handler(one, 100)
    try:
        act()
    finally:
        raw.set_progress_handler(None, 0)
        db.session.rollback()
    return taken[0] * 100


def places_site():
    return db.session.scalars(select(WorkOrder.site_id).limit(1)).one()


@pytest.mark.parametrize("name", [*NAMES, *MORE])
@pytest.mark.parametrize("view", ["list", "board"])
def test_a_page_under_any_filter_takes_six_queries_at_most(name, view, history, people, places, as_user):
    narrowed = filters(people, places)[name]
    fields = {"severity": "severity", "subject": "category", "state": "state", "person": "person", "team": "team",
              "place": "place", "building": "building", "words": "q"}  # fmt: skip
    query = {spelled: getattr(narrowed, field) for field, spelled in fields.items() if getattr(narrowed, field)}
    query |= {"overdue": "1"} if narrowed.overdue else {}
    query |= {"reporter": narrowed.mine} if narrowed.mine else {}
    query |= {"view": "list"} if view == "list" else {}
    for part in ("manager", "guard", "engineer", "desk"):
        client = as_user(getattr(people, part))
        client.get("/hazards", query_string=query)
        with counted() as said:
            assert client.get("/hazards", query_string=query).status_code == 200
        asked = [one for one in said if one.lstrip().upper().startswith(("SELECT", "WITH"))]
        assert len(asked) <= 6, (part, asked)
        assert not [one for one in asked if " OFFSET " in one and not re.search(r"OFFSET (0|\?|%\()", one)]


@pytest.mark.parametrize("name", NAMES)
def test_each_filter_is_read_in_order_from_an_index(name, history, people, places, readers):  # noqa: F811
    """No sort of all that a branch holds: SQLite's plan of each branch names an index and no B-tree for ORDER BY."""
    if not is_sqlite(db.engine):
        pytest.skip("the plan is SQLite's")
    asked = Asked(KIND, readers.manager, filters(people, places)[name], now())
    column = WorkOrder.due_at if asked.narrowed.overdue else WorkOrder.reported_at
    newest = not asked.narrowed.overdue
    after = (now() - timedelta(days=2), uuid7())
    for cursor in (None, after):
        for branch in lists.branches(asked):
            if "number" in str(branch[:1]) or ".number" in "".join(map(str, branch)):
                continue  # a handful of numbers, by the unique index
            plan = plan_of(lists._cut(asked, branch, column, newest, cursor, 31))
            assert "TEMP B-TREE" not in plan, plan
            assert "USING" in plan and "INDEX ix_work_order_site_id_kind" in plan, plan


def test_what_a_guard_may_see_is_read_branch_by_branch(history, readers, people, places):  # noqa: F811
    if not is_sqlite(db.engine):
        pytest.skip("the plan is SQLite's")
    by = readers.engineer
    asked = Asked(KIND, by, Filter(), now(), team_places(by.site_id, by.team))
    parts = [part for part in lists.branches(asked) if "sighting" not in str(part[0])]
    for part in parts:
        plan = plan_of(lists._cut(asked, part, WorkOrder.reported_at, True, None, 31))
        assert "ix_work_order_" in plan, plan
        assert "TEMP B-TREE" not in plan, plan


def plan_of(query) -> str:
    text = query.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    values = tuple(text.construct_params()[name] for name in text.positiontup)
    processed = tuple(
        text._bind_processors[name](value) if name in text._bind_processors else value
        for name, value in zip(text.positiontup, values, strict=True)
    )
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", processed)
        return "\n".join(row[3] for row in rows)


def test_the_board_shows_each_column_by_deadline_and_the_closed_last_first(history, readers):  # noqa: F811
    columns, late = board(Asked(KIND, readers.manager, Filter(), now()))

    assert [column.state for column in columns] == ["reported", "assigned", "to_verify", "closed"]
    for column in columns[:3]:
        assert [row.due_at for row in column.rows] == sorted(row.due_at for row in column.rows)
    closed = columns[3]
    assert len(closed.rows) == 6
    assert [row.closed_at for row in closed.rows] == sorted((row.closed_at for row in closed.rows), reverse=True)
    assert late > 0


def test_another_sites_reader_sees_none_of_it(history, readers):  # noqa: F811
    assert listed(Asked(KIND, readers.stranger, Filter(), now())) == ([], None)


def test_a_guard_sees_what_is_his_and_no_order_twice(history, readers, people):  # noqa: F811
    by = readers.guard
    rows, _more = listed(Asked(KIND, by, Filter(), now(), team_places(by.site_id, by.team)), None, 5000)
    with write():
        everything = {order.id: order for order in db.session.scalars(select(WorkOrder))}
    wanted = {
        id
        for id, order in everything.items()
        if people.guard.id in (order.reported_by_id, order.assignee_id, order.rectified_by_id)
        or (order.team == "security" and order.state in ("reported", "assigned", "to_verify"))
    }
    assert {row.id for row in rows} == wanted
    assert len(rows) == len(wanted)
