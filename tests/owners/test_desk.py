"""The desk: what owners reported becomes a repair, a hazard or a complaint; calls; who may know who the owner is."""

import pytest
from sqlalchemy import select

from patrol.complaints.complaint import Complaint
from patrol.core.db import db
from patrol.hazards.hazard import Hazard
from patrol.journal.entry import JournalEntry
from patrol.owners.privacy import masked
from patrol.owners.report import OwnerReport
from patrol.photos.photo import Photo
from patrol.repairs.repair import Repair
from tests.owners.conftest import picture, reports

SHIFT = ("code", "zh", "start", "end")
INTO = {"repair": Repair, "complaint": Complaint, "hazard": Hazard}


@pytest.mark.parametrize("into", INTO)
def test_a_report_becomes_an_order_and_keeps_its_photos(into, send, as_user, people, places):
    send(code=places.codes["lobby"], photos=[picture()])
    report, desk = reports()[0], as_user(people.desk)
    page = desk.get(f"/desk/reports/{report.id}").get_data(as_text=True)
    assert "厨房漏水" in page

    reply = desk.post(f"/desk/reports/{report.id}/order", data={"into": into, "kind": "water", "version": "1"})

    order = db.session.scalars(select(INTO[into])).one()
    assert reply.location.endswith(str(order.id))
    assert (order.source, order.reported_at, order.place_id) == ("owner", report.reported_at, places.lobby.id)
    photo = db.session.scalars(select(Photo)).one()
    assert (photo.subject_kind, photo.subject_id, photo.kind) == (into, order.id, "before")
    assert desk.get(f"/photos/{photo.id}/thumb.jpg").status_code == 200
    assert desk.get(reply.location).status_code == 200
    assert reports()[0].state == "taken"


def test_two_at_the_desk_register_the_same_report_and_one_is_told(send, as_user, people, places):
    send(code=places.codes["lobby"])
    report, form = reports()[0], {"into": "repair", "kind": "water", "version": "1"}
    url = f"/desk/reports/{report.id}/order"

    assert as_user(people.desk).post(url, data=form).status_code == 303
    second = as_user(people.engineering).post(url, data=form)

    assert second.status_code == 409
    assert "已经有客服处理了" in second.get_data(as_text=True)
    assert len(db.session.scalars(select(Repair)).all()) == 1


def test_without_a_place_the_desk_is_asked_for_one(send, as_user, people, places):
    send()
    report, desk = reports()[0], as_user(people.desk)

    assert desk.post(f"/desk/reports/{report.id}/order", data={"into": "repair"}).status_code == 422
    form = {"into": "repair", "place": str(places.lobby.id)}
    assert desk.post(f"/desk/reports/{report.id}/order", data=form).status_code == 303


def test_setting_aside_needs_a_reason_and_the_owner_reads_that_it_was(send, as_user, people):
    send()
    report, desk = reports()[0], as_user(people.desk)

    assert desk.post(f"/desk/reports/{report.id}/dismissal", data={"reason": ""}).status_code == 422
    assert desk.post(f"/desk/reports/{report.id}/dismissal", data={"reason": "重复"}).status_code == 303
    assert "没有受理" in as_user(None).get(f"/follow/{report.follow}").get_data(as_text=True)


def test_a_call_is_written_down_once_however_often_it_is_sent(as_user, people, places):
    desk = as_user(people.desk)
    form = {
        "id": "018f0000-0000-7000-8000-000000000001", "words": "没电了", "into": "repair", "kind": "power",
        "place": str(places.lobby.id), "urgent": "1", "owner_name": "陈先生", "owner_phone": "13800006021",
    }  # fmt: skip

    first, second = desk.post("/desk/call", data=form), desk.post("/desk/call", data=form)

    repair = db.session.scalars(select(Repair)).one()
    assert first.location == second.location == f"/repairs/{repair.id}"
    assert (repair.urgent, repair.source, repair.state) == (True, "desk", "registered")
    assert (repair.due_at - repair.reported_at).total_seconds() == 30 * 60
    assert desk.post("/desk/call", data={**form, "id": "", "words": ""}).status_code == 422


