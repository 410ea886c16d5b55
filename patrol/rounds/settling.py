"""What a supervisor makes of an exception: explained, confirmed, or the scan voided. Facts; nothing is changed."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.core.wording import tidy
from patrol.journal.entry import note
from patrol.rounds.evidence import Evidence, EvidenceWord, ScanVoid
from patrol.rounds.scan import Scan
from patrol.sites.day import mark_day

Act = Literal["explained", "confirmed", "voided"]
LONGEST = 500


def settle_evidence(evidence_id: UUID, act: str, text: str, *, by: Reader, at: datetime) -> EvidenceWord:
    """Say what it was, inside the caller's ``write()``. Nobody judges his own scans.

    explained and voided need words; voided takes the scan out of its round, for good and in sight of its author.
    """
    found = db.session.get(Evidence, (by.site_id, evidence_id))
    if found is None:
        raise NotHere("evidence")
    if act not in get_args(Act):
        raise Problem("evidence.act", N_("Choose what it was: explained, confirmed or void."), field="act")
    if by.user_id in _walkers(found):
        raise Problem("evidence.own", N_("These are your own scans. Somebody else has to judge them."), status=403)
    said = tidy(text, LONGEST)
    if not said and act != "confirmed":
        raise Problem("evidence.text", N_("Say in a few words why."), field="text")
    if act == "voided":
        _void(found, said, by, at)
    word = EvidenceWord(
        id=uuid7(), site_id=by.site_id, evidence_id=found.id, user_id=by.user_id, at=at, act=act, text=said
    )
    db.session.add(word)
    note(
        f"evidence.{act}", "evidence", found.id, site_id=by.site_id, by=by.user_id, at=at, text=said,
        scan=found.scan_id, round=found.round_id,
    )  # fmt: skip
    return word


def _walkers(found: Evidence) -> set[UUID]:
    """Whose scans it speaks of."""
    if found.kind != "round":
        return {found.user_id} if found.user_id else set()
    query = select(Scan.user_id).where(Scan.site_id == found.site_id, Scan.round_id == found.round_id)
    return set(db.session.scalars(query))


def _void(found: Evidence, reason: str, by: Reader, at: datetime) -> None:
    if found.scan_id is None:
        raise Problem("evidence.no_scan", N_("There is no scan to void here."), status=409)
    if void_of(found.site_id, found.scan_id) is not None:
        raise Problem("evidence.void", N_("This scan is void already."), status=409)
    db.session.add(
        ScanVoid(
            id=uuid7(), site_id=found.site_id, scan_id=found.scan_id, user_id=by.user_id, at=at, reason=reason
        )
    )  # fmt: skip
    mark_day(found.site_id, found.business_day)


def void_of(site_id: UUID, scan_id: UUID) -> ScanVoid | None:
    query = select(ScanVoid).where(ScanVoid.site_id == site_id, ScanVoid.scan_id == scan_id)
    return db.session.scalars(query).first()
