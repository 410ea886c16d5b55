"""An inspector's bundle says what the database says, no more and no less, and a changed byte of it is named."""

import io
import json
import re
import tracemalloc
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import event, func, insert, select, text, update

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.dated import note_date
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.equipment.inspection import Finding, Inspection
from patrol.equipment.keeping import move, serviced
from patrol.equipment.spares import send_out
from patrol.exports.bundle_facts import PAGE, item_pages
from patrol.exports.bundle_scope import Scope
from patrol.exports.check_bundle import bundle_faults
from patrol.exports.cli import export_command
from patrol.exports.sheets import EPOCH, serial
from patrol.exports.tables_of.table import Period
from patrol.hazards.hazard import Hazard
from patrol.journal.entry import JournalEntry
from patrol.photos.photo import Photo
from patrol.verify import verify_command
from tests.equipment.conftest import *  # noqa: F403
from tests.equipment.conftest import at
from tests.exports.conftest import DAY

LIST = "extinguisher_dry_powder"
SITE = {"scope": "site", "id": None, "name": ""}
HOSTILE = '<img src=x onerror="alert(1)">'


def item(row: Equipment) -> dict[str, str]:
    return {"scope": "item", "id": str(row.id), "name": row.code}


def read(path: Path) -> tuple[dict, str, dict[str, list[list]], list[str]]:
    """(manifest, document, sheets, names)"""
    with zipfile.ZipFile(path) as files:
        book = CalamineWorkbook.from_filelike(io.BytesIO(files.read("bundle.xlsx")))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        manifest, page = json.loads(files.read("manifest.json")), files.read("index.html").decode()
        return manifest, page, sheets, files.namelist()


@pytest.fixture
def march(world, places, ledger, fill, put_picture, people, reader_of):
    """Checks of four items and one place, one failure with its hazard put right and closed, one service."""
    fill(LIST, equipment=ledger.powder, when=at("2026-03-03"))
    fill(LIST, equipment=ledger.powder2, when=at("2026-03-04"), remark=HOSTILE)
    fill(LIST, equipment=ledger.crowded, when=at("2026-03-04"))
    fill(LIST, equipment=ledger.powder, when=at("2026-02-03"))
    hazard = world.hazard(places.pump, world.at(DAY, "09:00"), category="extinguisher_fault", note=HOSTILE)
    world.step(hazard, "assign", world.at(DAY, "09:30"))
    world.step(hazard, "rectify", world.at(DAY, "10:30"))
    world.step(hazard, "verify", world.at(DAY, "13:00"))
    with write():
        row = db.session.get_one(Hazard, (hazard.site_id, hazard.id))
        row.origin_kind, row.origin_id, row.closed_by_id = "equipment", ledger.powder.id, people.supervisor.id
    for kind, clock in (("before", "09:00"), ("after", "10:30")):
        put_picture(world.photo(places.pump, world.at(DAY, clock), kind=kind, subject=("hazard", hazard.id)))
    inspection = db.session.scalars(select(Inspection).where(Inspection.equipment_id == ledger.powder.id)).first()
    put_picture(world.photo(places.pump, at("2026-03-03").at, kind="inspection", subject=("inspection", inspection.id)))
    by = reader_of(people.engineering)
    with write():
        powder = db.session.get_one(Equipment, (ledger.powder.site_id, ledger.powder.id))
        serviced(powder, date(2026, 3, 10), by=by, at=at("2026-03-10").at, why=HOSTILE)
    return hazard


def test_its_counts_are_the_database_s(march, making, sites, ledger):
    manifest, _page, sheets, names = read(making("bundle", **SITE))

    lake = sites.lake.id

    def count(model, *where) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(model.site_id == lake, *where))

    days = Inspection.business_day.between(date(2026, 3, 1), date(2026, 3, 31))
    inside = select(Inspection.id).where(days)
    told = manifest["counts"]
    expected = {
        "items": count(Equipment),
        "checks": count(Inspection, days),
        "findings": count(Finding, Finding.inspection_id.in_(inside)),
        "failed": count(Inspection, days, Inspection.failed_count > 0),
        "services": count(EquipmentEvent, EquipmentEvent.kind.in_(("serviced", "refilled"))),
        "hazards": count(Hazard),
        "open": 0,
        "photos": count(Photo, Photo.kind != "signature"),
        "missing_photos": 0,
    }
    assert told == expected
    rows = {name: len(lines) - 1 for name, lines in sheets.items()}
    assert (rows["Ledger"], rows["Inspections"], rows["Readings"]) == (told["items"], told["checks"], told["findings"])
    assert (rows["Hazards"], rows["Photos"]) == (told["hazards"], told["photos"])
    assert sum(name.endswith(".jpg") for name in names) == told["photos"] == len(manifest["photos"])


