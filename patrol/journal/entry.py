"""The journal (操作记录): who did what to what, append-only and hash-chained per site.

hash = SHA-256(previous hash + canonical JSON of the entry), so a changed, dropped, swapped or added row is
found by ``verify_chain`` and named.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, connection, db
from patrol.core.keys import NIL, uuid7
from patrol.core.prepared import Prepared

START = "0" * 64
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


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


_HEAD = Prepared(select(JournalHead.seq, JournalHead.hash).where(JournalHead.site_id == bindparam("site")))
_ADD = Prepared(insert(JournalEntry.__table__))  # type: ignore[arg-type]
_FIRST = Prepared(insert(JournalHead.__table__))  # type: ignore[arg-type]
_heads = JournalHead.__table__.c
_MOVE = Prepared(
    update(JournalHead.__table__)  # type: ignore[arg-type]
    .where(_heads.site_id == bindparam("site"))
    .values(seq=bindparam("next_seq"), hash=bindparam("next_hash"))
)


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
) -> None:
    """Add a line inside the caller's ``write()``; the chain's head moves in the same transaction.

    ``detail`` must be JSON-able (ids and times as strings). Plain statements, since every record costs a line.
    """
    _chain([(verb, subject_id, detail)], subject_kind, site_id or NIL, by, at, phone_at)


def note_many(
    lines: Sequence[tuple[str, UUID | None, dict[str, Any]]],
    subject_kind: str,
    *,
    site_id: UUID | None,
    by: UUID | None,
    at: datetime,
) -> None:
    """A line for each (verb, subject, detail), in this order, with the statements of a single one."""
    if lines:
        _chain(lines, subject_kind, site_id or NIL, by, at, None)


def _chain(
    lines: Sequence[tuple[str, UUID | None, dict[str, Any]]],
    subject_kind: str,
    site: UUID,
    by: UUID | None,
    at: datetime,
    phone_at: datetime | None,
) -> None:
    here = connection(flush=False)
    head = _HEAD.first(here, {"site": site})
    seq, previous = (head.seq, head.hash) if head is not None else (0, START)
    rows = []
    for verb, subject_id, detail in lines:
        seq += 1
        row = {
            "site_id": site,
            "id": uuid7(),
            "seq": seq,
            "at": at,
            "phone_at": phone_at,
            "user_id": by,
            "verb": verb,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "detail": json.loads(json.dumps(detail, default=str)),
            "prev_hash": previous,
        }
        row["hash"] = previous = _hash(row)
        rows.append(row)
    _ADD.run(here, *rows)
    if head is None:
        _FIRST.run(here, {"site_id": site, "seq": seq, "hash": previous})
    else:
        _MOVE.run(here, {"site": site, "next_seq": seq, "next_hash": previous})


def entry_hash(entry: JournalEntry) -> str:
    return _hash({column.name: getattr(entry, column.name) for column in JournalEntry.__table__.columns})


def _hash(row: Mapping[str, Any]) -> str:
    body = {
        "site": str(row["site_id"]),
        "id": str(row["id"]),
        "seq": row["seq"],
        "at": row["at"].astimezone(UTC).isoformat(),
        "phone_at": row["phone_at"].astimezone(UTC).isoformat() if row["phone_at"] else None,
        "user": str(row["user_id"]) if row["user_id"] else None,
        "verb": row["verb"],
        "kind": row["subject_kind"],
        "subject": str(row["subject_id"]) if row["subject_id"] else None,
        "detail": row["detail"],
    }
    return hashlib.sha256((row["prev_hash"] + _canonical(body)).encode()).hexdigest()


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
