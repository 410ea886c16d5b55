"""``patrol verify``: does the database still say what was written, and is every photo what it was?"""

from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select, text

from patrol.core.clock import now
from patrol.core.db import db, is_sqlite
from patrol.exports.check_bundle import bundle_faults
from patrol.journal.entry import JournalEntry, JournalHead, verify_chain
from patrol.photos.photo import PhotoFile
from patrol.photos.storage import shelf
from patrol.reviews.day_tally import DayTally
from patrol.reviews.fresh import recount
from patrol.reviews.signature import ReviewEdition
from patrol.reviews.snapshot import hash_of


@click.command("verify")
@click.option("--bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An inspector's ZIP.")
@with_appcontext
def verify_command(bundle: Path | None) -> None:
    """Check the journal's chain, the photos' files, the kept figures and the database itself; name what is wrong.

    With --bundle: check the files of an inspector's bundle against its manifest, and that against the journal.
    """
    faults = list(findings() if bundle is None else bundle_faults(bundle))
    for fault in faults:
        click.echo(fault)
    click.echo("Everything is as it was written." if not faults else f"{len(faults)} faults.")
    raise SystemExit(1 if faults else 0)


def findings() -> Iterator[str]:
    yield from _database()
    yield from _journal()
    yield from _photos()
    yield from _tallies()
    yield from _signed()


def _database() -> Iterator[str]:
    if not is_sqlite(db.engine):
        return
    for row in db.session.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield f"database: {row[0]}"
    for row in db.session.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row[1]} of {row[0]} points at nothing in {row[2]}"


def _journal() -> Iterator[str]:
    for head in list(db.session.scalars(select(JournalHead))):
        query = select(JournalEntry).where(JournalEntry.site_id == head.site_id).order_by(JournalEntry.seq)
        wrong = verify_chain(db.session.scalars(query.execution_options(yield_per=1000)), head)
        if wrong:
            yield f"journal of {head.site_id}: {wrong}"


def _photos() -> Iterator[str]:
    store = shelf(current_app)
    query = select(PhotoFile.id).execution_options(yield_per=1000)
    for photo_id in db.session.scalars(query):
        if not store.exists(photo_id):
            yield f"photo {photo_id}: its file is missing"


def _tallies() -> Iterator[str]:
    """The kept numbers of every day against the facts, counted again."""
    days = select(DayTally.site_id, func.min(DayTally.day), func.max(DayTally.day)).group_by(DayTally.site_id)
    for site_id, first, last in list(db.session.execute(days)):
        for fault in recount(site_id, first, last, now()):
            yield f"figures of {fault}"


def _signed() -> Iterator[str]:
    """What was signed against its own hash, and that against the journal, which cannot be rewritten unseen."""
    frozen = select(JournalEntry.subject_id, JournalEntry.detail).where(JournalEntry.verb == "review.frozen")
    told = {row.subject_id: row.detail.get("hash") for row in db.session.execute(frozen)}
    for edition in db.session.scalars(select(ReviewEdition).execution_options(yield_per=200)):
        name = f"signed review {edition.kind} {edition.first} of {edition.site_id}"
        if hash_of(edition.snapshot) != edition.hash:
            yield f"{name}: its figures were changed"
        if told.get(edition.id) != edition.hash:
            yield f"{name}: the journal tells of another text"
