"""The supervisor's pages: plans made, changed and ended; the month; the orders as list, board, slip and workbook."""

import io
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.equipment.checklist import retire_list
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.plan import MaintenancePlan
from tests.maintenance.conftest import SENT

FORM = {
    "name": "消防泵月度保养", "form": "calendar", "calendar": "month", "days_ahead": "0", "team": "engineering",
    "parts": "润滑脂\r\n盘根", "expected_min": "40",
}  # fmt: skip


@pytest.fixture
def made_by_form(as_user, people, ledger):
    """A plan of the fire pump as the editor sends it; answers the supervisor's browser and the plan's page."""

    def make(**more):
        browser = as_user(people.engineering)
        reply = browser.post("/maintenance/plans", data={**FORM, "subject": f"item:{ledger.pump.id}", **more})
        assert reply.status_code == 303, reply.text[-3000:]
        return browser, reply.location

    return make


def test_a_plan_is_made_shown_changed_and_ended(made_by_form, places):
    browser, page = made_by_form()

    shown = browser.get(page).text
    assert "消防泵月度保养" in shown
    assert "WB-" in shown  # its first order
    listed = browser.get("/maintenance").text
    assert "每月" in listed
    assert "完成 0 / 应做 1" in listed

    changed = {**FORM, "name": "消防泵季度保养", "calendar": "quarter", "version": "1"}
    assert browser.post(page, data=changed).status_code == 303
    stale = browser.post(page, data={**changed, "name": "又一个"})
    assert (stale.status_code, "消防泵季度保养" in stale.text) == (409, True)

    without = browser.post(f"{page}/end", data={"version": "2"})
    assert (without.status_code, "为什么停止" in without.text) == (422, True)
    assert browser.post(f"{page}/end", data={"version": "2", "why": "泵已更换"}).status_code == 303
    assert "泵已更换" in browser.get("/maintenance").text
    plan = db.session.scalars(select(MaintenancePlan)).one()
    assert (plan.name, plan.parts, plan.end_reason) == ("消防泵季度保养", ["润滑脂", "盘根"], "泵已更换")


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(as_user, people, ledger):
    browser = as_user(people.engineering)

    reply = browser.post("/maintenance/plans", data={**FORM, "subject": f"item:{ledger.pump.id}", "form": "fixed"})

    assert reply.status_code == 422
    assert "请填写间隔多少天" in reply.text
    assert "消防泵月度保养" in reply.text
    assert db.session.scalars(select(MaintenancePlan)).all() == []


def test_a_double_tap_makes_one_plan(made_by_form):
    id = "01a22dd7-f920-7d01-b82b-28b9295e70ff"
    made_by_form(id=id)
    made_by_form(id=id)

    assert len(db.session.scalars(select(MaintenancePlan)).all()) == 1


def test_a_plan_that_cannot_work_says_so_at_the_top(lift_plan, as_user, people, readers, lists):
    plan = lift_plan(now())
    with write():
        retire_list(plan.site_id, "lift_half_month", version=1, by=readers.engineering.user_id, at=now())

    assert "检查表已停用" in as_user(people.engineer).get("/maintenance").text


def test_the_months_figures_lead_to_their_orders(planned, made, as_user, people, readers, step):
    planned(now(), days_ahead=0)
    planned(now(), days_ahead=0, name="屋面季度", calendar="month")
    done = next(one for one in made(now()) if one.title == "泵房月度保养")
    step(readers.engineer, done, "done", now(), **SENT["done"])
    browser = as_user(people.supervisor)

    month = browser.get("/maintenance/month").text
    assert month.count("figure=due") == 2
    assert month.count("figure=done") == 1
    link = month.split('href="/maintenance/month?month=')[-1]
    assert link
    behind = browser.get(f"/maintenance/month?plan={done.plan_id}&figure=done").text
    assert done.number in behind
    assert browser.get(f"/maintenance/month?plan={done.plan_id}&figure=nonsense").status_code == 200
    assert as_user(people.engineer).get("/maintenance/month").status_code == 403


def test_list_board_slip_workbook_and_many_assigned_at_once(planned, made, as_user, people):
    planned(now(), days_ahead=0)
    (order,) = made(now())
    browser = as_user(people.engineering)

    assert order.number in browser.get("/orders/maintenance?view=list").text
    board = browser.get("/orders/maintenance").text
    assert "待派单" in board
    assert f"/orders/maintenance/{order.id}?step=assign#do" in board
    assert "按计划生成" in browser.get(f"/work-orders/{order.id}/slip").text
    workbook = ZipFile(io.BytesIO(browser.get("/orders/maintenance.xlsx").data))
    assert any(order.number in workbook.read(name).decode("utf-8", "replace") for name in workbook.namelist())

    sent = {"order": f"{order.id}:{order.version}", "who": str(people.engineer.id)}
    assert browser.post("/orders/maintenance/assignment", data=sent).status_code == 200
    db.session.refresh(order)
    assert (order.state, order.assignee_id) == ("assigned", people.engineer.id)
    assert order.number in as_user(people.engineer).get("/work-orders").text


def test_another_teams_people_do_not_find_it(planned, made, as_user, people):
    planned(now(), days_ahead=0)
    (order,) = made(now())

    assert as_user(people.guard).get(f"/orders/maintenance/{order.id}").status_code == 404
    assert as_user(people.cleaner).get(f"/orders/maintenance/{order.id}").status_code == 404
    assert as_user(people.engineer).get(f"/orders/maintenance/{order.id}").status_code == 200
    assert as_user(people.desk).get(f"/orders/maintenance/{order.id}").status_code == 200


def test_by_the_plain_forms_of_the_page_to_the_end(planned, made, as_user, people):
    planned(now(), days_ahead=0)
    url = f"/orders/maintenance/{made(now())[0].id}"
    engineer, head = as_user(people.engineer), as_user(people.engineering)

    assert 'value="take"' in engineer.get(url).text
    for told in ({"step": "take"}, {"step": "arrive"}, {"step": "done", "note": "加脂", "minutes": "35"}):
        assert engineer.post(f"{url}/steps", data=told).status_code == 303
    lacking = head.post(f"{url}/steps", data={"step": "refuse"})
    assert (lacking.status_code, "还差" in lacking.text) == (422, True)
    assert head.post(f"{url}/steps", data={"step": "close"}).status_code == 303
    order = db.session.scalars(select(MaintenanceOrder)).one()
    assert (order.state, order.minutes, order.closed_by_id) == ("closed", 35, people.engineering.id)
