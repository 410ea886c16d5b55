"""A file is made once, whatever befalls its makers, and told from there to its end: asked, taken, over, removed."""

import errno
import threading
from collections import namedtuple
from datetime import timedelta

import pytest
from sqlalchemy import select

from patrol.accounts.device import Device
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.core.queue import LEASE, MOST_ATTEMPTS, claim
from patrol.exports import part_file, run
from patrol.exports.export import JOB, MOST_OPEN, Export, cancel
from patrol.exports.made import Made
from patrol.exports.part_file import path_of
from patrol.exports.run import run_due, run_job, run_now, tidy
from patrol.journal.entry import JournalEntry
from tests.exports.conftest import again

TABLE = {"tables": ["hazards"], "format": "csv", "owners": False}


def told(verb: str) -> list[JournalEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.verb == verb)))


def test_a_job_whose_runner_was_killed_is_taken_up_again(asking, kit):
    row, at = asking("tables", **TABLE), now()
    killed = claim(at, kinds=(JOB,))
    (kit.folder).mkdir(exist_ok=True)
    left = kit.folder / f"{row.id.hex}.{killed.lease.hex}.part"
    left.write_bytes(b"half")

    assert run_due(kit, clock=lambda: at + LEASE / 2) == 0
    later = at + LEASE + timedelta(seconds=1)
    assert run_due(kit, clock=lambda: later) == 1

    assert again(row).outcome == "made"
    assert path_of(kit.folder, row.id).exists()
    tidy(kit, now() + timedelta(hours=1))
    assert [path.suffix for path in kit.folder.iterdir()] == [".file"]


def test_two_ticks_at_once_make_one_file(app, asking, kit):
    row, taken = asking("tables", **TABLE), []

    def tick() -> None:
        with app.app_context():
            taken.append(run_due(kit))

    threads = [threading.Thread(target=tick) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 1
    assert len(told("export.made")) == 1
    assert again(row).sha256 == part_file.sha256_of(path_of(kit.folder, row.id))


def test_a_runner_that_comes_too_late_changes_nothing(asking, kit):
    row, at = asking("tables", **TABLE), now()
    slow = claim(at, kinds=(JOB,))
    later = at + LEASE + timedelta(seconds=1)
    run_due(kit, clock=lambda: later)
    made = again(row).ended_at

    assert run_job(slow, kit, clock=lambda: later + timedelta(minutes=1)) == "stopped"

    assert again(row).ended_at == made
    assert len(told("export.made")) == 1


def test_what_is_cancelled_stops_at_its_next_step_and_leaves_no_file(asking, kit, people, reader_of, monkeypatch):
    row, by = asking("tables", **TABLE), reader_of(people.supervisor)

    def make(_row, part, _folder, steps, _kit, _at):
        part.write_bytes(b"half")
        with write(by.site_id):
            cancel(db.session.get_one(Export, (by.site_id, row.id)), by=by, at=now())
        steps.step("rows", 1, 2)
        raise AssertionError("it went on")

    monkeypatch.setattr(run, "make", make)

    run_due(kit)

    assert again(row).outcome == "cancelled"
    assert list(kit.folder.iterdir()) == []
    assert run_due(kit) == 0


def test_a_full_disk_is_said_so(asking, kit, as_user, people, monkeypatch):
    row = asking("tables", **TABLE)

    def full(*_anything):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run, "make", full)

    run_due(kit)

    assert (again(row).outcome, again(row).problem) == ("failed", "disk_full")
    page = as_user(people.supervisor).get(f"/exports/{row.id}").get_data(as_text=True)
    assert "服务器磁盘满了" in page


