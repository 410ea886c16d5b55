"""``make bench``: the measured goals beside their floors, from one run. ``ARGS=--json`` prints JSON.

P1 one scan over HTTP against the floor route; P4 a 12-megapixel photo against a bare Pillow pipeline;
P5 the guard's page: queries, CPU, size; P6 a month's review: queries and CPU, beside its day tallies read raw.
P7 a page of orders under each filter at 10,000 and at 100,000 of them;
storm: a hundred phones after an outage; offline start: from nothing to the guard's round with the server down.
Ratios are what counts: the machine's own speed cancels out.
"""

import argparse
import io
import itertools
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event
from werkzeug.test import TestResponse

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.demo.make import make_demo
from patrol.photos.storage import shelf
from patrol.rounds.ensure import ensure_rounds
from patrol.sites.site import Site
from tests.bench.lists import lists
from tests.bench.offline_start import offline_start
from tests.bench.processes import cpu_seconds
from tests.bench.storm import storm
from tests.system.camera import phone_photo
from tests.system.conftest import Server, build_site, database, token_cookie
from tests.system.phone import Phone

SCANS, PHOTOS, PAGES, ROUNDS, HISTORY = 300, 12, 40, 3, 35


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="patrol-bench-") as folder:
        figures = measure(Path(folder))
    print(json.dumps(figures, indent=1) if options.json else table(figures))


def measure(folder: Path) -> dict[str, Any]:
    instance = folder / "instance"
    instance.mkdir()
    with database(instance):
        world = build_site()
        walked_since(world.site_id, timedelta(days=2))
    server = Server(instance, workers=1)
    server.start()
    try:
        with floor(folder) as floor_url:
            p1 = scans(server, floor_url, world)
        p4 = photos(server, folder)
    finally:
        server.kill()
    p5 = today(instance)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {
        "machine": machine,
        "P1": p1,
        "P4": p4,
        "P5": p5,
        "P6": month(folder / "month"),
        "P7 orders": lists(folder / "lists"),
        "storm": storm(folder / "storm"),
        "offline start": offline_start(folder / "offline"),
    }


def walked_since(site_id: UUID, before: timedelta) -> None:
    """The rounds of the last days, so that a scan has some to choose from."""
    with write():
        site = db.session.get_one(Site, site_id)
        site.created_at = now() - before
    ensure_rounds(site_id, now(), site.zone, site.day_start)


@contextmanager
def floor(folder: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PATROL_BENCH_DB": str(folder / "floor.db"), "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.floor_server"], env=env, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait(port)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the floor server did not start")


def scans(server: Server, floor_at: tuple[str, int], world: Any) -> dict[str, Any]:
    """Rate and CPU of one scan a request, Patrol and floor in turns."""
    url, floor_pid = floor_at
    phone = Phone(server.url)
    bare = Phone.__new__(Phone)
    bare.open(url)
    codes = itertools.cycle(world.codes.values())
    minutes = itertools.count()

    def walked() -> dict[str, Any]:
        """The next scan of a guard's day: another place, three minutes after the one before."""
        at = now() - timedelta(minutes=3 * (next(minutes) % 400))
        return phone.record("scan", {"code": next(codes)}, captured_at=at.isoformat())

    ours, theirs = [], []
    for turn in range(ROUNDS + 1):
        sample = timed(lambda: phone.send([walked()]), server.pid)
        floor_sample = timed(lambda: bare.post_bare(walked()), floor_pid)
        if turn:  # the first turn warms both up
            ours.append(sample)
            theirs.append(floor_sample)
    rate = median(ours, 0) / median(theirs, 0)
    cpu = median(ours, 1) / median(theirs, 1)
    return {
        "scans_per_s": round(median(ours, 0)),
        "floor_per_s": round(median(theirs, 0)),
        "rate_ratio": round(rate, 2),
        "cpu_ms": round(median(ours, 1) * 1000, 2),
        "floor_cpu_ms": round(median(theirs, 1) * 1000, 2),
        "cpu_ratio": round(cpu, 2),
        "goal": "rate >= 0.40, cpu <= 2.5",
    }


def timed(act: Any, pid: int) -> tuple[float, float]:
    """(acts per second, CPU seconds per act of the server)."""
    cpu, start = cpu_seconds(pid), time.perf_counter()
    for _ in range(SCANS):
        act()
    took = time.perf_counter() - start
    return SCANS / took, (cpu_seconds(pid) - cpu) / SCANS


