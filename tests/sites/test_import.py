from dataclasses import replace
from io import BytesIO

import pytest
import xlsxwriter
from sqlalchemy import func, select

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.exports.tables import read_rows, read_table, write_template
from patrol.sites.import_places import ImportRefused, import_places
from patrol.sites.import_rows import COLUMNS, read_places
from patrol.sites.label import Label
from patrol.sites.place import Place

HEAD = [names[0] for names in COLUMNS.values()]


def row(**cells) -> list[str]:
    return [str(cells.get(column, "")) for column in COLUMNS]


def book(rows) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
    return out.getvalue()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


WRONG = {
    "no name": (row(number=7), "位置", "import.no_name"),
    "level": (row(building="1 栋", area="", spot="大堂", entrance="1 单元", floor="x" * 61), "楼层", "import.too_long"),
    "number": (row(spot="南门", number="七"), "编号", "import.number"),
    "number out of range": (row(spot="南门", number="10000"), "编号", "import.number"),
    "number taken": (row(spot="南门", number="4"), "编号", "place.number_taken"),
    "type": (row(spot="南门", type="城堡"), "类型", "import.type"),
    "latitude": (row(spot="南门", lat="95", lon="120"), "纬度", "import.decimal"),
    "longitude": (row(spot="南门", lat="30", lon="east"), "经度", "import.decimal"),
    "half a position": (row(spot="南门", lat="30"), "纬度", "place.half_position"),
    "radius": (row(spot="南门", radius_m="5"), "半径(米)", "import.number"),
    "note": (row(spot="南门", note="走" * 301), "怎么走", "import.too_long"),
    "tags": (row(spot="南门", tags="室外、刮风"), "天气标记", "import.tags"),
    "label": (row(spot="南门", label="也许"), "要标签", "import.yes_no"),
    "there already": (row(building="3 栋", spot="大堂"), "位置", "import.there"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_is_named_by_row_and_column_and_nothing_is_stored(case, places, sites):
    wrong, column, code = WRONG[case]
    before = count(Place), count(Label)

    with pytest.raises(ImportRefused) as caught, write():
        import_places(sites.lake.id, [HEAD, row(building="5 栋", spot="大堂"), wrong], by=None, at=now())

    assert [(fault.row, fault.column, fault.problem.code) for fault in caught.value.rows] == [(3, column, code)]
    assert (count(Place), count(Label)) == before


def test_every_fault_of_a_table_is_said_at_once(places, sites):
    rows = [HEAD, row(spot="南门", number="x", type="y"), row(spot="北门", label="z")]

    with pytest.raises(ImportRefused) as caught, write():
        import_places(sites.lake.id, rows, by=None, at=now())

    assert [(fault.row, fault.column) for fault in caught.value.rows] == [(2, "编号"), (2, "类型"), (3, "要标签")]


def test_twins_in_one_table_are_found(places, sites):
    table = read_places([HEAD, row(spot="南门", number=9), row(spot="南门"), row(spot="北门", number=9)])

    assert [(fault.row, fault.problem.code) for fault in table.errors] == [
        (3, "import.there"),
        (4, "place.number_taken"),
    ]


@pytest.mark.parametrize(
    ("head", "code"),
    [(["楼栋", "颜色"], "import.head"), (["楼栋", "building"], "import.head_twice"), (["编号"], "import.no_head"),
     ([], "import.no_head"), (["位置"], "import.empty")],
)  # fmt: skip
def test_a_head_that_cannot_be_read_is_said(head, code):
    assert code in [fault.problem.code for fault in read_places([head]).errors]


def test_what_stands_above_is_made_along_and_labels_where_asked(places, sites):
    rows = [
        HEAD,
        row(building="5 栋", entrance="1 单元", floor="B1", spot="水泵房", number="51", type="生活水泵房", label="是"),
        row(building="5 栋", spot="大堂", lat="30.25", lon="120.16", radius_m="50", note="正门"),
        row(building="3 栋", entrance="2 单元"),
        row(area="车库", type="garage", label="否"),
    ]
    with write():
        made = import_places(sites.lake.id, rows, by=None, at=now())

    assert [place.full_name for place in made] == ["5 栋 1 单元 B1 水泵房", "5 栋 大堂", "3 栋 2 单元", "车库"]
    assert (made[0].type, made[1].radius_m, made[3].kind) == ("water_pump_room", 50, "area")
    labelled = set(db.session.scalars(select(Label.place_id)))
    assert made[0].id in labelled
    assert made[1].id not in labelled
    assert db.session.scalar(select(func.count()).where(Place.name == "5 栋")) == 1


def test_a_table_from_chinese_windows_is_read(places, sites):
    text = "楼栋,位置,编号\r\n5 栋,水泵房,51\r\n\r\n6 栋,大堂,61\r\n"

    for raw in (text.encode("gb18030"), text.encode("utf-8-sig"), text.replace(",", "\t").encode()):
        assert read_rows(raw, "点位.CSV") == [
            ["楼栋", "位置", "编号"], ["5 栋", "水泵房", "51"], [], ["6 栋", "大堂", "61"],
        ]  # fmt: skip
    assert read_table(text.encode("gb18030"), "a.csv")[0] == {"楼栋": "5 栋", "位置": "水泵房", "编号": "51"}


def test_a_spreadsheet_is_read_with_whole_numbers_as_people_see_them():
    raw = book([["位置", "编号", "纬度"], ["南门", 7.0, 30.25]])

    assert read_rows(raw, "places.xlsx") == [["位置", "编号", "纬度"], ["南门", "7", "30.25"]]


@pytest.mark.parametrize(
    ("raw", "name", "code"),
    [(b"", "a.csv", "table.empty"), (b"PK\x03\x04 broken", "a.xlsx", "table.broken"), (b"x", "a.pdf", "table.kind"),
     (b"\xff\xfe\x00\x00", "a.csv", "table.broken"), (b"x" * (5 * 1024 * 1024 + 1), "a.csv", "table.large")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_said(raw, name, code):
    with pytest.raises(Problem) as caught:
        read_rows(raw, name)

    assert caught.value.code == code


def test_the_template_can_be_sent_back_as_it_is(places, sites):
    from patrol.exports.imports import KINDS

    for language in ("zh", "en"):
        asked = KINDS["places"].template(language, ())
        raw = write_template("places", replace(asked, examples=[]), "about")
        rows = read_rows(raw, "t.xlsx")
        assert rows == [asked.heads]
        assert not read_places([*rows, *asked.examples]).errors


def upload(client, raw: bytes, name: str):
    return client.post("/places/import", data={"file": (BytesIO(raw), name)}, content_type="multipart/form-data")


def test_a_supervisor_sees_every_row_before_it_is_stored(as_user, people, places):
    browser = as_user(people.supervisor)
    before = count(Place)

    page = upload(browser, book([HEAD, row(building="5 栋", spot="大堂")]), "places.xlsx")

    assert page.status_code == 200
    assert "5 栋" in page.text
    assert count(Place) == before
    sent = page.text.partition('name="rows" value="')[2].partition('"')[0].replace("&#34;", '"')
    assert browser.post("/places/import", data={"rows": sent}).status_code == 303
    assert count(Place) == before + 2


def test_a_faulty_table_shows_its_faults_and_stores_nothing(as_user, people, places):
    before = count(Place)

    page = upload(as_user(people.supervisor), book([HEAD, row(spot="南门", number="七")]), "places.xlsx")

    assert page.status_code == 422
    assert "第 2 行" in page.text
    assert "「七」" in page.text
    assert count(Place) == before


def test_a_guard_brings_nothing_in(as_user, people, places):
    assert as_user(people.guard).get("/places/import").status_code == 403
    assert upload(as_user(people.guard), book([HEAD]), "a.xlsx").status_code == 403


def test_the_command_brings_in_a_file_or_says_what_is_wrong(app, people, places, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes("楼栋,位置\n5 栋,大堂\n".encode("gb18030"))
    bad.write_text("楼栋,编号\n6 栋,x\n", "utf-8")
    from patrol.exports.cli import import_command

    run = app.test_cli_runner().invoke
    before = count(Place)
    wrong = run(import_command, ["places", str(bad), "--site", "翠湖花园"])
    assert wrong.exit_code == 1
    assert "row 2, 编号" in wrong.output
    tried = run(import_command, ["places", str(good), "--site", "翠湖花园", "--check"])
    assert "1 rows, all good" in tried.output
    assert count(Place) == before
    done = run(import_command, ["places", str(good), "--site", "翠湖花园"])
    assert done.exit_code == 0, done.output
    assert count(Place) == before + 2


def test_words_for_bad_weather_are_read_in_both_languages_and_follow_from_the_type_where_there_are_none(sites):
    rows = [row(spot="南门", tags="排水、Outdoors"), row(spot="天台", type="屋面/天台"), row(spot="大堂")]

    with write():
        made = import_places(sites.lake.id, [HEAD, *rows], by=None, at=now())

    assert [place.tags for place in made] == [["outdoor", "drainage"], ["outdoor", "falling_object", "drainage"], []]
