"""Readings: over time with the limits of that day, by month expected against got; golden example 9."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.equipment.inspection import Finding
from patrol.equipment.keeping import EquipmentData, take_in
from patrol.equipment.readings import Thing, month_readings, read_of, series
from patrol.equipment.recorders import recorders
from patrol.equipment.samples import in_words, lowest, read_samples
from patrol.hazards.hazard import Hazard
from tests.equipment.conftest import all_good, at, bad_answer

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
HOUR = timedelta(hours=1)


@pytest.fixture
def recorder(ledger, people, places, reader_of):
    data = EquipmentData(code="NVR-1", type="cctv", place=places.lobby.id, in_service_from=date(2025, 1, 1))
    by = reader_of(people.engineering)
    with write():
        return take_in(data, by=by, at=at("2025-01-01").at)


def room(fill, lists, places, day, temperature):
    """The pump room's daily list; its outlet pressure is the reading looked at."""
    told = all_good(lists["water_pump_room"])["outlet_pressure"] | {"value": temperature}
    if temperature > 1.6:
        told |= {"photos": bad_answer({"kind": "text"})["photos"], "remark": "压力高"}
    return fill("water_pump_room", place=places.pump, when=at(day), instead={"outlet_pressure": told})


def test_golden_9_the_lowest_of_three_cameras_is_the_figure(recorder, fill, lists, sites, as_user, people):
    told = {"samples": ["31", "30", "27"], "photos": bad_answer({"kind": "text"})["photos"], "remark": "硬盘坏"}
    row = fill("cctv_access", equipment=recorder, when=at("2026-03-02 10:00"), instead={"retention_days": told})

    query = select(Finding).where(Finding.inspection_id == row.id, Finding.item_code == "retention_days")
    found = db.session.scalars(query).one()
    assert (found.value, found.text, found.result, found.limits) == (
        27,
        "31 / 30 / 27",
        "fail",
        {"min": 30, "max": None},
    )
    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.category, hazard.severity) == ("cctv_retention", "major")
    assert hazard.due_at == at("2026-03-02 10:00").at + 72 * HOUR
    assert "(31 / 30 / 27)" in as_user(people.engineering).get(f"/inspections/{row.id}").text
    (one,) = recorders(sites.lake.id)
    assert (one.days, one.tried, one.limit, one.out) == (27, "31 / 30 / 27", 30, True)


def test_two_cameras_are_too_few_and_no_number_is_none(recorder, fill):
    for samples in (["31", "30"], ["31", "30", "viele"]):
        with pytest.raises(Problem) as refused:
            fill("cctv_access", equipment=recorder, instead={"retention_days": {"samples": samples}})
        assert refused.value.field == "findings.retention_days"


def test_a_form_s_three_fields_come_in_their_order():
    assert read_samples({"2": "30", "1": "31", "3": ""}) == [31, 30]
    assert in_words([31, 30.5]) == "31 / 30.5"
    item = {"kind": "number", "samples": 3}
    assert lowest(item, [], 28) == 28  # one figure, from a phone with an older form
    assert lowest({"kind": "number"}, [1, 2], 5) == 5


def test_a_reading_over_time_keeps_the_limits_of_its_day(fill, lists, places, sites):
    for day, value in (("2026-03-02", 0.5), ("2026-03-03", 1.9), ("2026-03-04", 0.6)):
        room(fill, lists, places, day, value)

    points = series(
        sites.lake.id, "water_pump_room", "outlet_pressure", equipment=None, place=places.pump.id, first=MARCH[0],
        last=MARCH[1],
    )  # fmt: skip

    assert [(point.day.day, point.value, point.out) for point in points] == [
        (2, 0.5, False),
        (3, 1.9, True),
        (4, 0.6, False),
    ]
    assert {(point.low, point.high) for point in points} == {(0.2, 1.6)}


@settings(max_examples=25, deadline=None)
@given(days=st.sets(st.integers(1, 20)), today=st.integers(2, 20))
def test_what_is_missing_is_what_a_recount_finds(days, today):
    """Of the rules alone: no database."""
    rows = [SimpleNamespace(day=date(2026, 3, day), n=1, low=1.0, high=2.0, out=0) for day in days if day <= today]
    thing = Thing(1, True, "", "", date(2025, 1, 1))
    found = read_of(
        thing, 1, lambda _day: 1, True, rows, (MARCH[0], date(2026, 3, today), MARCH[1]), date(2026, 3, today)
    )

    owed = {day for day in range(1, today) if day} | ({today} & days)
    assert (found.expected, found.got) == (len(owed), len(owed & days))


def test_a_month_counts_what_was_owed_and_what_was_written(fill, lists, places, sites, ledger, recorder):
    for day in ("2026-03-02", "2026-03-03", "2026-03-05"):
        room(fill, lists, places, day, 0.5)
    fill(
        "cctv_access", equipment=recorder, when=at("2026-03-03"), instead={"retention_days": {"samples": [40, 35, 33]}}
    )

    rows = month_readings(sites.lake.id, *MARCH, date(2026, 3, 12), shifts=lambda _day: 2)
    by_item = {(row.code, row.item["code"]): row for row in rows}

    pressure = by_item["water_pump_room", "outlet_pressure"]
    assert (pressure.expected, pressure.got, pressure.missing, pressure.low, pressure.high) == (11, 3, 8, 0.5, 0.5)
    days = by_item["cctv_access", "retention_days"]
    assert (days.expected, days.got, days.low) == (2, 1, 33)  # the weeks that ended on 1 and 8 March
    assert by_item["water_pump_room", "chlorine"].expected == 0  # may stay empty
    assert rows[0].missing


def test_the_pages_show_the_month_the_things_and_the_curve(as_user, people, fill, lists, places, sites):
    now_room = room(fill, lists, places, "2026-03-02", 1.9)
    client = as_user(people.supervisor)
    assert "出水压力" in client.get("/readings?month=2026-03").text
    assert "消防泵房" in client.get("/readings/water_pump_room/outlet_pressure?month=2026-03").text
    page = client.get(f"/readings/water_pump_room/outlet_pressure?place={places.pump.id}&span=year").text
    assert now_room.id
    assert "<svg" in page or "还没有抄表记录" in page
    assert client.get("/readings/water_pump_room/nothing").status_code == 404
    assert client.get("/readings/nothing/outlet_pressure").status_code == 404
    assert as_user(people.guard).get("/readings").status_code == 403
    assert as_user(people.stranger).get(
        f"/readings/water_pump_room/outlet_pressure?place={places.pump.id}"
    ).status_code == 404  # fmt: skip


def test_the_month_on_paper_draws_what_was_out_of_limits_and_says_what_its_numbers_mean(
    as_user, people, fill, lists, places
):
    for day, value in (("2026-03-02", 0.5), ("2026-03-03", 1.9)):
        room(fill, lists, places, day, value)
    paper = as_user(people.supervisor).get("/reviews/month/2026-03/print").text
    first = paper.partition('paper__trends"')[2].partition("</figure>")[0]
    assert "出水压力" in first
    assert "1 次超限" in first
    assert first.count("mark--miss") == 1
    assert {"≥ 0.2 MPa", "≤ 1.6 MPa"} <= set(first.replace("<", ">").split(">"))
    told = paper.partition("paper__signs")[2].partition("指标说明")[2]
    assert "到点率" in told
    assert "消防器材覆盖率" in told
