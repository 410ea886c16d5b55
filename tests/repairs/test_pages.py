"""The pages of repairs and complaints: lists, the page of one, its forms, and the phone's door."""

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo
from patrol.repairs.flow import FLOW
from patrol.repairs.repair import Repair
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from tests.repairs.conftest import WAY


@pytest.mark.parametrize("state", ["reported", *WAY])
@pytest.mark.parametrize("part", ["desk", "engineer", "engineering", "manager", "leader"])
def test_the_page_of_every_state_for_every_role(state, part, in_state, as_user, people):
    repair = in_state(state)
    client = as_user(getattr(people, part))

    assert client.get(f"/repairs/{repair.id}").status_code == 200
    for name in FLOW:
        assert client.get(f"/repairs/{repair.id}?step={name}").status_code == 200


def test_the_board_and_the_list_under_its_filters(in_state, as_user, people):
    states = ("registered", "visiting", "waiting_parts", "signed", "closed")
    numbers = {state: in_state(state).number for state in states}
    desk = as_user(people.desk)
    ids = {str(repair.id): repair.state for repair in db.session.scalars(select(Repair))}

    board = desk.get("/repairs").get_data(as_text=True)
    assert {ids[id] for id in re.findall(r'id="card-([0-9a-f-]+)"', board)} == set(numbers)
    every, late = set(numbers), {"registered", "visiting", "waiting_parts"}
    for asked, wanted in {
        "": every, "&state=registered": {"registered"}, "&state=closed": {"closed"}, "&state=x": every,
        "&overdue=1": late, "&team=security": set(), "&category=water": every, "&severity=critical": set(),
        f"&person={people.engineer.id}": every - {"registered"}, f"&q={numbers['signed']}": {"signed"},
    }.items():  # fmt: skip
        page = desk.get(f"/repairs?view=list{asked}").get_data(as_text=True)
        assert {state for state, number in numbers.items() if number in page} == wanted, asked
    assert numbers["visiting"] in as_user(people.engineer).get("/repairs?view=list").get_data(as_text=True)
    assert numbers["visiting"] not in as_user(people.guard).get("/repairs?view=list").get_data(as_text=True)


def test_many_are_dispatched_at_once_and_one_that_moved_on_says_so(in_state, as_user, people):
    first, second, third = in_state("registered"), in_state("registered"), in_state("visiting")
    chosen = [f"{one.id}:{one.version}" for one in (first, second, third)]
    chosen[1] = f"{second.id}:{second.version + 1}"

    reply = as_user(people.engineering).post(
        "/orders/repair/assignment?view=list", data={"order": chosen, "who": str(people.engineer.id)}
    )

    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "已派 1 条" in page
    db.session.expire_all()
    assert f"{second.number}：" in page or f"{second.number}:" in page
    assert f"{third.number}:" in page  # somebody has it already: a reason is asked for
    assert [db.session.get(Repair, (one.site_id, one.id)).assignee_id for one in (first, second)] == [
        people.engineer.id, None,
    ]  # fmt: skip


@pytest.mark.parametrize(("part", "status"), [("engineer", 200), ("desk", 200), ("guard", 404), ("stranger", 404)])
def test_a_repair_on_paper_names_no_owner(part, status, in_state, as_user, people):
    repair = in_state("assigned")

    reply = as_user(getattr(people, part)).get(f"/work-orders/{repair.id}/slip")

    assert reply.status_code == status
    if status == 200:
        assert "上门" in reply.text or "已派单" in reply.text
        assert "6021" not in reply.text and "1201" not in reply.text


def test_repairs_as_a_workbook_for_the_manager_alone(in_state, as_user, people):
    number = in_state("closed").number

    reply = as_user(people.manager).get("/orders/repair.xlsx?state=closed")

    sheet = ZipFile(BytesIO(reply.data)).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"BX-[0-9-]+", sheet) == [number]
    assert "已归档" in sheet
    assert as_user(people.engineer).get("/orders/repair.xlsx").status_code == 403


def test_workload_counts_repairs_and_complaints_too(in_state, as_user, people):
    in_state("assigned")
    in_state("visiting")

    page = as_user(people.engineering).get("/orders/workload").get_data(as_text=True)

    assert people.engineer.name in page


def test_who_sees_no_repairs_is_refused_under_the_common_address_too(as_user, people):
    for url in ("/repairs", "/complaints", "/orders/repair", "/orders/complaint"):
        assert as_user(people.desk).get(url).status_code == 200
        assert as_user(people.guard).get(url).status_code == 200  # his own, if there are any


