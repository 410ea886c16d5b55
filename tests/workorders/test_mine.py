"""My work orders, their numbers, and lists that go by keyset."""

from datetime import UTC, date, datetime, timedelta

import pytest

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.keys import uuid7
from patrol.workorders.number import next_number
from patrol.workorders.queries import my_orders, read_cursor, write_cursor
from tests.hazards.conftest import in_state, readers, report, step  # noqa: F401  the same stage

DAY = date(2026, 3, 18)


def test_numbers_run_by_site_prefix_and_day(sites):
    with write():
        given = [next_number(sites.lake.id, "GD", DAY) for _one in range(2)]
        others = [
            next_number(sites.lake.id, "YH", DAY),
            next_number(sites.hill.id, "GD", DAY),
            next_number(sites.lake.id, "GD", date(2027, 3, 18)),
        ]

    assert given == ["GD-260318-01", "GD-260318-02"]
    assert others == ["YH-260318-01", "GD-260318-01", "GD-270318-01"]


def test_a_number_of_a_rolled_back_write_is_given_again(sites):
    def fail():
        with write():
            next_number(sites.lake.id, "GD", DAY)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    with write():
        assert next_number(sites.lake.id, "GD", DAY) == "GD-260318-01"


def test_mine_are_those_named_for_me_or_my_team_the_most_urgent_first(readers, report, step, as_user, people):  # noqa: F811
    later = report(readers.guard, "tree_risk", moment=now())
    urgent = report(readers.guard, "water_leak", moment=now())
    team = report(readers.guard, "fire_door_fault", moment=now())
    elsewhere = report(readers.guard, moment=now())
    for hazard, given in (
        (later, {"assignee": readers.engineer.user_id}),
        (urgent, {"assignee": readers.engineer.user_id}),
        (team, {"team": "engineering"}),
        (elsewhere, {"team": "cleaning"}),
    ):
        step(readers.manager, hazard, "assign", interim="拉线", moment=now(), **given)

    rows, cursor = my_orders(readers.engineer, "assigned")
    assert [row.id for row in rows] == [urgent.id, later.id, team.id]
    assert cursor is None
    page = as_user(people.engineer).get("/work-orders").text
    assert page.index(urgent.number) < page.index(team.number)
    assert elsewhere.number not in page


def test_an_overdue_one_stands_out_and_a_finished_one_moves_on(readers, report, step, as_user, people):  # noqa: F811
    old = now() - timedelta(days=9)
    late = report(readers.guard, "water_leak", moment=old)
    step(readers.supervisor, late, "assign", team="engineering", interim="关阀", moment=old)
    client = as_user(people.engineer)
    assert "card--urgent" in client.get("/work-orders").text
    step(readers.engineer, late, "rectify", note="换了", after=[uuid7()], moment=now())

    assert late.number not in client.get("/work-orders").text
    assert late.number in client.get("/work-orders?tab=to_verify").text
    assert late.number in as_user(people.supervisor).get("/work-orders?tab=check").text
    assert client.get(f"/work-orders/{late.id}").location == f"/hazards/{late.id}"


def test_what_was_sent_back_says_so_in_the_list(readers, report, step, as_user, people):  # noqa: F811
    leak = report(readers.guard, "water_leak", moment=now() - timedelta(hours=3))
    step(readers.supervisor, leak, "assign", team="engineering", interim="关阀", moment=now())
    client = as_user(people.engineer)
    assert "退回 1 次" not in client.get("/work-orders").text
    step(readers.engineer, leak, "rectify", note="换了", after=[uuid7()], moment=now())
    step(readers.supervisor, leak, "refuse", note="看不清", moment=now())

    assert "退回 1 次" in client.get("/work-orders").text


def test_a_cursor_reads_as_it_was_written_and_nonsense_is_nobody():
    at, key = datetime(2026, 3, 18, tzinfo=UTC), uuid7()
    assert read_cursor(write_cursor(at, key)) == (at, key)
    for text in (None, "", "x" * 300, "W10", "bnVsbA", "WyIyMDI2LTAxLTAxIiwgIjEiXQ", "\x00"):
        assert read_cursor(text) is None
