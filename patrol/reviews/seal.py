"""Seals (封存): when a review is first signed, what each row of its days said, so that none can be rewritten unseen.

A seal holds the fingerprints of the rows that were there; its own hash stands in the journal. Rows that come later are
not in it: they are amendments, and sealed with the next edition. ``broken`` names every sealed row that has changed
or gone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, connection, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.equipment.inspection import Finding, Inspection
from patrol.photos.photo import Photo, PhotoFile
from patrol.reviews.fingerprint import MARK, fingerprint
from patrol.reviews.visit_check import VisitCheck
from patrol.rounds.evidence import ScanVoid
from patrol.rounds.excuse import Ask, Decision
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.scan import Scan, VisitResult
from patrol.workorders.order import WorkOrderStep

LINE = 16 + MARK  # an id and the fingerprint of its row
AT_ONCE = 500
Rows = dict[str, dict[UUID, bytes]]  # kind -> id -> fingerprint


class Seal(SiteRow, Model):
    """Rows of one kind under one edition: ids and fingerprints, one after the other, by id."""

    __tablename__ = "seal"
    __table_args__ = (site_key("edition_id", "review_edition"), Index(None, "site_id", "first"))

    edition_id: Mapped[UUID]
    kind: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str]


_TABLES: dict[str, Any] = {
    "round": Round.__table__,
    "visit": RoundStop.__table__,
    "scan": Scan.__table__,
    "visit_result": VisitResult.__table__,
    "scan_void": ScanVoid.__table__,
    "excuse": Ask.__table__,
    "excuse_decision": Decision.__table__,
    "inspection": Inspection.__table__,
    "finding": Finding.__table__,
    "order_step": WorkOrderStep.__table__,
    "photo": Photo.__table__,
    "photo_file": PhotoFile.__table__,
    "visit_check": VisitCheck.__table__,
}
_OF_DAYS = {  # how the rows of a kind hang on a row that has a business day of its own: (column, kind)
    "visit": ("round_id", "round"),
    "visit_result": ("scan_id", "scan"),
    "scan_void": ("scan_id", "scan"),
    "excuse": ("round_id", "round"),
    "excuse_decision": ("ask_id", "excuse"),
    "finding": ("inspection_id", "inspection"),
    "photo_file": ("id", "photo"),
}


def rows_of(site_id: UUID, first: date, last: date) -> Rows:
    """The fingerprints of all facts of these business days, as they are now. One query a kind."""
    return {kind: _fingerprints(_rows(kind, site_id, first, last)) for kind in _TABLES}


def seal(site_id: UUID, edition_id: UUID, first: date, last: date, rows: Rows) -> str:
    """Seal what no edition has sealed yet, inside ``write()``; the hash of all that, for the journal."""
    known = _sealed_ids(site_id, first, last)
    hashes = []
    for kind, found in rows.items():
        fresh = {row_id: mark for row_id, mark in found.items() if row_id not in known.get(kind, ())}
        if not fresh:
            continue
        packed = b"".join(row_id.bytes + fresh[row_id] for row_id in sorted(fresh))
        made = Seal(
            id=uuid7(), site_id=site_id, edition_id=edition_id, kind=kind, first=first, last=last, rows=packed,
            hash=hashlib.sha256(packed).hexdigest(),
        )  # fmt: skip
        db.session.add(made)
        hashes.append(f"{kind}:{made.hash}")
    return together(hashes)


def together(hashes: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def broken(site_id: UUID, told: Mapping[UUID, str]) -> Iterator[str]:
    """A sentence for each seal that was changed and each sealed row that is no longer what it was.

    told: what the journal says the seals of each edition come to.
    """
    by_edition: dict[UUID, list[str]] = {}
    for one in db.session.scalars(select(Seal).where(Seal.site_id == site_id).execution_options(yield_per=50)):
        by_edition.setdefault(one.edition_id, []).append(f"{one.kind}:{one.hash}")
        if hashlib.sha256(one.rows).hexdigest() != one.hash:
            yield f"seal of {one.kind} {one.first} to {one.last}: it was changed"
            continue
        yield from _changed(site_id, one)
    for edition_id, hash in told.items():
        if together(by_edition.get(edition_id, [])) != hash:
            yield f"seals of edition {edition_id}: the journal tells of others"


def _changed(site_id: UUID, one: Seal) -> Iterator[str]:
    sealed = unpack(one.rows)
    ids = list(sealed)
    for start in range(0, len(ids), AT_ONCE):
        wanted = ids[start : start + AT_ONCE]
        table = _TABLES[one.kind]
        query = select(table).where(table.c.site_id == site_id, table.c.id.in_(wanted))
        found = _fingerprints(query)
        for row_id in wanted:
            if row_id not in found:
                yield f"{one.kind} {row_id} ({one.first} to {one.last}): it was signed and is gone"
            elif found[row_id] != sealed[row_id]:
                yield f"{one.kind} {row_id} ({one.first} to {one.last}): it was changed after it was signed"


def unpack(packed: bytes) -> dict[UUID, bytes]:
    return {UUID(bytes=packed[at : at + 16]): packed[at + 16 : at + LINE] for at in range(0, len(packed), LINE)}


def _sealed_ids(site_id: UUID, first: date, last: date) -> dict[str, set[UUID]]:
    query = select(Seal.kind, Seal.rows).where(Seal.site_id == site_id, Seal.first <= last, Seal.last >= first)
    found: dict[str, set[UUID]] = {}
    for kind, packed in db.session.execute(query):
        found.setdefault(kind, set()).update(unpack(packed))
    return found


def _rows(kind: str, site_id: UUID, first: date, last: date) -> Select[Any]:
    table = _TABLES[kind]
    return select(table).where(table.c.site_id == site_id, *_in_days(kind, site_id, first, last))


def _in_days(kind: str, site_id: UUID, first: date, last: date) -> tuple[Any, ...]:
    table = _TABLES[kind]
    if kind not in _OF_DAYS:
        days = (table.c.business_day >= first, table.c.business_day <= last)
        # What an owner sent changes its subject once, when the desk makes an order of it.
        return (*days, table.c.subject_kind != "report") if kind == "photo" else days
    column, parent = _OF_DAYS[kind]
    above = _TABLES[parent]
    days = _in_days(parent, site_id, first, last)
    return (table.c[column].in_(select(above.c.id).where(above.c.site_id == site_id, *days)),)


def _fingerprints(query: Select[Any]) -> dict[UUID, bytes]:
    return {row.id: fingerprint(row._mapping) for row in connection().execute(query)}
