"""One item's whole life: spares in and out, what stands in its file, page by page."""

from datetime import date, timedelta

import pytest

from patrol.core.db import write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.equipment import events_of, find_equipment
from patrol.equipment.keeping import EquipmentData, move, retire, serviced, set_state, take_in
from patrol.equipment.life import CHAPTERS, life_of
from patrol.equipment.spares import free_spares, send_out, standing_in
from tests.equipment.conftest import at
from tests.equipment.test_pages import jpeg

NOW = at("2026-03-03").at
POWDER = "extinguisher_dry_powder"


@pytest.fixture
def by(people, reader_of):
    return reader_of(people.engineering)


@pytest.fixture
def spare(ledger, places, by):
    with write():
        data = EquipmentData(code="BY-01", type=POWDER, place=places.roof.id, made_on="2025-01")
        return take_in(data, by=by, at=NOW)


def again(row):
    return find_equipment(row.site_id, row.id)


def test_a_bottle_goes_out_its_spare_stands_in_and_goes_home_when_it_is_back(ledger, spare, places, by):
    with write():
        send_out(again(ledger.powder), spare=again(spare), by=by, at=NOW, why="压力不足")
    out, inside = again(ledger.powder), again(spare)
    assert (out.state, inside.place_id, inside.spare_for_id) == ("out_for_service", places.pump.id, out.id)
    assert [row.code for row in standing_in(out)] == ["BY-01"]
    assert "BY-01" not in [code for code, _place in free_spares(ledger.powder2)]

    with write():
        serviced(again(ledger.powder), date(2026, 3, 2), by=by, at=NOW + timedelta(days=4), why="送检合格")
    out, inside = again(ledger.powder), again(spare)
    assert (out.state, out.next_service) == ("in_service", date(2028, 3, 1))
    assert (inside.place_id, inside.spare_for_id) == (places.roof.id, None)
    assert [event.kind for event in events_of(inside)] == ["spare_out", "spare_in", "taken_in"]
    told = events_of(inside)[1].detail
    assert (told["from_name"], told["to_name"], told["item"]) == (
        places.roof.full_name, places.pump.full_name, out.code,
    )  # fmt: skip


def test_back_without_a_service_brings_the_spare_home_too(ledger, spare, places, by):
    with write():
        send_out(again(ledger.powder), spare=again(spare), by=by, at=NOW, why="压力不足")
    with write():
        set_state(again(ledger.powder), "in_service", by=by, at=NOW)
    assert again(spare).place_id == places.roof.id


def test_what_cannot_stand_in_is_refused_and_nothing_moves(ledger, spare, places, by):
    for other in (ledger.powder, ledger.pump):
        with pytest.raises(Problem) as refused, write():
            send_out(again(ledger.powder), spare=again(other), by=by, at=NOW, why="坏")
        assert refused.value.code == "equipment.spare_type"
    with write():
        send_out(again(ledger.powder), spare=again(spare), by=by, at=NOW, why="坏")
    with pytest.raises(Problem) as refused, write():
        send_out(again(ledger.powder2), spare=again(spare), by=by, at=NOW, why="坏")
    assert refused.value.code == "equipment.spare_busy"
    with pytest.raises(Problem) as refused, write():
        send_out(again(ledger.powder), by=by, at=NOW, why="坏")
    assert refused.value.code == "equipment.is_out"
    assert again(ledger.powder2).state == "in_service"


def test_when_the_bottle_is_scrapped_the_spare_is_the_bottle_of_that_place(ledger, spare, places, by):
    with write():
        send_out(again(ledger.powder), spare=again(spare), by=by, at=NOW, why="坏")
    with write():
        retire(again(ledger.powder), by=by, at=NOW, why="筒体锈蚀")
    inside = again(spare)
    assert (inside.spare_for_id, inside.place_id, inside.state) == (None, places.pump.id, "in_service")
    assert events_of(inside)[0].kind == "spare_stays"


def test_with_an_open_hazard_it_is_retired_only_knowingly(ledger, lists, fill, by):
    bad = {"gauge": {"choice": "red", "photos": [uuid7()], "remark": "压力低"}}
    fill(POWDER, equipment=ledger.powder, instead=bad)
    with pytest.raises(Problem) as refused, write():
        retire(again(ledger.powder), by=by, at=NOW, why="报废")
    assert (refused.value.code, refused.value.status) == ("equipment.open_hazards", 409)
    with write():
        retire(again(ledger.powder), by=by, at=NOW, why="报废", despite=True)
    assert events_of(ledger.powder)[0].detail["open"] == [refused.value.facts["numbers"]]


@pytest.fixture
def lived(ledger, places, fill, by):
    """An extinguisher with something of everything in its file; three things at the very same moment."""
    bad = {"gauge": {"choice": "red", "photos": [uuid7()], "remark": "压力低"}}
    fill(POWDER, equipment=ledger.powder, when=at("2026-01-10"), by=None)
    fill(POWDER, equipment=ledger.powder, when=at("2026-02-10"), instead=bad)
    for day, place in (("2026-02-11", places.lobby), ("2026-02-12", places.pump)):
        with write():
            move(again(ledger.powder), place.id, by=by, at=at(day).at, why="调整")
    with write():
        serviced(again(ledger.powder), date(2026, 2, 10), by=by, at=at("2026-02-13").at)
        set_state(again(ledger.powder), "faulty", by=by, at=at("2026-02-13").at, why="喷管裂")
        set_state(again(ledger.powder), "in_service", by=by, at=at("2026-02-13").at)
    return again(ledger.powder)


