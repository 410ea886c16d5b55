"""What a page of a review costs the database: a few statements, the same ones however much was walked."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import event, text

from patrol.core.db import db, is_sqlite
from patrol.reviews.fresh import each_day
from tests.reviews.world import random_history


@pytest.fixture
def april(world):
    at = world.at(date(2026, 4, 2), "12:00")
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def statements(app):
    """The statements of one look at an address."""

    def of(client, url: str) -> list[str]:
        client.get(url)  # its days are counted
        db.session.expire_all()
        sent: list[str] = []
        listen = lambda *args: sent.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            assert client.get(url).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return sent

    return of


@pytest.mark.parametrize(("url", "most"), [("/reviews/month/2026-03", 10), ("/reviews/week/2026-W12", 10)])
def test_a_review_is_a_dozen_statements_of_tallies_and_what_stands(
    world, north, spots, april, as_user, people, statements, url, most
):
    """The month adds what was out of reach and what owners asked for; what was checked stands beside the tallies."""
    world.make_rounds(date(2026, 4, 2), april)
    random_history(world, spots, each_day(date(2026, 3, 10), date(2026, 3, 12)), seed=2)
    desk = as_user(people.supervisor)

    few = statements(desk, url)
    random_history(world, spots, each_day(date(2026, 3, 13), date(2026, 3, 20)), seed=3)
    many = statements(desk, url)

    assert len(many) == len(few) <= most, "\n".join(many)
    frame = [one for one in many if "evidence_word" in one]  # what waits, beside the items of the side bar
    assert len(frame) <= 1
    read = {part.strip('",()') for one in many if one not in frame for part in one.split()}
    assert not read & {"scan", "round", "round_stop", "visit_ask", "photo", "inspection", "finding"}


def test_no_part_of_a_review_looks_through_the_history(world, north, spots, april, as_user, people, app):
    """Every table with facts is entered by its day or its id: by the site alone would be all there ever was."""
    if not is_sqlite(db.engine):
        pytest.skip("the plan is read as SQLite tells it")
    world.make_rounds(date(2026, 4, 2), april)
    random_history(world, spots, each_day(date(2026, 3, 10), date(2026, 3, 12)), seed=2)
    desk = as_user(people.supervisor)
    asked: list = []
    listen = lambda *args: asked.append((args[2], args[3]))  # noqa: E731
    for url in ("/reviews/month/2026-03", "/reviews/week/2026-W12", "/reviews/day/2026-03-12"):
        desk.get(url)
        event.listen(db.engine, "before_cursor_execute", listen)
        desk.get(url)
        event.remove(db.engine, "before_cursor_execute", listen)
    raw = db.session.connection().connection.driver_connection
    plans = {row[-1] for text_, values in asked for row in raw.execute(f"EXPLAIN QUERY PLAN {text_}", values)}
    facts = ("scan", "work_order", "work_order_step", "inspection", "finding", "photo", "review_edition", "evidence")
    whole = [
        plan
        for plan in plans
        if plan.startswith(tuple(f"SCAN {table}" for table in facts))
        or (plan.startswith(tuple(f"SEARCH {table} " for table in facts)) and plan.endswith(("(site_id=?)", "kind=?)")))
    ]
    assert not whole, whole


def test_the_days_of_many_sites_are_summed_from_one_index(world, north, spots, april):
    if not is_sqlite(db.engine):
        pytest.skip("PostgreSQL reads an index alone only after a vacuum")
    plan = db.session.execute(
        text("EXPLAIN QUERY PLAN SELECT sum(missed), sum(planned) FROM day_tally WHERE site_id = 'x' AND day >= 'y'")
    )
    assert any("COVERING INDEX ix_day_tally_counts" in row[-1] for row in plan)
