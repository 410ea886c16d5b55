"""Two people at the same order: one wins, the other is told what happened, and nothing typed is lost."""

import pytest

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.hazards.steps import StepData, take_step
from patrol.workorders.order import WorkOrderStep
from tests.conftest import make_person, read_as
from tests.hazards.conftest import in_state, readers, report, step  # noqa: F401  the same stage
from tests.race import race


def race_for(app, order_id, attempts) -> list[str]:
    checked = [(by, StepData.model_validate({"order": order_id, **data})) for by, data in attempts]
    return race(app, take_step, checked)


@pytest.fixture
def open_order(readers, report, step):  # noqa: F811
    hazard = report(readers.guard, "water_leak", moment=now())
    return step(readers.supervisor, hazard, "assign", team="engineering", interim="关阀", moment=now())


def test_of_ten_who_take_it_at_once_one_has_it_and_nine_are_told_who(open_order, sites, app, password_hash):
    with write():
        crew = [make_person(f"工{n}", f"08{n:02}", "engineer", sites.lake.id, password_hash) for n in range(10)]
    crew_readers = [read_as(person) for person in crew]

    ends = race_for(app, open_order.id, [(by, {"step": "take", "version": open_order.version}) for by in crew_readers])

    assert sorted(ends) == ["done"] + ["order.taken"] * 9
    db.session.expire_all()
    taken = db.session.get(Hazard, (open_order.site_id, open_order.id))
    assert taken.assignee_id == crew_readers[ends.index("done")].user_id
    lines = db.session.query(WorkOrderStep).filter_by(order_id=open_order.id, step="take").all()
    assert [line.user_id for line in lines] == [taken.assignee_id]


def test_one_sends_back_while_the_other_closes(in_state, readers, app):  # noqa: F811
    hazard = in_state("to_verify")
    ends = race_for(
        app,
        hazard.id,
        [
            (readers.supervisor, {"step": "verify", "version": hazard.version}),
            (readers.engineering, {"step": "refuse", "note": "还会晃", "version": hazard.version}),
        ],
    )

    assert sorted(ends) in (["done", "order.state"], ["done", "stale"])
    db.session.expire_all()
    assert db.session.get(Hazard, (hazard.site_id, hazard.id)).state == ("closed" if ends[0] == "done" else "assigned")


def test_the_second_is_told_who_did_what_and_keeps_what_was_typed(open_order, readers, step, as_user, people):  # noqa: F811
    form = {"step": "reject", "note": "现场看过，不是漏水", "version": str(open_order.version)}
    step(readers.engineer, open_order, "rectify", note="换了阀门", after=[uuid7()], moment=now())

    page = as_user(people.supervisor).post(f"/hazards/{open_order.id}/steps", data=form)

    assert page.status_code == 409
    assert "李强" in page.text
    assert "换了阀门" in page.text
    assert ">现场看过，不是漏水</textarea>" in page.text
    kept = as_user(people.supervisor).post(
        f"/hazards/{open_order.id}/steps", data={"step": "comment", "note": form["note"]}
    )
    assert kept.status_code == 303
    assert form["note"] in as_user(people.supervisor).get(f"/hazards/{open_order.id}").text


def test_a_stale_form_whose_step_is_still_open_comes_back_filled_in(open_order, readers, step, as_user, people):  # noqa: F811
    form = {
        "step": "transfer",
        "transferred_to": "城管中队",
        "reference": "2026-41",
        "version": str(open_order.version),
    }
    step(readers.engineering, open_order, "assign", team="security", note="先看守", moment=now())

    page = as_user(people.supervisor).post(f"/hazards/{open_order.id}/steps", data=form)

    assert page.status_code == 409
    assert "周敏" in page.text
    for typed in ("城管中队", "2026-41"):
        assert f'value="{typed}"' in page.text
    again = as_user(people.supervisor).post(
        f"/hazards/{open_order.id}/steps", data={**form, "version": str(open_order.version)}
    )
    assert again.status_code == 303
