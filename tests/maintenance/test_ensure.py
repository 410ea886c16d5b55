"""Orders make themselves, once, and nobody can be spared one by not looking."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.answers import InspectionData
from patrol.equipment.checklist import retire_list
from patrol.equipment.keeping import retire
from patrol.maintenance.by_list import fill_list
from patrol.maintenance.ensure import ensure_orders
from patrol.maintenance.month import month_figures
from patrol.maintenance.order import MaintenanceOrder
from patrol.maintenance.plan import PlanData, edit_plan, end_plan, find_plan
from patrol.maintenance.subjects import LIST_GONE, NONE_LEFT, RETIRED, subjects_of, troubles
from patrol.workorders.timeline import steps_of
from tests.maintenance.conftest import NOON, TODAY
from tests.repairs.conftest import at

DAY = timedelta(days=1)


def test_the_plan_makes_its_order_with_all_it_says(planned, made, places):
    plan = planned(assignee=None)

    (order,) = made()

    assert (order.plan_id, order.place_id, order.subject_id) == (plan.id, places.pump.id, places.pump.id)
    assert (order.title, order.state, order.team) == ("泵房月度保养", "planned", "engineering")
    assert (order.period_from, order.period_to) == (date(2026, 3, 1), date(2026, 3, 31))
    assert order.parts == ["润滑脂 1 支", "盘根 2 个"]
    assert order.number.startswith("WB-260302-")
    assert [line.step for line in steps_of(order)] == ["plan"]


def test_looking_again_makes_nothing_and_a_named_person_has_it_at_once(planned, made, people):
    planned(assignee=str(people.engineer.id))

    first, second = made(), made(NOON + timedelta(hours=3))

    assert [one.id for one in first] == [one.id for one in second]
    assert (first[0].state, first[0].assignee_id) == ("assigned", people.engineer.id)


def test_two_at_once_make_one(app, lift_plan, sites):
    lift_plan()
    lake, gate = sites.lake, threading.Barrier(2)
    site_id, zone, day_start = lake.id, lake.zone, lake.day_start

    def look() -> None:
        with app.app_context():
            gate.wait()
            ensure_orders(site_id, NOON, zone, day_start)
            db.session.remove()

    threads = [threading.Thread(target=look) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(MaintenanceOrder)) == 1


def test_the_same_plan_thing_and_period_twice_is_refused_by_the_database_itself(planned, made):
    planned()
    (order,) = made()
    columns = {column.name: getattr(order, column.name) for column in MaintenanceOrder.__mapper__.columns}
    with pytest.raises(Exception, match=r"(?i)unique"), write():  # noqa: PT012
        db.session.add(MaintenanceOrder(**{**columns, "id": uuid7(), "number": "WB-X"}))
        db.session.flush()


def test_nobody_looked_for_six_weeks_and_all_that_was_not_done_is_missed(lift_plan, made, readers):
    lift_plan()

    orders = made(NOON + 45 * DAY)  # 16 April

    assert [(one.period_from.day, one.state, one.made_late) for one in orders] == [
        (1, "missed", True), (16, "missed", True), (1, "missed", True), (16, "planned", False),
    ]  # fmt: skip
    (march,) = month_figures(readers.engineering, TODAY, NOON + 45 * DAY)
    assert (march.plan, march.count("due"), march.count("missed")) == ("电梯半月维保", 2, 2)


def test_missed_at_the_end_of_the_last_business_day_and_not_before(lift_plan, made, sites):
    lift_plan(days_ahead=0)
    (order,) = made()
    end = at(NOON).at.replace(day=16, hour=0)  # 08:00 in Shanghai on the 16th

    assert made(end - timedelta(minutes=1))[0].state == "planned"
    assert made(end)[0].state == "missed"
    assert steps_of(order)[-1].at == end


def test_a_list_filled_there_finishes_the_order(lift_plan, made, ledger, fill, answers, readers):
    lift_plan()
    (order,) = made()
    data = InspectionData.model_validate(
        {"checklist": "lift_half_month", "equipment": ledger.lift.id, "findings": answers(), "signature": [uuid7()]}
    )

    with write():
        row = fill_list(data, id=uuid7(), by=readers.engineer, when=at(NOON + DAY))

    assert (order.state, order.inspection_id, order.rectified_by_id) == ("done", row.id, readers.engineer.user_id)
    second = made(NOON + 11 * DAY)[1]
    assert second.due_at == at(NOON).at.replace(day=19, hour=0)  # 3 March + 15 days, to the end of that day


def test_work_done_in_time_may_arrive_late(lift_plan, made, ledger, answers, readers):
    lift_plan(days_ahead=0)
    made(NOON + 15 * DAY)
    data = InspectionData.model_validate(
        {"checklist": "lift_half_month", "equipment": ledger.lift.id, "findings": answers(), "signature": [uuid7()]}
    )

    with write():
        fill_list(data, id=uuid7(), by=readers.engineer, when=at(NOON + 5 * DAY))

    assert [one.state for one in made(NOON + 15 * DAY)] == ["done", "planned"]


def test_a_missed_one_is_not_done_afterwards(planned, made, readers, step):
    planned(calendar="half_month", days_ahead=0)
    missed = made(NOON + 15 * DAY)[0]

    with pytest.raises(Problem) as refusal:
        step(readers.engineer, missed, "done", NOON + 15 * DAY, note="补做")
    assert (refusal.value.code, refusal.value.status) == ("maintenance.over", 409)
    assert step(readers.engineer, missed, "done", NOON + 5 * DAY, note="当天做的，没信号").state == "done"


def test_a_list_filled_before_the_order_was_made_counts(lift_plan, made, ledger, fill):
    fill("lift_half_month", equipment=ledger.lift, when=at(NOON - DAY))
    lift_plan()

    assert [one.state for one in made()] == ["done"]


def test_floating_comes_back_so_many_days_after_it_was_done(planned, made, readers, step):
    planned(form="floating", calendar="", every_days="10", days_ahead=9)
    (first,) = made()
    step(readers.engineer, first, "done", NOON + 4 * DAY, note="做了")

    assert [(one.period_from, one.period_to) for one in made(NOON + 5 * DAY)][1:] == [
        (date(2026, 3, 7), date(2026, 3, 16))
    ]


def test_changes_hold_for_orders_to_come(lift_plan, made, readers):
    plan = lift_plan(days_ahead=0)
    made()
    told = {
        "name": "电梯维保（新合同）", "subject": "type:lift", "form": "calendar", "calendar": "month", "days_ahead": 0,
        "team": "engineering", "contractor": "新时达", "checklist": "lift_half_month",
    }  # fmt: skip

    with write():
        found = find_plan(plan.site_id, plan.id)
        edit_plan(found, PlanData.model_validate(told), version=1, by=readers.engineering, at=NOON)

    old, new = made(NOON + 14 * DAY)
    assert (old.title, old.contractor, old.period_to) == ("电梯半月维保", "恒通电梯维保", date(2026, 3, 15))
    assert (new.title, new.contractor, new.period_from, new.period_to) == (
        "电梯维保（新合同）", "新时达", date(2026, 3, 16), date(2026, 3, 31),
    )  # fmt: skip


def test_an_ended_plan_makes_no_more_and_takes_nothing_back(planned, made, readers):
    plan = planned()
    made()
    with write():
        end_plan(find_plan(plan.site_id, plan.id), "合同到期", version=1, by=readers.engineering, at=NOON)

    assert [one.state for one in made(NOON + 40 * DAY)] == ["missed"]


def test_never_switched_off_in_silence(lift_plan, planned, made, readers, ledger, lists):
    lift, pump = lift_plan(), planned(subject=f"item:{ledger.pump.id}", name="消防泵")
    assert troubles(lift, subjects_of(lift), {"lift_half_month"}, set()) == []

    with write():
        retire(ledger.lift, by=readers.engineering, at=NOON, why="拆除")
        retire(ledger.pump, by=readers.engineering, at=NOON, why="拆除")
        retire_list(lift.site_id, "lift_half_month", version=1, by=readers.engineering.user_id, at=NOON)

    assert troubles(lift, subjects_of(lift), set(), set()) == [NONE_LEFT, LIST_GONE]
    assert troubles(pump, subjects_of(pump), set(), set()) == [RETIRED]
    assert made() == []


def test_without_its_list_the_order_is_done_in_words(lift_plan, made, readers, step, lists):
    plan = lift_plan()
    (order,) = made()
    with pytest.raises(Problem) as refusal:
        step(readers.engineer, order, "done", note="做了")
    assert refusal.value.field == "checklist"

    with write():
        retire_list(plan.site_id, "lift_half_month", version=1, by=readers.engineering.user_id, at=NOON)

    assert step(readers.engineer, order, "done", note="做了").state == "done"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"calendar": "fortnight"}, "plan.calendar"),
        ({"form": "floating", "every_days": "0"}, "plan.every"),
        ({"subject": "type:dragon"}, "plan.subject"),
        ({"subject": "item:nothing"}, "plan.subject"),
        ({"checklist": "nothing_such"}, "plan.checklist"),
        ({"assignee": str(uuid7())}, "plan.assignee"),
        ({"valid_from": "2026-03-01"}, "plan.past"),
    ],
)
def test_a_plan_says_what_is_wrong_with_it(planned, told, code):
    with pytest.raises(Problem) as refusal:
        planned(**told)
    assert refusal.value.code == code


def test_an_engineer_and_another_site_plan_nothing_here(planned, readers, places):
    for by in (readers.engineer, readers.guard, readers.desk):
        with pytest.raises(Problem) as refusal:
            planned(by=by)
        assert refusal.value.status == 403
    with pytest.raises(Problem) as elsewhere:
        planned(by=readers.stranger)
    assert elsewhere.value.status == 404
