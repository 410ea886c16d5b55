"""What a person says after arriving: all is normal, or a word; and the word left for the next round."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.problems import N_, NotHere, Problem
from patrol.photos.photo import add_photos
from patrol.rounds.presence import answer
from patrol.rounds.round import Round, RoundNote
from patrol.rounds.scan import Scan, VisitResult
from patrol.sites.day import mark_day


class VisitData(BaseModel):
    """question and choice: what was answered to the question asked here. photos: the live photo."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    scan: UUID
    result: Literal["normal", "explained"] = "normal"
    note: str = Field(default="", max_length=500)
    question: UUID | None = None
    choice: int | None = Field(default=None, ge=0, le=9)
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


class RoundNoteData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    round: UUID
    text: str = Field(min_length=1, max_length=500)


def settle_visit(data: VisitData, *, id: UUID, by: Reader, when: When) -> VisitResult:
    """Say how the place was found, and what was asked there. Only whoever scanned can say it."""
    scan = db.session.get(Scan, (by.site_id, data.scan))
    if scan is None:
        raise NotHere("scan")
    if scan.user_id != by.user_id:
        raise Problem("visit.not_yours", N_("Somebody else scanned here. Scan the label yourself."), status=403)
    result = VisitResult(
        id=id,
        site_id=by.site_id,
        scan_id=scan.id,
        user_id=by.user_id,
        at=when.at,
        result=data.result,
        note=data.note,
    )
    db.session.add(result)
    if data.question is not None and data.choice is not None:
        answer(scan, data.question, data.choice, id=id, by=by, when=when)
    subject = _subject(scan) if data.photos else ""
    add_photos(
        data.photos, kind="visit", subject_kind=subject, subject_id=scan.id, place_id=scan.place_id, by=by, when=when,
        round_id=scan.round_id, detail_id=id, facts=data.photo_facts,
    )  # fmt: skip
    mark_day(by.site_id, scan.business_day)
    return result


def _subject(scan: Scan) -> str:
    round_ = db.session.get(Round, (scan.site_id, scan.round_id)) if scan.round_id else None
    return "storm" if round_ is not None and round_.kind == "weather" else "scan"


def leave_note(data: RoundNoteData, *, id: UUID, by: Reader, when: When) -> RoundNote:
    """Leave a word for whoever walks the route next."""
    round_ = db.session.get(Round, (by.site_id, data.round))
    if round_ is None:
        raise NotHere("round")
    note = RoundNote(id=id, site_id=by.site_id, round_id=round_.id, user_id=by.user_id, at=when.at, text=data.text)
    db.session.add(note)
    return note


def last_visit(site_id: UUID, place_id: UUID, but: UUID | None) -> tuple[Scan, str, str | None] | None:
    """The scan before this one at a place: (scan, person's name, what was said or None)."""
    query = (
        select(Scan, User.name)
        .join(User, User.id == Scan.user_id)
        .where(Scan.site_id == site_id, Scan.place_id == place_id)
        .order_by(Scan.effective_at.desc())
        .limit(3)
    )
    for scan, name in db.session.execute(query):
        if scan.id != but and "repeat" not in scan.flags:
            said = db.session.scalar(
                select(VisitResult.result)
                .where(VisitResult.site_id == site_id, VisitResult.scan_id == scan.id)
                .order_by(VisitResult.at.desc())
                .limit(1)
            )
            return scan, name, said
    return None


def last_visits(site_id: UUID, since: datetime) -> dict[UUID, tuple[datetime, str, str | None]]:
    """The latest visit at each place since then: (time, person's name, what was said or None). One query."""
    query = (
        select(Scan.place_id, Scan.effective_at, Scan.flags, User.name, VisitResult.result)
        .join(User, User.id == Scan.user_id)
        .outerjoin(VisitResult, (VisitResult.site_id == Scan.site_id) & (VisitResult.scan_id == Scan.id))
        .where(Scan.site_id == site_id, Scan.effective_at >= since)
        .order_by(Scan.effective_at, VisitResult.at)
    )
    found = {}
    for row in db.session.execute(query):
        if "repeat" not in row.flags:
            found[row.place_id] = (row.effective_at, row.name, row.result)
    return found


def last_note(site_id: UUID, route_id: UUID, round_id: UUID) -> RoundNote | None:
    """The latest word left on this route by an earlier round."""
    query = (
        select(RoundNote)
        .join(Round, (Round.site_id == RoundNote.site_id) & (Round.id == RoundNote.round_id))
        .where(RoundNote.site_id == site_id, Round.route_id == route_id, RoundNote.round_id != round_id)
        .order_by(RoundNote.at.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()
