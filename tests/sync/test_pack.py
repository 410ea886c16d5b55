"""The pack: enough to work without signal, nothing that could be used to pretend, nothing of anybody else."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import event

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.equipment.checklist import bring_in_catalogue
from patrol.equipment.equipment import Equipment
from patrol.hazards.report import HazardData, report_hazard
from patrol.rounds.scanning import NewScan, ScanData, scan_label
from patrol.sites.label import reissue_label
from patrol.sites.label_hashes import code_hash
from tests.rounds.conftest import night_route, shanghai  # noqa: F401

EVENING = "2026-03-31 20:10"


@pytest.fixture
def evening(sites, people, places, night_route):  # noqa: F811
    with time_machine.travel(shanghai(EVENING), tick=False):
        with write():
            bring_in_catalogue(sites.lake.id, at=now(), by=None)
            bottle = Equipment(
                id=uuid7(), site_id=sites.lake.id, code="3B1-02", type="extinguisher_dry_powder",
                place_id=places.lobby.id, made_on=date(2020, 3, 1), in_service_from=date(2020, 4, 1),
                next_service=date(2026, 4, 1), scrap_on=date(2030, 3, 1), created_at=now(),
            )  # fmt: skip
            db.session.add(bottle)
        yield bottle


def pack_of(client) -> dict:
    reply = client.get("/sync/pack")
    assert reply.status_code == 200
    return reply.get_json()


def test_it_holds_the_rounds_of_the_shift_with_their_four_times_and_stops(evening, as_user, people, places):
    pack = pack_of(as_user(people.guard))

    first = pack["rounds"][0]
    clock = [first[name] for name in ("opens", "starts", "ends", "closes")]
    ms = [int(shanghai(f"2026-03-31 {time}").timestamp() * 1000) for time in ("19:36", "20:00", "20:40", "21:36")]
    assert clock == ms
    route = (places.lobby, places.pump, places.roof)
    assert [stop["place"] for stop in first["stops"]] == [str(place.id) for place in route]
    assert len(pack["rounds"]) == 6
    assert pack["zone"] == "Asia/Shanghai"


def test_a_colleagues_scan_is_in_it(evening, as_user, people, places, reader_of):
    colleague = reader_of(people.guard2)
    with write():
        scan = NewScan(uuid7(), ScanData(code=places.codes["pump"]), When.now())
        scan_label(scan, by=colleague)

    pack = pack_of(as_user(people.guard))

    pump = pack["rounds"][0]["stops"][1]
    assert [(one[0], one[3]) for one in pump["scans"]] == [(str(scan.id), "赵敏")]
    assert pack["places"][str(places.pump.id)]["last"][1] == "赵敏"


def test_codes_of_labels_never_leave_the_server(evening, as_user, people, places):
    guard = as_user(people.guard)

    said = guard.get("/sync/pack").text + guard.get("/sync/pack/pages").text

    assert not [code for code in places.codes.values() if code in said]
    assert pack_of(guard)["labels"][code_hash(places.codes["lobby"])] == [str(places.lobby.id), False]


def test_a_replaced_label_is_recognised_as_one(evening, as_user, people, places):
    with write():
        fresh = reissue_label(places.lobby, "褪色", by=people.supervisor.id, at=now())

    labels = pack_of(as_user(people.guard))["labels"]

    assert labels[code_hash(places.codes["lobby"])] == [str(places.lobby.id), True]
    assert labels[code_hash(fresh.code)] == [str(places.lobby.id), False]


def test_it_tells_what_is_due_where_with_the_ledgers_warning(evening, as_user, people, places):
    due = pack_of(as_user(people.engineer))["due"]

    [bottle] = [one for one in due if one.get("equipment") == str(evening.id)]
    assert bottle["url"] == f"/inspections/new?equipment={evening.id}&checklist=extinguisher_dry_powder"
    assert bottle["above"] == [str(places.lobby.id), str(places.block3.id)]
    assert bottle["life"][1] == "2026-04"


def test_a_unit_past_its_date_comes_with_the_item_that_cannot_pass(evening, as_user, people):
    with write():
        bottle = db.session.get_one(Equipment, (evening.site_id, evening.id))
        bottle.next_service = date(2026, 2, 1)

    due = pack_of(as_user(people.engineer))["due"]

    assert [one["past"] for one in due if one.get("equipment") == str(evening.id)] == [["service_valid", "2026-02"]]


def test_a_guard_takes_along_what_stands_at_his_points_but_is_not_asked_for_it(evening, as_user, people):
    due = pack_of(as_user(people.guard))["due"]

    assert [one.get("others") for one in due if one.get("equipment")] == [True]


def test_an_order_comes_with_its_page_and_its_picture(evening, as_user, people, places, reader_of):
    guard = reader_of(people.guard)
    with write():
        data = HazardData(place=places.lobby.id, category="water_leak", severity="major", photos=[uuid7()])
        hazard = report_hazard(data, id=uuid7(), by=guard, when=When.now())
        hazard.state, hazard.assignee_id = "assigned", people.engineer.id
    engineer = as_user(people.engineer)

    pack = pack_of(engineer)
    pages = engineer.get("/sync/pack/pages").get_json()["pages"]

    assert [order["id"] for order in pack["orders"]] == [str(hazard.id)]
    assert 'data-record="work_order_step"' in pages[f"/hazards/{hazard.id}"]
    assert [one["id"] for one in pack["hazards"]] == [str(hazard.id)]


def test_the_pages_are_the_servers_own_without_any_token(evening, as_user, people):
    guard = as_user(people.guard)

    pack, answer = pack_of(guard), guard.get("/sync/pack/pages").get_json()

    assert answer["key"] == pack["pages_key"]
    assert set(answer["pages"]) == {path for path, _name in pack["pages"]}
    for path, html in answer["pages"].items():
        assert f'data-user="{people.guard.id}"' in html, path
        assert 'name="csrf_token"' not in html, path
        assert '<meta name="csrf-token" content="">' in html, path
        assert "data-kept=" in html, path


def test_the_key_changes_with_the_pages_only(evening, as_user, people, places):
    guard = as_user(people.guard)
    in_chinese = pack_of(guard)["pages_key"]
    guard.post("/me/settings", data={"language": "en", "theme": "auto"})
    in_english = pack_of(guard)["pages_key"]
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        later = pack_of(guard)["pages_key"]

    assert in_chinese != in_english
    assert later == in_english


def test_nothing_of_another_site_is_in_it(evening, as_user, people, places):
    pack = pack_of(as_user(people.stranger))

    assert (pack["rounds"], pack["labels"], pack["places"], pack["hazards"]) == ([], {}, {}, [])
    assert str(places.lobby.id) not in json.dumps(pack)


def test_kept_shapes_are_for_phones_only(evening, as_user, people):
    guard = as_user(people.guard)

    answers = {path: guard.get(path).location for path in ("/kept/visit", "/kept/round", "/kept/hazard")}

    assert answers == {"/kept/visit": "/today", "/kept/round": "/today", "/kept/hazard": "/hazards/new"}


def test_a_header_cannot_turn_a_page_into_a_kept_one(evening, as_user, people):
    page = as_user(people.guard).get("/today", headers={"Patrol.Kept": "today", "X-Patrol-Kept": "today"})

    assert "data-kept" not in page.text


def test_the_pack_costs_the_same_however_many_rounds_and_places(evening, as_user, people, places):
    guard = as_user(people.guard)
    pack_of(guard)
    asked: list[str] = []

    def count(*args):
        asked.append(args[2])

    event.listen(db.engine, "before_cursor_execute", count)
    pack_of(guard)
    event.remove(db.engine, "before_cursor_execute", count)

    assert len(asked) <= 30
