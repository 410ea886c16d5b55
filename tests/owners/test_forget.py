"""Who an owner was is deleted in time: by the tick and by the command, never while anything is open."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from patrol.cli import main
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.hazards.steps import StepData, take_step
from patrol.journal.entry import JournalEntry
from patrol.notices.send import Post
from patrol.notices.tick import tick
from patrol.owners.forget import WhoItWas, forget_owners, is_due
from patrol.owners.report import OwnerReport, dismiss
from patrol.photos.photo import Photo
from patrol.repairs.from_report import turn_into
from patrol.repairs.repair import Repair
from patrol.sync.received import Shelved
from patrol.workorders.order import WorkOrderStep
from tests.owners.conftest import reports
from tests.repairs.conftest import NOON, at
from tests.system.conftest import ROOT

DAY = timedelta(days=1)
LATE = NOON + 181 * DAY
WHO = ("owner_name", "owner_phone", "owner_flat", "place_words", "origin")


def forget(sites, moment=LATE, limit=200) -> int:
    with write():
        return forget_owners(sites.lake, moment, limit)


def known(report: OwnerReport) -> list[str]:
    return [getattr(report, name) for name in WHO if getattr(report, name)]


def forgotten_lines() -> list[JournalEntry]:
    lines = select(JournalEntry).where(JournalEntry.verb == "owners_forgotten").order_by(JournalEntry.seq)
    return list(db.session.scalars(lines))


def test_after_180_days_the_owner_is_gone_and_the_order_is_all_there(in_state, sites):
    repair = in_state("closed")
    before = {column.name: getattr(repair, column.name) for column in Repair.__table__.columns}
    lines = db.session.scalars(select(WorkOrderStep.id)).all()
    pictures = db.session.scalars(select(Photo.id)).all()

    assert forget(sites, NOON + 180 * DAY) == 0  # archived five minutes after noon
    assert known(reports()[0]) == ["138 0000 6021", "3-2-1201"]
    assert forget(sites) == 1

    report = reports()[0]
    assert known(report) == []
    assert (report.forgotten_at, report.words, report.order_id) == (LATE, "厨房漏水", repair.id)
    db.session.refresh(repair)
    assert {column.name: getattr(repair, column.name) for column in Repair.__table__.columns} == before
    assert db.session.scalars(select(WorkOrderStep.id)).all() == lines
    assert db.session.scalars(select(Photo.id)).all() == pictures  # the signature, too: it proves what was accepted


@pytest.mark.parametrize("state", ["registered", "assigned", "visiting", "waiting_parts", "done", "signed"])
def test_an_open_order_is_never_touched(state, in_state, sites):
    in_state(state)

    assert forget(sites, NOON + 4000 * DAY) == 0
    assert known(reports()[0])


def test_a_second_time_forgets_nobody_and_writes_no_line(in_state, sites):
    in_state("closed")
    in_state("rejected")

    assert [forget(sites), forget(sites, LATE + DAY)] == [2, 0]

    line = forgotten_lines()[0]
    assert len(forgotten_lines()) == 1
    assert (line.detail["count"], line.detail["days"], line.user_id) == (2, 180, None)
    assert [report.forgotten_at for report in reports()] == [LATE, LATE]


def test_a_few_at_a_time_the_oldest_first(in_state, sites):
    for hours in range(5):
        in_state("closed", NOON + timedelta(hours=hours))

    assert [forget(sites, LATE + DAY, limit=2) for _tick in range(4)] == [2, 2, 1, 0]
    assert [line.detail["count"] for line in forgotten_lines()] == [2, 2, 1]


def test_what_the_owner_wrote_stays_without_his_number(called, readers, sites, places):
    told = called(
        words="陈先生说厨房漏水，3-2-1201，打 13800006021 或 0571-88001234",
        owner_name="陈先生",
        place_words="三栋二单元",
    )
    with write():
        dismiss(db.session.merge(told), "打错了", version=None, by=readers.desk, when=at(NOON))

    assert forget(sites) == 1
    assert reports()[0].words == "•••说厨房漏水，•••，打 ••• 或 •••"
    assert reports()[0].place_words == ""


def test_dates_and_room_numbers_of_others_are_no_telephones():
    assert (
        WhoItWas(uuid7(), None, ()).without("2026-03-02 21:30 三栋 1201 的水管 DN20")
        == "2026-03-02 21:30 三栋 1201 的水管 DN20"
    )


def test_junk_that_nobody_looked_at_is_forgotten_and_an_honest_report_waits(send, sites):
    send(website="http://spam", owner_phone="13900001111")
    send(words="走廊灯不亮", owner_phone="13900002222")
    for report in reports():
        with write():
            db.session.merge(report).reported_at = NOON

    assert forget(sites) == 1
    assert [(report.suspect, report.owner_phone) for report in reports()] == [(True, ""), (False, "13900002222")]


def hazard_of(report, readers, places) -> Hazard:
    with write():
        return turn_into(
            db.session.merge(report), "hazard", by=readers.desk, when=at(NOON), version=None, kind="water",
            place_id=places.lobby.id,
        )  # fmt: skip


def hazard_step(by, hazard, name, moment=NOON, **sent):
    with write():
        take_step(StepData(order=hazard.id, step=name, **sent), id=uuid7(), by=by, when=at(moment))


def test_an_owner_whose_hazard_went_into_an_open_one_waits_for_that_one(called, readers, places, sites):
    first, second = hazard_of(called(), readers, places), hazard_of(called(), readers, places)
    hazard_step(readers.engineering, second, "merge", target=str(first.id))

    assert forget(sites, NOON + 400 * DAY) == 0
    hazard_step(readers.engineering, first, "reject", NOON + 390 * DAY, note="不成立")

    assert forget(sites, NOON + 400 * DAY) == 1  # merged long ago, and what it went into is over
    assert forget(sites, NOON + 571 * DAY) == 1


def test_a_refused_record_of_his_order_loses_the_number_too(in_state, readers, sites):
    repair = in_state("closed")
    sent = {
        "id": str(uuid7()),
        "captured_at": "2026-03-02T12:00:00+08:00",
        "data": {"order": str(repair.id), "note": "业主电话 13800006021"},
    }
    other = {"id": str(uuid7()), "data": {"order": str(uuid7()), "note": "13800006021"}}
    with write():
        for raw in (sent, other):
            db.session.add(
                Shelved(
                    site_id=sites.lake.id, record_id=raw["id"], record_key=None, kind="repair_step",
                    user_id=readers.engineer.user_id, raw=raw, problem="order.state", content_hash="", received_at=NOON,
                )
            )  # fmt: skip

    forget(sites)

    raws = {row.record_id: row.raw for row in db.session.scalars(select(Shelved))}
    assert raws[sent["id"]] == {**sent, "data": {"order": str(repair.id), "note": "业主电话 •••"}}
    assert raws[other["id"]] == other


def test_nothing_in_the_database_knows_the_number_any_more(in_state, as_user, people, sites):
    """However it was looked at and worked on: every text of every table is read."""
    in_state("closed")
    as_user(people.desk).post(f"/owners/{reports()[0].id}/contact")
    forget(sites)

    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            found = [part for part in ("0000 6021", "00006021", "3-2-1201") if part in repr(row._asdict())]
            assert not found, table.name


def test_the_tick_forgets_and_so_does_the_command_and_both_do_it_once(app, in_state, sites):
    in_state("closed")
    in_state("closed")
    app.config["SEND"] = None
    with write():
        sites.lake.owner_days = 400

    tick(app.app_context, Post.of(app.config), clock=lambda: NOON + 401 * DAY)
    db.session.remove()
    assert [known(report) for report in reports()] == [[], []]
    said = app.test_cli_runner().invoke(main.commands["forget"])

    assert said.exit_code == 0, said.output
    assert "翠湖花园: 0 owners forgotten" in said.output
    assert len(forgotten_lines()) == 1


def test_the_command_forgets_all_that_are_due(app, in_state):
    in_state("closed")  # in March 2026, long before now
    in_state("signed")

    said = app.test_cli_runner().invoke(main.commands["forget"])

    assert "翠湖花园: 1 owners forgotten, 180 days" in said.output
    assert sorted(len(known(report)) for report in reports()) == [0, 2]


def test_the_page_says_that_they_were_deleted(in_state, as_user, people, sites):
    repair = in_state("closed")
    forget(sites)

    page = as_user(people.desk).get(f"/repairs/{repair.id}").get_data(as_text=True)
    assert re.search("业主姓名、电话和房号保存期满，已于 2026-08-30 12:00", page)
    assert "138****" not in page


def test_only_this_site_forgets(in_state, sites):
    in_state("closed")
    with write():
        assert forget_owners(sites.hill, LATE) == 0
        assert not is_due(sites.hill, LATE)
        assert is_due(sites.lake, LATE)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=8), st.integers(30, 300), st.integers(0, 800))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_forgotten_is_exactly_who_was_settled_long_enough(sites, people, called, readers, cases, keep, passed):
    """A naive recount: each report by itself, set aside after some days or never."""
    made = {}
    for ends, after in cases:
        report = called()
        made[report.id] = NOON + after * DAY if ends else None
        if ends:
            with write():
                dismiss(db.session.merge(report), "x", version=None, by=readers.desk, when=at(NOON + after * DAY))
    moment = NOON + passed * DAY
    with write():
        db.session.merge(sites.lake).owner_days = keep
    forget(sites, moment)

    for report in reports():
        if report.id in made:
            over = made[report.id]
            gone = over is not None and over < moment - keep * DAY
            assert (report.forgotten_at is not None) == gone == (known(report) == [])


def test_no_other_code_reads_who_an_owner_is():
    """A full look is ``look()``, which writes it down; whoever else names the columns only fills them in."""
    allowed = {
        "patrol/repairs/views_public.py", "patrol/repairs/views_desk.py",  # the forms he or the desk fills in
        "patrol/complaints/listen.py",  # the same home again, asked of the database
        "patrol/exports/tables_of/orders.py",  # only where it was ticked, with the password again and a journal line
        "templates/owners/report.html", "templates/owners/call.html",
    }  # fmt: skip
    found = set()
    for folder, ending in (("patrol", "*.py"), ("templates", "*.html"), ("static/js", "*.js")):
        for path in (ROOT / folder).rglob(ending):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(("patrol/owners/", "patrol/migrations/", "patrol/demo/")):
                continue
            if re.search(r"owner_(phone|flat|name)\b", path.read_text("utf-8")):
                found.add(name)
    assert found == allowed
