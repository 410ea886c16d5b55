"""A round on paper (纸质巡查单): walked with a sheet when the phones failed, typed in afterwards by somebody else."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.colleagues import people_of
from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.problems import N_, Problem
from patrol.photos.photo import add_photos
from patrol.rounds.asking import (
    ASK_WITHIN,
    UNSETTLED,
    add_ask,
    asked_already,
    round_as_it_stands,
    settled_already,
    stop_of,
    taken,
)
from patrol.rounds.by_hand import CLOCK, latest_label, stated_at
from patrol.rounds.excuse import Ask, Asked, asks_of
from patrol.rounds.round import Round
from patrol.rounds.walk import ROUND_COLUMNS, Stop, Walk, walks


class TypedPoint(BaseModel):
    """time: on the wall, "21:05"; a point without one was not reached."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    time: str | None = Field(default=None, pattern=CLOCK)
    remark: str = Field(default="", max_length=300)


class TypedData(BaseModel):
    """person: who walked. photos: of the sheet itself."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    round: UUID
    person: UUID
    points: dict[UUID, TypedPoint] = Field(default_factory=dict)
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


def type_in(data: TypedData, *, id: UUID, by: Reader, when: When) -> list[Ask]:
    """Take in what a sheet says, inside the caller's ``write()``; one entry for each point with a time.

    Sent twice under one id it is taken in once. None counts before another person approves it.
    """
    walk = round_as_it_stands(by.site_id, data.round, when)
    said = {place: point for place, point in data.points.items() if point.time}
    if not said:
        raise Problem("paper.empty", N_("Write the time of at least one point."), field="points")
    known = [db.session.get(Ask, (by.site_id, _number(id, place))) for place in said]
    if any(known):
        return [ask for ask in known if ask]
    _may_be_typed(walk, data.person, by, when)
    asks = asks_of(by.site_id, [walk.id], when.received_at)[walk.id]
    made = [_enter(walk, place, point, asks, data.person, id=id, by=by, when=when) for place, point in said.items()]
    add_photos(
        data.photos, kind="visit", subject_kind="ask", subject_id=made[0].id, place_id=made[0].place_id, by=by,
        when=when, round_id=walk.id, facts=data.photo_facts,
    )  # fmt: skip
    return made


def _number(form_id: UUID, place_id: UUID) -> UUID:
    return uuid5(form_id, f"paper {place_id}")


def _may_be_typed(walk: Walk, person: UUID, by: Reader, when: When) -> None:
    if when.at < walk.times.opens_at:
        raise Problem("paper.early", N_("This round has not begun yet."), status=409)
    if when.at >= walk.times.closes_at + ASK_WITHIN:
        raise Problem("paper.too_late", N_("The round closed more than 48 hours ago. It stays as it is."), status=409)
    if person not in {one.id for one in people_of(by.site_id)}:
        raise Problem("paper.person", N_("Choose who walked."), field="person")


def _enter(
    walk: Walk, place: UUID, point: TypedPoint, asks: Mapping[UUID, Iterable[Asked]], person: UUID, *,
    id: UUID, by: Reader, when: When,
) -> Ask:  # fmt: skip
    stop = stop_of(walk, place)
    if stop.state not in UNSETTLED:
        raise settled_already()
    if taken(asks[place], "paper"):
        raise asked_already()
    latest_label(by.site_id, place)
    return add_ask(
        "paper", walk, stop, id=_number(id, place), by=by, when=when, reason="", note=point.remark, person_id=person,
        stated_at=stated_at(point.time or "", walk, stop, when, by.zone),
    )  # fmt: skip


def typeable(walk: Walk, asks: Mapping[UUID, Iterable[Asked]], at: datetime) -> list[Stop]:
    """The points of a round that can still be typed in."""
    if walk.cancelled or not walk.times.opens_at <= at < walk.times.closes_at + ASK_WITHIN:
        return []
    return [stop for stop in walk.stops if stop.state in UNSETTLED and not taken(asks[stop.place_id], "paper")]


def sheets_of(site_id: UUID, route_id: UUID, day: date, at: datetime) -> list[Walk]:
    """The rounds of a route on one business day that a sheet can be printed of, by start."""
    query = select(*ROUND_COLUMNS).where(
        Round.site_id == site_id, Round.route_id == route_id, Round.business_day == day, Round.cancelled_at.is_(None)
    )
    return walks(site_id, list(db.session.execute(query.order_by(Round.starts_at, Round.id))), at)


def round_code(round_id: UUID) -> str:
    """What a sheet and the form it is typed into are told apart by: the random end of the round's id."""
    return f"{round_id.hex[-8:-4]}-{round_id.hex[-4:]}".upper()
