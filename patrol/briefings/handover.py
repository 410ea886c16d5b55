"""Handover (交接班): the card of a shift, frozen when the first of the two signs it, and both their signatures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.accounts.roster import people_on
from patrol.accounts.user import User
from patrol.briefings.card import Card, card_hash
from patrol.core.db import Model, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.photos.photo import add_photos
from patrol.sites.shift_times import ShiftTime, last_begun, shift_after, shift_times
from patrol.sites.site import Site

OPENS_BEFORE = timedelta(hours=1)
Side = Literal["out", "in"]


class HandoverCard(SiteRow, Model):
    """One state of a shift's card that somebody had in front of him when it could be signed; never changed."""

    __tablename__ = "handover_card"
    __table_args__ = (UniqueConstraint("site_id", "day", "shift", "team", "hash"),)

    day: Mapped[date]
    shift: Mapped[str]
    team: Mapped[str]
    made_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    hash: Mapped[str]


class HandoverSign(SiteRow, Model):
    """One signature under a card. side: "out" hands over, "in" takes over; never changed."""

    __tablename__ = "handover_sign"
    __table_args__ = (
        site_key("card_id", "handover_card"),
        CheckConstraint("side IN ('out','in')", name="side"),
        UniqueConstraint("site_id", "day", "shift", "team", "side"),
    )

    card_id: Mapped[UUID]
    day: Mapped[date]
    shift: Mapped[str]
    team: Mapped[str]
    side: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    on_roster: Mapped[bool | None]  # None: there was no roster to stand in


class HandoverSignData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    card: UUID
    side: Side
    signature: list[UUID] = Field(default_factory=list, max_length=2)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature with the signer's name, for pages."""

    side: str
    card_id: UUID
    user_id: UUID
    name: str
    at: datetime
    on_roster: bool | None


def opens_at(this: ShiftTime) -> datetime:
    """From when on a shift's card may be signed."""
    return this.ends_at - min(OPENS_BEFORE, this.ends_at - this.starts_at)


