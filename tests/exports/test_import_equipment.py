"""Equipment is brought in like places: by the page or by the command, all rows or none."""

import csv
import io

import pytest
from sqlalchemy import select

from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.exports.cli import import_command
from patrol.exports.tables import read_rows

PLACE = "3 栋 消防泵房"


@pytest.fixture
def template(as_user, people, places):
    """The rows of the Chinese template, its examples standing at a place of this site."""
    reply = as_user(people.engineering).get("/equipment/import/template.xlsx")
    assert reply.status_code == 200
    rows = read_rows(reply.data, "template.xlsx")
    at = rows[0].index("位置")
    return [rows[0], *([*row[:at], PLACE, *row[at + 1 :]] for row in rows[1:])]


def as_csv(rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def codes() -> list[str]:
    return sorted(db.session.scalars(select(Equipment.code)))


def test_the_ledger_leads_to_the_template_whose_examples_come_in(as_user, people, template):
    client = as_user(people.engineering)
    assert 'href="/equipment/import"' in client.get("/equipment").text
    looked = client.post("/equipment/import", data={"file": (io.BytesIO(as_csv(template)), "ledger.csv")})
    assert looked.status_code == 200
    assert "2 行，都没问题" in looked.text
    assert codes() == []

    sent = looked.text.split('name="rows" value="')[1].split('"')[0].replace("&#34;", '"')
    reply = client.post("/equipment/import", data={"rows": sent})
    assert (reply.status_code, reply.location) == (303, "/equipment")
    assert codes() == ["3B1-P1", "3D-01"]


def test_a_fault_is_named_by_row_and_column_and_nothing_comes_in(as_user, people, template):
    template[2][template[0].index("类型")] = "魔法棒"
    page = as_user(people.engineering).post(
        "/equipment/import", data={"file": (io.BytesIO(as_csv(template)), "ledger.csv")}
    )
    assert page.status_code == 422
    assert "第 3 行" in page.text
    assert "魔法棒" in page.text
    assert codes() == []


def test_the_guard_may_not_bring_equipment_in(as_user, people):
    assert as_user(people.guard).get("/equipment/import").status_code == 403


def test_the_command_looks_first_and_then_brings_it_in(app, template, tmp_path, people):
    file = tmp_path / "ledger.csv"
    file.write_bytes(as_csv(template))
    run = app.test_cli_runner().invoke
    site = ["--site", "翠湖花园"]

    looked = run(import_command, ["equipment", str(file), *site, "--check"])
    assert looked.output == "2 rows, all good. Nothing was stored.\n"
    assert codes() == []
    assert run(import_command, ["equipment", str(file), *site]).exit_code == 0
    assert codes() == ["3B1-P1", "3D-01"]
