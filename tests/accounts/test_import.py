"""A pasted table of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from patrol.accounts.import_people import ImportRefused, import_people
from patrol.accounts.import_rows import MOST_ROWS, read_people, split_table
from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write

HEAD = ["姓名", "工号", "手机号", "岗位", "语言"]


def test_columns_may_stand_in_any_order_under_either_languages_heads():
    table = read_people([["Role", "工号", "Name"], ["shift leader", 231.0, "周亮"], ["", "", ""]])

    assert table.problems == []
    ((row, person),) = table.people
    assert (row, person.name, person.staff_no) == (2, "周亮", "231")
    assert (person.role, person.team) == ("shift_leader", "security")


def test_without_a_head_the_usual_order_counts():
    table = read_people(split_table("周亮,0231,138 0000 1111,保安\n陈静，0232，，消防维保，英文"))

    assert [(person.phone, person.post, person.language) for _row, person in table.people] == [
        ("13800001111", "guard", None),
        (None, "fire_contractor", "en"),
    ]


def test_every_error_is_named_by_row_and_column():
    table = read_people([HEAD, ["", "0231", "12", "国王"], ["陈静", "02 31", "", "保洁"], [], ["林森", "", "", "绿化"]])

    assert [(found.row, found.column, found.problem.code) for found in table.problems] == [
        (2, "姓名", "person.name"),
        (2, "手机号", "person.phone"),
        (2, "岗位", "person.role"),
        (3, "工号", "import.twice"),
        (5, "工号", "person.staff_no"),
    ]


@pytest.mark.parametrize("rows", [[], [[]], [HEAD], [["", None]]])
def test_a_table_of_nobody_is_refused(rows):
    assert [found.problem.code for found in read_people(rows).problems] == ["import.empty"]


def test_too_many_rows_are_refused_before_they_are_read():
    table = read_people([["周亮", str(number), "", "保安"] for number in range(MOST_ROWS + 1)])

    assert [found.problem.code for found in table.problems] == ["import.long"]


cells = st.one_of(st.none(), st.text(max_size=12), st.floats(), st.integers())


@given(st.lists(st.lists(cells, max_size=7), max_size=8))
def test_no_table_breaks_the_reader(rows):
    table = read_people(rows)

    assert table.people or table.problems
    assert all(1 <= found.row <= max(1, len(rows)) for found in table.problems)


def test_all_are_added_or_nobody(people, reader_of):
    by = reader_of(people.manager)
    before = db.session.scalar(select(func.count()).select_from(User))

    with pytest.raises(ImportRefused) as refused, write():
        import_people([HEAD, ["周亮", "0231", "", "保安"], ["陈静", "0217", "", "保洁"]], by=by, at=now())
    assert [(found.row, found.problem.code) for found in refused.value.rows] == [(3, "person.taken")]
    assert db.session.scalar(select(func.count()).select_from(User)) == before

    with write():
        added = import_people([HEAD, ["周亮", "0231", "", "保安"], ["陈静", "0232", "", "保洁"]], by=by, at=now())
    assert [user.name for user in added] == ["周亮", "陈静"]


def test_a_supervisor_imports_only_the_own_team(as_user, people):
    browser = as_user(people.supervisor)

    refused = browser.post("/people/import", data={"table": "周亮\t0231\t\t保安\n陈静\t0232\t\t项目经理"})
    assert refused.status_code == 422
    assert "第 2 行" in refused.text
    assert "陈静" in refused.text

    added = browser.post("/people/import", data={"table": "周亮\t0231\t\t保安"})
    assert added.headers["Location"] == "/people"
    assert "加了 1 人" in browser.get("/people").text


def test_a_pasted_book_is_refused(as_user, people):
    assert as_user(people.supervisor).post("/people/import", data={"table": "x" * 200_001}).status_code == 422
