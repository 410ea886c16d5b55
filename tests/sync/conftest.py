import hashlib
import io
import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from PIL import Image

from patrol.core.clock import now
from patrol.core.keys import uuid7


@pytest.fixture
def record(people):
    """A record as 张伟's phone makes it."""

    def make(kind="scan", data=None, *, id: UUID | None = None, at: datetime | None = None, **more):
        moment = at or now()
        return {
            "id": str(id or uuid7()),
            "kind": kind,
            "v": 1,
            "seq": 1,
            "prev": None,
            "captured_at": moment.isoformat(),
            "monotonic_ms": round(moment.timestamp() * 1000),
            "position": None,
            "user": str(people.guard.id),
            "photos": [],
            "data": data or {},
            **more,
        }

    return make


@pytest.fixture
def send():
    def post(client, records, *, sent_at: datetime | None = None):
        body = {"device": str(uuid7()), "sent_at": (sent_at or now()).isoformat(), "records": records}
        return client.post("/sync/records", data=json.dumps(body), content_type="application/json")

    return post


@pytest.fixture
def jpeg():
    def make(colour=(200, 80, 40), size=(320, 240)) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", size, colour).save(buffer, "JPEG")
        return buffer.getvalue()

    return make


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def statuses(reply) -> list[str]:
    return [result["status"] for result in reply.get_json()["results"]]


LONG = timedelta(days=4)
