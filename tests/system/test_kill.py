"""Pull the plug again and again: what was acknowledged is there, and no row speaks of a file that is not."""

import io
import random
import threading
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from patrol.core.db import db
from patrol.photos.photo import PhotoFile
from patrol.photos.shelf import Shelf
from patrol.rounds.scan import Scan
from patrol.verify import findings
from tests.system.conftest import database
from tests.system.phone import Phone

KILLS = 50


def picture(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((320, 240), 60 + seed % 40).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


class Sender(threading.Thread):
    """A phone that sends scans and photos until the server is gone; remembers what was acknowledged."""

    def __init__(self, url: str, staff_no: str, code: str, seed: int, answered: threading.Semaphore):
        super().__init__(daemon=True)
        self.phone = Phone(url, staff_no)
        self.code, self.seed, self.answered = code, seed, answered
        self.scans: list[str] = []
        self.photos: list[UUID] = []

    def run(self) -> None:
        try:
            while True:
                for result in self.phone.send([self.phone.record("scan", {"code": self.code}) for _ in range(3)]):
                    if result["status"] in ("stored", "known"):
                        self.scans.append(result["id"])
                self.answered.release()
                status, photo_id = self.phone.put_photo(picture(self.seed))
                if status in (200, 201):
                    self.photos.append(photo_id)
                self.answered.release()
        except (OSError, AssertionError, ValueError, EOFError):
            return  # the plug was pulled in the middle of something
        except Exception:
            return


@pytest.mark.system
def test_nothing_acknowledged_is_lost_over_fifty_kills(stage):
    rng = random.Random(20260318)
    scans: set[str] = set()
    photos: set[UUID] = set()
    code = stage.world.codes["大堂"]

    for _kill in range(KILLS):
        answered = threading.Semaphore(0)
        senders = [Sender(stage.url, staff_no, code, n, answered) for n, staff_no in enumerate(("0217", "0218"))]
        for sender in senders:
            sender.start()
        for _answer in range(rng.randrange(8)):  # counted, not timed: a slow machine is killed as often in the middle
            assert answered.acquire(timeout=30)
        plug = threading.Timer(rng.uniform(0, 0.05), stage.server.kill)
        plug.start()
        plug.join()
        for sender in senders:
            sender.join(30)
            scans.update(sender.scans)
            photos.update(sender.photos)
        stage.server.start()

    stage.server.kill()
    assert len(scans) > 100, "the load was too light to prove anything"
    assert len(photos) > 20
    with database(stage.instance):
        stored = {str(scan_id) for scan_id in db.session.scalars(select(Scan.id))}
        rows = set(db.session.scalars(select(PhotoFile.id)))
        shelf = Shelf(stage.instance / "photos")
        assert scans - stored == set()
        assert photos - rows == set()
        assert [photo_id for photo_id in rows if not shelf.exists(photo_id)] == []
        assert list(findings()) == []
