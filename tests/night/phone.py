"""A phone played at the speed of thought: it makes records as the real one does, and sends them by the real door."""

import hashlib
import io
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from PIL import Image, ImageFilter

from patrol.accounts.user import User
from patrol.core.keys import uuid7
from patrol.sites.place import Place
from tests.conftest import browser_of

Position = tuple[float, float, float]  # degrees, degrees, metres


class Phone:
    """One person's phone. ``signal``: what is made leaves it at once; ``wrong_by``: its clock minus the truth."""

    def __init__(self, app: Flask, owner: User, opened: datetime, rng: random.Random) -> None:
        self.owner, self.rng = owner, rng
        self.client = browser_of(app, owner)
        self.device = uuid7()
        self.signal = True
        self.wrong_by = timedelta(0)
        self._opened, self._opened_by_its_clock = opened, opened
        self._seq, self._prev = 0, None
        self.outbox: list[dict[str, Any]] = []
        self.pictures: dict[UUID, bytes] = {}

    def scan(self, code: str, at: datetime, where: Position | None) -> UUID:
        return self.make("scan", {"code": code, "method": "camera"}, at, where=where)

    def all_normal(self, scan: UUID, at: datetime) -> UUID:
        return self.make("visit", {"scan": str(scan), "result": "normal"}, at)

    def make(
        self, kind: str, data: dict[str, Any], at: datetime, *, where: Position | None = None,
        photos: Sequence[UUID] = (),
    ) -> UUID:  # fmt: skip
        """A record of this true moment, as this phone's clock has it; sent when there is signal."""
        envelope = {
            "id": str(uuid7()),
            "kind": kind,
            "v": 1,
            "seq": self._seq + 1,
            "prev": self._prev,
            "captured_at": (at + self.wrong_by).isoformat(),
            "monotonic_ms": round((self._opened_by_its_clock + (at - self._opened)).timestamp() * 1000),
            "position": dict(zip(("lat", "lon", "accuracy_m"), where, strict=True)) if where else None,
            "clock": None,
            "user": str(self.owner.id),
            "photos": [str(photo) for photo in photos],
            "data": data,
        }
        self._seq, self._prev = self._seq + 1, _chain(envelope)
        self.outbox.append(envelope)
        if self.signal:
            self.send(at)
        return UUID(envelope["id"])

    def take_photo(self, picture: bytes) -> UUID:
        photo = uuid7()
        self.pictures[photo] = picture
        return photo

    def send(self, at: datetime) -> None:
        """Everything that waits; whatever the server does not take is a fault of the story."""
        body = {"device": str(self.device), "sent_at": (at + self.wrong_by).isoformat(), "records": self.outbox}
        reply = self.client.post("/sync/records", data=json.dumps(body), content_type="application/json")
        assert reply.status_code == 200, reply.get_data(as_text=True)
        wrong = [result for result in reply.get_json()["results"] if result["status"] not in ("stored", "known")]
        assert not wrong, wrong
        self.outbox.clear()
        for photo, raw in self.pictures.items():
            digest = hashlib.sha256(raw).hexdigest()
            answer = self.client.put(f"/sync/photos/{photo}", data=raw, headers={"X-Photo-SHA256": digest})
            assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        self.pictures.clear()


def near(place: Place, rng: random.Random, away_m: float = 0) -> Position:
    """Where a phone at this place thinks it is: some metres off, as phones are."""
    assert place.lat is not None and place.lon is not None
    metre = 1 / 111_320
    lat = place.lat + (rng.gauss(0, 6) + away_m) * metre
    lon = place.lon + rng.gauss(0, 6) * metre
    return round(lat, 6), round(lon, 6), round(rng.uniform(6, 24), 1)


def picture(seed: int) -> bytes:
    """A photo like no other: coarse shapes under noise."""
    rng = random.Random(seed)
    coarse = Image.frombytes("RGB", (8, 6), rng.randbytes(8 * 6 * 3)).resize((640, 480), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((640, 480), 24).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    buffer = io.BytesIO()
    Image.blend(coarse, grain, 0.15).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _chain(envelope: dict[str, Any]) -> str:
    """As static/js/offline/records.js: the hash of the record before."""
    text = json.dumps(envelope, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
