"""The shelf of refused records: seen and settled by a supervisor, never thrown away.

What became of a record follows from facts: somebody settled it, or the same record was stored after all (the phone
tried again and the cause was gone). A settled record's id counts as received, so that the phone sending it once
more adds nothing.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, exists, func, literal, or_, select

from patrol.accounts.reader import Reader
from patrol.accounts.received import Received
from patrol.accounts.user import User
from patrol.core.asked import asked_id
from patrol.core.db import check_version, db
from patrol.core.problems import N_, NotHere, Problem, Stale
from patrol.journal.entry import note
from patrol.owners.forget import WhoItWas
from patrol.sync.received import Shelved
from patrol.workorders.queries import read_cursor, write_cursor

STATES = ("open", "settled", "void", "stored")
MOST_COUNTED = 99
_STORED = exists().where(
    Received.site_id == Shelved.site_id,
    Received.id == Shelved.record_key,
    Received.content_hash == Shelved.content_hash,
)
_OPEN: ColumnElement[bool] = and_(Shelved.settled_at.is_(None), ~_STORED)


def count_open() -> Any:
    """A select that counts those that wait for somebody, up to 99. Binds: site_id."""
    inner = select(literal(1)).where(Shelved.site_id == bindparam("site_id"), _OPEN).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(inner)


def shelved(
    site_id: UUID, state: str = "open", *, cursor: str | None = None, limit: int = 30
) -> tuple[list[Shelved], str | None]:
    """One page of those that wait (``open``) or that are done with (anything else), newest first, and the cursor."""
    query = select(Shelved).where(Shelved.site_id == site_id, _OPEN if state == "open" else ~_OPEN)
    return _page(query, cursor, limit)


def _page(query: Select[Any], cursor: str | None, limit: int) -> tuple[list[Shelved], str | None]:
    at, key = Shelved.received_at, Shelved.id
    after = read_cursor(cursor)
    if after is not None:
        query = query.where(or_(at < after[0], and_(at == after[0], key < after[1])))
    rows = list(db.session.scalars(query.order_by(at.desc(), key.desc()).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], write_cursor(rows[limit - 1].received_at, rows[limit - 1].id)


def find(site_id: UUID, shelved_id: UUID) -> Shelved:
    row = db.session.get(Shelved, (site_id, shelved_id))
    if row is None:
        raise NotHere("record")
    return row


def states(rows: Iterable[Shelved]) -> dict[UUID, str]:
    """open, settled, void, stored or replaced, by the row's id."""
    rows = list(rows)
    loose = [row for row in rows if row.settled_how is None]
    query = select(Shelved.id).where(
        Shelved.site_id.in_({row.site_id for row in loose}), Shelved.id.in_([row.id for row in loose]), _STORED
    )
    stored = set(db.session.scalars(query)) if loose else set()
    return {row.id: row.settled_how or ("stored" if row.id in stored else "open") for row in rows}


