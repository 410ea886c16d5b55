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
MAX_OFFSET_MS = 100 * 365 * 86_400_000
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


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
    clock: Any = None  # {"offset_ms", "heard_at"}: the server's clock as the phone knew it at that moment
    replaces: UUID | None = None  # the refused record that this one corrects
    user: UUID
    photos: list[UUID] = Field(default_factory=list, max_length=200)
    data: dict[str, Any] = Field(default_factory=dict)

    def where(self) -> Position | None:
        """The position, if it is one; a broken one is left out, since it must never cost a record."""
        try:
            return Position.model_validate(self.position) if self.position else None
        except ValidationError:
            return None

    def offset_ms(self) -> float | None:
        return known_offset(self.clock)


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
        batch = Batch.model_validate_json(without_nul(raw))
    except ValidationError as error:
        raise Problem(
            "envelope",
            N_("The phone and the server did not understand each other. Load the page again."),
            status=400,
        ) from error
    if len(batch.records) > MAX_RECORDS:
        raise too_large()
    return batch


def known_offset(clock: Any) -> float | None:
    """Server minus phone in ms as the phone had last heard it; None if it had not heard, or says rubbish."""
    told = clock.get("offset_ms") if isinstance(clock, dict) else None
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if abs(told) < MAX_OFFSET_MS else None


def without_nul(raw: bytes) -> bytes:
    """JSON without the one character that PostgreSQL stores nowhere: it would fail the batch it stands in, for ever."""
    return raw.replace(b"\\u0000", b"\\ufffd") if b"\\u0000" in raw else raw


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
    return hashlib.sha256(_canonical(said).encode()).hexdigest()
