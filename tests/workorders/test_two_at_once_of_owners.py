"""Two people at the same repair or complaint: one wins, the other is told what happened, nothing typed is lost."""

import pytest

from patrol.complaints.steps import ComplaintStepData, take_complaint_step
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.repairs.steps import RepairStepData, take_repair_step
from patrol.workorders.order import WorkOrder, WorkOrderStep
from tests.complaints.conftest import heard
from tests.complaints.conftest import step as complaint_step
from tests.conftest import make_person, read_as
from tests.owners.conftest import reports
from tests.race import race
from tests.repairs.conftest import called, in_state, readers, registered, sent, step

__all__ = ["called", "complaint_step", "heard", "in_state", "readers", "registered", "sent", "step"]
VERBS = {"repair": (RepairStepData, take_repair_step), "complaint": (ComplaintStepData, take_complaint_step)}


def race_for(app, order, attempts) -> list[str]:
    schema, verb = VERBS[order.kind]
    checked = [(by, schema.model_validate({"order": order.id, **data})) for by, data in attempts]
    return race(app, verb, checked)


def test_of_ten_who_claim_a_repair_at_once_one_has_it(registered, sites, app, password_hash):
    repair = registered()
    with write():
        crew = [make_person(f"工{n}", f"08{n:02}", "engineer", sites.lake.id, password_hash) for n in range(10)]
    crew_readers = [read_as(person) for person in crew]

    ends = race_for(app, repair, [(by, {"step": "claim", "version": repair.version}) for by in crew_readers])

    assert sorted(ends) == ["done"] + ["repair.taken"] * 9
    db.session.expire_all()
    taken = db.session.get(WorkOrder, (repair.site_id, repair.id))
    assert taken.assignee_id == crew_readers[ends.index("done")].user_id
    assert db.session.query(WorkOrderStep).filter_by(order_id=repair.id, step="claim").count() == 1


def test_two_dispatch_the_same_repair_to_different_teams_at_once(registered, readers, app):
    repair = registered()
    attempts = [
        (by, {"step": "assign", "team": team, "version": repair.version})
        for by, team in ((readers.engineering, "engineering"), (readers.desk, "security"))
    ]

    ends = race_for(app, repair, attempts)

    assert sorted(ends) in (["done", "order.state"], ["done", "stale"])
    db.session.expire_all()
    team = db.session.get(WorkOrder, (repair.site_id, repair.id)).team
    assert team == attempts[ends.index("done")][1]["team"]


def test_two_answer_the_same_complaint_at_once(heard, readers, app):
    complaint = heard()
    words = ({"step": "apologise", "note": text, "version": complaint.version} for text in ("已致歉", "马上来"))

    ends = race_for(app, complaint, list(zip((readers.desk, readers.engineering), words, strict=True)))

    assert sorted(ends) in (["done", "order.state"], ["done", "stale"])
    assert db.session.query(WorkOrderStep).filter_by(order_id=complaint.id, step="apologise").count() == 1


def test_one_archives_a_repair_while_the_other_opens_it_again(in_state, as_user, people, readers, step):
    repair = in_state("signed")
    form = {"step": "archive", "satisfaction": "4", "note": "业主说还算满意", "version": str(repair.version)}
    step(readers.engineering, repair, "reopen", note="又漏了", moment=now())

    page = as_user(people.desk).post(f"/repairs/{repair.id}/steps", data=form)

    assert page.status_code == 409
    assert "周敏" in page.text and "又漏了" in page.text  # who was quicker, and what he did
    assert ">业主说还算满意</textarea>" in page.text
    kept = as_user(people.desk).post(f"/repairs/{repair.id}/steps", data={"step": "comment", "note": form["note"]})
    assert kept.status_code == 303
    assert form["note"] in as_user(people.desk).get(f"/repairs/{repair.id}").text


def test_a_stale_form_of_a_repair_comes_back_filled_in_and_can_be_sent(in_state, as_user, people, readers, step):
    repair = in_state("assigned")
    form = {"step": "reassign", "who": "team:engineering", "note": "换夜班的人去", "version": str(repair.version)}
    step(readers.engineering, repair, "reassign", team="security", note="先去看看", moment=now())

    page = as_user(people.desk).post(f"/repairs/{repair.id}/steps", data=form)

    assert page.status_code == 409
    assert "周敏" in page.text
    assert 'value="换夜班的人去"' in page.text
    assert 'value="team:engineering" selected' in page.text
    db.session.expire_all()
    again = as_user(people.desk).post(f"/repairs/{repair.id}/steps", data={**form, "version": str(repair.version)})
    assert again.status_code == 303


def test_one_solves_a_complaint_while_the_other_writes_what_he_found(heard, as_user, people, readers, complaint_step):
    complaint = heard()
    complaint_step(readers.desk, complaint, "apologise", note="已致歉")
    form = {
        "step": "investigate",
        "note": "查过三楼",
        "promised_at": "2099-01-01T18:00",
        "version": str(complaint.version),
    }
    given = {"note": "夜班装修", "promised_at": "2098-01-01T10:00:00+08:00"}
    complaint_step(readers.engineering, complaint, "investigate", **given)
    complaint_step(readers.engineering, complaint, "solve", note="已停工")

    page = as_user(people.manager).post(f"/complaints/{complaint.id}/steps", data=form)

    assert page.status_code == 409
    assert "周敏" in page.text and "已停工" in page.text
    for typed in ("查过三楼", "2099-01-01T18:00"):
        assert f">{typed}</textarea>" in page.text


def test_the_owner_objects_while_the_engineer_takes_his_signature(in_state, as_user, readers, step, sent):
    repair = in_state("done")
    step(readers.engineer, repair, "sign", moment=now(), **sent("sign"))

    page = as_user(None).post(f"/follow/{reports()[0].follow}", data={"answer": "no", "note": "还在滴水"})

    assert page.status_code == 409
    assert ">还在滴水</textarea>" in page.text


@pytest.mark.parametrize("kind", ["repair", "complaint"])
def test_the_same_form_sent_twice_is_one_line(kind, registered, heard, as_user, people):
    order = registered() if kind == "repair" else heard()
    form = {"step": "comment", "note": "业主来催", "id": str(uuid7())}

    codes = [as_user(people.desk).post(f"/{kind}s/{order.id}/steps", data=form).status_code for _twice in range(2)]

    assert codes == [303, 303]
    assert db.session.query(WorkOrderStep).filter_by(order_id=order.id, step="comment").count() == 1