def keep_card(site_id: UUID, team: str, this: ShiftTime, body: Card, *, at: datetime) -> HandoverCard:
    """The card with this content, inside the caller's ``write()``; one that is known already is not added again."""
    found = known_card(site_id, team, this, body)
    if found is None:
        found = HandoverCard(
            id=uuid7(), site_id=site_id, day=this.day, shift=this.code, team=team, made_at=at, body=body,
            hash=card_hash(body),
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
    return found


def known_card(site_id: UUID, team: str, this: ShiftTime, body: Card) -> HandoverCard | None:
    query = _of(HandoverCard, site_id, team, this.day, this.code).where(HandoverCard.hash == card_hash(body))
    return db.session.scalars(query).first()


def signed_card(site_id: UUID, signs: Iterable[Signed]) -> HandoverCard | None:
    """The card under which these signatures stand."""
    first = next(iter(signs), None)
    return db.session.get(HandoverCard, (site_id, first.card_id)) if first is not None else None


def signs_of(site_id: UUID, team: str, day: date, shift: str) -> list[Signed]:
    """Who signed, the one who hands over first. One query."""
    query = _of(HandoverSign, site_id, team, day, shift).join(User, User.id == HandoverSign.user_id)
    rows = db.session.execute(query.add_columns(User.name).order_by(HandoverSign.side.desc()))
    return [Signed(one.side, one.card_id, one.user_id, name, one.at, one.on_roster) for one, name in rows]


def handover_state(by: Reader, at: datetime) -> list[str]:
    """What the card a phone takes along depends on: the shift that is on, and who signed of it and the one before."""
    here = by.here
    this = last_begun(at, here.shifts, here.zone, here.day_start) if here else None
    if this is None:
        return []
    query = select(HandoverSign.id).where(
        HandoverSign.site_id == by.site_id,
        HandoverSign.team == by.team,
        HandoverSign.day >= this.day - timedelta(days=1),
    )
    signed = sorted(str(sign_id) for sign_id in db.session.scalars(query))
    return [f"{this.day}/{this.code}", str(at >= opens_at(this)), *signed]


def sign_handover(data: HandoverSignData, *, id: UUID, by: Reader, when: When) -> HandoverSign:
    """Sign one side of a card, inside the caller's ``write()``. The first signature freezes it for the second."""
    known = db.session.get(HandoverSign, (by.site_id, id))
    if known is not None:
        if known.user_id != by.user_id:
            raise Problem(
                "id_reused", N_("Another record was sent under this number. The first one stays."), status=409
            )
        return known
    card = db.session.get(HandoverCard, (by.site_id, data.card))
    if card is None:
        raise NotHere("handover")
    if by.team != card.team:
        raise Problem(
            "handover.other_team", N_("Only people of this team hand over and take over its shift."), status=403
        )
    if not data.signature:
        raise Problem("handover.signature", N_("The signature is missing. Sign with a finger."), field="signature")
    mine = _signed_before(card, data.side, by)
    if mine is not None:
        return mine
    _check_others(signs_of(by.site_id, card.team, card.day, card.shift), card, data.side, by)
    sign = HandoverSign(
        id=id, site_id=by.site_id, card_id=card.id, day=card.day, shift=card.shift, team=card.team, side=data.side,
        user_id=by.user_id, at=when.at, received_at=when.received_at, on_roster=_on_roster(card, data.side, by),
    )  # fmt: skip
    db.session.add(sign)
    db.session.flush()
    add_photos(
        data.signature, kind="signature", subject_kind="handover", subject_id=sign.id, place_id=None, by=by,
        when=when, facts=data.photo_facts,
    )  # fmt: skip
    note(
        "handover.signed", "handover", card.id, site_id=by.site_id, by=by.user_id, at=when.received_at,
        phone_at=when.captured_at, side=data.side, hash=card.hash, day=str(card.day), shift=card.shift,
    )  # fmt: skip
    return sign


def _signed_before(card: HandoverCard, side: Side, by: Reader) -> HandoverSign | None:
    """A page kept on the phone still offers what was signed on it already: the second time changes nothing."""
    query = select(HandoverSign).where(
        HandoverSign.site_id == by.site_id, HandoverSign.card_id == card.id, HandoverSign.side == side,
        HandoverSign.user_id == by.user_id,
    )  # fmt: skip
    return db.session.scalars(query).first()


def _check_others(signs: list[Signed], card: HandoverCard, side: Side, by: Reader) -> None:
    for other in signs:
        if other.side == side:
            text = N_("%(person)s has signed this side already.")
            raise Problem("handover.signed", text, status=409, person=other.name)
        if other.user_id == by.user_id:
            text = N_("Nobody hands over to himself. The other one signs on the own phone.")
            raise Problem("handover.own", text, status=403)
        if other.card_id != card.id:
            text = N_("%(person)s has signed a newer or older state of this card. Look at that one, then sign it.")
            raise Problem("handover.other_card", text, status=409, person=other.name)


def _on_roster(card: HandoverCard, side: Side, by: Reader) -> bool | None:
    """Whether the roster names this person on that shift; it is told beside the name and refuses nobody."""
    site = db.session.get_one(Site, by.site_id)
    here = (site.shifts, site.zone, site.day_start)
    this = next((one for one in shift_times(card.day, *here) if one.code == card.shift), None)
    if this is not None and side == "in":
        this = shift_after(this, *here)
    if this is None:
        return None
    team = [one.user_id for one in people_on(by.site_id, [this]) if one.team == card.team]
    return by.user_id in team if team else None


def _of(table: Any, site_id: UUID, team: str, day: date, shift: str) -> Any:
    return select(table).where(table.site_id == site_id, table.team == team, table.day == day, table.shift == shift)
