"""Taking in a batch of records: each stands or falls alone, all that stand are durable before the answer.

Same id and content: known. Same id, other content or user: refused, the first stays. A refused record is kept
raw on the shelf. An unknown failure is always "later", never "refused": the phone must not give up its record.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from patrol.accounts.reader import Reader
from patrol.accounts.received import Received
from patrol.core.db import connection, db, write
from patrol.core.facts import When
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.rounds.ensure import ensure_rounds
from patrol.rounds.scanning import NewScan, ScanData, take_scans
from patrol.rounds.visits import effective_time
from patrol.sync.clocks import clock_flags
from patrol.sync.envelope import Batch, Record, content_hash
from patrol.sync.kinds import KINDS, Kind, call
from patrol.sync.shelf import corrected, shelve

log = logging.getLogger(__name__)
CHUNK = 250
_REMEMBER = Prepared(insert(Received.__table__))  # type: ignore[arg-type]
_KNOWN = Prepared(
    select(Received.id, Received.content_hash, Received.user_id, Received.url).where(
        Received.site_id == bindparam("site_id"), Received.id.in_(bindparam("ids", expanding=True))
    )
)


@dataclass(slots=True)
class Result:
    """What became of one record: stored, known, refused or later."""

    id: str
    status: str
    problem: Problem | None = None
    url: str | None = None


@dataclass(slots=True)
class Offer:
    """One record on its way in, checked as far as it can be without the database."""

    raw: Any
    index: int
    record: Record | None = None
    data: BaseModel | None = None
    kind: Kind | None = None
    when: When | None = None
    hash: str = ""
    result: Result | None = None
    fresh: bool = field(default=False)

    @property
    def open(self) -> bool:
        return self.result is None


def take_in(batch: Batch, *, by: Reader, at: datetime, flags: frozenset[str] = frozenset()) -> list[Result]:
    """Store a batch; the answer holds one result for each record, in their order.

    flags: put on every record beside what is odd about its times.
    """
    ensure_rounds(by.site_id, at, by.zone, by.day_start)  # a scan finds its round, though the server was away till now
    offers = [_offer(raw, index, batch, by, at, flags) for index, raw in enumerate(batch.records)]
    for start in range(0, len(offers), CHUNK):
        _store(offers[start : start + CHUNK], batch, by, at)
    return [offer.result or Result(_id_of(offer.raw), "later") for offer in offers]


def _offer(raw: Any, index: int, batch: Batch, by: Reader, at: datetime, flags: frozenset[str]) -> Offer:
    offer = Offer(raw, index)
    try:
        record = offer.record = Record.model_validate(raw)
    except ValidationError as error:
        offer.result = Result(_id_of(raw), "refused", _malformed(error))
        return offer
    offer.hash = content_hash(record)
    if record.user != by.user_id:
        offer.result = Result(str(record.id), "refused", _other_user())
        return offer
    try:
        _check_kind(offer, record, by)
    except ValidationError as error:
        offer.result = Result(str(record.id), "refused", _malformed(error))
        return offer
    except Problem as problem:
        offer.result = Result(str(record.id), "refused", problem)
        return offer
    effective = effective_time(record.captured_at, batch.sent_at, at)
    odd = (
        effective.flags
        | flags
        | clock_flags(
            record.captured_at, batch.sent_at, at, monotonic_ms=record.monotonic_ms, offset_ms=record.offset_ms()
        )
    )
    if record.replaces is not None:
        odd |= {"corrected"}
    offer.when = When(effective.at, at, record.captured_at, tuple(sorted(odd)))
    return offer


def _check_kind(offer: Offer, record: Record, by: Reader) -> None:
    if record.kind == "scan":
        if not by.may("scan"):
            raise _not_allowed()
        offer.data = ScanData.model_validate(record.data)
        return
    kind = KINDS.get(record.kind)
    if kind is None:
        raise Problem("kind", N_("This server does not know this kind of record. It may need an update."), status=422)
    if not any(by.may(verb) for verb in kind.needs):
        raise _not_allowed()
    offer.kind, offer.data = kind, kind.schema.model_validate(record.data)


def _store(offers: Sequence[Offer], batch: Batch, by: Reader, at: datetime) -> None:
    """One transaction. Savepoints around scans only on the second try, since the first nearly always holds."""
    settled = [(offer.result, offer.fresh) for offer in offers]
    try:
        _store_all(offers, batch, by, at, careful=False)
    except IntegrityError:
        for offer, (result, fresh) in zip(offers, settled, strict=True):
            offer.result, offer.fresh = result, fresh
        _store_all(offers, batch, by, at, careful=True)


def _store_all(offers: Sequence[Offer], batch: Batch, by: Reader, at: datetime, careful: bool) -> None:
    with write(by.site_id):
        _answer_known(offers, by)
        _store_scans([offer for offer in offers if offer.open and isinstance(offer.data, ScanData)], by, careful)
        for offer in offers:
            if offer.open:
                _store_one(offer, by)
        stored = [offer for offer in offers if offer.fresh]
        _remember(stored, batch, by, at)
        for offer in offers:
            if offer.result and offer.result.status == "refused":
                _shelve(offer, batch, by, at)


def _answer_known(offers: Sequence[Offer], by: Reader) -> None:
    """Say "known" or "id reused" for ids that are here already, or twice in this batch."""
    ids = [offer.record.id for offer in offers if offer.record is not None and offer.open]
    if not ids:
        return
    rows = _KNOWN.all(connection(flush=False), {"site_id": by.site_id, "ids": ids})
    known: dict[UUID, tuple[str, UUID, str | None]] = {row.id: (row.content_hash, row.user_id, row.url) for row in rows}
    for offer in offers:
        if offer.record is None or not offer.open:
            continue
        seen = known.get(offer.record.id)
        if seen is None:
            known[offer.record.id] = (offer.hash, by.user_id, None)
        elif seen[:2] == (offer.hash, by.user_id):
            offer.result = Result(str(offer.record.id), "known", url=seen[2])
        else:
            offer.result = Result(str(offer.record.id), "refused", _id_reused())


def _store_scans(offers: Sequence[Offer], by: Reader, careful: bool) -> None:
    scans = []
    for offer in offers:
        record, data, when = offer.record, offer.data, offer.when
        assert record is not None and when is not None and isinstance(data, ScanData)
        scans.append(NewScan(record.id, data, when, record.where(), record.monotonic_ms))
    if not scans:
        return
    outcomes = _scans_one_by_one(scans, by) if careful else take_scans(scans, by=by)
    for offer in offers:
        assert offer.record is not None
        problem = outcomes[offer.record.id]
        if problem is None:
            offer.result, offer.fresh = Result(str(offer.record.id), "stored", url=f"/visits/{offer.record.id}"), True
        else:
            offer.result = Result(str(offer.record.id), "refused", problem)


def _scans_one_by_one(scans: Sequence[NewScan], by: Reader) -> dict[UUID, Problem | None]:
    outcomes: dict[UUID, Problem | None] = {}
    for scan in scans:
        try:
            with db.session.begin_nested():
                outcomes |= take_scans([scan], by=by)
        except IntegrityError:  # the id is a scan already, by another way in (a plain form)
            outcomes[scan.id] = _id_reused()
    return outcomes


def _store_one(offer: Offer, by: Reader) -> None:
    record, kind, data, when = offer.record, offer.kind, offer.data, offer.when
    assert record is not None and kind is not None and data is not None and when is not None
    try:
        with db.session.begin_nested():
            url = call(kind, data, id=record.id, by=by, when=when)
            db.session.flush()
    except Problem as problem:
        offer.result = Result(str(record.id), "refused", _gone() if isinstance(problem, NotHere) else problem)
    except ValidationError as error:
        offer.result = Result(str(record.id), "refused", _malformed(error))
    except Exception:
        log.exception("record %s of kind %s", record.id, record.kind)
        offer.result = Result(str(record.id), "later")
    else:
        offer.result, offer.fresh = Result(str(record.id), "stored", url=url), True


def _remember(stored: Sequence[Offer], batch: Batch, by: Reader, at: datetime) -> None:
    rows = []
    for offer in stored:
        record = offer.record
        assert record is not None and offer.result is not None
        if record.replaces is not None:
            corrected(record.replaces, record.id, by=by, at=at, url=offer.result.url)
        rows.append(
            {
                "site_id": by.site_id,
                "id": record.id,
                "kind": record.kind,
                "user_id": by.user_id,
                "device_id": batch.device,
                "content_hash": offer.hash,
                "seq": record.seq,
                "prev": record.prev,
                "received_at": at,
                "url": offer.result.url,
            }
        )
    if not rows:
        return
    _REMEMBER.run(connection(flush=False), *rows)
    digest = hashlib.sha256("\n".join(sorted(f"{row['id']} {row['content_hash']}" for row in rows)).encode())
    note(
        "received", "records", None, site_id=by.site_id, by=by.user_id, at=at, phone_at=batch.sent_at,
        count=len(rows), digest=digest.hexdigest(), device=batch.device,
    )  # fmt: skip


def _shelve(offer: Offer, batch: Batch, by: Reader, at: datetime) -> None:
    result, record = offer.result, offer.record
    assert result is not None and result.problem is not None
    shelve(
        offer.raw,
        result.id,
        record.kind if record else "?",
        result.problem,
        offer.hash or hashlib.sha256(repr(offer.raw).encode("utf-8", "replace")).hexdigest(),
        by=by,
        at=at,
        sent_at=batch.sent_at,
        device_id=batch.device,
    )


def _id_of(raw: Any) -> str:
    return str(raw.get("id", ""))[:64] if isinstance(raw, dict) else ""


def _malformed(error: ValidationError) -> Problem:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "?"
    return Problem("record", N_("This record is not complete: %(name)s."), status=422, field=name, name=name)


def _other_user() -> Problem:
    return Problem(
        "other_user", N_("Somebody else made this record. It is sent when that person signs in."), status=409
    )


def _not_allowed() -> Problem:
    return Problem(
        "forbidden", N_("Your role cannot do this. Ask your supervisor, or go back to your own pages."), status=403
    )


def _gone() -> Problem:
    """A page that is not there is told to go back; a record has nowhere to go."""
    return Problem(
        "not_found",
        N_("The place or order it speaks of is not there any more. Correct it, or show it to your supervisor."),
        status=404,
    )


def _id_reused() -> Problem:
    return Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)
