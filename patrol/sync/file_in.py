"""A phone's export file, brought in by a supervisor: each record as its own author, exactly once.

The file holds what the phone's outbox held: records as they were made, photos with their hashes. It is not signed,
so whoever brings it in answers for it: the journal says who, and each scan carries the flag ``brought_in``.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from patrol.accounts.author import reader_as
from patrol.accounts.reader import Reader
from patrol.core.db import write
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.sync.envelope import MAX_RECORDS, Batch, known_offset, without_nul
from patrol.sync.take_in import Result, take_in

MAX_FILE = 64 * 1024 * 1024
MAX_PHOTOS = 300
MAX_SAID = 2 * 1024 * 1024  # the records without their photos, as on the phones' own door
_FLAGS = frozenset({"brought_in"})

StorePhoto = Callable[[bytes, UUID, Reader, str], None]


class PhotoIn(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID
    sha256: str = Field(pattern="^[0-9a-fA-F]{64}$")
    base64: str


class OutboxFile(BaseModel):
    """user: whose phone it was, the author of every record in it; sent_at: the phone's clock when it was written."""

    model_config = ConfigDict(extra="ignore")

    format: Literal["patrol-outbox"]
    v: Literal[1]
    user: UUID
    device: UUID | None = None
    sent_at: AwareDatetime
    records: list[Any] = Field(min_length=1, max_length=MAX_RECORDS)
    photos: list[PhotoIn] = Field(default_factory=list, max_length=MAX_PHOTOS)


@dataclass(slots=True)
class PhotoResult:
    """problem None: the photo is here now, or was before."""

    id: UUID
    problem: Problem | None = None


@dataclass(slots=True)
class Brought:
    """What a file brought: each record with what became of it, and the photos."""

    author: Reader
    records: list[tuple[Any, Result]] = field(default_factory=list)
    photos: list[PhotoResult] = field(default_factory=list)

    def count(self, *statuses: str) -> int:
        return sum(result.status in statuses for _raw, result in self.records)


def bring_in(raw: bytes, *, by: Reader, at: datetime, store_photo: StorePhoto) -> Brought:
    """Raises Problem when the file as a whole is none of ours; a bad record or photo in it costs no other.

    Not inside a ``write()``: photos are decoded first, then the records go in as from the phone.
    """
    file = open_file(raw)
    author = reader_as(file.user, by.site_id)
    if author is None:
        raise Problem(
            "shelf.file_other_site", N_("This file is of somebody who does not belong to this site."), status=422
        )
    brought = Brought(author)
    wanted = {str(photo) for record in file.records for photo in photos_named(record)}
    for photo in file.photos:
        if str(photo.id) in wanted:
            brought.photos.append(PhotoResult(photo.id, _take_photo(photo, author, store_photo)))
    for offset, records in groupby(sorted(file.records, key=_seq), key=_offset):
        batch = Batch(device=file.device, sent_at=at - timedelta(milliseconds=offset), records=list(records))
        results = take_in(batch, by=author, at=at, flags=_FLAGS)
        brought.records += zip(batch.records, results, strict=True)
    _tell(file, raw, brought, by, at)
    return brought


def open_file(raw: bytes) -> OutboxFile:
    if len(raw) > MAX_FILE:
        raise file_too_large()
    try:
        file = OutboxFile.model_validate_json(without_nul(raw))
    except ValidationError as error:
        problem = error.errors()[0]
        if problem["type"] == "too_long":
            raise file_too_large() from error
        raise Problem(
            "shelf.file",
            N_("This is no file from Patrol, or it was changed on the way. Save it on the phone once more."),
            status=422,
        ) from error
    if len(raw) - sum(len(photo.base64) for photo in file.photos) > MAX_SAID:
        raise file_too_large()
    return file


def file_too_large() -> Problem:
    return Problem(
        "shelf.file_too_large",
        N_("This file is too large. The phone saves at most 40 MB of photos at once; use the files as it made them."),
        status=413,
    )


def photos_named(record: Any) -> list[str]:
    """The ids of photos a record speaks of, as it says them; nothing if it is no record at all."""
    told = record.get("photos") if isinstance(record, dict) else None
    return [str(photo) for photo in told[:200]] if isinstance(told, list) else []


def _seq(record: Any) -> int:
    told = record.get("seq") if isinstance(record, dict) else None
    return told if isinstance(told, int) else 0


def _offset(record: Any) -> float:
    """Server minus phone in milliseconds as the phone last heard it: how old the file is says nothing of its clock."""
    return known_offset(record.get("clock") if isinstance(record, dict) else None) or 0.0


def _take_photo(photo: PhotoIn, author: Reader, store_photo: StorePhoto) -> Problem | None:
    try:
        raw = base64.b64decode(photo.base64, validate=True)
    except (binascii.Error, ValueError):
        return Problem("photo.hash", N_("The photo changed on its way here. It is sent again."), status=422)
    try:
        store_photo(raw, photo.id, author, photo.sha256)
    except Problem as problem:
        return problem
    return None


def _tell(file: OutboxFile, raw: bytes, brought: Brought, by: Reader, at: datetime) -> None:
    with write(by.site_id):
        note(
            "brought_in", "file", None, site_id=by.site_id, by=by.user_id, at=at, phone_at=file.sent_at,
            author=str(file.user), device=file.device, digest=hashlib.sha256(raw).hexdigest(),
            records={str(result.id): result.status for _raw, result in brought.records},
            photos=sum(photo.problem is None for photo in brought.photos),
        )  # fmt: skip
