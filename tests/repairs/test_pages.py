"""The pages of repairs and complaints: lists, the page of one, its forms, and the phone's door."""

from datetime import timedelta

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


def test_every_tab_of_the_list(in_state, as_user, people):
    numbers = {state: in_state(state).number for state in ("registered", "visiting", "signed", "closed")}
    desk = as_user(people.desk)

    for tab, states in {
        "open": ("registered", "visiting", "signed"), "registered": ("registered",), "under_way": ("visiting",),
        "signed": ("signed",), "closed": ("closed",), "late": ("registered", "visiting"), "x": ("registered",),
    }.items():  # fmt: skip
        page = desk.get(f"/repairs?tab={tab}").get_data(as_text=True)
        assert {state for state, number in numbers.items() if number in page} >= set(states), tab
    assert numbers["visiting"] in as_user(people.engineer).get("/repairs").get_data(as_text=True)
    assert numbers["visiting"] not in as_user(people.guard).get("/repairs").get_data(as_text=True)


def test_the_list_goes_on_behind_its_first_page(registered, as_user, people):
    for minutes in range(31):
        registered(now() - timedelta(minutes=minutes))
    desk = as_user(people.desk)

    page = desk.get("/repairs").get_data(as_text=True)
    cursor = page.split("cursor=")[1].split('"')[0]
    assert "BX-" in desk.get(f"/repairs?cursor={cursor}").get_data(as_text=True)


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
