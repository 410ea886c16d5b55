"""Asks (申请) about one point of one round, and the decisions on them. Both are facts: added, never changed.

kind "excuse" 免巡 asks that the point leave the count; "manual" 手工补录 and "paper" 纸质巡查单 say that somebody was
there, by hand. None of them counts before another person approves it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from patrol.accounts.user import User
from patrol.core.db import Model, connection, db
from patrol.core.keys import SiteRow, site_key
from patrol.core.prepared import Prepared
from patrol.rounds.reasons import DECIDE_WITHIN, NEVER, AskState, ask_state
from patrol.rounds.round import Round, RoundStop


class Ask(SiteRow, Model):
    __tablename__ = "visit_ask"
    __table_args__ = (
        site_key("round_id", "round"),
        site_key("place_id", "place"),
        CheckConstraint("kind IN ('excuse','manual','paper')", name="kind"),
        Index(None, "site_id", "round_id", "place_id"),
        Index(None, "site_id", "received_at"),
    )

    kind: Mapped[str]
    round_id: Mapped[UUID]
    place_id: Mapped[UUID]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))  # who says to have been there
    stated_at: Mapped[datetime | None]  # and when
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    hazard_id: Mapped[UUID | None]  # what was opened with it; the photo is there
    at: Mapped[datetime]
    received_at: Mapped[datetime]


class Decision(SiteRow, Model):
    __tablename__ = "visit_decision"
    __table_args__ = (site_key("ask_id", "visit_ask"), UniqueConstraint("site_id", "ask_id"))

    ask_id: Mapped[UUID]
    approved: Mapped[bool]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask with its names and what became of it at the moment it was read."""

    id: UUID
    kind: str
    round_id: UUID
    place_id: UUID
    place: str
    reason: str
    note: str
    stated_at: datetime | None
    person_id: UUID | None
    person: str
    asked_by_id: UUID
    asked_by: str
    hazard_id: UUID | None
    at: datetime
    received_at: datetime
    state: AskState
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    route_name: str
    ordinal: int
    starts_at: datetime
    business_day: date

    def hours_left(self, now: datetime) -> int:
        """Whole hours in which it can still be decided."""
        return max(0, int((self.received_at + DECIDE_WITHIN - now).total_seconds() // 3600))


_ASKER, _PERSON, _DECIDER = aliased(User), aliased(User), aliased(User)


def _asked() -> Any:
    return (
        select(
            Ask.id,
            Ask.kind,
            Ask.round_id,
            Ask.place_id,
            Ask.reason,
            Ask.note,
            Ask.stated_at,
            Ask.person_id,
            Ask.asked_by_id,
            Ask.hazard_id,
            Ask.at,
            Ask.received_at,
            RoundStop.place_name,
            Round.route_name,
            Round.ordinal,
            Round.starts_at,
            Round.business_day,
            Decision.approved,
            Decision.at.label("decided_at"),
            Decision.note.label("decision_note"),
            _ASKER.name.label("asker"),
            _PERSON.name.label("person"),
            _DECIDER.name.label("decider"),
        )
        .join(Round, (Round.site_id == Ask.site_id) & (Round.id == Ask.round_id))
        .join(
            RoundStop,
            (RoundStop.site_id == Ask.site_id)
            & (RoundStop.round_id == Ask.round_id)
            & (RoundStop.place_id == Ask.place_id),
        )
        .join(_ASKER, _ASKER.id == Ask.asked_by_id)
        .outerjoin(_PERSON, _PERSON.id == Ask.person_id)
        .outerjoin(Decision, (Decision.site_id == Ask.site_id) & (Decision.ask_id == Ask.id))
        .outerjoin(_DECIDER, _DECIDER.id == Decision.by_id)
    )


_ASKED = Prepared(
    _asked()
    .where(Ask.site_id == bindparam("site_id"), Ask.round_id.in_(bindparam("rounds", expanding=True)))
    .order_by(Ask.received_at, Ask.id)
)


def asks_of(site_id: UUID, round_ids: Iterable[UUID], at: datetime) -> dict[UUID, dict[UUID, list[Asked]]]:
    """round -> place -> what was asked about it, oldest first. One query."""
    found: dict[UUID, dict[UUID, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    if rounds := list(round_ids):
        for row in _ASKED.all(connection(), {"site_id": site_id, "rounds": rounds}):
            found[row.round_id][row.place_id].append(_told(row, at))
    return found


def ask_by_id(site_id: UUID, ask_id: UUID, at: datetime) -> Asked | None:
    row = db.session.execute(_asked().where(Ask.site_id == site_id, Ask.id == ask_id)).first()
    return _told(row, at) if row else None


def waiting(site_id: UUID, at: datetime) -> list[Asked]:
    """What can still be decided, the oldest first."""
    query = _asked().where(*_open(site_id, at - DECIDE_WITHIN)).order_by(Ask.received_at, Ask.id)
    return [_told(row, at) for row in db.session.execute(query)]


def settled(site_id: UUID, at: datetime, limit: int) -> list[Asked]:
    """What was decided or has lapsed, the last first."""
    over = or_(Decision.id.is_not(None), (Ask.received_at <= at - DECIDE_WITHIN) & _may_be_decided())
    query = _asked().where(Ask.site_id == site_id, over).order_by(Ask.received_at.desc(), Ask.id.desc()).limit(limit)
    return [_told(row, at) for row in db.session.execute(query)]


def count_waiting() -> Any:
    """A select that counts what still waits for a word. Binds: site_id, asks_since (now less DECIDE_WITHIN)."""
    return (
        select(func.count())
        .select_from(Ask)
        .outerjoin(Decision, (Decision.site_id == Ask.site_id) & (Decision.ask_id == Ask.id))
        .where(*_open(bindparam("site_id"), bindparam("asks_since")))
    )


def _open(site_id: Any, since: Any) -> tuple[Any, ...]:
    return Ask.site_id == site_id, Ask.received_at > since, Decision.id.is_(None), _may_be_decided()


def _may_be_decided() -> Any:
    return or_(Ask.kind != "excuse", Ask.reason.not_in(NEVER))


def _told(row: Any, at: datetime) -> Asked:
    return Asked(
        id=row.id, kind=row.kind, round_id=row.round_id, place_id=row.place_id, place=row.place_name,
        reason=row.reason, note=row.note, stated_at=row.stated_at, person_id=row.person_id, person=row.person or "",
        asked_by_id=row.asked_by_id, asked_by=row.asker, hazard_id=row.hazard_id, at=row.at,
        received_at=row.received_at,
        state=ask_state(row.kind, row.reason, row.received_at, row.approved, at),
        decided_by=row.decider or "", decided_at=row.decided_at, decision_note=row.decision_note or "",
        route_name=row.route_name, ordinal=row.ordinal, starts_at=row.starts_at, business_day=row.business_day,
    )  # fmt: skip
