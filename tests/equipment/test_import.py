"""A table of equipment comes in whole, or not at all with every mistake named."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from patrol.core.db import db, write
from patrol.equipment.equipment import Equipment, EquipmentEvent, events_of, find_equipment
from patrol.equipment.import_equipment import Brought, import_equipment
from patrol.equipment.import_rows import HEADS, Known, equipment_rows
from patrol.equipment.keeping import EquipmentData, retire, take_in
from patrol.journal.entry import JournalEntry, JournalHead, verify_chain
from patrol.sites.import_places import ImportRefused
from tests.equipment.conftest import at

NOW = at("2026-03-03").at
TODAY = date(2026, 3, 3)
HEAD = [
    "设备编号",
    "类型",
    "位置",
    "型号",
    "数量",
    "出厂日期",
    "上次维修",
    "半月检",
    "充装量(kg)",
    "干粉种类",
    "额定载重",
    "顶替的设备编号",
]
GOOD = ["M-01", "干粉灭火器", "3 栋 大堂", "4kg", "", "2024-03", "", "", "4", "abc", "", ""]
PLACES = {"3 栋 消防泵房": uuid4(), "3 栋 大堂": uuid4()}
MOST_STATEMENTS = 30  # of a table of 1,000 rows, whatever is in it


def read(*rows, known=None):
    return equipment_rows([HEAD, *rows], places=PLACES, known=known, today=TODAY)


def but(**cells):
    """The good row with some of its cells changed: but(类型="喷火器")."""
    return [cells.get(head, cell) for head, cell in zip(HEAD, GOOD, strict=True)]


def test_a_good_table_is_read_whatever_the_spaces_and_the_way_of_writing_a_day():
    table = read(
        ["M-01", "干粉灭火器", "3栋消防泵房", "4kg", "", "2024-03", "", "", "4 kg", "磷酸铵盐（ABC）", "", ""],
        [""] * 12,
        ["M-02", "CO2 extinguisher", "3 栋 大堂", "", "2", "2015年6月", "2026/1/8", "是", "", "", "", ""],
    )
    assert table.errors == []
    assert [entry.row for entry in table.entries] == [2, 4]
    first, second = (entry.data for entry in table.entries)
    assert (first.type, first.made_on, first.quantity) == ("extinguisher_dry_powder", date(2024, 3, 1), 1)
    assert first.attributes == {"charge_kg": 4, "powder": "abc"}
    assert (second.type, second.last_service, second.half_monthly) == ("extinguisher_co2", date(2026, 1, 8), True)


WRONG = {
    "no number": (but(设备编号=""), "设备编号", "import.code"),
    "a kind nobody knows": (but(类型="喷火器"), "类型", "import.type"),
    "a place that is not there": (but(位置="月球"), "位置", "import.place"),
    "no day": (but(出厂日期="去年"), "出厂日期", "import.day"),
    "a day to come": (but(出厂日期="2026-04"), "出厂日期", "import.future"),
    "serviced before it was made": (but(上次维修="2023-01"), "上次维修", "import.before_made"),
    "neither yes nor no": (but(半月检="也许"), "半月检", "import.yes_no"),
    "none of it": (but(数量="0"), "数量", "import.quantity"),
    "half of it": (but(数量="1.5"), "数量", "import.quantity"),
    "too many letters": (but(型号="x" * 81), "型号", "import.too_long"),
    "a number that is none": (but(**{"充装量(kg)": "四"}), "充装量(kg)", "equipment.attribute"),
    "a number out of bounds": (but(**{"充装量(kg)": "4000"}), "充装量(kg)", "equipment.attribute"),
    "a word not in the list": (but(干粉种类="水"), "干粉种类", "equipment.attribute"),
    "a detail of another kind": (but(额定载重="1000"), "额定载重", "equipment.attribute"),
    "stands in for nothing": (but(顶替的设备编号="没有"), "顶替的设备编号", "equipment.spare"),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_kind_of_wrong_row_is_named_by_row_and_column(name):
    row, column, code = WRONG[name]
    table = read(but(设备编号="M-00"), row)
    assert [(error.row, error.column, error.problem.code) for error in table.errors] == [(3, column, code)]


def test_a_number_twice_in_the_table_is_named_at_the_second():
    table = read(but(), but(设备编号="M-02"), but())
    assert [(error.row, error.column, error.problem.code) for error in table.errors] == [
        (4, "设备编号", "import.twice")
    ]
    assert table.errors[0].problem.facts == {"row": 2}


def test_many_mistakes_of_a_row_are_named_together():
    table = read(but(设备编号="", 类型="喷火器", 位置="月球", 出厂日期="去年", 半月检="也许"))
    assert {error.column for error in table.errors} == {"设备编号", "类型", "位置", "出厂日期", "半月检"}


@pytest.mark.parametrize("rows", [[], [HEAD], [["设备编号", "位置"], ["1", "2"]]])
def test_a_table_without_a_head_or_without_rows_is_refused(rows):
    assert [error.row for error in equipment_rows(rows, places=PLACES, today=TODAY).errors] == [1]


def test_too_many_rows_are_refused():
    rows = [but(设备编号=str(n)) for n in range(5001)]
    assert [error.problem.code for error in read(*rows).errors] == ["import.long"]


def known_item(**more):
    said = {"code": "M-01", "type": "extinguisher_dry_powder", "place": PLACES["3 栋 大堂"], "model": "4kg"}
    data = EquipmentData(**said | {"made_on": date(2024, 3, 1), "attributes": {"powder": "abc", "charge_kg": 4}} | more)
    return {"M-01": Known(uuid4(), data, "3 栋 大堂")}


def test_a_known_number_is_put_right_and_an_empty_cell_leaves_what_is_there():
    same = read(but(), known=known_item(contractor="甲"))
    assert (same.errors, same.entries[0].same) == ([], True)
    changed = read(but(型号="5kg", 出厂日期="", **{"充装量(kg)": ""}), known=known_item(contractor="甲"))
    data = changed.entries[0].data
    assert (data.model, data.made_on, data.contractor) == ("5kg", date(2024, 3, 1), "甲")
    assert data.attributes == {"powder": "abc", "charge_kg": 4}


def test_a_table_never_makes_one_kind_into_another():
    table = read(but(类型="电梯", **{"充装量(kg)": "", "干粉种类": ""}), known=known_item())
    assert [(error.column, error.problem.code) for error in table.errors] == [("类型", "import.other_type")]


def test_the_name_of_a_place_out_of_use_is_good_for_what_still_stands_there():
    known = known_item()
    known["M-01"] = Known(known["M-01"].id, known["M-01"].data, "旧仓库")
    assert read(but(位置="旧 仓库"), known=known).entries[0].same
    assert read(but(设备编号="M-09", 位置="旧仓库"), known=known).errors[0].problem.code == "import.place"


# -- into the database


@pytest.fixture
def by(people, places, reader_of):
    return reader_of(people.engineering)


def bring(rows, by):
    with write():
        return import_equipment([HEAD, *rows], by=by, at=NOW)


def in_pump_room(**cells):
    return but(位置="3 栋 消防泵房", **cells)


def test_all_rows_or_none(by, places):
    with pytest.raises(ImportRefused) as refused:
        bring([in_pump_room(), in_pump_room(设备编号="M-02", 类型="喷火器")], by)
    assert len(refused.value.rows) == 1
    assert db.session.scalar(select(func.count()).select_from(Equipment)) == 0

    assert bring([in_pump_room()], by) == Brought(1, 0, 0)
    row = db.session.scalars(select(Equipment)).one()
    assert (row.code, row.place_id, row.next_service, row.scrap_on) == (
        "M-01", places.pump.id, date(2029, 3, 1), date(2034, 3, 1),
    )  # fmt: skip
    assert [event.kind for event in events_of(row)] == ["taken_in"]


def test_the_same_table_again_changes_nothing_and_another_place_is_a_move(by, places):
    bring([in_pump_room()], by)
    assert bring([in_pump_room()], by) == Brought(0, 0, 1)
    assert bring([but(位置="3 栋 大堂", 出厂日期="2023-03")], by) == Brought(0, 1, 0)
    row = db.session.scalars(select(Equipment)).one()
    assert (row.place_id, row.made_on, row.next_service, row.version) == (
        places.lobby.id, date(2023, 3, 1), date(2028, 3, 1), 2,
    )  # fmt: skip
    assert {event.kind for event in events_of(row)} == {"taken_in", "moved", "corrected"}


def test_a_retired_item_is_not_changed_by_a_table_but_may_stand_in_it(by):
    bring([in_pump_room()], by)
    with write():
        retire(db.session.scalars(select(Equipment)).one(), by=by, at=NOW, why="报废")
    assert bring([in_pump_room()], by) == Brought(0, 0, 1)
    with pytest.raises(ImportRefused) as refused:
        bring([in_pump_room(型号="5kg")], by)
    assert refused.value.rows[0].problem.code == "equipment.retired"


def test_a_spare_stands_in_for_what_the_ledger_has(by, places):
    with write():
        data = EquipmentData(code="M-00", type="extinguisher_dry_powder", place=places.pump.id)
        away = take_in(data, by=by, at=NOW)
    bring([in_pump_room(顶替的设备编号="M-00")], by)
    spare = db.session.scalars(select(Equipment).where(Equipment.code == "M-01")).one()
    assert spare.spare_for_id == away.id
    assert bring([in_pump_room(顶替的设备编号="M-00")], by) == Brought(0, 0, 1)


def test_a_thousand_rows_take_a_few_statements_and_leave_a_whole_journal(by, count_queries):
    rows = [in_pump_room(设备编号=f"M-{n:04}") for n in range(1000)]
    with count_queries() as queries:
        assert bring(rows, by) == Brought(1000, 0, 0)
    assert len(queries) <= MOST_STATEMENTS, Counter(queries).most_common(5)
    other = [in_pump_room(设备编号=f"M-{n:04}", 型号="5kg", 数量=str(n + 1)) for n in range(1000)]
    with count_queries() as queries:
        assert bring(other, by) == Brought(0, 1000, 0)
    assert len(queries) <= MOST_STATEMENTS, Counter(queries).most_common(5)

    row = db.session.scalars(select(Equipment).where(Equipment.code == "M-0007")).one()
    assert (row.model, row.quantity) == ("5kg", 8)
    assert find_equipment(row.site_id, row.id).attributes == {"charge_kg": 4, "powder": "abc"}
    assert db.session.scalar(select(func.count()).select_from(EquipmentEvent)) == 2000
    site = row.site_id
    lines = db.session.scalars(select(JournalEntry).where(JournalEntry.site_id == site).order_by(JournalEntry.seq))
    assert verify_chain(lines, db.session.get(JournalHead, site)) is None


def test_another_sites_numbers_are_nobodys_business(by, sites, people, reader_of):
    bring([in_pump_room()], by)
    with pytest.raises(ImportRefused) as refused:
        bring([in_pump_room()], reader_of(people.stranger))
    assert refused.value.rows[0].problem.code == "import.place"


def test_headings_are_told_apart():
    words = [word for known in HEADS.values() for word in known]
    assert len(set(words)) == len(words)