def test_the_list_of_calls_to_make_leaves_out_ones_own_work(in_state, as_user, people, step, sent, readers):
    repair = in_state("visiting")
    step(readers.engineering, repair, "done", **sent("done"))
    step(readers.engineering, repair, "sign", **sent("sign"))

    assert repair.number in as_user(people.desk).get("/desk").get_data(as_text=True).split("callbacks")[1]
    assert repair.number not in as_user(people.engineering).get("/desk").get_data(as_text=True).split("callbacks")[1]


@pytest.mark.parametrize(
    ("part", "sees"),
    [
        ("desk", True), ("supervisor", True), ("manager", True), ("engineer", True), ("engineering", True),
        ("leader", False), ("guard", False), ("contractor", False), ("stranger", False),
    ],
)  # fmt: skip
def test_who_may_know_who_the_owner_is(part, sees, in_state, as_user, people):
    in_state("assigned")  # to the engineer
    report = reports()[0]

    reply = as_user(getattr(people, part)).post(f"/owners/{report.id}/contact")

    assert (reply.status_code == 200) == sees
    assert ("3-2-1201" in reply.get_data(as_text=True)) == sees
    lines = select(JournalEntry).where(JournalEntry.verb == "owner_looked_at")
    found = db.session.scalars(lines).all()
    assert [line.user_id for line in found] == ([getattr(people, part).id] if sees else [])


def test_an_engineer_knows_only_until_it_is_settled(in_state, as_user, people):
    in_state("closed")

    assert as_user(people.engineer).post(f"/owners/{reports()[0].id}/contact").status_code == 403


def test_pages_show_the_owner_masked(in_state, as_user, people):
    repair = in_state("assigned")

    for part in ("desk", "engineer", "manager", "leader"):
        page = as_user(getattr(people, part)).get(f"/repairs/{repair.id}").get_data(as_text=True)
        assert "138****6021" in page
        assert "3-2-1201" not in page
        assert "0000 6021" not in page
    assert as_user(people.guard).get(f"/repairs/{repair.id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "phone", "flat", "shown"),
    [
        ("陈先生", "138 0000 6021", "3-2-1201", ("陈**", "138****6021", "•••")),
        ("", "86021", "", ("", "•••21", "")),
        ("", "", "", ("", "", "")),
    ],
)
def test_masking(name, phone, flat, shown):
    contact = masked(OwnerReport(owner_name=name, owner_phone=phone, owner_flat=flat))
    assert (contact.name, contact.phone, contact.flat) == shown


def test_who_the_owner_is_stands_in_no_timeline_and_in_no_journal(in_state, as_user, people):
    in_state("closed")
    as_user(people.desk).post(f"/owners/{reports()[0].id}/contact")

    said = " ".join(str(entry.detail) for entry in db.session.scalars(select(JournalEntry)))
    assert "6021" not in said
    assert "1201" not in said


def test_the_manager_opens_the_site_to_owners(as_user, people, sites, places):
    manager = as_user(people.manager)
    form = {
        "name": "翠湖花园", "timezone": "Asia/Shanghai", "day_start": "08:00", "version": "1", "public_reports": "1",
        "urgent_minutes": "20", "answer_hours": "12", "solve_days": "2",
        **{f"shifts.0.{key}": value for key, value in zip(SHIFT, ("day", "白班", "08:00", "20:00"), strict=True)},
        **{f"shifts.1.{key}": value for key, value in zip(SHIFT, ("night", "夜班", "20:00", "08:00"), strict=True)},
    }  # fmt: skip

    assert manager.post("/site", data=form).status_code == 303

    db.session.refresh(sites.lake)
    assert (sites.lake.urgent_minutes, sites.lake.answer_hours, sites.lake.solve_days) == (20, 12, 2)
    assert f"/report/{sites.lake.report_code}" in manager.get("/site").get_data(as_text=True)
    assert as_user(None).get(f"/report/{sites.lake.report_code}").status_code == 200
    assert manager.post("/site", data={**form, "version": "2", "solve_days": "0"}).status_code == 422


def test_a_closed_order_is_not_followed_for_ever(in_state, as_user, open_lake):
    in_state("closed")  # settled in March 2026, long before now
    assert as_user(None).get(f"/follow/{reports()[0].follow}").status_code == 404


def test_an_order_that_takes_long_is_followed_as_long(in_state, as_user, open_lake):
    in_state("waiting_parts")

    assert "正在等配件" in as_user(None).get(f"/follow/{reports()[0].follow}").get_data(as_text=True)