def pages_of(row, chapter=None, limit=3):
    cursor, found = None, []
    while True:
        lines, cursor = life_of(row, chapter, cursor, limit)
        found.append(lines)
        if cursor is None:
            return found


def test_every_line_comes_once_and_newest_first_whatever_the_page_size(lived):
    whole, _none = life_of(lived, limit=100)
    assert len(whole) == 1 + 2 + 1 + 2 + 3  # taken in, checks, hazard, moves, service and two states
    assert [line.at for line in whole] == sorted((line.at for line in whole), reverse=True)
    for limit in (1, 2, 3, 5):
        pages = pages_of(lived, limit=limit)
        assert [line.id for page in pages for line in page] == [line.id for line in whole]
        assert all(len(page) <= limit for page in pages)


def test_the_chapters_together_hold_the_whole_file(lived):
    whole = {line.id for line in life_of(lived, limit=100)[0]}
    parts = {code: {line.id for line in life_of(lived, code, limit=100)[0]} for code in CHAPTERS}
    assert set().union(*parts.values()) == whole
    assert {code: len(ids) for code, ids in parts.items()} == {
        "checks": 2, "services": 1, "faults": 3, "places": 3, "papers": 1,
    }  # fmt: skip


def test_a_check_in_the_file_names_what_failed(lived):
    check = next(line for line in life_of(lived, "checks")[0] if line.row.failed_count)
    assert [(found.item_code, found.choice) for found in check.failed] == [("gauge", "red")]


def test_the_page_shows_filters_and_prints_it(as_user, people, lived):
    client = as_user(people.engineer)
    page = client.get(f"/equipment/{lived.id}")
    assert page.status_code == 200
    assert "调整" in page.text
    assert "喷管裂" in page.text
    only = client.get(f"/equipment/{lived.id}?part=places").text
    assert "调整" in only
    assert "喷管裂" not in only
    printed = client.get(f"/equipment/{lived.id}/print").text
    assert "喷管裂" in printed
    assert 'class="paper' in printed


def test_the_page_of_an_item_takes_a_few_queries_however_long_its_life(as_user, people, lived, count_queries):
    client = as_user(people.engineer)
    client.get(f"/equipment/{lived.id}")
    with count_queries() as queries:
        client.get(f"/equipment/{lived.id}")
    assert len(queries) <= 15, queries  # one of them asks who is looking


def test_an_engineer_sends_it_out_by_the_form_and_brings_it_back(as_user, people, ledger, spare, places):
    client = as_user(people.engineer)
    form = client.get(f"/equipment/{ledger.powder.id}/out").text
    assert "BY-01" in form
    url, version = f"/equipment/{ledger.powder.id}/events", again(ledger.powder).version
    wrong = client.post(url, data={"event": "out", "version": version, "why": "坏", "spare": "没有"})
    assert (wrong.status_code, "没有" in wrong.text) == (422, True)
    sent = client.post(url, data={"event": "out", "version": version, "why": "坏", "spare": "BY-01"})
    assert sent.status_code == 303
    assert "BY-01" in client.get(f"/equipment/{ledger.powder.id}").text
    client.post(url, data={"event": "back", "version": version + 1, "on": "2026-03-02"})
    assert (again(ledger.powder).state, again(spare).place_id) == ("in_service", places.roof.id)


def test_a_photo_of_the_plate_stands_on_the_page_and_in_the_file(as_user, people, ledger):
    client = as_user(people.engineer)
    row = again(ledger.lift)
    sent = client.post(
        f"/equipment/{row.id}/events", data={"event": "photo", "version": row.version, "photos[]": jpeg()},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert sent.status_code == 303
    photo = events_of(row)[0].detail["photos"][0]
    page = client.get(f"/equipment/{row.id}").text
    assert page.count(f"/photos/{photo}/thumb.jpg") == 2
    assert client.get(f"/photos/{photo}/thumb.jpg").status_code == 200


def test_a_group_asks_which_unit_fails_and_its_file_says_which(as_user, people, lists, places, by, fill):
    with write():
        data = EquipmentData(code="Y-01", type="emergency_light", place=places.lobby.id, quantity=24)
        group = take_in(data, by=by, at=NOW)
    client = as_user(people.engineer)
    assert "24 个" in client.get(f"/inspections/new?equipment={group.id}&checklist=emergency_light").text
    item = next(one for one in lists["emergency_light"].items if one["kind"] == "pass_fail")
    bad = {"result": "fail", "photos": [uuid7()], "remark": "3 楼东侧第 2 盏不亮"}
    fill("emergency_light", equipment=group, instead={item["code"]: bad})
    assert "3 楼东侧第 2 盏不亮" in client.get(f"/equipment/{group.id}?part=checks").text


def test_a_second_bottle_of_the_cabinet_is_entered_from_the_first(as_user, people, ledger):
    client = as_user(people.engineer)
    form = client.get(f"/equipment/new?copy={ledger.powder.id}").text
    assert f'value="{ledger.powder.place_id}" selected' in form
    assert 'value="extinguisher_dry_powder" selected' in form
    assert client.get(f"/equipment/new?copy={uuid7()}").status_code == 404
    page = client.get(f"/equipment/{ledger.powder.id}").text
    assert "3B1-02" in page  # both stand under one label, each with its own dates
