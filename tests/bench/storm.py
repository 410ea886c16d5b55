"""The end of an outage: a hundred phones with twenty records and two photos each, at once, against two workers."""

import statistics
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from patrol.accounts.sign_in import open_device
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import PhotoFile
from patrol.rounds.scan import Scan
from tests.conftest import make_person
from tests.system.conftest import Server, build_site, database
from tests.system.phone import Phone
from tests.system.test_kill import picture
from tests.system.test_storm import signed_in

PHONES, RECORDS, PHOTOS = 100, 20, 2


class Arrival(threading.Thread):
    """One phone comes back: its records in one batch, then its photos; it comes again when it is asked to."""

    def __init__(self, url: str, cookies: dict[str, str], codes: list[str], raw: bytes, together: threading.Barrier):
        super().__init__(daemon=True)
        self.url, self.cookies, self.codes, self.raw, self.together = url, cookies, codes, raw, together
        self.took: list[float] = []
        self.answers: list[int] = []

    def run(self) -> None:
        phone = Phone.signed_in(self.url, self.cookies, timeout=120)
        records = [phone.record("scan", {"code": self.codes[n % len(self.codes)]}) for n in range(RECORDS)]
        photos: list[UUID] = [uuid7() for _ in range(PHOTOS)]
        self.together.wait(120)
        self._until_taken(phone, lambda: phone.try_send(records)[0])
        for photo in photos:
            self._until_taken(phone, lambda photo=photo: phone.put_photo(self.raw, photo)[0])

    def _until_taken(self, phone: Phone, go: Any) -> None:
        status = 503
        while status == 503:
            start = time.perf_counter()
            status = go()
            self.took.append(time.perf_counter() - start)
            self.answers.append(status)
            if status == 503:
                time.sleep(0.2)


def storm(instance: Path) -> dict[str, Any]:
    instance.mkdir()
    with database(instance) as app:
        world = build_site()
        with write():
            guards = [make_person(f"队员{n}", f"9{n:03}", "guard", world.site_id, "") for n in range(PHONES)]
            db.session.flush()
            tokens = [open_device(one, agent="storm", keep=True, at=now(), password_given=True) for one in guards]
        cookies = [signed_in(app, token) for token in tokens]
    server = Server(instance, workers=2)
    server.start()
    try:
        together, codes = threading.Barrier(PHONES + 1), list(world.codes.values())
        phones = [Arrival(server.url, one, codes, picture(n), together) for n, one in enumerate(cookies)]
        for phone in phones:
            phone.start()
        together.wait(120)
        start = time.perf_counter()
        for phone in phones:
            phone.join(300)
        seconds = time.perf_counter() - start
    finally:
        server.kill()
    with database(instance):
        stored = db.session.scalar(select(func.count()).select_from(Scan))
        files = db.session.scalar(select(func.count()).select_from(PhotoFile))
    took = sorted(one for phone in phones for one in phone.took)
    answers = [status for phone in phones for status in phone.answers]
    return {
        "seconds": round(seconds, 1),
        "p50_s": round(statistics.median(took), 2),
        "p95_s": round(took[int(len(took) * 0.95)], 2),
        "lost": PHONES * (RECORDS + PHOTOS) - (stored or 0) - (files or 0),
        "busy_503": answers.count(503),
        "other_5xx": sum(status >= 500 and status != 503 for status in answers),
        "goal": f"{PHONES} phones x ({RECORDS} records + {PHOTOS} photos): none lost, no 5xx but 503",
    }
