"""Photos for the demo's records: about a hundred and twenty are drawn once, then laid under every record."""

import hashlib
import io
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select

from patrol.core.db import db, write
from patrol.demo.estate import Estate
from patrol.demo.scenes import SCENES, draw
from patrol.demo.signing import draw_signature
from patrol.equipment.inspection import Inspection
from patrol.owners.words import KINDS
from patrol.photos.photo import Photo, PhotoFile
from patrol.photos.pixels import Pixels, decode_and_shrink
from patrol.photos.shelf import PhotoStore
from patrol.repairs.repair import Repair

SIZES = ((800, 600), (720, 540), (880, 660), (640, 480))  # one for each variant
AFTER = ("after", "verify")
SIGNED = "signature"
AS_IT_IS = (  # what a point looks like when all is well, by the beginning of its key or by what it ends in
    ("garage.fan", "pump_room"), ("garage", "garage_dry"), ("room.power", "switchgear"), ("room.generator", "switchgear"),
    ("room.control", "switchgear"), ("room.cctv", "switchgear"), ("room.lift", "lift_shut"), ("room.meters", "pipe_clamped"),
    ("room", "pump_room"), ("gate", "gate_night"), ("fence", "lamp_lit"), ("play", "lamp_lit"), ("fitness", "lamp_lit"),
    ("shed", "garage_dry"), ("b3.balcony", "flowerpot_safe"), ("b4.facade", "facade_repaired"), ("b2.back", "corridor_clear"),
    ("b5.bridge", "corridor_clear"), ("bins", "lobby_clean"), ("garden", "lamp_lit"),
)  # fmt: skip


class Need(NamedTuple):
    """A photo that has a record but no bytes yet, and what it has to show."""

    photo: Any
    scene: str
    variant: int


class Drawn(NamedTuple):
    raw: bytes
    pixels: Pixels


class Bank:
    """Pictures drawn so far, by scene and variant, and the photo under whose id each one stands on the shelf."""

    def __init__(self, store: PhotoStore) -> None:
        self.store = store
        self.drawn: dict[tuple[str, int], Drawn] = {}
        self.lender: dict[tuple[str, int], UUID] = {}

    def draw_all(self, wanted: set[tuple[str, int]]) -> None:
        missing = sorted(wanted - self.drawn.keys())
        with ThreadPoolExecutor(2) as pool:
            self.drawn.update(zip(missing, pool.map(_drawn, missing), strict=True))

    def put(self, photo_id: UUID, key: tuple[str, int]) -> Drawn:
        drawn = self.drawn[key]
        if key in self.lender:
            self.store.lend(photo_id, self.lender[key])
        else:
            self.store.put(photo_id, drawn.pixels)
            self.lender[key] = photo_id
        return drawn


def _drawn(key: tuple[str, int]) -> Drawn:
    scene, variant = key
    buffer = io.BytesIO()
    moment = random.Random(f"{scene}{variant}")  # noqa: S311
    picture = draw_signature(moment) if scene == SIGNED else draw(scene, variant, moment, SIZES[variant])
    picture.save(buffer, "JPEG", quality=84)
    return Drawn(buffer.getvalue(), decode_and_shrink(buffer.getvalue()))


def lay_under(site_id: UUID, estate: Estate, bank: Bank) -> int:
    """Bytes for every photo of the site that has none. Not inside a ``write()``. Returns how many."""
    needs = _needs(site_id, {place.id: key for key, place in estate.places.items()})
    bank.draw_all({(need.scene, need.variant) for need in needs})
    rows = [_file(need, bank.put(need.photo.id, (need.scene, need.variant))) for need in needs]
    if rows:
        with write(site_id):
            db.session.connection().execute(insert(PhotoFile.__table__), rows)  # type: ignore[arg-type]
    return len(rows)


def _needs(site_id: UUID, keys: Mapping[UUID, str]) -> list[Need]:
    query = (
        select(
            Photo.id, Photo.site_id, Photo.kind, Photo.category, Photo.place_id, Photo.user_id, Photo.received_at,
            Inspection.checklist_code, Repair.category.label("wish"),
        )
        .outerjoin(Inspection, (Inspection.site_id == Photo.site_id) & (Inspection.id == Photo.subject_id))
        .outerjoin(Repair, (Repair.site_id == Photo.site_id) & (Repair.id == Photo.subject_id))
        .outerjoin(PhotoFile, (PhotoFile.site_id == Photo.site_id) & (PhotoFile.id == Photo.id))
        .where(Photo.site_id == site_id, PhotoFile.id.is_(None))
        .order_by(Photo.taken_at, Photo.id)
    )  # fmt: skip
    found = list(db.session.execute(query))
    return [Need(row, _scene(row, keys), (row.place_id or row.id).int % len(SIZES)) for row in found]


def _scene(photo: Any, keys: Mapping[UUID, str]) -> str:
    if photo.kind == "signature":
        return SIGNED
    shown = photo.category or (KINDS[photo.wish].category if photo.wish else "")
    pair = SCENES.get(shown) or SCENES.get(photo.checklist_code or "")
    if pair is None:
        return _as_it_is(keys.get(photo.place_id, ""))
    return pair.after if photo.kind in AFTER or not shown else pair.before


def _as_it_is(key: str) -> str:
    named = next((scene for front, scene in AS_IT_IS if key.startswith(front)), None)
    return named or ("drain_clear" if key.endswith("roof") else "lobby_clean")


def _file(need: Need, drawn: Drawn) -> dict[str, Any]:
    """The row ``store_photo`` would make of these bytes with the photo's id behind them: no upload is like another."""
    raw = drawn.raw + need.photo.id.bytes
    return {
        "id": need.photo.id,
        "site_id": need.photo.site_id,
        "user_id": need.photo.user_id,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes_received": len(raw),
        "width": drawn.pixels.width,
        "height": drawn.pixels.height,
        "received_at": need.photo.received_at + timedelta(seconds=2),
        "exif_taken_at": None,
        "original_sha256": None,
        "distance_m": None,
    }
