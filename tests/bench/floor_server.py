"""The floor under P1: the same server and write lock, and nothing but a durable insert by the sqlite3 module."""

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

PATH = Path(os.environ.get("PATROL_BENCH_DB", "floor.db"))
_local = threading.local()
_one = threading.Lock()


def connection() -> sqlite3.Connection:
    if not hasattr(_local, "db"):
        _local.db = sqlite3.connect(PATH, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
            _local.db.execute(f"PRAGMA {pragma}")
    return _local.db


def create_app() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    connection().execute("CREATE TABLE IF NOT EXISTS scan (id TEXT PRIMARY KEY, place TEXT, at TEXT, user TEXT)")

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if body:
            record = json.loads(body)["records"][0]
            insert(record["id"], record["data"]["code"], record["captured_at"], record["user"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"ok": true}']

    return app


def insert(*values: str) -> None:
    handle = os.open(f"{PATH}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        with _one:
            fcntl.flock(handle, fcntl.LOCK_EX)
            db = connection()
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT OR IGNORE INTO scan VALUES (?, ?, ?, ?)", values)
            db.execute("COMMIT")
    finally:
        os.close(handle)


def main() -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "tests.bench.floor_server:create_app", factory=True, address="127.0.0.1", port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI, workers=1, blocking_threads=16, backpressure=64, log_access=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
