"""The journal (操作记录): who did what to what, append-only and hash-chained per site.

hash = SHA-256(previous hash + canonical JSON of the entry), so a changed, dropped, swapped or added row is
found by ``verify_chain`` and named.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import NIL, uuid7

START = "0" * 64


class JournalEntry(Model):
    """One line of the journal. ``site_id`` is NIL for what concerns the whole installation."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("site_id", "seq"),
        Index(None, "site_id", "subject_kind", "subject_id"),
    )

    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    seq: Mapped[int]
    at: Mapped[datetime]
    phone_at: Mapped[datetime | None]
    user_id: Mapped[UUID | None]
    verb: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]
    prev_hash: Mapped[str]
    hash: Mapped[str]


class JournalHead(Model):
    """The last sequence number and hash of each site's chain."""

    __tablename__ = "journal_head"

    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]


def note(
    verb: str,
    subject_kind: str,
    subject_id: UUID | None,
    *,
    site_id: UUID | None,
    by: UUID | None,
    at: datetime,
    phone_at: datetime | None = None,
    **detail: Any,
) -> JournalEntry:
    """Add a line inside the caller's ``write()``; the chain's head moves in the same transaction.

    ``detail`` must be JSON-able (ids and times as strings).
    """
    site = site_id or NIL
    head = db.session.get(JournalHead, site)
    if head is None:
        head = JournalHead(site_id=site, seq=0, hash=START)
        db.session.add(head)
    entry = JournalEntry(
        id=uuid7(),
        site_id=site,
        seq=head.seq + 1,
        at=at,
        phone_at=phone_at,
        user_id=by,
        verb=verb,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=json.loads(json.dumps(detail, default=str)),
        prev_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    head.seq, head.hash = entry.seq, entry.hash
    db.session.add(entry)
    return entry


def entry_hash(entry: JournalEntry) -> str:
    body = {
        "site": str(entry.site_id),
        "id": str(entry.id),
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "phone_at": entry.phone_at.isoformat() if entry.phone_at else None,
        "user": str(entry.user_id) if entry.user_id else None,
        "verb": entry.verb,
        "kind": entry.subject_kind,
        "subject": str(entry.subject_id) if entry.subject_id else None,
        "detail": entry.detail,
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((entry.prev_hash + text).encode()).hexdigest()


def verify_chain(entries: Iterable[JournalEntry], head: JournalHead | None) -> str | None:
    """What is wrong with a chain given in order of ``seq``: None, or a sentence naming the first bad row."""
    previous, seq = START, 0
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            return f"entry {seq} is missing"
        if entry.prev_hash != previous or entry.hash != entry_hash(entry):
            return f"entry {entry.seq} ({entry.verb}) was changed"
        previous = entry.hash
    if head is not None and (head.seq, head.hash) != (seq, previous):
        return f"the chain ends at {seq}, the head says {head.seq}"
    return None


def history(site_id: UUID, subject_kind: str, subject_id: UUID) -> list[JournalEntry]:
    """All lines about one thing, oldest first."""
    query = select(JournalEntry).where(
        JournalEntry.site_id == site_id,
        JournalEntry.subject_kind == subject_kind,
        JournalEntry.subject_id == subject_id,
    )
    return list(db.session.scalars(query.order_by(JournalEntry.seq)))
