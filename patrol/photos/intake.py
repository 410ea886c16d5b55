"""Taking in a photo's bytes: check, decode, keep on the shelf, then the row. Pixels stay out of transactions."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from patrol.accounts.reader import Reader
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.photos.photo import Photo, PhotoFile
from patrol.photos.pixels import PhotoError, Pixels, decode_and_shrink
from patrol.photos.shelf import PhotoStore
from patrol.sites.day import mark_day

_REFUSALS: dict[str, tuple[int, str]] = {
    "photo.empty": (422, N_("The photo is empty. Take it again.")),
    "photo.unsupported_type": (415, N_("This kind of picture cannot be read. Take a photo with the camera.")),
    "photo.too_many_pixels": (413, N_("This picture is too large. Take it with fewer megapixels.")),
    "photo.truncated": (422, N_("Part of the photo is missing. Take it again.")),
    "photo.undecodable": (422, N_("This photo cannot be read. Take it again.")),
}
LOOK = ("look_a", "look_b", "look_c", "look_d")


@dataclass(frozen=True, slots=True)
class Limits:
    """max_bytes: one photo; per_day: photos of one person in 24 hours; reserve: free bytes kept on the disk."""

    max_bytes: int
    per_day: int
    reserve: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Answer to a photo: ``known`` when the same bytes were here before."""

    file: PhotoFile
    known: bool


def store_photo(
    raw: bytes,
    photo_id: UUID,
    *,
    by: Reader,
    at: datetime,
    shelf: PhotoStore,
    limits: Limits,
    expected_sha256: str | None = None,
    original_sha256: str | None = None,
) -> Taken:
    """Keep one photo durably; when this returns, bytes and row outlive a power cut.

    The same id with the same bytes is harmless; with other bytes it is refused (409) and the first stays.
    Not inside a ``write()``: decoding takes long, and this opens its own short one for the row.
    """
    digest = hashlib.sha256(raw).hexdigest()
    _check_bytes(raw, digest, expected_sha256, limits)
    known = _known(by, photo_id, digest)
    if known is not None:
        return Taken(known, known=True)
    _check_room(by, at, shelf, limits)
    pixels = _decode(raw)
    try:
        shelf.put(photo_id, pixels)
    except FileExistsError as error:  # other bytes under this id are there, their row is not yet
        _known(by, photo_id, digest)
        raise Problem(
            "busy", N_("The server is busy. Nothing is lost; try again in a moment."), status=503, retry_after=5
        ) from error
    with write(by.site_id):
        known = _known(by, photo_id, digest)
        if known is not None:
            return Taken(known, known=True)
        file = PhotoFile(
            id=photo_id,
            site_id=by.site_id,
            user_id=by.user_id,
            sha256=digest,
            master_sha256=hashlib.sha256(pixels.master).hexdigest(),
            bytes_received=len(raw),
            width=pixels.width,
            height=pixels.height,
            received_at=at,
            exif_taken_at=str(pixels.exif_taken_at) if pixels.exif_taken_at else None,
            original_sha256=original_sha256,
            **dict(zip(LOOK, pixels.look or (), strict=False)),
        )
        db.session.add(file)
        shown = db.session.get(Photo, (by.site_id, photo_id))
        if shown is not None:  # its record was here first: whoever judges the day looks again
            mark_day(by.site_id, shown.business_day)
    return Taken(file, known=False)


def form_store(by: Reader, at: datetime, shelf: PhotoStore, limits: Limits) -> Callable[[bytes], UUID]:
    """For plain forms: keeps the bytes of one upload and answers the photo's id."""

    def store(raw: bytes) -> UUID:
        return store_photo(raw, uuid7(), by=by, at=at, shelf=shelf, limits=limits).file.id

    return store


def _check_bytes(raw: bytes, digest: str, expected: str | None, limits: Limits) -> None:
    if len(raw) > limits.max_bytes:
        raise _refusal("photo.too_many_pixels")
    if expected is not None and expected.lower() != digest:
        raise Problem("photo.hash", N_("The photo changed on its way here. It is sent again."), status=422)


def _check_room(by: Reader, at: datetime, shelf: PhotoStore, limits: Limits) -> None:
    space = shelf.free_space()
    if space is not None and space.free < min(limits.reserve, space.total // 20):
        raise Problem(
            "disk_full",
            N_("The server's disk is full. Nothing is lost on the phone; tell the administrator."),
            status=507,
            retry_after=600,
        )
    since = at - timedelta(hours=24)
    query = select(func.count()).where(
        PhotoFile.site_id == by.site_id, PhotoFile.user_id == by.user_id, PhotoFile.received_at > since
    )
    if (db.session.scalar(query) or 0) >= limits.per_day:
        raise Problem(
            "photo.too_many_today",
            N_("That is more photos than one person may send in a day. They are kept on the phone."),
            status=429,
            retry_after=3600,
        )


def _known(by: Reader, photo_id: UUID, digest: str) -> PhotoFile | None:
    file = db.session.get(PhotoFile, (by.site_id, photo_id))
    if file is None:
        return None
    if file.sha256 != digest or file.user_id != by.user_id:
        raise Problem(
            "photo.id_reused", N_("Another photo was sent under this number. The first one stays."), status=409
        )
    return file


def _decode(raw: bytes) -> Pixels:
    try:
        return decode_and_shrink(raw)
    except PhotoError as error:
        raise _refusal(error.code) from error


def _refusal(code: str) -> Problem:
    status, text = _REFUSALS[code]
    return Problem(code, text, status=status, field="photos")