def answers(site_id: UUID, user_id: UUID, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What became of a person's own refused records, by their ids; what was never refused is left out."""
    query = (
        select(Shelved, User.name)
        .outerjoin(User, User.id == Shelved.settled_by_id)
        .where(Shelved.site_id == site_id, Shelved.user_id == user_id, Shelved.record_id.in_(ids))
        .order_by(Shelved.received_at, Shelved.id)
    )
    rows = db.session.execute(query).all()
    became = states(row for row, _name in rows)
    told: dict[str, dict[str, Any]] = {}
    for row, name in rows:
        state = "settled" if became[row.id] == "replaced" else became[row.id]
        if state == "open" and row.record_id in told:
            continue  # refused twice with different words; one of them is settled
        at = row.settled_at.isoformat() if row.settled_at else None
        told[row.record_id] = {"state": state, "note": row.settled_note, "by": name or "", "at": at}
    return told


def shelve(
    offered: Any, record_id: str, kind: str, problem: Problem, content_hash: str, *,
    by: Reader, at: datetime, sent_at: datetime, device_id: UUID | None,
) -> None:  # fmt: skip
    """Keep a refused record as it came, once, inside the caller's ``write()``."""
    there = select(Shelved.id).where(
        Shelved.site_id == by.site_id,
        Shelved.user_id == by.user_id,
        Shelved.record_id == record_id,
        Shelved.content_hash == content_hash,
    )
    if db.session.scalar(there.limit(1)) is not None:
        return
    row = Shelved(
        site_id=by.site_id,
        record_id=record_id,
        record_key=asked_id(record_id),
        kind=kind,
        user_id=by.user_id,
        raw=storable(offered if isinstance(offered, dict) else {"raw": offered}),
        content_hash=content_hash,
        device_id=device_id,
        sent_at=sent_at,
        received_at=at,
    )
    say_why(row, problem)
    db.session.add(row)


def say_why(row: Shelved, problem: Problem) -> None:
    row.problem, row.problem_text, row.problem_facts = problem.code, problem.text, storable(problem.facts)


def problem_of(row: Shelved) -> Problem:
    text = row.problem_text or N_("The server could not store this record as it was.")
    return Problem(row.problem, text, **row.problem_facts)


def storable(value: Any, depth: int = 0) -> Any:
    """The same as plain JSON that every database takes: no NaN, no endless nesting, ids and times as text."""
    if depth > 40:
        return "…"
    if isinstance(value, dict):
        return {str(key): storable(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def settle(
    shelved_id: UUID, how: str, text: str, *, by: Reader, at: datetime, version: int | None = None
) -> Shelved:  # fmt: skip
    """Say what was done about a refused record by hand (``settled``), or why it counts for nothing (``void``)."""
    row = open_one(by.site_id, shelved_id, version)
    if how not in ("settled", "void"):
        raise Problem("shelf.how", N_("Choose what to do with it."), field="how")
    text = text.strip()[:500]
    if not text:
        raise Problem("shelf.note", N_("Write what was done about it."), field="note")
    close(row, how, text, by=by.user_id, at=at)
    _count_as_received(row)
    verb = "voided" if how == "void" else "settled"
    note(verb, "shelved", row.id, site_id=by.site_id, by=by.user_id, at=at, text=text, record=row.record_id)
    return row


def open_one(site_id: UUID, shelved_id: UUID, version: int | None) -> Shelved:
    """The record, if it still waits and nobody else acted on it since the page was read."""
    row = find(site_id, shelved_id)
    if states([row])[row.id] != "open":
        raise Stale
    check_version(row, version)
    return row


def close(row: Shelved, how: str, text: str, *, by: UUID, at: datetime) -> None:
    row.settled_how, row.settled_note, row.settled_at, row.settled_by_id = how, text, at, by


def _count_as_received(row: Shelved) -> None:
    """Its id is used up, so that the phone sending it again hears "known". Never for an id that is somebody else's."""
    if row.record_key is None or asked_id(row.raw.get("user")) != row.user_id:
        return
    if db.session.get(Received, (row.site_id, row.record_key)) is not None:
        return
    db.session.add(
        Received(
            id=row.record_key,
            site_id=row.site_id,
            kind=row.kind,
            user_id=row.user_id,
            device_id=row.device_id,
            content_hash=row.content_hash,
            received_at=row.received_at,
        )
    )


def corrected(old: UUID, new: UUID, *, by: Reader, at: datetime, url: str | None) -> None:
    """Its author sent a corrected record instead: nobody needs to look at the first one any more."""
    query = select(Shelved).where(
        Shelved.site_id == by.site_id,
        Shelved.user_id == by.user_id,
        Shelved.record_id == str(old),
        Shelved.settled_at.is_(None),
    )
    for row in db.session.scalars(query):
        close(row, "replaced", "", by=by.user_id, at=at)
        row.url = url
        row.version += 1
        note(
            "corrected", "shelved", row.id, site_id=by.site_id, by=by.user_id, at=at, record=str(old), instead=str(new)
        )


def forget_owner(who: WhoItWas) -> None:
    """Take out of refused records of his order who an owner was, inside the caller's ``write()``."""
    if who.order_id is None:
        return
    of_order = cast(Shelved.raw, String).contains(str(who.order_id))
    for row in db.session.scalars(select(Shelved).where(Shelved.site_id == who.site_id, of_order)):
        row.raw = _each_text(row.raw, who.without)
        row.settled_note = who.without(row.settled_note)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with every sentence changed; ids, times and hashes are no sentences."""
    if isinstance(value, dict):
        return {key: _each_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each_text(inner, change) for inner in value]
    return change(value) if isinstance(value, str) and not _is_plain(value) else value


def _is_plain(text: str) -> bool:
    """An id, a hash or a time."""
    try:
        return asked_id(text) is not None or len(bytes.fromhex(text)) == 32
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text) is not None
    except ValueError:
        return False
