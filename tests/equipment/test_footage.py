"""Footage: who looked, append-only, exported with a line in the journal. Supplies: counts, minimum, dates, lines."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.footage import FootageLook, LookData, log_look, looks
from patrol.equipment.supplies import Supply, SupplyData, add_supply, change_supply, find_supply, lines_of, supplies_of
from patrol.journal.entry import JournalEntry
from tests.equipment.conftest import at

AT = at("2026-03-03").at
LOOK = {
    "act": "viewed", "who": "=陈女士", "ground": "owner", "why": "车被刮", "cameras": "东棚 2 路",
    "shows_from": AT - timedelta(hours=3), "shows_to": AT - timedelta(hours=2),
}  # fmt: skip
TO_COME = {"shows_from": AT + timedelta(hours=1), "shows_to": AT + timedelta(hours=2)}


def test_a_look_stays_as_it_was_written(sites, people, reader_of):
    by = reader_of(people.guard)
    with write():
        log_look(LookData.model_validate(LOOK), id=uuid7(), by=by, at=AT)
    for sql in ("UPDATE footage_look SET why = ''", "DELETE FROM footage_look"):
        with pytest.raises(Exception, match="never changed"), write():
            db.session.connection().exec_driver_sql(sql)
    ((row, name),) = looks(sites.lake.id)[0]
    assert (row.who, name) == ("=陈女士", "张伟")
    assert looks(sites.hill.id) == ([], None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"act": "sold"}, "act"), ({"ground": "fun"}, "ground"), ({"act": "copied"}, "medium"),
     ({"shows_to": LOOK["shows_from"]}, "shows_to"),
     (TO_COME, "shows_to")],
)  # fmt: skip
def test_what_a_look_lacks_is_said(people, reader_of, wrong, field):
    by = reader_of(people.guard)
    with pytest.raises(Problem) as refused, write():
        log_look(LookData.model_validate(LOOK | wrong), id=uuid7(), by=by, at=AT)
    assert refused.value.field == field


def test_the_log_by_page_is_for_those_who_lead_and_leaves_with_a_line_in_the_journal(as_user, people):
    form = {**LOOK, "shows_from": "2026-03-03T09:00", "shows_to": "2026-03-03T10:00", "id": str(uuid7())}
    guard = as_user(people.guard)
    for _twice in range(2):
        assert guard.post("/footage", data=form).location == "/footage/new"
    for odd in ("morgen", "0001-01-01T00:00", "9999-12-31T23:59", ""):
        assert guard.post("/footage", data=form | {"shows_to": odd, "id": str(uuid7())}).status_code == 422
    assert guard.get("/footage").status_code == 403
    assert guard.get("/footage.csv").status_code == 403
    assert "车被刮" in as_user(people.leader).get("/footage").text

    sheet = as_user(people.manager).get("/footage.csv")

    assert sheet.mimetype == "text/csv"
    assert sheet.text.count("车被刮") == 1
    assert "'=陈女士" in sheet.text  # no formula for a table programme
    assert len(db.session.scalars(select(FootageLook)).all()) == 1
    exported = select(JournalEntry).where(JournalEntry.verb == "footage_exported")
    assert db.session.scalars(exported).one().user_id == people.manager.id


@pytest.fixture
def bags(people, places, reader_of):
    by = reader_of(people.supervisor)
    data = SupplyData(place=places.roof.id, name="沙袋", unit="袋", minimum=50, count=40, expires_on=date(2026, 4, 1))
    with write():
        return add_supply(data, by=by, at=AT)


def test_counts_come_and_go_and_each_leaves_a_line(bags, people, reader_of, sites):
    by = reader_of(people.guard)

    def act(act, number, why="", **more):
        with write():
            row = find_supply(sites.lake.id, bags.id)
            change_supply(row, act, number, why=why, by=by, at=AT, **{"expires_on": None, "version": None} | more)
        return row

    assert (bags.short, act("restocked", 20, expires_on=date(2028, 1, 1)).count) == (10, 60)
    assert act("taken", 5, "内涝").count == 55
    assert act("counted", 54).count == 54
    with pytest.raises(Problem):
        act("taken", 55, "内涝")
    with pytest.raises(Problem):
        act("taken", 1)
    with pytest.raises(Problem):
        act("counted", 1, version=1)
    row = find_supply(sites.lake.id, bags.id)
    assert [(line.act, line.before, line.after) for line, _who in lines_of(row)][::-1] == [
        ("counted", 0, 40), ("restocked", 40, 60), ("taken", 60, 55), ("counted", 55, 54),
    ]  # fmt: skip
    assert (row.count, row.expires_on) == (lines_of(row)[0][0].after, date(2028, 1, 1))
    act("ended", None, "换成防汛挡板")
    assert supplies_of(sites.lake.id) == []
    with pytest.raises(Problem):
        act("counted", 1)


def test_supplies_by_page(as_user, people, places, bags):
    guard, keeper = as_user(people.guard), as_user(people.supervisor)
    assert "缺 10" in guard.get("/supplies").text
    url = f"/supplies/{bags.id}"
    assert guard.post(url, data={"act": "counted", "number": "61", "version": "1"}).status_code == 303
    assert guard.post(url, data={"act": "minimum", "number": "1"}).status_code == 403
    assert keeper.post(url, data={"act": "minimum", "number": "60", "version": "2"}).status_code == 303
    assert keeper.post(url, data={"act": "minimum", "number": "x", "version": "3"}).status_code == 422
    form = {"place": str(places.roof.id), "name": "水泵", "minimum": "1", "count": "2", "expires_on": ""}
    assert keeper.post("/supplies", data=form).status_code == 303
    assert keeper.post("/supplies", data=form).status_code == 422
    assert guard.post("/supplies", data=form).status_code == 403
    assert as_user(people.stranger).get(url).status_code == 404
    rows = db.session.execute(select(Supply.name, Supply.count, Supply.minimum))
    kept = {name: (count, minimum) for name, count, minimum in rows}
    assert kept == {"沙袋": (61, 60), "水泵": (2, 1)}
