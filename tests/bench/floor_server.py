"""The floor under P1: a bare Flask route behind the same server and write lock, which does one durable insert."""

import fcntl
import os
import sqlite3
import threading
from pathlib import Path

from flask import Flask, request

PATH = Path(os.environ.get("PATROL_BENCH_DB", "floor.db"))
_local = threading.local()
_one = threading.Lock()


def connection() -> sqlite3.Connection:
    if not hasattr(_local, "db"):
        _local.db = sqlite3.connect(PATH, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
            _local.db.execute(f"PRAGMA {pragma}")
    return _local.db


def create_app() -> Flask:
    connection().execute("CREATE TABLE IF NOT EXISTS scan (id TEXT PRIMARY KEY, place TEXT, at TEXT, user TEXT)")
    app = Flask("floor")

    @app.post("/")
    def take() -> dict[str, bool]:
        record = request.get_json()["records"][0]
        insert(record["id"], record["data"]["code"], record["captured_at"], record["user"])
        return {"ok": True}

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