def test_what_photos_need_stays_free(asking, kit, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(part_file.shutil, "disk_usage", lambda _folder: usage(10**12, 10**12 - 10**6, 10**6))
    row = asking("tables", **TABLE)

    run_due(kit)

    assert (again(row).outcome, again(row).problem) == ("failed", "disk_full")
    assert list(kit.folder.iterdir()) == []


def test_what_killed_its_runner_every_time_is_given_up(asking, kit):
    row, at = asking("tables", **TABLE), now()
    for _n in range(MOST_ATTEMPTS):
        claim(at, kinds=(JOB,))
        at += LEASE + timedelta(seconds=1)

    assert run_due(kit, clock=lambda: at) == 0
    claim(at)
    tidy(kit, at)

    assert (again(row).outcome, again(row).problem) == ("failed", "gave_up")


def test_a_fault_of_ours_is_told_and_keeps_no_other_waiting(asking, kit, monkeypatch):
    first, second = asking("tables", **TABLE), asking("tables", **TABLE)

    def make(row, part, *_more):
        if row.id == first.id:
            raise ValueError("ours")
        part.write_bytes(b"good")
        return Made("good.csv")

    monkeypatch.setattr(run, "make", make)

    assert run_due(kit) == 2

    assert (again(first).problem, again(second).outcome) == ("broken", "made")


def test_an_old_file_is_removed_and_its_link_ends(asking, kit, as_user, people):
    row = asking("tables", **TABLE)
    run_now(row, kit)
    supervisor = as_user(people.supervisor)
    assert supervisor.get(f"/exports/{row.id}/file").status_code == 200

    tidy(kit, now() + timedelta(days=kit.days + 1))

    assert not path_of(kit.folder, row.id).exists()
    assert supervisor.get(f"/exports/{row.id}/file").status_code == 410
    assert "已删除" in supervisor.get("/exports").get_data(as_text=True)
    assert len(told("export.removed")) == 1


def test_every_download_stands_in_the_journal(asking, kit, as_user, people):
    row = asking("tables", **TABLE)
    run_now(row, kit)

    reply = as_user(people.manager).get(f"/exports/{row.id}/file")

    assert reply.headers["X-Content-SHA256"] == again(row).sha256
    assert reply.data.startswith(b"\xef\xbb\xbf")
    assert [entry.user_id for entry in told("export.downloaded")] == [people.manager.id]


def test_a_file_is_for_who_asked_and_for_the_manager(asking, kit, as_user, people):
    row = asking("tables", **TABLE)
    run_now(row, kit)
    url = f"/exports/{row.id}"

    answers = {who: as_user(getattr(people, who)).get(url).status_code for who in ("supervisor", "manager")}
    hidden = [as_user(people.engineering).get(f"{url}{more}").status_code for more in ("", "/file", "/progress")]

    assert answers == {"supervisor": 200, "manager": 200}
    assert hidden == [404, 404, 404]
    assert str(row.id) not in as_user(people.engineering).get("/exports").get_data(as_text=True)
    assert str(row.id) in as_user(people.manager).get("/exports").get_data(as_text=True)


def test_the_password_is_asked_again_before_records_leave(app, asking, kit, as_user, people):
    row = asking("tables", **TABLE)
    run_now(row, kit)
    supervisor = as_user(people.supervisor)
    with write():
        for device in db.session.scalars(select(Device).where(Device.user_id == people.supervisor.id)):
            device.password_at = now() - timedelta(minutes=31)

    taking = supervisor.get(f"/exports/{row.id}/file")
    sending = supervisor.post("/exports/tables", data={"first": "2026-03-01", "last": "2026-03-02", "table": "hazards"})

    assert (taking.status_code, taking.location) == (303, f"/confirm?next=/exports/{row.id}/file")
    assert sending.status_code == 403
    assert told("export.downloaded") == []
    assert len(told("export.asked")) == 1


def test_so_many_at_a_time_and_no_more(asking):
    for _n in range(MOST_OPEN):
        asking("tables", **TABLE)

    with pytest.raises(Problem) as refused:
        asking("tables", **TABLE)

    assert refused.value.code == "export.many"


def test_a_small_one_is_there_at_once_and_a_cancelled_one_says_so(kit, as_user, people, asking):
    supervisor = as_user(people.supervisor)

    reply = supervisor.post("/exports/tables", data={"first": "2026-03-01", "last": "2026-03-02", "table": "hazards"})

    assert "已生成" in supervisor.get(reply.location).get_data(as_text=True)
    waiting = asking("tables", **TABLE)
    assert "hx-get" in supervisor.get(f"/exports/{waiting.id}").get_data(as_text=True)
    assert supervisor.post(f"/exports/{waiting.id}/cancellation").status_code == 303
    assert "已取消" in supervisor.get(f"/exports/{waiting.id}").get_data(as_text=True)
    assert supervisor.post(f"/exports/{waiting.id}/cancellation").status_code == 409


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"first": "2026-03-02", "last": "2026-03-01", "table": "hazards"}, "开始日期晚于结束日期"),
        ({"first": "", "last": "2026-03-01", "table": "hazards"}, "请选择开始和结束日期"),
        ({"first": "2016-03-02", "last": "2026-03-01", "table": "hazards"}, "一次最多导出五年"),
        ({"first": "2026-03-01", "last": "2026-03-02"}, "请至少选一张表"),
        ({"first": "2026-03-01", "last": "2026-03-02", "table": "hazards", "format": "exe"}, "请选择 Excel 或 CSV"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_form(as_user, people, sent, said):
    reply = as_user(people.supervisor).post("/exports/tables", data=sent)

    assert reply.status_code == 422
    assert said in reply.get_data(as_text=True)
