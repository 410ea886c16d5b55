"""The disk runs full: phones are told to come again, nothing half is left, and all goes on once there is room."""

import errno
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from patrol.core.db import db, is_sqlite
from patrol.core.keys import uuid7
from patrol.photos.photo import PhotoFile
from patrol.photos.shelf import STEPS, Shelf
from patrol.rounds.scan import Scan
from tests.sync.conftest import jpeg, record, send, sha, statuses  # noqa: F401  the same phone
from tests.system.conftest import Server, build_site, database
from tests.system.phone import Phone
from tests.system.test_kill import picture


class SmallDisk:
    """A file system of its own, 24 MB; a filler takes what is left of it."""

    refusal = (507, "disk_full")

    def __init__(self, folder: Path):
        self.folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=True)

    def fill(self, server: Server) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self, server: Server) -> None:
        (self.folder / "filler").unlink()

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class ShortFiles:
    """Where nobody may mount: the server's processes may not make any file longer, which is another errno."""

    refusal = (503, "busy")

    def __init__(self, folder: Path):
        self.folder = folder

    def fill(self, server: Server) -> None:
        self._limit(server, 0)

    def free(self, server: Server) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server: Server, length: int) -> None:
        for pid in (server.pid, *children(server.pid)):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (length, resource.RLIM_INFINITY))

    def close(self) -> None: ...


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def may_mount(folder: Path) -> bool:
    if not sys.platform.startswith("linux") or os.geteuid():
        return False
    tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, check=False)
    return tried.returncode == 0 and subprocess.run(["umount", str(folder)], check=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk | ShortFiles]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = SmallDisk(folder) if may_mount(folder) else ShortFiles(folder)
    yield made
    made.close()


@pytest.mark.system
def test_a_full_disk_loses_nothing_and_needs_no_restart(disk):
    with database(disk.folder):
        world = build_site()
    server = Server(disk.folder, PATROL_DISK_RESERVE="0")
    server.start()
    try:
        phone, raw, kept = Phone(server.url), picture(1), uuid7()
        scans = [phone.record("scan", {"code": world.codes["大堂"]}) for _ in range(40)]
        disk.fill(server)

        status, _id = phone.put_photo(raw, kept)
        answer, headers = phone.answer, phone.headers
        meanwhile = [post(phone, scan) for scan in scans]

        assert (status, json.loads(answer)["problem"]["code"]) == disk.refusal
        assert int(headers["Retry-After"]) > 0
        assert set(meanwhile) <= {"stored", "later", "503", "507"}
        assert left_behind(disk.folder / "photos") == []
        disk.free(server)
        assert phone.put_photo(raw, kept)[0] == 201
        assert {result["status"] for result in phone.send(scans)} <= {"stored", "known"}
    finally:
        server.kill()
    with database(disk.folder):
        assert db.session.scalar(select(func.count()).select_from(Scan)) == len(scans)
        assert list(db.session.scalars(select(PhotoFile.id))) == [kept]


def post(phone: Phone, scan: dict[str, Any]) -> str:
    """What became of it: the record's own status, or the answer's when the whole batch was put off."""
    status, results = phone.try_send([scan])
    return results[0]["status"] if status == 200 else str(status)


def left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("step", STEPS)
def test_wherever_the_disk_ends_a_photo_is_whole_or_not_there(
    step, app, as_user, people, places, jpeg, record, send  # noqa: F811
):  # fmt: skip
    full = [step]

    def no_room(name: str) -> None:
        if name in full:
            raise OSError(errno.ENOSPC, "No space left on device")

    app.extensions["photo_shelf"] = Shelf(app.config["PHOTO_STORE"], steps=no_room)
    guard, photo_id, raw = as_user(people.guard), uuid7(), jpeg()
    headers = {"X-Photo-SHA256": sha(raw)}

    reply = guard.put(f"/sync/photos/{photo_id}", data=raw, headers=headers)
    scanned = send(guard, [record(data={"code": places.codes["lobby"]})])

    assert (reply.status_code, reply.get_json()["problem"]["code"]) == (507, "disk_full")
    assert int(reply.headers["Retry-After"]) > 0
    assert statuses(scanned) == ["stored"]
    assert [path for path in left_behind(app.config["PHOTO_STORE"]) if path.suffix == ".part"] == []
    assert db.session.get(PhotoFile, (places.lobby.site_id, photo_id)) is None
    full.clear()
    assert guard.put(f"/sync/photos/{photo_id}", data=raw, headers=headers).status_code == 201


def test_an_sqlite_file_without_room_puts_records_off(app, as_user, people, places, record, send):  # noqa: F811
    if not is_sqlite(db.engine):
        return  # a server of its own has its own disk
    guard = as_user(people.guard)
    scans = [record(data={"code": places.codes["lobby"]}) for _ in range(150)]
    room = [1]  # SQLite takes the pages there are as the least

    def bound(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={room[0]}")

    event.listen(db.engine, "checkout", bound)
    try:
        answers = [send(guard, [scan]) for scan in scans]
        put_off = [n for n, reply in enumerate(answers) if reply.status_code == 507 or statuses(reply) == ["later"]]
        told = {reply.status_code for reply in answers}
        room[0] = 2**30
        again = send(guard, scans)
    finally:
        event.remove(db.engine, "checkout", bound)

    assert put_off, "the database never ran full"
    assert told <= {200, 503, 507}
    assert set(statuses(again)) <= {"stored", "known"}
    assert db.session.scalar(select(func.count()).select_from(Scan)) == len(scans)
