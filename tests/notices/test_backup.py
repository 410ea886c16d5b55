"""A backup opens nothing: neither a robot's key nor a browser's push address is in it."""

import sqlite3

import pytest
from sqlalchemy import text

from patrol.backup import _copy_database
from patrol.core.clock import now
from patrol.core.db import db, is_sqlite, write
from patrol.notices.person import subscribe
from patrol.notices.target import NewTarget, add_target
from tests.conftest import read_as
from tests.notices.sinks import BrowserKeys
from tests.notices.sinks import text as base64url


def test_a_backup_holds_no_key_of_a_robot_and_no_browser(app, people, sites, tmp_path):
    if not is_sqlite(db.engine):
        pytest.skip("a backup of PostgreSQL is pg_dump's")
    keys, leader = BrowserKeys(), read_as(people.leader)
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789-secret"
    with write():
        subscribe("https://push.example.com/abcdef", keys.p256dh, base64url(keys.auth), by=leader, at=now())
        robot = NewTarget(channel="wecom", name="秩序群", address=address, kinds=("critical",))
        add_target(sites.lake.id, robot, by=people.manager.id, at=now())
    assert db.session.scalar(text("SELECT count(*) FROM push_subscription")) == 1
    target = tmp_path / "patrol.db"

    _copy_database(app.config["INSTANCE"] / "patrol.db", target)

    raw = target.read_bytes()
    assert b"0123456789-secret" not in raw
    assert b"push.example.com" not in raw
    with sqlite3.connect(target) as kept:
        assert kept.execute("PRAGMA foreign_key_check").fetchall() == []
        assert kept.execute("SELECT name, ended_at IS NOT NULL FROM notice_target").fetchall() == [("秩序群", 1)]
