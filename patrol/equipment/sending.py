"""Sent to check (派检): somebody, or a team, was sent to the items a month still lacks. Who, when, by whom: facts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.colleagues import colleagues, people_of
from patrol.accounts.reader import Reader
from patrol.accounts.roles import TEAMS
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, uuid7
from patrol.core.problems import N_, Problem
from patrol.equipment.equipment import Equipment
from patrol.equipment.ledger import missing_ids
from patrol.journal.entry import note

MOST = 2000


class SentOut(SiteRow, Model):
    """month: its first day. item_ids: the items that were still to do, as text."""

    __tablename__ = "sent_out"
    __table_args__ = (Index(None, "site_id", "month", "at"),)

    month: Mapped[date]
    team: Mapped[str]
    to_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))  # None: whoever of the team comes first
    item_ids: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending, and how many of its items are still to do."""

    row: Any  # a SentOut, or a row with its columns
    left: int

    @property
    def total(self) -> int:
        return len(self.row.item_ids)


def send_out(
    month: date,
    items: Collection[UUID],
    *,
    team: str,
    person: UUID | None,
    by: Reader,
    at: datetime,
    note_text: str = "",
) -> SentOut:
    """Inside ``write()``. A person of the team, or the team as a whole; the same within a minute is one tap."""
    if not items:
        raise Problem("sent.nothing", N_("Nothing is left to check in this month."), status=409)
    here = people_of(by.site_id)
    if person is not None:
        named = next((one for one in colleagues(by, here) if one.id == person), None)
        if named is None:
            raise Problem("sent.person", N_("Choose somebody of your own team."), field="person")
        team = named.team
    if team not in TEAMS or not any(one.team == team for one in here):
        raise Problem("sent.team", N_("Choose a team that has people."), field="team")
    known = _known(by.site_id, items)
    wanted = sorted(str(item) for item in known)[:MOST]
    before = next(iter(sendings(by.site_id, month)), None)
    same = before is not None and (before.team, before.to_user_id, before.item_ids) == (team, person, wanted)
    if same and before is not None and (at - before.at).total_seconds() < 60:
        return before
    row = SentOut(
        id=uuid7(), site_id=by.site_id, month=month.replace(day=1), team=team, to_user_id=person, item_ids=wanted,
        note=note_text.strip()[:200], at=at, user_id=by.user_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    note(
        "equipment_sent_out", "sent_out", row.id, site_id=by.site_id, by=by.user_id, at=at, team=team,
        person=str(person) if person else None, items=len(wanted), month=f"{month:%Y-%m}",
    )  # fmt: skip
    return row


def sendings(site_id: UUID, month: date, limit: int = 20) -> list[SentOut]:
    """Of a month, newest first."""
    query = select(SentOut).where(SentOut.site_id == site_id, SentOut.month == month.replace(day=1))
    return list(db.session.scalars(query.order_by(SentOut.at.desc(), SentOut.id.desc()).limit(limit)))


def sent_to(by: Reader, day: date) -> list[Sent]:
    """Where this person, or his team as a whole, was sent in the month of the day and something is left to do."""
    rows = [row for row in sendings(by.site_id, day) if row.to_user_id == by.user_id or _of_team(row, by)]
    found = with_what_is_left(rows, missing_ids(by.site_id, day)) if rows else []
    return [one for one in found if one.left]


def _of_team(row: SentOut, by: Reader) -> bool:
    return row.to_user_id is None and row.team == by.team


def with_what_is_left(rows: Sequence[Any], missing: Collection[UUID]) -> list[Sent]:
    """missing: what the month still lacks now."""
    left = {str(item) for item in missing}
    return [Sent(row, sum(item in left for item in row.item_ids)) for row in rows]


def _known(site_id: UUID, items: Collection[UUID]) -> list[UUID]:
    query = select(Equipment.id).where(Equipment.site_id == site_id, Equipment.state != "retired")
    here = set(db.session.scalars(query))
    return [item for item in items if item in here]
