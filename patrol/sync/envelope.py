"""The envelope of a batch and of a record, and what makes two records the same."""

import hashlib
import json
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from patrol.core.problems import N_, Problem
from patrol.rounds.scanning import Position

MAX_RECORDS = 500
MAX_BYTES = 2 * 1024 * 1024


class Record(BaseModel):
    """One record as a phone made it. Data is checked by the kind's own schema."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    kind: str = Field(max_length=40)
    v: int = 1
    seq: int | None = Field(default=None, ge=0, le=2**53)
    prev: str | None = Field(default=None, max_length=64)
    captured_at: AwareDatetime
    monotonic_ms: int | None = Field(default=None, ge=0, le=2**53)
    position: dict[str, Any] | None = None
    user: UUID
    photos: list[UUID] = Field(default_factory=list, max_length=200)
    data: dict[str, Any] = Field(default_factory=dict)

    def where(self) -> Position | None:
        """The position, if it is one; a broken one is left out, since it must never cost a record."""
        try:
            return Position.model_validate(self.position) if self.position else None
        except ValidationError:
            return None


class Batch(BaseModel):
    model_config = ConfigDict(extra="ignore")

    device: UUID | None = None
    sent_at: AwareDatetime
    records: list[Any] = Field(min_length=0)


def open_batch(raw: bytes) -> Batch:
    """Raises Problem: 413 when too large, 400 when malformed. Nothing of such a batch is stored."""
    if len(raw) > MAX_BYTES:
        raise too_large()
    try:
        batch = Batch.model_validate_json(raw)
    except ValidationError as error:
        raise Problem(
            "envelope",
            N_("The phone and the server did not understand each other. Load the page again."),
            status=400,
        ) from error
    if len(batch.records) > MAX_RECORDS:
        raise too_large()
    return batch


def too_large() -> Problem:
    return Problem("batch_too_large", N_("This is too much at once. The phone sends it in parts."), status=413)


def content_hash(record: Record) -> str:
    """SHA-256 over what the record says; how and when it was sent does not count."""
    said = {
        "kind": record.kind,
        "captured_at": record.captured_at.isoformat(),
        "user": str(record.user),
        "photos": sorted(str(photo) for photo in record.photos),
        "data": record.data,
    }
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    ).hexdigest()
