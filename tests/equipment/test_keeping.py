"""The ledger: service dates, moves, states, who was there first."""

from datetime import date

import pytest
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.equipment.away import too_many_away
from patrol.equipment.equipment import Equipment, events_of, find_equipment
from patrol.equipment.keeping import EquipmentData, correct, move, retire, serviced, set_state, take_in
from patrol.journal.entry import history
from tests.equipment.conftest import at

NOW = at("2026-03-03").at


@pytest.fixture
def keep(people, places, reader_of, lists):
    """Take an item in as the engineering supervisor: keep(code, type, made, last_service)."""
    by = reader_of(people.engineering)

    def go(code, kind, made, served=None, **more):
        data = EquipmentData(code=code, type=kind, place=places.pump.id, made_on=made, last_service=served, **more)
        with write():
            return take_in(data, by=by, at=NOW)

    go.by = by
    return go


def test_golden_4_service_and_scrap_of_four_bottles(keep):
    fresh = keep("1", "extinguisher_dry_powder", "2019-03")
    assert (fresh.next_service, fresh.scrap_on) == (date(2024, 3, 1), date(2029, 3, 1))
    with write():
        row = find_equipment(fresh.site_id, fresh.id)
        serviced(row, date(2024, 5, 20), by=keep.by, at=NOW)
    assert row.next_service == date(2026, 5, 1)

    gas = keep("2", "extinguisher_co2", "2015-06", "2026-01")
    assert gas.next_service == gas.scrap_on == date(2027, 6, 1)
    water = keep("3", "extinguisher_water", "2021-01", "2026-01")
    assert water.scrap_on == date(2027, 1, 1)


def test_everything_that_happens_is_in_its_file_and_in_the_journal(keep, places):
    row = keep("1", "extinguisher_dry_powder", "2024-03")
    with write():
        row = find_equipment(row.site_id, row.id)
        move(row, places.lobby.id, by=keep.by, at=NOW, why="换位置")
        set_state(row, "out_for_service", by=keep.by, at=NOW, why="压力不足")
        serviced(row, date(2026, 3, 2), by=keep.by, at=NOW, refill=True)
        retire(row, by=keep.by, at=NOW, why="筒体锈蚀")

    assert {event.kind for event in events_of(row)} == {"taken_in", "moved", "state", "refilled", "retired"}
    assert (row.state, row.retired_on, row.place_id) == ("retired", date(2026, 3, 3), places.lobby.id)
    assert len(history(row.site_id, "equipment", row.id)) == 5
    with pytest.raises(Problem) as refused, write():
        move(find_equipment(row.site_id, row.id), places.pump.id, by=keep.by, at=NOW)
    assert refused.value.code == "equipment.retired"


def test_a_form_read_before_somebody_elses_change_is_refused(keep, places):
    row = keep("1", "extinguisher_dry_powder", "2024-03")
    with write():
        move(find_equipment(row.site_id, row.id), places.lobby.id, by=keep.by, at=NOW, version=1)
    with pytest.raises(Problem) as refused, write():
        serviced(find_equipment(row.site_id, row.id), date(2026, 3, 1), by=keep.by, at=NOW, version=1)
    assert (refused.value.code, refused.value.status) == ("stale", 409)


def test_an_asset_number_stands_once_in_a_ledger(keep):
    keep("1", "fire_pump", None)
    with pytest.raises(Problem) as refused:
        keep("1", "fire_pump", None)
    assert refused.value.field == "code"


@pytest.mark.parametrize("day", ["2026-03-04", "2020-01-01"])
def test_a_service_tomorrow_or_before_it_was_made_is_a_slip(keep, day):
    row = keep("1", "extinguisher_dry_powder", "2024-03")
    with pytest.raises(Problem) as refused, write():
        serviced(find_equipment(row.site_id, row.id), date.fromisoformat(day), by=keep.by, at=NOW)
    assert refused.value.field == "on"


def test_correcting_the_month_of_make_moves_the_dates_and_is_written_down(keep):
    row = keep("1", "extinguisher_dry_powder", "2024-03")
    data = EquipmentData(
        code="1", type="extinguisher_dry_powder", place=row.place_id, made_on="2023-03",
        limits={"pressure": {"min": 1.0, "max": None}},
    )  # fmt: skip
    with write():
        row = find_equipment(row.site_id, row.id)
        correct(row, data, version=1, by=keep.by, at=NOW)
    assert (row.next_service, row.version) == (date(2028, 3, 1), 2)
    assert row.limits == {"pressure": {"min": 1.0, "max": None}}
    assert events_of(row)[0].detail["changed"]["made_on"] == ["2024-03-01", "2023-03-01"]


def test_more_than_a_quarter_away_is_warned_of(keep):
    rows = [keep(str(number), "extinguisher_dry_powder", "2024-03") for number in range(4)]
    for row, warned in ((rows[0], False), (rows[1], True)):
        with write():
            set_state(find_equipment(row.site_id, row.id), "out_for_service", by=keep.by, at=NOW, why="送修")
        assert too_many_away(row) is warned


def test_a_spare_must_stand_in_for_something_of_the_ledger(keep, sites, people, reader_of):
    row = keep("1", "extinguisher_dry_powder", "2024-03")
    spare = keep("2", "extinguisher_dry_powder", "2024-03", spare_for=row.id)
    assert spare.spare_for_id == row.id
    with pytest.raises(Problem) as refused:
        keep("3", "extinguisher_dry_powder", "2024-03", spare_for=sites.hill.id)
    assert refused.value.field == "spare_for"
    assert db.session.scalars(select(Equipment.code).order_by(Equipment.code)).all() == ["1", "2"]
