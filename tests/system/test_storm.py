"""The end of a shift: two hundred phones come back into signal in the same second."""

import threading
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from patrol.accounts.sign_in import open_device
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import PhotoFile
from patrol.photos.shelf import Shelf
from patrol.rounds.scan import Scan
from tests.conftest import make_person
from tests.system.conftest import Server, build_site, database
from tests.system.phone import Phone
from tests.system.test_kill import picture

PHONES, SCANS, TRIES = 200, 20, 40


class Sender(threading.Thread):
    """One phone: all it holds at once, again whenever the server asks for patience."""

    def __init__(self, url: str, cookies: dict[str, str], codes: list[str], raw: bytes, start: threading.Barrier):
        super().__init__(daemon=True)
        self.url, self.cookies, self.codes, self.raw, self.start_together = url, cookies, codes, raw, start
        self.scans: set[str] = set()
        self.photo: UUID = uuid7()
        self.answers: Counter[int] = Counter()
        self.faults: list[str] = []

    def run(self) -> None:
        try:
            self.start_together.wait(90)
            phone = Phone.signed_in(self.url, self.cookies, timeout=90)
            records = [phone.record("scan", {"code": self.codes[n % len(self.codes)]}) for n in range(SCANS)]
            self._until_taken(phone, lambda: self._send(phone, records))
            self._until_taken(phone, lambda: phone.put_photo(self.raw, self.photo)[0])
        except Exception as error:
            self.faults.append(repr(error))

    def _send(self, phone: Phone, records: list[dict[str, Any]]) -> int:
        status, results = phone.try_send(records)
        self.scans.update(result["id"] for result in results if result["status"] in ("stored", "known"))
        return status

    def _until_taken(self, phone: Phone, go: Any) -> None:
        for _ in range(TRIES):
            status = go()
            self.answers[status] += 1
            if status in (200, 201):
                return
            if status != 503 or "Retry-After" not in phone.headers:
                self.faults.append(f"{status} {phone.answer[:200]!r}")
                return
            time.sleep(0.2)  # sooner than a real phone, which would wait as long as it was told
        self.faults.append("never taken")


@pytest.fixture
def crowd(tmp_path):
    """Two hundred guards, each signed in on a phone, in front of a server of two workers."""
    instance = tmp_path / "instance"
    instance.mkdir()
    with database(instance) as app:
        world = build_site()
        cookies = [signed_in(app, token) for token in sign_ins(world.site_id)]
    server = Server(instance, workers=2)
    server.start()
    yield SimpleNamespace(url=server.url, instance=instance, codes=list(world.codes.values()), cookies=cookies)
    server.kill()


def sign_ins(site_id: UUID) -> list[str]:
    """Device rows put in by hand: 200 passwords to check would be most of the work."""
    with write():
        guards = [make_person(f"队员{n}", f"9{n:03}", "guard", site_id, "") for n in range(PHONES)]
        db.session.flush()
        return [open_device(guard, agent="storm", keep=True, at=now(), password_given=True) for guard in guards]


def signed_in(app: Flask, token: str) -> dict[str, str]:
    signer = app.session_interface.get_signing_serializer(app)
    return {app.config["SESSION_COOKIE_NAME"]: signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True})}


@pytest.mark.system
def test_two_hundred_phones_at_once_lose_nothing(crowd):
    together = threading.Barrier(PHONES)
    senders = [Sender(crowd.url, cookies, crowd.codes, picture(n), together) for n, cookies in enumerate(crowd.cookies)]

    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(120)

    assert [fault for sender in senders for fault in sender.faults] == []
    assert set().union(*(sender.answers.keys() for sender in senders)) <= {200, 201, 503}
    sent = set().union(*(sender.scans for sender in senders))
    assert len(sent) == PHONES * SCANS
    with database(crowd.instance):
        assert {str(scan_id) for scan_id in db.session.scalars(select(Scan.id))} == sent
        assert db.session.scalar(select(func.count()).select_from(Scan)) == PHONES * SCANS
        files = set(db.session.scalars(select(PhotoFile.id)))
        assert files == {sender.photo for sender in senders}
        shelf = Shelf(crowd.instance / "photos")
        assert [photo_id for photo_id in files if not shelf.exists(photo_id)] == []
