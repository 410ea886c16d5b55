"""The roster: a week as a grid, last week's copy, a table, and who is on at a moment."""

import io
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from patrol.accounts.roster import Duty, cells_of, duty_of, on_duty, set_cells, week_of
from patrol.core.business_day import wall
from patrol.core.db import db, write
from patrol.core.problems import Problem, Stale
from patrol.journal.entry import JournalEntry

MONDAY = date(2026, 3, 16)
WEDNESDAY = date(2026, 3, 18)
CHINA = ZoneInfo("Asia/Shanghai")
AT = wall(WEDNESDAY, time(21), CHINA)


@pytest.fixture(autouse=True)
def tonight():
    with time_machine.travel(AT, tick=True):
        yield


@pytest.fixture
def put(reader_of, people):
    """put(person, day, "night"): as the manager writes it."""

    def one(person, day, *shifts, by=None):
        reader = reader_of(by or people.manager)
        with write():
            return set_cells(reader, {(person.id, day): list(shifts)}, at=AT, seen=None)

    return one


def written(site) -> dict:
    db.session.rollback()
    return cells_of(duty_of(site.id, MONDAY - timedelta(days=7), MONDAY + timedelta(days=13)))


def grid(client, url="/roster?week=2026-W12&team=all") -> dict[str, str]:
    """What the page's form would send as it stands."""
    page = client.get(url).text
    sent = {"week": "2026-W12", "team": "all", "seen": page.split('name="seen" value="')[1].split('"')[0]}
    for part in page.split('name="cell.')[1:]:
        body = part.split("</select>")[0]
        chosen = next((o for o in body.split("<option ")[1:] if " selected" in o), "")
        sent["cell." + part.split('"')[0]] = chosen.split('value="')[1].split('"')[0]
    return sent


def test_who_is_on_at_a_moment(put, sites, people):
    put(people.guard, WEDNESDAY, "night")
    put(people.guard2, WEDNESDAY, "day")
    put(people.engineer, WEDNESDAY, "day", "night")

    tonight = on_duty(sites.lake.id, AT)

    assert [(one.name, one.team, one.role, one.shift) for one in tonight] == [
        ("张伟", "security", "guard", "night"),
        ("李强", "engineering", "engineer", "night"),
    ]
    assert tonight[0].ends_at == wall(date(2026, 3, 19), time(8), CHINA)
    assert [one.name for one in on_duty(sites.lake.id, AT - timedelta(hours=2))] == ["赵敏", "李强"]


def test_the_night_is_on_until_the_morning_after(put, sites, people):
    put(people.guard, WEDNESDAY, "night")
    morning = datetime(2026, 3, 18, 23, 59, tzinfo=UTC)
    assert [one.name for one in on_duty(sites.lake.id, morning)] == ["张伟"]
    assert on_duty(sites.lake.id, morning + timedelta(minutes=1)) == []


def test_nobody_of_another_site_is_on(put, sites, people):
    put(people.guard, WEDNESDAY, "night")
    assert on_duty(sites.hill.id, AT) == []


def test_whoever_left_or_is_locked_out_is_not_on(as_user, put, sites, people):
    put(people.guard, WEDNESDAY, "night")
    put(people.guard2, WEDNESDAY, "night")
    manager = as_user(people.manager)
    assert manager.post(f"/people/{people.guard.id}/leaving").status_code == 303
    assert manager.post(f"/people/{people.guard2.id}/lock").status_code == 303
    assert on_duty(sites.lake.id, AT) == []


def test_a_supervisor_sets_the_week_of_the_own_team(as_user, sites, people):
    client = as_user(people.supervisor)
    sent = grid(client)
    assert f"cell.{people.guard.id}.2026-03-18" in sent
    assert f"cell.{people.engineer.id}.2026-03-18" not in sent

    sent[f"cell.{people.guard.id}.2026-03-18"] = "night"
    sent[f"cell.{people.guard2.id}.2026-03-18"] = "day+night"
    reply = client.post("/roster", data=sent)

    assert (reply.status_code, reply.location) == (303, "/roster?week=2026-W12&team=all")
    assert written(sites.lake) == {
        (people.guard.id, WEDNESDAY): ("night",),
        (people.guard2.id, WEDNESDAY): ("day", "night"),
    }
    assert grid(client)[f"cell.{people.guard2.id}.2026-03-18"] == "day+night"


def test_what_changed_stands_in_the_journal(put, people):
    put(people.guard, WEDNESDAY, "night")
    put(people.guard, WEDNESDAY, "day")
    put(people.guard, WEDNESDAY, "day")
    query = select(JournalEntry.detail).where(JournalEntry.verb == "roster_changed").order_by(JournalEntry.seq)
    told = [detail["cells"] for detail in db.session.scalars(query)]
    assert told == [
        [["2026-03-18", str(people.guard.id), "", "night"]],
        [["2026-03-18", str(people.guard.id), "night", "day"]],
    ]


def test_a_week_somebody_else_changed_is_not_overwritten(as_user, put, sites, people):
    client = as_user(people.supervisor)
    sent = grid(client)
    put(people.guard, WEDNESDAY, "night")

    reply = client.post("/roster", data=sent)

    assert reply.status_code == 409
    assert written(sites.lake) == {(people.guard.id, WEDNESDAY): ("night",)}


def test_another_teams_change_stands_in_nobodys_way(as_user, put, sites, people):
    client = as_user(people.supervisor)
    sent = grid(client)
    put(people.engineer, WEDNESDAY, "day")
    sent[f"cell.{people.guard.id}.2026-03-18"] = "night"
    assert client.post("/roster", data=sent).status_code == 303
    assert len(written(sites.lake)) == 2