def test_the_document_names_everything_and_runs_nothing(march, making, ledger):
    _manifest, page, _sheets, names = read(making("bundle", **SITE))

    assert all(row.code in page for row in vars(ledger).values())
    assert all(name in page for name in names if name.endswith(".jpg"))
    assert "王芳" in page
    assert HOSTILE not in page
    assert "&lt;img src=x" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_coverage_of_each_month_is_the_review_s(march, making):
    _manifest, _page, sheets, _names = read(making("bundle", **SITE, first="2026-02-01", last="2026-03-31"))

    february, march_ = sheets["Coverage"][1:]
    # Fire equipment: two bottles, the half-monthly one (only its first half was done), the fire pump.
    assert [february[:4], march_[:4]] == [["2026-02", 4.0, 1.0, "25.0%"], ["2026-03", 4.0, 2.0, "50.0%"]]
    assert "3L-01" in march_[4]


def test_one_item_is_about_that_item_alone(march, making, ledger):
    manifest, page, sheets, _names = read(making("bundle", **item(ledger.powder), first="2026-01-01"))

    assert [row[0] for row in sheets["Ledger"][1:]] == ["3B1-01"]
    assert len(sheets["Inspections"]) - 1 == 2
    assert manifest["counts"]["hazards"] == 1
    assert "3B1-02" not in page


def test_a_building_holds_what_stands_in_it(march, making, places, ledger, world):
    world.equipment(9, places.gate, code="GATE-1")

    asked = {"scope": "building", "id": str(places.block3.id), "name": "3 栋"}
    _manifest, page, sheets, _names = read(making("bundle", **asked))

    assert {row[0] for row in sheets["Ledger"][1:]} == {row.code for row in vars(ledger).values()}
    assert "GATE-1" not in page


def test_an_older_hazard_is_in_it_while_it_was_open(world, places, making):
    still = world.hazard(places.lobby, world.at(date(2026, 1, 5), "09:00"))
    over = world.hazard(places.lobby, world.at(date(2026, 1, 6), "09:00"))
    world.step(over, "rectify", world.at(date(2026, 1, 7), "09:00"))
    world.step(over, "verify", world.at(date(2026, 1, 8), "09:00"))
    void = world.hazard(places.lobby, world.at(date(2026, 1, 9), "09:00"))
    world.step(void, "reject", world.at(date(2026, 1, 10), "09:00"))

    _manifest, _page, sheets, _names = read(making("bundle", **SITE))

    assert [row[0] for row in sheets["Hazards"][1:]] == [still.number]


def test_a_whole_bundle_passes(march, making):
    assert list(bundle_faults(making("bundle", **SITE))) == []