def test_the_list_goes_on_behind_its_first_page(registered, as_user, people):
    for minutes in range(31):
        registered(now() - timedelta(minutes=minutes))
    desk = as_user(people.desk)

    page = desk.get("/repairs?view=list").get_data(as_text=True)
    cursor = page.split("cursor=")[1].split('"')[0].split("&")[0]
    assert "BX-" in desk.get(f"/repairs?view=list&cursor={cursor}").get_data(as_text=True)


def test_my_work_shows_what_is_mine_and_what_my_team_may_take(in_state, as_user, people):
    free, mine = in_state("registered").number, in_state("assigned").number

    page = as_user(people.engineer).get("/work-orders").get_data(as_text=True)
    assert free in page
    assert mine in page
    assert "还没人接" in page
    assert free not in as_user(people.guard).get("/work-orders").get_data(as_text=True)


def test_a_plain_form_without_any_script_takes_a_step(in_state, as_user, people):
    repair = in_state("registered")
    engineer = as_user(people.engineer)

    assert engineer.post(f"/repairs/{repair.id}/steps", data={"step": "claim"}).status_code == 303
    short = engineer.post(f"/repairs/{repair.id}/steps", data={"step": "visit", "fee": "20"})
    assert short.status_code == 422
    assert "施工前照片" in short.get_data(as_text=True)
    assert 'value="20"' in short.get_data(as_text=True)  # what was typed stays


def test_a_stale_form_is_told_and_loses_nothing_typed(in_state, as_user, people, step, readers, sent):
    repair = in_state("assigned")
    version = repair.version
    step(readers.engineer, repair, "visit", **sent("visit"))
    form = {"step": "reassign", "who": "team:security", "note": "换保安去", "version": str(version)}

    reply = as_user(people.engineering).post(f"/repairs/{repair.id}/steps", data=form)

    assert reply.status_code == 409
    assert "换保安去" in reply.get_data(as_text=True)


def test_a_scan_of_the_label_just_now_is_the_arrival(in_state, as_user, people, readers, places):
    repair = in_state("assigned")
    with write():
        scan = NewScan(uuid7(), ScanData(code=places.codes["lobby"]), When.now())
        scan_label(scan, by=readers.engineer)
    engineer = as_user(people.engineer)

    assert "您已扫过该位置的二维码" in engineer.get(f"/repairs/{repair.id}").get_data(as_text=True)
    assert engineer.post(f"/repairs/{repair.id}/steps", data={"step": "visit", "fee": "0"}).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(Repair)).one().state == "visiting"


def test_the_phone_brings_visit_work_and_signature_in_one_batch(in_state, as_user, people):
    repair = in_state("assigned")
    engineer, when = as_user(people.engineer), now()

    def record(name, minutes, **data):
        return {
            "id": str(uuid7()), "kind": "repair_step", "user": str(people.engineer.id), "v": 1,
            "captured_at": (when - timedelta(minutes=minutes)).isoformat(),
            "data": {"order": str(repair.id), "step": name, **data},
        }  # fmt: skip

    records = [
        record("visit", 30, fee="30", photos=[str(uuid7())]),
        record("done", 10, note="换了阀门", after=[str(uuid7())]),
        record("sign", 5, signature=[str(uuid7())]),
    ]
    batch = {"device": str(uuid7()), "sent_at": when.isoformat(), "records": records}

    answer = engineer.post("/sync/records", json=batch).get_json()
    again = engineer.post("/sync/records", json=batch).get_json()

    assert [one["status"] for one in answer["results"]] == ["stored"] * 3
    assert [one["status"] for one in again["results"]] == ["known"] * 3
    db.session.expire_all()
    assert (repair.state, repair.signed_how, repair.fee_fen, repair.visits) == ("signed", "finger", 3000, 1)
    assert sorted(db.session.scalars(select(Photo.kind))) == ["after", "before", "signature"]


def test_the_engineer_takes_his_repairs_along_and_no_owner(in_state, as_user, people):
    repair = in_state("assigned")
    engineer = as_user(people.engineer)

    pack = engineer.get("/sync/pack").get_json()
    page = engineer.get("/sync/pack/pages").get_json()["pages"][f"/repairs/{repair.id}"]

    assert [one["id"] for one in pack["repairs"]] == [str(repair.id)]
    for hidden in ("3-2-1201", "0000 6021", "/contact"):
        assert hidden not in page
    for name in ("visit", "done", "sign"):
        assert f'data-step="{name}"' in page


def test_signatures_are_for_the_desk_only(in_state, as_user, people):
    repair = in_state("signed")
    signature = db.session.scalars(select(Photo).where(Photo.kind == "signature")).one()

    assert str(signature.id) not in as_user(people.guard).get(f"/repairs/{repair.id}").get_data(as_text=True)
    assert "照片在路上" in as_user(people.desk).get(f"/repairs/{repair.id}").get_data(as_text=True)
