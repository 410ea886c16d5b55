"""The shelf of refused records: seen and settled by a supervisor, never thrown away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.sync.received import Shelved


def shelved(site_id: UUID, settled: bool = False, limit: int = 100) -> list[tuple[Shelved, str]]:
    """(record, name of who sent it), newest first."""
    query = select(Shelved, User.name).join(User, User.id == Shelved.user_id).where(Shelved.site_id == site_id)
    query = query.where(Shelved.settled_at.is_not(None) if settled else Shelved.settled_at.is_(None))
    return [(row, name) for row, name in db.session.execute(query.order_by(Shelved.received_at.desc()).limit(limit))]


def settle(shelved_id: UUID, text: str, *, by: Reader, at: datetime) -> Shelved:
    """Say what was done about a refused record."""
    row = db.session.get(Shelved, (by.site_id, shelved_id))
    if row is None:
        raise NotHere("record")
    if not text.strip():
        raise Problem("shelf.note", N_("Write what was done about it."), field="note")
    row.settled_at, row.settled_by_id, row.settled_note = at, by.user_id, text.strip()[:500]
    note("settled", "shelved", row.id, site_id=by.site_id, by=by.user_id, at=at, text=row.settled_note)
    return row