def test_nobody_is_set_by_a_stranger_to_the_team(put, sites, people):
    with pytest.raises(Problem) as refused:
        put(people.engineer, WEDNESDAY, "night", by=people.supervisor)
    assert (refused.value.code, refused.value.status) == ("person.not_yours", 403)
    with pytest.raises(Problem):
        put(people.stranger, WEDNESDAY, "night")
    assert written(sites.lake) == {}


def test_a_shift_nobody_knows_is_refused(put, people):
    with pytest.raises(Problem) as refused:
        put(people.guard, WEDNESDAY, "dusk")
    assert refused.value.code == "roster.shift"


def test_an_old_page_raises_stale(reader_of, people):
    reader = reader_of(people.manager)
    with pytest.raises(Stale), write():
        set_cells(reader, {(people.guard.id, WEDNESDAY): ["day"]}, at=AT, seen=(MONDAY, "old"))


def test_last_week_is_copied_into_empty_days_only(as_user, put, sites, people):
    put(people.guard, WEDNESDAY - timedelta(days=7), "night")
    put(people.guard2, WEDNESDAY - timedelta(days=7), "night")
    put(people.guard2, WEDNESDAY, "day")
    put(people.engineer, WEDNESDAY - timedelta(days=7), "day")

    reply = as_user(people.supervisor).post("/roster/copy", data={"week": "2026-W12", "team": "all"})

    assert reply.status_code == 303
    now_written = {cell: shifts for cell, shifts in written(sites.lake).items() if cell[1] == WEDNESDAY}
    assert now_written == {(people.guard.id, WEDNESDAY): ("night",), (people.guard2.id, WEDNESDAY): ("day",)}


def test_a_guard_reads_the_roster_and_sets_nothing(as_user, put, people):
    put(people.guard, WEDNESDAY, "night")
    client = as_user(people.guard)
    page = client.get("/roster")
    assert page.status_code == 200
    assert "<select" not in page.text
    assert "夜班" in page.text
    assert client.post("/roster", data={}).status_code == 403
    assert client.get("/roster/print?week=2026-W12").status_code == 200


def test_a_week_that_is_none_means_this_one(as_user, people):
    page = as_user(people.manager).get("/roster?week=2026-W99&team=nobody")
    assert 'value="2026-W12"' in page.text


def test_the_form_sends_nonsense_in_vain(as_user, sites, people):
    client = as_user(people.manager)
    sent = {**grid(client), "cell.x.y": "day", "cell": "night", f"cell.{people.guard.id}.someday": "day"}
    assert client.post("/roster", data=sent).status_code == 303
    assert written(sites.lake) == {}


def test_the_database_knows_one_line_for_person_day_and_shift(sites, people):

    line = {"site_id": sites.lake.id, "day": MONDAY, "shift": "day", "team": "security", "user_id": people.guard.id}
    with pytest.raises(IntegrityError), write():
        db.session.add_all([Duty(**line), Duty(**line)])


def test_a_table_brings_in_a_roster(as_user, sites, people):
    client = as_user(people.supervisor)
    table = "姓名,工号,日期,班次\n张伟,0217,2026/03/18,夜班\n赵敏,0218,2026-03-18,day\n赵敏,0218,2026-03-18,夜班\n"
    looked = client.post("/roster/import", data={"file": (io.BytesIO(table.encode()), "roster.csv")})
    assert "3 行，都没问题" in looked.text
    assert written(sites.lake) == {}
    sent = looked.text.split('name="rows" value="')[1].split('"')[0].replace("&#34;", '"')
    reply = client.post("/roster/import", data={"rows": sent})
    assert (reply.status_code, reply.location) == (303, "/roster")
    assert written(sites.lake) == {
        (people.guard.id, WEDNESDAY): ("night",),
        (people.guard2.id, WEDNESDAY): ("day", "night"),
    }


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("9999,2026-03-18,夜班", "工号"),
        ("0301,2026-03-18,夜班", "工号"),
        ("0217,someday,夜班", "日期"),
        ("0217,2026-03-18,黄昏", "班次"),
    ],
    ids=["nobody", "not mine", "no day", "no shift"],
)  # fmt: skip
def test_a_table_with_a_fault_changes_nothing(as_user, sites, people, row, column):
    table = f"工号,日期,班次\n0218,2026-03-18,夜班\n{row}\n"
    client = as_user(people.supervisor)
    reply = client.post("/roster/import", data={"file": (io.BytesIO(table.encode()), "roster.csv")})
    assert reply.status_code == 422
    assert f'<td data-label="列">{column}</td>' in reply.text
    assert written(sites.lake) == {}


def test_a_table_without_its_head_is_told_so(as_user, people):
    client = as_user(people.supervisor)
    reply = client.post("/roster/import", data={"file": (io.BytesIO("0217,2026-03-18,夜班\n".encode()), "roster.csv")})
    assert reply.status_code == 422
    empty = client.post("/roster/import", data={"file": (io.BytesIO("工号,日期,班次\n".encode()), "roster.csv")})
    assert empty.status_code == 422


def test_a_week_lists_those_who_work_here_by_team(reader_of, people):
    week = week_of(reader_of(people.supervisor), MONDAY)
    assert [row.name for row in week.rows if row.mine] == ["何勇", "张伟", "王芳", "赵敏"]
    assert [row.team for row in week.rows][-1] == "management"
