"""The desk: many assigned at once, a slip, the workbook of what the filter shows, and who has how much."""

import zipfile
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.workorders.workload import workload
from tests.hazards.conftest import in_state, readers, report, step  # noqa: F401  the same stage


@pytest.fixture
def three(readers, report):  # noqa: F811
    return [report(readers.guard, code, moment=now()) for code in ("tree_risk", "water_leak", "window_sash")]


def chosen(hazards) -> list[str]:
    return [f"{hazard.id}:{hazard.version}" for hazard in hazards]


def test_many_are_assigned_at_once(three, as_user, people):
    form = {"order": chosen(three), "who": "team:engineering", "interim": "拉警戒线"}
    reply = as_user(people.supervisor).post("/hazards/assignment?severity=major", data=form)

    assert reply.status_code == 200
    assert "已派 3 条" in reply.text
    db.session.expire_all()
    assert {hazard.state for hazard in db.session.query(Hazard)} == {"assigned"}


def test_one_that_cannot_be_assigned_stops_none_of_the_others_and_says_why(three, as_user, people, readers, step):  # noqa: F811
    form = {"order": chosen(three), "who": "team:engineering", "interim": "拉警戒线", "note": "转工程"}
    step(readers.manager, three[1], "reject", note="不是隐患", moment=now())

    reply = as_user(people.supervisor).post("/hazards/assignment", data=form)

    assert reply.status_code == 422
    assert "已派 2 条" in reply.text
    assert three[1].number in reply.text
    assert ">拉警戒线</textarea>" in reply.text  # what was typed stays
    db.session.expire_all()
    states = {hazard.number: hazard.state for hazard in db.session.query(Hazard)}
    assert [states[hazard.number] for hazard in three] == ["assigned", "rejected", "assigned"]


def test_a_stale_choice_is_left_as_it_is(three, as_user, people, readers, step):  # noqa: F811
    form = {"order": chosen(three), "who": "team:engineering", "interim": "拉警戒线", "note": "转工程"}
    step(readers.manager, three[0], "assign", team="security", interim="看守", moment=now())

    reply = as_user(people.supervisor).post("/hazards/assignment", data=form)

    assert "已派 2 条" in reply.text
    db.session.expire_all()
    assert three[0].team == "security"


def test_nothing_chosen_nobody_chosen_and_nonsense_change_nothing(three, as_user, people):
    client = as_user(people.supervisor)
    for form in (
        {"who": "team:engineering"},
        {"order": chosen(three), "interim": "x"},
        {"order": chosen(three), "who": "team:none", "interim": "x"},
        {"order": [f"{uuid7()}:1"], "who": "team:engineering"},
    ):
        assert client.post("/hazards/assignment", data=form).status_code == 422
    assert client.post("/hazards/assignment", data={"order": "what", "who": "team:engineering"}).status_code == 200
    db.session.expire_all()
    assert {hazard.state for hazard in db.session.query(Hazard)} == {"reported"}


def test_a_kind_nobody_knows_is_not_here(as_user, people):
    client = as_user(people.supervisor)
    for address in ("/orders/unknown", "/orders/unknown.xlsx"):
        assert client.get(address).status_code == 404


def test_the_slip_says_what_where_and_by_when_and_its_code_opens_the_order(three, as_user, people, app):
    page = as_user(people.desk).get(f"/work-orders/{three[0].id}/slip?size=a5").text

    assert three[0].number in page
    assert f"{app.config['PUBLIC_URL'].rstrip('/')}/work-orders/{three[0].id}" in page
    assert "slip--a5" in page
    assert as_user(people.guard2).get(f"/work-orders/{three[0].id}/slip").status_code == 404
    assert as_user(people.stranger).get(f"/work-orders/{three[0].id}/slip").status_code == 404


def test_the_workbook_holds_what_the_filter_shows_and_no_formula(three, as_user, people):
    with write():
        three[0].note = '=HYPERLINK("http://x","y")'
        three[1].note = "@SUM(1+1)"
        db.session.add_all(three[:2])
    client = as_user(people.supervisor)

    raw = client.get("/orders/hazard.xlsx?severity=major").data
    sheet = CalamineWorkbook.from_filelike(BytesIO(raw)).get_sheet_by_index(0).to_python()

    assert {row[0] for row in sheet[1:]} == {hazard.number for hazard in three if hazard.severity == "major"}
    assert '=HYPERLINK("http://x","y")' in [row[-1] for row in sheet]
    with zipfile.ZipFile(BytesIO(raw)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    nothing = client.get("/orders/hazard.xlsx?state=closed").data
    assert len(CalamineWorkbook.from_filelike(BytesIO(nothing)).get_sheet_by_index(0).to_python()) == 1


def test_the_workbook_goes_on_over_all_pages(report, readers, as_user, people, monkeypatch):  # noqa: F811
    monkeypatch.setattr("patrol.exports.orders_xlsx.AT_ONCE", 2)
    numbers = {report(readers.guard, "tree_risk", moment=now()).number for _one in range(5)}

    raw = as_user(people.supervisor).get("/orders/hazard.xlsx").data

    rows = CalamineWorkbook.from_filelike(BytesIO(raw)).get_sheet_by_index(0).to_python()[1:]
    assert {row[0] for row in rows} == numbers
    assert len(rows) == 5


def test_who_has_how_much_by_team_and_person(three, readers, step, as_user, people):  # noqa: F811
    step(readers.manager, three[0], "assign", assignee=readers.engineer.user_id, interim="x", moment=now())
    step(readers.manager, three[1], "assign", assignee=readers.engineer.user_id, interim="x", moment=now())
    step(readers.manager, three[2], "assign", team="engineering", interim="x", moment=now())
    step(readers.engineer, three[0], "set_out", moment=now())

    lines = workload(readers.manager, now())
    assert [(line.name, line.waiting, line.begun) for line in lines] == [("", 1, 0), ("李强", 2, 1)]
    assert workload(readers.supervisor, now()) == []  # security's: another team's is not theirs to see
    assert "李强" in as_user(people.engineering).get("/orders/workload").text
