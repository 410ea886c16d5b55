"""The tables of a period hold every record of it and of this site, as what it is: text text, numbers numbers."""

import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.equipment.inspection import Finding, Inspection
from patrol.exports.period_tables import TABLES
from patrol.exports.sheets import FORMULA, csv_cell
from patrol.owners.report import by_telephone
from patrol.photos.photo import Photo
from patrol.repairs.register import register_report
from patrol.rounds.round import Round, RoundStop
from patrol.workorders.order import WorkOrder
from tests.equipment.conftest import *  # noqa: F403
from tests.equipment.conftest import at
from tests.exports.conftest import DAY

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVIL = '=HYPERLINK("http://evil","看")<script>alert(\'x\')</script>'


def sheets(path) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def csv_rows(path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def count(model, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_every_record_of_the_period_is_a_row(world, places, ledger, fill, making, sites, people):
    route = world.route("北线", [places.lobby, places.pump], DAY - timedelta(days=1))
    world.make_rounds(DAY, world.at(DAY, "23:59"))
    world.walk(world.rounds(DAY, route)[0], ["on_time", "late"])
    world.scans([(places.gate.id, world.at(DAY, "12:00"), None, ())])
    for hour in ("09:00", "15:00"):
        world.photo(places.lobby, world.at(DAY, hour))
        world.hazard(places.lobby, world.at(DAY, hour))
    world.hazard(places.lobby, world.at(date(2026, 2, 28), "09:00"))
    fill("extinguisher_dry_powder", equipment=ledger.powder, when=at("2026-03-18"))
    fill("extinguisher_dry_powder", equipment=ledger.powder, when=at("2026-04-01 09:30"))

    found = sheets(making("tables", tables=list(TABLES), format="xlsx", by=people.manager))

    lake, march = sites.lake.id, (date(2026, 3, 1), date(2026, 3, 31))
    rounds = count(Round, Round.site_id == lake, Round.business_day.between(*march))
    stops = count(RoundStop, RoundStop.site_id == lake)
    inside = select(Inspection.id).where(Inspection.business_day.between(*march))
    assert {name: len(rows) - 1 for name, rows in found.items()} == {
        "Rounds": rounds,
        "Visits": stops + 1,
        "Hazards": count(WorkOrder, WorkOrder.kind == "hazard", WorkOrder.business_day.between(*march)),
        "Repairs": 0,
        "Complaints": 0,
        "Inspections": 1,
        "Readings": count(Finding, Finding.inspection_id.in_(inside)),
        "Photos": count(Photo, Photo.kind != "signature", Photo.business_day.between(*march)),
    }


def test_a_formula_stays_text_and_a_number_a_number(world, places, making):
    world.hazard(places.lobby, world.at(DAY, "22:10"), note=EVIL, title="@SUM(A1)")

    path = making("tables", tables=["hazards"], format="xlsx")

    head, row = sheets(path)["Hazards"]
    cells = dict(zip(head, row, strict=True))
    assert cells["Note"] == EVIL
    assert cells["What"] == "@SUM(A1)"
    assert cells["Reported"] == datetime(2026, 3, 18, 22, 10)
    assert cells["Business day"] == date(2026, 3, 18)
    assert cells["Sent back"] == 0.0
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet


def test_in_csv_a_formula_begins_with_an_apostrophe(world, places, making):
    world.hazard(places.lobby, world.at(DAY, "22:10"), note=EVIL, title="+1")

    path = making("tables", tables=["hazards"], format="csv", language="zh")

    head, row = csv_rows(path)
    cells = dict(zip(head, row, strict=True))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert cells["说明"] == f"'{EVIL}"
    assert "'+1" in row
    assert "2026-03-18 22:10:00" in row


def test_several_tables_as_csv_come_in_one_zip(making):
    with zipfile.ZipFile(making("tables", tables=["rounds", "hazards"], format="csv")) as files:
        assert files.namelist() == ["rounds.csv", "hazards.csv"]


@given(st.text(max_size=30))
def test_no_text_is_ever_a_formula_in_csv(text):
    said = csv_cell(text, SHANGHAI)

    assert not said.lstrip(" ").startswith(FORMULA)
    assert said in (text.replace("\0", ""), "'" + text.replace("\0", ""))


def test_who_an_owner_is_stands_there_only_where_it_was_asked_for(people, places, reader_of, making):
    desk = reader_of(people.desk)
    with write(desk.site_id):
        report = by_telephone(
            desk, When.now(), kind="water", words="漏水", place_id=places.lobby.id, owner_name="陈女士",
            owner_phone="13800001111", owner_flat="3-501",
        )  # fmt: skip
        register_report(report, by=desk, when=When.now(), version=None, category="water", place_id=places.lobby.id)
    today = now().astimezone(SHANGHAI).date()
    days = {"first": str(today - timedelta(days=2)), "last": str(today)}

    without = making("tables", tables=["repairs"], format="csv", **days)
    told = making("tables", tables=["repairs"], format="csv", owners=True, **days)

    assert "13800001111" not in without.read_text("utf-8-sig")
    assert csv_rows(told)[1][-3:] == ["陈女士", "13800001111", "3-501"]


def test_another_site_is_not_in_it(world, places, making, people, sites):
    world.hazard(places.lobby, world.at(DAY, "22:10"))

    path = making("tables", tables=["hazards"], format="csv", by=people.stranger)

    assert len(csv_rows(path)) == 1


def test_long_tables_are_read_in_chunks_and_none_is_lost_or_told_twice(world, places, making, monkeypatch):
    monkeypatch.setattr("patrol.exports.tables_of.orders.CHUNK", 2)
    moment = world.at(DAY, "10:00")
    numbers = {world.hazard(places.lobby, moment).number for _n in range(7)}

    rows = csv_rows(making("tables", tables=["hazards"], format="csv"))

    assert [len(rows) - 1, {row[0] for row in rows[1:]}] == [7, numbers]
