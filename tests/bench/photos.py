"""P4: a 12-megapixel photo from the wire to the shelf beside a bare pipeline; memory; scans meanwhile."""

import io
import statistics
import threading
import time
from pathlib import Path
from typing import Any

from PIL import Image

from tests.bench.processes import cpu_seconds, forget_peak, memory_mib, peak_mib
from tests.bench.scans import walk, walked_site
from tests.system.camera import phone_photo
from tests.system.phone import Phone

PHOTOS, SCANS = 12, 120


def photos(folder: Path) -> dict[str, Any]:
    raws = [phone_photo(folder / f"{n}.jpg", seed=n).read_bytes() for n in range(3)]
    with walked_site(folder) as (server, world, _cookies):
        phone = Phone(server.url)
        walked = walk(phone, world.codes.values())
        quiet = _scans(phone, walked)
        idle = memory_mib(server.pid)
        ours, theirs = _pipelines(server.pid, phone, raws)
        grown = _peak(server.pid, phone, raws[0]) - idle
        huge = _peak(server.pid, phone, _large()) - idle
        busy = _meanwhile(server.url, phone, walked, raws)
    mine, bare = statistics.mean(ours), statistics.mean(theirs)
    return {
        "cpu_ms": round(mine * 1000),
        "floor_cpu_ms": round(bare * 1000),
        "cpu_ratio": round(mine / bare, 2),
        "memory_12mp_mib": round(grown),
        "memory_48mp_mib": round(huge),
        "scan_p99_ratio": round(busy / quiet, 2),
        "goal": "cpu <= 1.25, memory <= 100 and 250 MiB over idle, scans' p99 meanwhile <= 3 x",
    }


def _pipelines(pid: int, phone: Phone, raws: list[bytes]) -> tuple[list[float], list[float]]:
    ours, theirs = [], []
    for turn in range(PHOTOS + 1):
        raw = raws[turn % 3]
        before = cpu_seconds(pid)
        status, _photo = phone.put_photo(raw)
        assert status == 201, status
        spent = cpu_seconds(pid) - before
        start = time.process_time()
        bare_pipeline(raw)
        if turn:
            ours.append(spent)
            theirs.append(time.process_time() - start)
    return ours, theirs


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


def _large() -> bytes:
    """48 megapixels, as newer phones can be set to take."""
    picture = Image.effect_noise((2000, 1500), 40).convert("RGB").resize((8000, 6000))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def _peak(pid: int, phone: Phone, raw: bytes) -> float:
    forget_peak(pid)
    status, _photo = phone.put_photo(raw)
    assert status == 201, status
    return peak_mib(pid)


def _scans(phone: Phone, walked: Any) -> float:
    """p99 in seconds."""
    took = []
    for _ in range(SCANS):
        start = time.perf_counter()
        phone.send([walked()])
        took.append(time.perf_counter() - start)
    return sorted(took)[int(SCANS * 0.99)]


def _meanwhile(url: str, phone: Phone, walked: Any, raws: list[bytes]) -> float:
    stop = threading.Event()
    sender = Phone(url)

    def send() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            sender.put_photo(raws[n % 3] + bytes([n % 256]))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        return _scans(phone, walked)
    finally:
        stop.set()
        thread.join(30)
