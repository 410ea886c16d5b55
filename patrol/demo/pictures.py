"""Photos for the demo's records: drawn once for each scene and place, then laid under every record that needs one."""

import hashlib
import io
import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.demo.scenes import SCENES, draw
from patrol.equipment.inspection import Inspection
from patrol.photos.photo import Photo, PhotoFile
from patrol.photos.pixels import Pixels, decode_and_shrink
from patrol.photos.shelf import PhotoStore

SIZE = (1024, 768)
VARIANTS = 3
AFTER = ("after", "verify")


class Bank:
    """Drawn pictures by scene and variant, with the hash of the bytes "received"."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, int], tuple[Pixels, str, int]] = {}

    def get(self, scene: str, variant: int) -> tuple[Pixels, str, int]:
        key = (scene, variant)
        if key not in self._drawn:
            buffer = io.BytesIO()
            draw(scene, variant, random.Random(f"{scene}{variant}"), SIZE).save(buffer, "JPEG", quality=84)  # noqa: S311
            raw = buffer.getvalue()
            self._drawn[key] = (decode_and_shrink(raw), hashlib.sha256(raw).hexdigest(), len(raw))
        return self._drawn[key]


def lay_under(site_id: UUID, store: PhotoStore, bank: Bank) -> int:
    """Bytes for every photo of the site that has none; inside ``write()``. Returns how many."""
    query = (
        select(Photo, Inspection.checklist_code)
        .outerjoin(Inspection, (Inspection.site_id == Photo.site_id) & (Inspection.id == Photo.subject_id))
        .outerjoin(PhotoFile, (PhotoFile.site_id == Photo.site_id) & (PhotoFile.id == Photo.id))
        .where(Photo.site_id == site_id, PhotoFile.id.is_(None))
    )
    rows = list(db.session.execute(query))
    for photo, code in rows:
        pair = SCENES.get(photo.category or "") or SCENES.get(code or "") or SCENES["lighting_fault"]
        scene = pair.after if photo.kind in AFTER or (code and not photo.category) else pair.before
        pixels, digest, size = bank.get(scene, photo.subject_id.int % VARIANTS)
        store.put(photo.id, pixels)
        db.session.add(_file(photo, pixels, digest, size))
    return len(rows)


def _file(photo: Photo, pixels: Pixels, digest: str, size: int) -> PhotoFile:
    received: datetime = photo.received_at + timedelta(seconds=2)
    return PhotoFile(
        id=photo.id, site_id=photo.site_id, user_id=photo.user_id, sha256=digest, bytes_received=size,
        width=pixels.width, height=pixels.height, received_at=received,
    )  # fmt: skip
