"""Work written down at a label: one verb by form and by phone, in the item's file, and the order it finishes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.equipment import EquipmentEvent, events_of
from patrol.maintenance.log import WorkLog, WorkLogData, log_work
from patrol.maintenance.order import MaintenanceOrder
from patrol.photos.photo import Photo
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from tests.maintenance.conftest import NOON
from tests.repairs.conftest import at


@pytest.fixture
def log(readers):
    def write_down(by=None, moment=NOON, id=None, **told) -> WorkLog:
        data = WorkLogData.model_validate({"done": "换了一组轴承，试机正常", **told})
        with write():
            return log_work(data, id=id or uuid7(), by=by or readers.engineer, when=at(moment))

    return write_down


def test_it_stands_in_the_items_file(log, ledger, readers, as_user, people):
    log(equipment=ledger.pump.id, parts="轴承 2 个", readings="0.42 MPa", down_min=35, photos=[uuid7()])

    event = events_of(ledger.pump)[0]
    assert (event.kind, event.user_id) == ("worked", people.engineer.id)
    assert (event.detail["parts"], event.detail["readings"], event.detail["down_min"]) == ("轴承 2 个", "0.42 MPa", 35)
    page = as_user(people.engineer).get(f"/equipment/{ledger.pump.id}").text
    assert "换了一组轴承，试机正常" in page
    assert "停机 35 分钟" in page
    assert db.session.scalars(select(Photo.subject_kind)).all() == ["work_log"]


def test_the_same_record_twice_is_one_log_and_another_persons_is_refused(log, ledger, readers):
    id = uuid7()
    log(equipment=ledger.pump.id, id=id)
    log(equipment=ledger.pump.id, id=id)

    assert len(db.session.scalars(select(WorkLog)).all()) == 1
    assert len([event for event in events_of(ledger.pump) if event.kind == "worked"]) == 1
    with pytest.raises(Problem) as refusal:
        log(by=readers.engineering, equipment=ledger.pump.id, id=id)
    assert refusal.value.code == "id_reused"


def test_it_finishes_the_maintenance_it_was(log, planned, made, places, ledger):
    planned()
    (order,) = made()

    row = log(place=places.pump.id, order=order.id, parts="润滑脂")

    assert (order.state, order.parts_used, row.order_id) == ("done", "润滑脂", order.id)


def test_another_job_at_the_same_place_finishes_nothing(log, planned, made, places):
    planned()
    (order,) = made()

    log(place=places.pump.id)

    assert order.state == "planned"


def test_it_cannot_finish_what_stands_elsewhere_or_wants_its_list(log, planned, lift_plan, made, places, ledger):
    planned()
    (pump,) = made()
    with pytest.raises(Problem) as elsewhere:
        log(place=places.roof.id, order=pump.id)
    assert elsewhere.value.code == "work_log.other"
    db.session.rollback()
    lift_plan()
    lift = next(one for one in made() if one.equipment_id)
    with pytest.raises(Problem) as unlisted:
        log(equipment=ledger.lift.id, order=lift.id)
    assert unlisted.value.field == "checklist"
    assert db.session.scalars(select(WorkLog)).all() == []


def test_who_may_and_where(log, readers, ledger, places):
    for by in (readers.guard, readers.cleaner, readers.desk):
        with pytest.raises(Problem) as refusal:
            log(by=by, place=places.pump.id)
        assert refusal.value.status == 403
    with pytest.raises(Problem) as elsewhere:
        log(by=readers.stranger, equipment=ledger.pump.id)
    assert elsewhere.value.status == 404
    with pytest.raises(Problem) as nowhere:
        log()
    assert nowhere.value.code == "work_log.place"


def test_by_the_plain_form_from_the_arrival(as_user, people, readers, places, planned, made, ledger):
    planned(now(), days_ahead=0)
    order_id = made(now())[0].id
    scan = NewScan(uuid7(), ScanData(code=places.codes["pump"]), at(now()))
    with write():
        scan_label(scan, by=readers.engineer)
    engineer = as_user(people.engineer)

    arrival = engineer.get(f"/visits/{scan.id}").text
    assert "泵房月度保养" in arrival
    assert f"/work-logs/new?place={places.pump.id}" in arrival
    form = engineer.get(f"/work-logs/new?place={places.pump.id}").text
    assert str(order_id) in form
    told = {"place": str(places.pump.id), "done": "加脂", "order": str(order_id), "down_min": "20"}
    assert engineer.post("/work-logs", data=told).status_code == 303

    assert db.session.scalars(select(MaintenanceOrder.state)).all() == ["done"]
    assert "加脂" in engineer.get(f"/work-logs/new?place={places.pump.id}").text
    empty = engineer.post("/work-logs", data={"place": str(places.pump.id)})
    assert (empty.status_code, "保存" in empty.text) == (422, True)


def test_a_guards_arrival_offers_no_log(as_user, people, readers, places):
    scan = NewScan(uuid7(), ScanData(code=places.codes["pump"]), at(now()))
    with write():
        scan_label(scan, by=readers.guard)

    assert "/work-logs" not in as_user(people.guard).get(f"/visits/{scan.id}").text


def test_by_the_phones_door_also_hours_later(as_user, people, ledger, planned, made, places):
    planned(now(), days_ahead=0, assignee=str(people.engineer.id))
    order_id = made(now())[0].id
    moment = (now() - timedelta(minutes=90)).isoformat()

    def record(kind, **data):
        return {
            "id": str(uuid7()), "kind": kind, "v": 1, "seq": 1, "captured_at": moment, "user": str(people.engineer.id),
            "photos": [], "data": data,
        }  # fmt: skip

    records = [
        record("work_log", equipment=str(ledger.pump.id), done="紧固螺栓"),
        record("maintenance_step", order=str(order_id), step="arrive"),
        record("maintenance_step", order=str(order_id), step="done", note="加脂"),
        record("maintenance_step", order=str(order_id), step="close"),
    ]
    batch = {"device": str(uuid7()), "sent_at": now().isoformat(), "records": records}
    reply = as_user(people.engineer).post("/sync/records", json=batch).get_json()

    assert [one["status"] for one in reply["results"]] == ["stored", "stored", "stored", "refused"]
    assert reply["results"][0]["url"] == f"/equipment/{ledger.pump.id}"
    assert [event.kind for event in db.session.scalars(select(EquipmentEvent)) if event.kind == "worked"] == ["worked"]
    assert db.session.get_one(MaintenanceOrder, (places.pump.site_id, order_id)).state == "done"


def test_a_scan_of_its_place_is_the_arrival(planned, made, readers, people, places, step):
    planned(now(), days_ahead=0, assignee=str(people.engineer.id))
    (order,) = made(now())
    scan = NewScan(uuid7(), ScanData(code=places.codes["pump"]), at(now()))

    with write():
        scan_label(scan, by=readers.engineer)

    db.session.refresh(order)
    assert (order.state, order.arrived_at is not None) == ("on_site", True)