def photos(server: Server, folder: Path) -> dict[str, Any]:
    """CPU of a photo from the wire to the shelf, against decode, shrink and encode alone."""
    phone = Phone(server.url)
    raws = [phone_photo(folder / f"{n}.jpg", seed=n).read_bytes() for n in range(3)]
    ours, theirs = [], []
    for turn in range(PHOTOS + 1):
        raw = raws[turn % 3]
        before = cpu_seconds(server.pid)
        status, _photo = phone.put_photo(raw)
        assert status == 201, status
        spent = cpu_seconds(server.pid) - before
        bare_start = time.process_time()
        bare_pipeline(raw)
        if turn:
            ours.append(spent)
            theirs.append(time.process_time() - bare_start)
    mine, bare = statistics.mean(ours), statistics.mean(theirs)
    return {
        "cpu_ms": round(mine * 1000),
        "floor_cpu_ms": round(bare * 1000),
        "cpu_ratio": round(mine / bare, 2),
        "goal": "cpu <= 1.25",
    }


def bare_pipeline(raw: bytes) -> None:
    """What no program can do without: read, shrink twice, write twice."""
    picture = Image.open(io.BytesIO(raw), formats=["JPEG"])
    picture.draft("RGB", (1600, 1200))
    master = picture.convert("RGB")
    master.thumbnail((1600, 1600))
    master = master.transpose(Image.Transpose.ROTATE_270)
    master.save(io.BytesIO(), "JPEG", quality=82)
    small = master.copy()
    small.thumbnail((480, 480))
    small.save(io.BytesIO(), "JPEG", quality=75)


def today(instance: Path) -> dict[str, Any]:
    """The guard's page, in this process: queries counted, CPU of the request, bytes before compression."""
    with database(instance) as app:
        client = app.test_client()
        token_cookie(client, "0217")
        page, cpu = page_cost(client, "/today")
        queries = counted(client, "/today")
    return {
        "queries": queries,
        "cpu_ms": round(cpu * 1000, 1),
        "html_kb": round(len(page.data) / 1000, 1),
        "goal": "queries <= 6, cpu <= 4 ms, html <= 30 kB",
        "at": now().isoformat(timespec="seconds"),
    }


def month(instance: Path) -> dict[str, Any]:
    """The month's review of a demo site, beside one query over the same day tallies."""
    instance.mkdir()
    with database(instance) as app:
        make_demo(store=shelf(app), days=HISTORY, said=lambda line: None)
        client = app.test_client()
        token_cookie(client, "0101")
        path = f"/reviews/month/{now() - timedelta(days=1):%Y-%m}"
        page, cpu = page_cost(client, path)
        raw = db.session.connection().connection.driver_connection
        assert raw is not None
        start = time.process_time()
        for _ in range(PAGES):
            rows = raw.execute("SELECT day, figures FROM day_tally ORDER BY day DESC LIMIT 61").fetchall()
            figures = [json.loads(row[1]) for row in rows]
        floor_cpu = (time.process_time() - start) / PAGES
        queries = counted(client, path)
    return {
        "queries": queries,
        "cpu_ms": round(cpu * 1000, 1),
        "floor_cpu_ms": round(floor_cpu * 1000, 1),
        "days": len(figures),
        "html_kb": round(len(page.data) / 1000, 1),
        "goal": "cpu <= 25 ms",
    }


def page_cost(client: FlaskClient, path: str) -> tuple[TestResponse, float]:
    """The page and its CPU seconds. In a context of its own, since ``g`` would otherwise outlive a request."""
    fresh = Context()
    page = fresh.run(client.get, path)
    assert page.status_code == 200, page.status_code
    start = time.process_time()
    for _ in range(PAGES):
        fresh.run(client.get, path)
    return page, (time.process_time() - start) / PAGES


def counted(client: FlaskClient, path: str) -> int:
    asked: list[str] = []

    def listen(*call: Any) -> None:
        asked.append(call[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    Context().run(client.get, path)
    event.remove(db.engine, "before_cursor_execute", listen)
    return len(asked)


def median(samples: list[tuple[float, float]], at: int) -> float:
    return statistics.median(sample[at] for sample in samples)


def table(figures: dict[str, Any]) -> str:
    lines = [figures["machine"]]
    for name, told in figures.items():
        if name != "machine":
            lines.append(f"{name}  " + "  ".join(f"{key} {value}" for key, value in told.items()))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
