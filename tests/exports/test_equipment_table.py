"""What is exported comes back as it was; the template opens with the words that are understood."""

import io
import re
from datetime import date
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from patrol.core.db import db, write
from patrol.equipment.attributes import OF_TYPE, attributes_of
from patrol.equipment.dated import note_date
from patrol.equipment.equipment import Equipment, EquipmentEvent, find_equipment
from patrol.equipment.import_equipment import Brought, import_equipment
from patrol.equipment.keeping import EquipmentData, retire, serviced, take_in
from patrol.exports.equipment_table import equipment_template
from patrol.exports.tables import read_rows
from tests.equipment.conftest import *  # noqa: F403
from tests.equipment.conftest import at

NOW = at("2026-03-03").at


@pytest.fixture
def full(people, places, reader_of):
    """One of every kind, with every detail, one of them retired, one serviced on a day, one a spare."""
    by = reader_of(people.engineering)
    with write():
        rows = {}
        for n, kind in enumerate(OF_TYPE):
            data = EquipmentData(
                code=f"E-{n:02}", type=kind, place=places.pump.id, name="=1+1" if n == 3 else "", model=f"型号 {n}",
                quantity=n + 1, made_on="2025-01", in_service_from="2025-02-03", half_monthly=n % 2 == 0,
                contractor="安泰消防" if n % 3 else "",
                attributes={one.code: _some(one) for one in attributes_of(kind)},
                limits={"pressure": {"min": 0.4}} if kind == "fire_pump" else {},
            )  # fmt: skip
            rows[kind] = take_in(data, by=by, at=NOW)
        serviced(rows["extinguisher_co2"], at("2026-02-17").at.date(), by=by, at=NOW)
        retire(rows["fire_door"], by=by, at=NOW, why="拆除")
        rows["extinguisher_water"].spare_for_id = rows["extinguisher_co2"].id
    return by


def _some(one):
    match one.kind:
        case "number":
            return one.low + 1 if not one.unit else round((one.low + one.high) / 3, 4)
        case "choice":
            return next(iter(one.choices))
        case "date":
            return "2027-04-30"
    return f"{one.en} 中文"


def state():
    return {row.code: (row.version, row.place_id, row.attributes) for row in db.session.scalars(select(Equipment))}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_brought_in_again_changes_nothing(as_user, people, full, language):
    client = as_user(people.engineer)
    client.post("/language", data={"language": language})
    before = state()
    for query in ("", "?state=retired"):
        file = client.get(f"/equipment.xlsx{query}", headers={"Accept-Language": language})
        assert file.status_code == 200
        rows = read_rows(file.data, "ledger.xlsx")
        with write():
            brought = import_equipment(rows, by=full, at=NOW)
        assert brought == Brought(0, 0, len(rows) - 1)
    assert state() == before
    assert db.session.scalars(select(EquipmentEvent).where(EquipmentEvent.kind == "corrected")).all() == []


def test_the_export_holds_what_the_filter_shows_and_no_formula(as_user, people, full):
    client = as_user(people.engineer)
    rows = read_rows(client.get("/equipment.xlsx?type=lift").data, "ledger.xlsx")
    assert len(rows) == 2
    assert "设备注册代码" in rows[0]
    assert "水带长度(m)" not in rows[0]
    whole = ZipFile(io.BytesIO(client.get("/equipment.xlsx").data)).read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in whole
    assert "<f>" not in whole


def test_who_may_not_keep_the_ledger_gets_no_export(as_user, people):
    assert as_user(people.guard).get("/equipment.xlsx").status_code == 403


@pytest.mark.parametrize("kind", ["", "lift", "extinguisher_dry_powder"])
def test_the_template_has_the_columns_of_its_kind_with_lists_and_notes(as_user, people, kind):
    file = as_user(people.engineer).get(f"/equipment/import/template.xlsx?part={kind}")
    heads, *examples = read_rows(file.data, "template.xlsx")
    details = attributes_of(kind)
    assert [one.head("zh") for one in details if one.head("zh") not in heads] == []
    assert all(len(row) == len(heads) for row in examples)
    book = ZipFile(io.BytesIO(file.data))
    sheet, notes = (book.read(f"xl/{name}1.xml").decode() for name in ("worksheets/sheet", "comments"))
    lists = re.findall(r'<dataValidation type="list"', sheet)
    assert len(lists) == 2 + sum(one.choices is not None for one in details)
    assert notes.count("<comment ") == 8 + len(details)
    assert "xl/worksheets/sheet3.xml" in book.namelist()  # the help and the words to choose from


def test_the_examples_of_the_template_are_right(people, places, reader_of, full):
    """But for their places, which are nobody's."""
    for language in ("zh", "en"):
        asked = equipment_template(language, ["fire_pump", "extinguisher_dry_powder"])
        at_place = asked.heads.index("位置" if language == "zh" else "Place")
        rows = [[*row[:at_place], places.pump.full_name, *row[at_place + 1 :]] for row in asked.examples]
        with write():
            brought = import_equipment([asked.heads, *rows], by=full, at=NOW)
        assert brought.added + brought.changed + brought.same == 2


def test_three_thousand_rows_of_a_chinese_windows_come_in_by_the_page(as_user, people, places, count_queries):
    heads = "设备编号,类型,位置,型号,数量,出厂日期,充装量(kg),干粉种类"
    lines = [f"M-{n:04},干粉灭火器,3 栋 消防泵房,MFZ4,1,2024-{n % 12 + 1:02},4,磷酸铵盐（ABC）" for n in range(3000)]
    raw = "\r\n".join([heads, *lines]).encode("gb18030")
    client = as_user(people.engineer)
    with count_queries() as queries:
        looked = client.post("/equipment/import", data={"file": (io.BytesIO(raw), "台账.csv")})
    assert looked.status_code == 200
    assert "3000 行，都没问题" in looked.text
    assert len(queries) <= 40
    assert db.session.scalars(select(Equipment.id)).first() is None
    sent = looked.text.split('name="rows" value="')[1].split('"')[0]
    with count_queries() as queries:
        assert client.post("/equipment/import", data={"rows": sent}).status_code == 303
    assert len(queries) <= 40
    rows = list(db.session.scalars(select(Equipment)))
    assert len(rows) == 3000
    assert find_equipment(rows[0].site_id, rows[0].id).attributes == {"charge_kg": 4, "powder": "abc"}


@pytest.mark.parametrize("sent", ["[[1]]", "not base64!", "eJwDAAAAAAE=", "eJyrVkrLz1eyUkpKLFKqBQAkHQSx"])
def test_rows_that_the_page_did_not_pack_are_asked_for_again(as_user, people, places, sent):
    assert as_user(people.engineer).post("/equipment/import", data={"rows": sent}).status_code == 422


def test_its_dates_are_dates_and_papers_stand_in_it(as_user, people, ledger, reader_of):
    by = reader_of(people.engineer)
    with write():
        lift = db.session.get_one(Equipment, (ledger.lift.site_id, ledger.lift.id))
        note_date(lift, "inspection_mark", date(2027, 2, 28), by=by, at=NOW)
    client = as_user(people.engineer)

    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/equipment.xlsx").data))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    by_code = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}

    assert by_code["3B1-01"]["出厂日期"] == date(2024, 3, 1)
    assert by_code["3B1-01"]["启用日期"] == date(2025, 1, 1)
    assert by_code["3B1-01"]["下次维修"] == date(2029, 3, 1)
    assert by_code["3-L1"]["检验标志有效期至"] == date(2027, 2, 28)
    assert "上次检查" in heads
