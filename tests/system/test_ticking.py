"""The ticks beside the real server: a notice goes out by itself, and the ticking ends with the server."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.report import HazardData, report_hazard
from patrol.notices.notice import Notice
from patrol.notices.person import subscribe
from patrol.sites.place import Place
from tests.conftest import read_as
from tests.notices.sinks import BrowserKeys, http_sink, text
from tests.system.conftest import Server, build_site, database

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the child in /proc"),
]


def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found


def ticking(parent: int) -> list[int]:
    """Processes of the server that tick."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, state = (folder / "cmdline").read_bytes(), (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if b"patrol.notices.beside_cli" in command and state[0] != "Z" and int(state[1]) == parent:
            found.append(int(folder.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def server(tmp_path: Path):
    running = Server(tmp_path, PATROL_TICK_EVERY="1", PATROL_NOTICES_LOCAL="1")
    yield running
    running.kill()


def test_a_critical_hazard_is_pushed_by_itself_while_the_server_answers(server, tmp_path):
    keys = BrowserKeys()
    with http_sink() as sink, database(tmp_path):
        site = build_site()
        leader = read_as(db.session.get_one(User, site.people["leader"]))
        guard = read_as(db.session.get_one(User, site.people["guard"]))
        place = db.session.query(Place).filter_by(number=1).one()
        data = HazardData(place=place.id, category="gas_leak", severity="critical", photos=[uuid7()])
        with write(site.site_id):
            subscribe(f"{sink.url}/push/leader", keys.p256dh, text(keys.auth), by=leader, at=now())
            report_hazard(data, id=uuid7(), by=guard, when=When.now())
        server.start()

        def urgent() -> list[str]:
            said = [keys.open(body) for _path, _headers, body in list(sink.got)]
            return [one["title"] for one in said if one["critical"]]

        assert until(urgent)
        db.session.rollback()
        assert [one.key for one in db.session.query(Notice).filter_by(kind="critical")]
        server._greet()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_ticks_end_with_the_server(server, tmp_path, how):
    with database(tmp_path):
        build_site()
    server.start()
    (child,) = until(lambda: ticking(server.pid))

    os.kill(server.pid, how)

    until(lambda: not alive(child))
