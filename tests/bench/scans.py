"""P1 one scan a request, P2 sixteen phones at once: Patrol's door beside a bare durable insert."""

import itertools
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from patrol.accounts.sign_in import open_device
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.rounds.ensure import ensure_rounds
from patrol.sites.site import Site
from tests.bench.processes import cpu_seconds
from tests.conftest import make_person
from tests.system.conftest import Server, build_site, database
from tests.system.phone import Phone
from tests.system.test_storm import signed_in

SCANS, ROUNDS, IN_FLIGHT, EACH = 300, 3, 16, 60


def one_scan(folder: Path) -> dict[str, Any]:
    """Rate and CPU of one scan a request, Patrol and floor in turns."""
    with walked_site(folder) as (server, world, _app), floor(folder) as (url, floor_pid):
        phone = Phone(server.url)
        bare = Phone.__new__(Phone)
        bare.open(url)
        walked = walk(phone, world.codes.values())
        ours, theirs = [], []
        for turn in range(ROUNDS + 1):
            sample = timed(lambda: phone.send([walked()]), server.pid)
            floor_sample = timed(lambda: bare.post_bare(walked()), floor_pid)
            if turn:  # the first turn warms both up
                ours.append(sample)
                theirs.append(floor_sample)
    return {
        "scans_per_s": round(median(ours, 0)),
        "floor_per_s": round(median(theirs, 0)),
        "rate_ratio": round(median(ours, 0) / median(theirs, 0), 2),
        "cpu_ms": round(median(ours, 1) * 1000, 2),
        "floor_cpu_ms": round(median(theirs, 1) * 1000, 2),
        "cpu_ratio": round(median(ours, 1) / median(theirs, 1), 2),
        "goal": "rate >= 0.40, cpu <= 2.5",
    }


def tail(folder: Path) -> dict[str, Any]:
    """Sixteen phones send one scan after another: nobody waits long, and nobody is served last."""
    with walked_site(folder, crowd=IN_FLIGHT) as (server, world, cookies):
        phones = [Phone.signed_in(server.url, one, timeout=60) for one in cookies]
        together = threading.Barrier(IN_FLIGHT)
        senders = [_Sender(phone, walk(phone, world.codes.values()), together) for phone in phones]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(120)
    took = sorted(one for sender in senders for one in sender.took)
    p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    rates = [len(sender.took) / sender.seconds for sender in senders]
    return {
        "p50_ms": round(p50 * 1000, 1),
        "p99_ms": round(p99 * 1000, 1),
        "p99_to_p50": round(p99 / p50, 2),
        "worst_ms": round(took[-1] * 1000, 1),
        "errors": IN_FLIGHT * EACH - len(took),
        "slowest_to_fastest": round(min(rates) / max(rates), 2),
        "goal": "p99 <= 4 x p50, none over 500 ms, no error, slowest >= 0.3 x fastest",
    }


class _Sender(threading.Thread):
    def __init__(self, phone: Phone, walked: Callable[[], dict[str, Any]], together: threading.Barrier):
        super().__init__(daemon=True)
        self.phone, self.walked, self.together = phone, walked, together
        self.took: list[float] = []
        self.seconds = 1.0

    def run(self) -> None:
        self.together.wait(60)
        begun = time.perf_counter()
        for _ in range(EACH):
            start = time.perf_counter()
            if self.phone.try_send([self.walked()])[0] == 200:
                self.took.append(time.perf_counter() - start)
        self.seconds = time.perf_counter() - begun


def walk(phone: Phone, codes: Any) -> Callable[[], dict[str, Any]]:
    """The next scan of a guard's day: another place, three minutes before the one before."""
    turn, minutes = itertools.cycle(codes), itertools.count()

    def walked() -> dict[str, Any]:
        at = now() - timedelta(minutes=3 * (next(minutes) % 400))
        return phone.record("scan", {"code": next(turn)}, captured_at=at.isoformat())

    return walked


@contextmanager
def walked_site(folder: Path, crowd: int = 0, workers: int = 1) -> Iterator[tuple[Server, Any, list[dict[str, str]]]]:
    """A server with the rounds of two days, so that a scan has some to choose from, and so many signed-in guards."""
    instance = folder / "instance"
    instance.mkdir(parents=True)
    with database(instance) as app:
        world = build_site()
        with write():
            site = db.session.get_one(Site, world.site_id)
            site.created_at = now() - timedelta(days=2)
            guards = [make_person(f"队员{n}", f"9{n:03}", "guard", world.site_id, "") for n in range(crowd)]
            db.session.flush()
            tokens = [open_device(one, agent="bench", keep=True, at=now(), password_given=True) for one in guards]
        ensure_rounds(world.site_id, now(), site.zone, site.day_start)
        cookies = [signed_in(app, token) for token in tokens]
    server = Server(instance, workers=workers)
    server.start()
    try:
        yield server, world, cookies
    finally:
        server.kill()


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


def timed(act: Any, pid: int) -> tuple[float, float]:
    """(acts per second, CPU seconds per act of the server)."""
    cpu, start = cpu_seconds(pid), time.perf_counter()
    for _ in range(SCANS):
        act()
    took = time.perf_counter() - start
    return SCANS / took, (cpu_seconds(pid) - cpu) / SCANS


def median(samples: list[tuple[float, float]], at: int) -> float:
    return statistics.median(sample[at] for sample in samples)
