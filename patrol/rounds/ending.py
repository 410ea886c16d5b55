"""A round ended early (提前结束): why somebody stopped walking. It changes no visit's state by itself.

For a reason that may be excused the points still to come are asked for with it (see asking.py).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.core.db import Model, connection, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.photos.photo import add_photos
from patrol.rounds.asking import ask_for_rest
from patrol.rounds.reasons import PROVED, Reason
from patrol.rounds.round import Round
from patrol.sites.day import mark_day


class RoundEnd(SiteRow, Model):
    """One word that a round was ended before all its points were reached; the first one counts."""

    __tablename__ = "round_end"
    __table_args__ = (site_key("round_id", "round"), Index(None, "site_id", "round_id"))

    round_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class RoundEndData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    round: UUID
    reason: Reason
    note: str = Field(default="", max_length=500)
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


def end_round(data: RoundEndData, *, id: UUID, by: Reader, when: When) -> RoundEnd:
    """Say why a round is not walked to its end, inside the caller's ``write()``."""
    round_ = db.session.get(Round, (by.site_id, data.round))
    if round_ is None:
        raise NotHere("round")
    if data.reason in PROVED and not data.photos:
        raise Problem("round_end.photo", N_("Take a photo of what stands in the way."), field="photos")
    if data.reason == "other" and not data.note:
        raise Problem("round_end.note", N_("Say in a few words why."), field="note")
    end = RoundEnd(
        id=id, site_id=by.site_id, round_id=round_.id, user_id=by.user_id, at=when.at, received_at=when.received_at,
        reason=data.reason, note=data.note,
    )  # fmt: skip
    db.session.add(end)
    db.session.flush()
    spent = ask_for_rest(
        round_, data.reason, data.note, by=by, when=when, photos=data.photos, facts=data.photo_facts
    )  # fmt: skip
    add_photos(
        [] if spent else data.photos, kind="visit", subject_kind="round", subject_id=round_.id, place_id=None,
        by=by, when=when,
        round_id=round_.id, detail_id=id, facts=data.photo_facts,
    )  # fmt: skip
    mark_day(by.site_id, round_.business_day)
    note(
        "round.ended_early", "round", round_.id, site_id=by.site_id, by=by.user_id, at=when.received_at,
        phone_at=when.captured_at, reason=data.reason,
    )  # fmt: skip
    return end


_ENDS = Prepared(
    select(RoundEnd.round_id, RoundEnd.user_id, RoundEnd.at, RoundEnd.received_at, RoundEnd.reason, RoundEnd.note)
    .where(RoundEnd.site_id == bindparam("site_id"), RoundEnd.round_id.in_(bindparam("rounds", expanding=True)))
    .order_by(RoundEnd.at, RoundEnd.id)
)


def ends_of(site_id: UUID, round_ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
    """What was said about each of these rounds, first word first. One query."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    if rounds := list(round_ids):
        for end in _ENDS.all(connection(), {"site_id": site_id, "rounds": rounds}):
            found[end.round_id].append(end)
    return found
