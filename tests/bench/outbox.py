"""P3: a shift's outbox in one request, beside the same rows put in by a bare executemany."""

import sqlite3
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from patrol.core.clock import now
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.sites.place import Place
from tests.bench.scans import walk, walked_site
from tests.system.conftest import database
from tests.system.phone import Phone

SCANS, HAZARDS, TURNS = 200, 20, 9


def outbox(folder: Path) -> dict[str, Any]:
    with walked_site(folder) as (server, world, _cookies):
        with database(folder / "instance"):
            places = [str(one) for one in db.session.scalars(select(Place.id).where(Place.kind == "spot"))]
        phone = Phone(server.url)
        walked = walk(phone, world.codes.values())
        first, again, bare = [], [], []
        for turn in range(TURNS + 1):
            batch = [walked() for _ in range(SCANS)] + [_hazard(phone, places, n) for n in range(HAZARDS)]
            sample = _sent(phone, batch, "stored"), _sent(phone, batch, "known"), _bare(folder / "bare.db", batch)
            if turn:
                for figures, figure in zip((first, again, bare), sample, strict=True):
                    figures.append(figure)
    count = SCANS + HAZARDS
    return {
        "records_per_s": round(count / statistics.median(first)),
        "floor_per_s": round(count / statistics.median(bare)),
        "p50_ms": round(statistics.median(first) * 1000),
        "replay_speed": round(statistics.median(first) / statistics.median(again), 2),
        "goal": ">= 4000 records/s where the floor is 9500-11700 (ratio 0.38), p50 <= 80 ms, replay >= 0.8",
    }


def _hazard(phone: Phone, places: list[str], number: int) -> dict[str, Any]:
    photo = str(uuid7())
    data = {"place": places[number % len(places)], "category": "water_leak", "note": f"漏水 {number}"}
    at = now() - timedelta(minutes=number)
    return phone.record("hazard", {**data, "photos": [photo]}, captured_at=at.isoformat())


def _sent(phone: Phone, batch: list[dict[str, Any]], expected: str) -> float:
    start = time.perf_counter()
    results = phone.send(batch)
    took = time.perf_counter() - start
    wrong = [one for one in results if one["status"] != expected]
    assert not wrong, wrong[:2]
    return took


def _bare(path: Path, batch: list[dict[str, Any]]) -> float:
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, kind TEXT, at TEXT, user TEXT, data TEXT)")
    rows = [(one["id"], one["kind"], one["captured_at"], one["user"], str(one["data"])) for one in batch]
    start = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany("INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, ?)", rows)
    raw.execute("COMMIT")
    took = time.perf_counter() - start
    raw.close()
    return took
