"""``patrol verify``: does the database still say what was written, and is every photo what it was?"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

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
from patrol.reviews.company import recount_months
from patrol.reviews.day_tally import DayTally
from patrol.reviews.fresh import recount
from patrol.reviews.seal import broken
from patrol.reviews.signature import ReviewEdition, ReviewSignature, mark_of
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
    yield from _names()
    yield from _sealed()


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
    """Every file is there and is the one that was kept, as far as its hash was noted."""
    store = shelf(current_app)
    query = select(PhotoFile.id, PhotoFile.master_sha256).execution_options(yield_per=1000)
    for photo_id, noted in db.session.execute(query):
        if not store.exists(photo_id):
            yield f"photo {photo_id}: its file is missing"
        elif noted is not None:
            with store.open_master(photo_id) as file:
                if _digest(file) != noted:
                    yield f"photo {photo_id}: its file was changed"


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for block in iter(lambda: file.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def _tallies() -> Iterator[str]:
    """The kept numbers of every day and month against the facts, counted again."""
    days = select(DayTally.site_id, func.min(DayTally.day), func.max(DayTally.day)).group_by(DayTally.site_id)
    for site_id, first, last in list(db.session.execute(days)):
        for fault in recount(site_id, first, last, now()):
            yield f"figures of {fault}"
    for fault in recount_months(now()):
        yield f"figures of {fault}"


def _signed() -> Iterator[str]:
    """What was signed against its own hash, and that against the journal, which cannot be rewritten unseen."""
    told = _journal_says("review.frozen", "hash")
    for edition in db.session.scalars(select(ReviewEdition).execution_options(yield_per=200)):
        name = f"signed review {edition.kind} {edition.first} of {edition.site_id}"
        if hash_of(edition.snapshot) != edition.hash:
            yield f"{name}: its figures were changed"
        if told.pop(edition.id, None) != edition.hash:
            yield f"{name}: the journal tells of another text"
    for edition_id in told:
        yield f"signed review {edition_id}: it is gone, the journal tells of it"


def _names() -> Iterator[str]:
    """Each name under a review, as the journal noted it."""
    verbs = ("review.sign", "review.countersign")
    query = select(JournalEntry.subject_id, JournalEntry.user_id, JournalEntry.detail)
    lines = list(db.session.execute(query.where(JournalEntry.verb.in_(verbs))))
    told = {line.detail["signature"]: line.detail["mark"] for line in lines if "signature" in line.detail}
    unmarked = {(line.subject_id, line.user_id) for line in lines if "signature" not in line.detail}
    for name in db.session.scalars(select(ReviewSignature).execution_options(yield_per=200)):
        noted = told.pop(str(name.id), None)
        if noted is not None and noted != mark_of(name):
            yield f"signature {name.id} of {name.at:%Y-%m-%d}: it was changed"
        elif noted is None and (name.edition_id, name.user_id) not in unmarked:
            yield f"signature {name.id} of {name.at:%Y-%m-%d}: the journal does not tell of it"
    for signature in told:
        yield f"signature {signature}: it is gone, the journal tells of it"


def _sealed() -> Iterator[str]:
    """Every row that stood under a signed review, against its seal."""
    told = _journal_says("review.frozen", "seals")
    sites = select(ReviewEdition.site_id, ReviewEdition.id)
    by_site: dict[UUID, dict[UUID, str]] = {}
    for site_id, edition_id in db.session.execute(sites):
        by_site.setdefault(site_id, {})
        if told.get(edition_id):
            by_site[site_id][edition_id] = told[edition_id]
    for site_id, seals in by_site.items():
        yield from broken(site_id, seals)


def _journal_says(verb: str, what: str) -> dict[UUID, str]:
    """What the lines with this verb noted, by what they are about."""
    query = select(JournalEntry.subject_id, JournalEntry.detail).where(JournalEntry.verb == verb)
    return {row.subject_id: row.detail[what] for row in db.session.execute(query) if what in row.detail}
