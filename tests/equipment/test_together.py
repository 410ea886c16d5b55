"""Many items in one go: all or none, seen before, and nobody's change is lost."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import NotHere, Problem
from patrol.equipment.equipment import Equipment, EquipmentEvent, events_of, find_equipment
from patrol.equipment.keeping import EquipmentData, set_state, take_in
from patrol.equipment.keeping_rules import change_rules
from patrol.equipment.together import MOST, Change, TogetherRefused, change_together
from patrol.journal.entry import JournalEntry, JournalHead, verify_chain
from tests.equipment.conftest import at

NOW = at("2026-03-03").at


@pytest.fixture
def by(people, reader_of):
    return reader_of(people.engineering)


@pytest.fixture
def bottles(ledger):
    return [ledger.powder, ledger.powder2, ledger.crowded]


def again(row):
    db.session.expire_all()
    return find_equipment(row.site_id, row.id)


def versions(rows):
    return {row.id: again(row).version for row in rows}


def do(rows, by, **change):
    with write():
        return change_together(versions(rows), Change(**change), by=by, at=NOW)


def test_all_change_and_each_file_and_the_journal_say_so(bottles, places, by):
    found = do(bottles, by, contractor="安泰消防", place=places.roof.id, half_monthly=True, made_on="2023-05")
    assert [one.code for one in found] == ["3B1-01", "3B1-02", "3L-01"]
    for row in map(again, bottles):
        assert (row.contractor, row.place_id, row.half_monthly) == ("安泰消防", places.roof.id, True)
        assert (row.made_on, row.next_service) == (date(2023, 5, 1), date(2028, 5, 1))
        assert [event.kind for event in events_of(row)][:2] in (["moved", "corrected"], ["corrected", "moved"])
    site = bottles[0].site_id
    lines = db.session.scalars(select(JournalEntry).where(JournalEntry.site_id == site).order_by(JournalEntry.seq))
    assert verify_chain(lines, db.session.get(JournalHead, site)) is None


def test_what_already_is_so_is_left_alone(bottles, by):
    do(bottles[:1], by, contractor="安泰消防")
    found = do(bottles, by, contractor="安泰消防")
    assert [one.code for one in found] == ["3B1-02", "3L-01"]
    assert versions(bottles)[bottles[0].id] == 2


def test_if_one_was_changed_meanwhile_none_changes_and_it_is_named(bottles, by):
    seen = versions(bottles)
    with write():
        set_state(again(bottles[1]), "faulty", by=by, at=NOW, why="喷管裂")
    with pytest.raises(TogetherRefused) as refused, write():
        change_together(seen, Change(contractor="安泰消防"), by=by, at=NOW)
    assert [(row.code, problem.code) for row, problem in refused.value.rows] == [("3B1-02", "stale")]
    assert {again(row).contractor for row in bottles} == {""}


def test_retiring_many_stops_at_the_one_with_an_open_hazard(bottles, fill, by):
    fill("extinguisher_dry_powder", equipment=bottles[0], instead={"gauge": _red()})
    with pytest.raises(TogetherRefused) as refused:
        do(bottles, by, state="retired", why="到期报废")
    assert [row.code for row, _problem in refused.value.rows] == ["3B1-01"]
    assert {again(row).state for row in bottles} == {"in_service"}
    do(bottles, by, state="retired", why="到期报废", despite=True)
    assert {again(row).state for row in bottles} == {"retired"}
    with pytest.raises(TogetherRefused):
        do(bottles, by, contractor="甲")


def _red():
    return {"choice": "red", "photos": [uuid7()], "remark": "压力低"}


def test_limits_only_for_one_kind_and_bounds_the_right_way_round(ledger, by):
    with pytest.raises(Problem) as refused:
        do([ledger.powder, ledger.pump], by, limits={"pressure": {"min": 1}})
    assert refused.value.code == "equipment.limits_types"
    with pytest.raises(Problem) as refused:
        do([ledger.pump], by, limits={"pressure": {"min": 2, "max": 1}})
    assert refused.value.field == "limits"
    do([ledger.pump], by, limits={"pressure": {"min": 0.4, "max": 0.6}})
    assert again(ledger.pump).limits == {"pressure": {"min": 0.4, "max": 0.6}}


@pytest.mark.parametrize(("change", "field"), [({}, "change"), ({"state": "faulty"}, "why")])
def test_a_change_that_says_nothing_is_asked_about(bottles, by, change, field):
    with pytest.raises(Problem) as refused:
        do(bottles, by, **change)
    assert refused.value.field == field


def test_another_sites_item_is_not_here(bottles, sites, people, reader_of, by):
    stranger = reader_of(people.stranger)
    with pytest.raises(NotHere), write():
        change_together(versions(bottles), Change(contractor="甲"), by=stranger, at=NOW)


def test_five_hundred_take_a_few_statements(places, by, lists, count_queries):
    with write():
        rows = [
            take_in(EquipmentData(code=f"M{n:04}", type="fire_door", place=places.lobby.id), by=by, at=NOW)
            for n in range(MOST)
        ]
    seen = {row.id: row.version for row in rows}
    with count_queries() as queries, write():
        change_together(seen, Change(contractor="安泰消防", place=places.roof.id), by=by, at=NOW)
    assert len(queries) <= 20, len(queries)
    lines = select(func.count()).select_from(EquipmentEvent).where(EquipmentEvent.kind.in_(("corrected", "moved")))
    assert db.session.scalar(lines) == 2 * MOST
    with write():
        extra = take_in(EquipmentData(code="M9999", type="fire_door", place=places.lobby.id), by=by, at=NOW)
    with pytest.raises(Problem) as refused, write():
        change_together(seen | {extra.id: 1}, Change(contractor="乙"), by=by, at=NOW)
    assert refused.value.code == "equipment.many"


def fields_of(page):
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: [value for key, value in pairs if key == name] for name, _value in pairs}


def test_by_the_pages_choose_look_and_change(as_user, people, ledger, places):
    client = as_user(people.engineer)
    page = client.get("/equipment?type=extinguisher_dry_powder").text
    ticks = re.findall(r'name="items\[\]" value="([^"]+)"', page)
    assert len(ticks) == 3
    form = client.post("/equipment/together", data={"items[]": ticks[:2], "query": "type=extinguisher_dry_powder"})
    assert "3B1-01" in form.text
    assert "3L-01" not in form.text
    sent = fields_of(form.text) | {"step": "look", "contractor": "安泰消防", "place": str(places.roof.id)}
    looked = client.post("/equipment/together", data=sent)
    assert looked.status_code == 200
    assert "安泰消防" in looked.text
    assert again(ledger.powder).contractor == ""

    with write():
        db.session.get(Equipment, (ledger.powder.site_id, ledger.powder.id)).version += 1
    sent = fields_of(looked.text) | {"step": "keep"}
    late = client.post("/equipment/together", data=sent)
    assert late.status_code == 409
    assert "3B1-01" in late.text
    assert 'value="安泰消防"' in late.text  # what was entered is kept
    assert again(ledger.powder2).contractor == ""

    sent = fields_of(late.text) | {"contractor": "安泰消防", "place": str(places.roof.id)}
    looked = client.post("/equipment/together", data=sent)
    kept = client.post("/equipment/together", data=fields_of(looked.text) | {"step": "keep"})
    assert (kept.status_code, kept.location) == (303, "/equipment?type=extinguisher_dry_powder")
    assert {again(row).contractor for row in (ledger.powder, ledger.powder2)} == {"安泰消防"}
    assert again(ledger.crowded).contractor == ""


def test_all_of_a_filter_are_chosen_without_ticking(as_user, people, ledger):
    client = as_user(people.engineer)
    form = client.post("/equipment/together", data={"all": "1", "query": "type=extinguisher_dry_powder"}).text
    assert len(fields_of(form)["items[]"]) == 3
    none = client.post("/equipment/together", data={"all": "1", "query": "q=nothing"})
    assert none.status_code == 422


def test_the_list_under_every_filter_takes_at_most_six_queries(as_user, people, ledger, places, count_queries):
    client = as_user(people.engineer)
    with write():
        again(ledger.powder).contractor = "安泰消防"
    shown = {
        "q=4kg": 2, "q=3B1": 3, "type=lift": 1, f"building={places.block3.id}": 5, f"place={places.pump.id}": 3,
        "state=faulty": 0, "due=90": 0, "due=0": 0, "contractor=安泰消防": 1, "missing=2026-03": 4,
    }  # fmt: skip
    for query, count in shown.items():
        client.get(f"/equipment?{query}")
        with count_queries() as queries:
            page = client.get(f"/equipment?{query}").text
        assert page.count('name="items[]"') == count, query
        assert len(queries) <= 6, (query, queries)


def test_the_month_of_make_goes_by_the_site_s_own_years(bottles, sites, people, by):
    with write():
        change_rules(
            sites.lake.id, costs={}, years={"extinguisher_dry_powder": [3, 1, 8]}, warn_days=[60], version=1,
            by=people.supervisor.id, at=NOW,
        )  # fmt: skip
    do(bottles[:1], by, made_on="2025-05")

    row = again(bottles[0])
    assert (row.next_service, row.scrap_on) == (date(2028, 5, 1), date(2033, 5, 1))


def test_sending_out_too_many_of_a_place_is_seen_before_it_is_done(as_user, people, bottles, by):
    """Two stand in the pump room, one in the lobby: each place may spare a quarter, so none."""
    client, warned = as_user(people.supervisor), "会超过这些位置的四分之一"
    form = {"step": "look", "state": "out_for_service", "why": "送检"}

    def look(rows, **more):
        return client.post(
            "/equipment/together", data=form | more | {"items[]": [f"{r.id}:{again(r).version}" for r in rows]}
        )

    page = look(bottles[:2]).text
    assert warned in page
    assert "3 栋 消防泵房 干粉灭火器 2/2" in page
    assert "3 栋 大堂" not in page.split(warned)[1].split("</section>")[0]
    assert again(bottles[0]).state == "in_service"  # it was only looked at
    assert warned not in look(bottles[:2], state="faulty").text
    with write():
        again(bottles[1]).quantity = 3
    assert warned not in look(bottles[:1]).text  # one of four
