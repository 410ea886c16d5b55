"""Taking a refused record in again: by the same verb, as its own author, with its own times."""

from datetime import datetime
from uuid import UUID

from patrol.accounts.author import reader_as
from patrol.accounts.reader import Reader
from patrol.core.db import write
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.sync.envelope import Batch
from patrol.sync.shelf import close, find, open_one, say_why
from patrol.sync.take_in import Result, take_in


def take_again(shelved_id: UUID, why: str, *, by: Reader, at: datetime, version: int | None = None) -> Result:
    """stored (or known): it leaves the shelf. refused: it stays with the new reason. later: nothing changed.

    Not inside a ``write()``: taking in opens its own. A crash between the two is harmless, since a stored record
    counts as stored whatever its row on the shelf says.
    """
    with write(by.site_id):  # nobody else runs it meanwhile, and a page read before is told so
        row = open_one(by.site_id, shelved_id, version)
    author = reader_as(row.user_id, by.site_id)
    if author is None:
        raise Problem(
            "shelf.author_gone",
            N_("Who made this record does not belong to the site any more. Settle it by hand."),
            status=409,
        )
    batch = Batch(device=row.device_id, sent_at=row.sent_at or row.received_at, records=[row.raw])
    [result] = take_in(batch, by=author, at=row.received_at)
    with write(by.site_id):
        row = find(by.site_id, shelved_id)
        if result.status in ("stored", "known"):
            row.url = result.url
            if row.settled_at is None:
                close(row, "stored", why.strip()[:500], by=by.user_id, at=at)
        elif result.problem is not None:
            say_why(row, result.problem)
        note(
            "taken_again", "shelved", row.id, site_id=by.site_id, by=by.user_id, at=at, text=why.strip()[:500],
            record=row.record_id, status=result.status, problem=result.problem.code if result.problem else None,
        )  # fmt: skip
    return result