def rewritten(path: Path, to: Path, change) -> Path:
    """A copy whose files went through ``change(name, data)``; None leaves one out."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w") as target:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
    return to


def test_a_changed_byte_is_named(march, making, tmp_path):
    path = making("bundle", **SITE)

    def spoil(name: str, data: bytes) -> bytes:
        return data.replace(b"3B1-01", b"3B1-09") if name == "index.html" else data

    assert list(bundle_faults(rewritten(path, tmp_path / "b.zip", spoil))) == ["index.html: it was changed"]


def test_a_file_taken_out_and_one_put_in_are_named(march, making, tmp_path):
    path = making("bundle", **SITE)
    copy = rewritten(path, tmp_path / "b.zip", lambda name, data: None if name == "bundle.xlsx" else data)
    with zipfile.ZipFile(copy, "a") as files:
        files.writestr("more.txt", "x")

    assert list(bundle_faults(copy)) == ["more.txt: it is not in the manifest", "bundle.xlsx: it is missing"]


def test_a_manifest_made_to_fit_is_not_the_journal_s(march, making, tmp_path):
    path = making("bundle", **SITE)

    def forge(name: str, data: bytes) -> bytes:
        return data.replace(b'"items": 5', b'"items": 6') if name == "manifest.json" else data

    found = list(bundle_faults(rewritten(path, tmp_path / "b.zip", forge)))

    assert found == ["manifest.json: it is not the one the journal tells of"]


def test_damage_on_the_disk_is_named(march, making, tmp_path):
    path = making("bundle", **SITE)
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as files:
        first = files.infolist()[0]
    raw[first.header_offset + 200] ^= 1
    spoilt, cut = tmp_path / "spoilt.zip", tmp_path / "cut.zip"
    spoilt.write_bytes(raw)
    cut.write_bytes(path.read_bytes()[:-40])

    assert list(bundle_faults(spoilt)) == [f"{first.filename}: it was changed"]
    assert "no whole ZIP" in next(bundle_faults(cut))


def test_a_journal_rewritten_later_is_named(march, making, sites):
    path = making("bundle", **SITE)
    drop = "DROP TRIGGER journal_entry_no_update" if db.engine.dialect.name == "sqlite" else (
        "DROP TRIGGER journal_entry_stays ON journal_entry"
    )  # fmt: skip
    with write():
        db.session.execute(text(drop))
        rows = update(JournalEntry).where(JournalEntry.site_id == sites.lake.id, JournalEntry.verb == "export.made")
        db.session.execute(rows.values(detail={"manifest_sha256": "0" * 64}))

        assert "which tells of this bundle, was changed" in " ".join(bundle_faults(path))
        db.session.rollback()


def test_the_command_says_it_in_its_exit_status(app, march, making, tmp_path):
    path = making("bundle", **SITE)
    spoilt = rewritten(path, tmp_path / "b.zip", lambda name, data: data + b" " if name == "index.html" else data)
    runner = app.test_cli_runner()

    good = runner.invoke(verify_command, ["--bundle", str(path)])
    bad = runner.invoke(verify_command, ["--bundle", str(spoilt)])

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "index.html: it was changed" in bad.output


def test_the_page_shows_the_same_document(march, as_user, people, ledger):
    supervisor = as_user(people.supervisor)
    query = {"scope": "item", "item": ledger.powder.code, "first": "2026-03-01", "last": "2026-03-31"}

    page = supervisor.get("/bundle", query_string=query).get_data(as_text=True)

    assert "3B1-01" in page
    assert page.count("/stamped.jpg") == 3
    assert HOSTILE not in page
    sent = supervisor.post("/exports/bundle", data={**query, "look": "1", "csrf_token": "secret"})
    assert sent.location.startswith("/bundle?scope=item&item=3B1-01&first=2026-03-01")
    assert "secret" not in sent.location
    assert supervisor.get("/bundle", query_string={**query, "item": "NO-SUCH"}).status_code == 422
    by_id = {**query, "item": str(ledger.powder.id)}
    assert as_user(people.stranger).get("/bundle", query_string=by_id).status_code == 404
    assert as_user(people.engineer).get("/bundle", query_string=query).status_code == 403


@pytest.fixture
def large(sites, people, places, lists):
    """Two thousand bottles, each looked at twice in March."""
    lake, checklist = sites.lake.id, lists[LIST]
    items = [
        {"site_id": lake, "id": uuid7(), "code": f"M-{n:05}", "type": LIST, "place_id": places.pump.id,
         "state": "in_service", "in_service_from": date(2025, 1, 1), "created_at": now(), "version": 1, "name": "",
         "model": "", "quantity": 1,
         "half_monthly": False, "limits": {}, "contractor": ""}
        for n in range(2000)
    ]  # fmt: skip
    checks = [
        {"site_id": lake, "id": uuid7(), "checklist_id": checklist.id, "checklist_code": LIST, "checklist_version": 1,
         "equipment_id": row["id"], "place_id": places.pump.id, "user_id": people.engineer.id, "remark": "",
         "completed_at": moment, "received_at": moment, "business_day": moment.date(), "complete": True,
         "failed_count": 0}
        for row in items
        for moment in (datetime(2026, 3, 3, 2, tzinfo=UTC), datetime(2026, 3, 20, 2, tzinfo=UTC))
    ]  # fmt: skip
    with write() as session:
        session.execute(insert(Equipment), items)
        session.execute(insert(Inspection), checks)
    return sites.lake


def test_two_thousand_items_are_read_a_page_at_a_time(app, large, waste_as_served):
    period = Period(large, date(2026, 3, 1), date(2026, 3, 31), now(), str, str, str)
    scope, peaks, asked, items, checks = Scope(period, "site", None, ""), [], Counter(), 0, 0
    event.listen(db.engine, "before_cursor_execute", lambda *_told: asked.update(["queries"]))
    tracemalloc.start()
    assert sum(map(len, item_pages(scope))) == 2000  # from now on the last ids read are kept, which has its own limit
    tracemalloc.reset_peak()
    asked.clear()
    for files in item_pages(scope):
        items += len(files)
        checks += sum(len(file.checks) for file in files)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()

    pages = 2000 // PAGE
    assert (items, checks, len(peaks)) == (2000, 4000, pages)
    assert asked["queries"] <= pages * 8 + 3
    assert peaks[-1] < peaks[9] + 1_000_000  # all of them together are twelve times that


def test_the_command_writes_it_to_a_file(app, march, tmp_path, sites):
    out = tmp_path / "b.zip"

    asked = ["bundle", sites.lake.name, "--item", "3B1-01", "--from", "2026-03-01", "--to", "2026-03-31"]
    reply = app.test_cli_runner().invoke(export_command, [*asked, "--out", str(out), "--english"])

    assert reply.exit_code == 0, reply.output
    assert "Inspection file of 3B1-01" in read(out)[1]
    assert list(bundle_faults(out)) == []


def test_a_bundle_of_a_building_by_command(march, app, sites, tmp_path):
    out = tmp_path / "b.zip"

    asked = ["bundle", sites.lake.name, "--building", "3 栋", "--from", "2026-03-01", "--to", "2026-03-31"]
    reply = app.test_cli_runner().invoke(export_command, [*asked, "--out", str(out)])

    assert reply.exit_code == 0, reply.output
    assert list(bundle_faults(out)) == []
    nowhere = app.test_cli_runner().invoke(export_command, [*asked[:3], "99 栋", *asked[4:]])
    assert nowhere.exit_code == 1


def test_the_file_of_an_item_says_from_where_to_where_and_what_stood_in(
    march, making, ledger, places, people, reader_of
):
    by, on = reader_of(people.engineering), at("2026-03-12").at
    with write():
        powder = db.session.get_one(Equipment, (ledger.powder.site_id, ledger.powder.id))
        spare = db.session.get_one(Equipment, (ledger.powder.site_id, ledger.powder2.id))
        move(powder, places.lobby.id, by=by, at=on, why="装修")
        send_out(powder, spare=spare, by=by, at=on, why="送检")
        lift = db.session.get_one(Equipment, (ledger.lift.site_id, ledger.lift.id))
        note_date(lift, "inspection_mark", date(2027, 2, 28), by=by, at=on)

    _manifest, page, sheets, _names = read(making("bundle", **SITE))

    told = {(row[0], row[3]): row[5] for row in sheets["Its file"][1:]}
    assert told["3B1-01", "Moved"] == "3 栋 消防泵房 → 3 栋 大堂"
    assert told["3B1-01", "Another state"] == "Out for service · 3B1-02 stands in"
    assert told["3B1-02", "Spare put in"] == "3B1-01 · 3 栋 消防泵房 → 3 栋 大堂"
    assert told["3-L1", "Date off a paper"] == "Inspection mark valid until 2027-02-28"
    assert "3 栋 消防泵房 → 3 栋 大堂" in page
    days = [row[4] for row in sheets["Its file"][1:] if row[3] == "Serviced"]
    assert days == [date(2026, 3, 10)]


@given(st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)))
def test_a_time_stands_in_a_sheet_as_the_spreadsheet_would_have_it(moment):
    whole = moment.replace(microsecond=0)
    midnight = whole.replace(hour=0, minute=0, second=0)
    days = from_excel(serial(whole))
    assert abs(days - whole).total_seconds() < 0.01
    assert serial(midnight) == (midnight.date() - EPOCH).days


def from_excel(number: float) -> datetime:
    return datetime(1899, 12, 30) + timedelta(days=number)
