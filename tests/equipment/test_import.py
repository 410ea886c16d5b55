"""A table of equipment comes in whole, or not at all with every mistake named."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.equipment.equipment import Equipment
from patrol.equipment.import_equipment import import_equipment
from patrol.equipment.import_rows import equipment_rows
from patrol.sites.import_places import ImportRefused
from tests.equipment.conftest import at

HEAD = ["设备编号", "类型", "位置", "型号", "数量", "出厂日期", "上次维修", "半月检"]
PLACES = {"3 栋 消防泵房": uuid4(), "3 栋 大堂": uuid4()}


def test_a_good_table_is_read_whatever_the_spaces_and_the_way_of_writing_a_day():
    table = equipment_rows(
        [
            HEAD,
            ["M-01", "干粉灭火器", "3栋消防泵房", "4kg", "", "2024-03", "", ""],
            [""] * 8,
            ["M-02", "CO2 extinguisher", "3 栋 大堂", "", "2", "2015年6月", "2026/1/8", "是"],
        ],
        places=PLACES,
    )
    assert table.errors == []
    assert [row for row, _data in table.items] == [2, 4]
    first, second = (data for _row, data in table.items)
    assert (first.type, first.made_on, first.quantity) == ("extinguisher_dry_powder", date(2024, 3, 1), 1)
    assert (second.type, second.last_service, second.half_monthly) == ("extinguisher_co2", date(2026, 1, 8), True)


def test_every_mistake_is_named_by_row_and_column():
    table = equipment_rows(
        [
            HEAD,
            ["M-01", "喷火器", "3 栋 大堂", "", "", "", "", ""],
            ["", "干粉灭火器", "月球", "", "", "", "", ""],
            ["M-03", "干粉灭火器", "3 栋 大堂", "", "0", "", "", ""],
            ["M-04", "干粉灭火器", "3 栋 大堂", "", "1", "去年", "", "也许"],
            ["M-05", "干粉灭火器", "3 栋 大堂", "", "", "", "", ""],
            ["M-05", "干粉灭火器", "3 栋 大堂", "", "", "", "", ""],
        ],
        places=PLACES,
        known={"M-04"},
    )
    found = {(error.row, error.column) for error in table.errors}
    assert found == {
        (2, "类型"), (3, "设备编号"), (3, "位置"), (4, "数量"),
        (5, "出厂日期"), (5, "半月检"), (5, "设备编号"), (7, "设备编号"),
    }  # fmt: skip


@pytest.mark.parametrize("rows", [[], [HEAD], [["设备编号", "位置"], ["1", "2"]]])
def test_a_table_without_a_head_or_without_rows_is_refused(rows):
    assert [error.row for error in equipment_rows(rows, places=PLACES).errors] == [1]


def test_all_rows_or_none(people, places, reader_of):
    by = reader_of(people.engineering)
    rows = [HEAD, ["M-01", "干粉灭火器", "3 栋 消防泵房", "", "", "2024-03", "", ""]]
    bad = [*rows, ["M-02", "干粉灭火器", "月球", "", "", "", "", ""]]
    with pytest.raises(ImportRefused) as refused, write():
        import_equipment(bad, by=by, at=at("2026-03-03").at)
    assert len(refused.value.rows) == 1
    assert db.session.scalar(select(func.count()).select_from(Equipment)) == 0

    with write():
        made = import_equipment(rows, by=by, at=at("2026-03-03").at)
    assert [(row.code, row.place_id) for row in made] == [("M-01", places.pump.id)]
    assert made[0].next_service == date(2029, 3, 1)
