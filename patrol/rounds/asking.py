"""Asking that a point be excused (免巡), one by one or for the rest of a round."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard, Sighting
from patrol.hazards.report import HazardData, report_hazard
from patrol.journal.entry import note
from patrol.photos.photo import add_photos
from patrol.rounds.excuse import Ask, asks_of
from patrol.rounds.reasons import EXCUSABLE, PROVED, Reason
from patrol.rounds.round import Round
from patrol.rounds.walk import Stop, Walk, walk_by_id
from patrol.sites.day import mark_day

ASK_WITHIN = timedelta(hours=48)  # after the round closed
UNSETTLED = ("pending", "missed")


class ExcuseData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    round: UUID
    place: UUID
    reason: Reason
    note: str = Field(default="", max_length=500)
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


def ask_excuse(data: ExcuseData, *, id: UUID, by: Reader, when: When) -> Ask:
    """Ask for one point, inside the caller's ``write()``. It changes nothing before a supervisor has decided."""
    walk, stop = point_of(by.site_id, data.round, data.place, when)
    if data.reason in PROVED and not data.photos:
        raise Problem("excuse.photo", N_("Take a photo of what stands in the way."), field="photos")
    if data.reason == "other" and not data.note:
        raise Problem("excuse.note", N_("Say in a few words why."), field="note")
    if when.at < walk.times.opens_at:
        raise Problem("excuse.early", N_("This round has not begun yet."), status=409)
    if when.at >= walk.times.closes_at + ASK_WITHIN:
        raise Problem("excuse.too_late", N_("The round closed more than 48 hours ago. It stays as it is."), status=409)
    if stop.state not in UNSETTLED:
        raise settled_already()
    not_asked_yet(by.site_id, walk, stop, "excuse", when)
    photos, hazard_id = data.photos, None
    if data.reason == "code_damaged":
        hazard_id, spent = report_label(walk, stop, data.photos, data.note, data.photo_facts, by=by, when=when)
        photos = [] if spent else data.photos
    ask = add_ask("excuse", walk, stop, id=id, by=by, when=when, reason=data.reason, note=data.note,
                  hazard_id=hazard_id)  # fmt: skip
    add_photos(
        photos, kind="visit", subject_kind="ask", subject_id=id, place_id=stop.place_id, by=by, when=when,
        round_id=walk.id, facts=data.photo_facts,
    )  # fmt: skip
    return ask


def ask_for_rest(
    round_: Round, reason: str, text: str, *, by: Reader, when: When, photos: list[UUID], facts: dict[str, Any]
) -> bool:
    """Ask for every required point still to come of a round ended early, if the reason can be excused.

    Answers whether the photos went to the hazard that a damaged label opens.
    """
    walk = walk_by_id(by.site_id, round_.id, when.received_at)
    if reason not in EXCUSABLE or walk is None:
        return False
    asked = asks_of(by.site_id, [walk.id], when.received_at)[walk.id]
    rest = [stop for stop in walk.required if stop.state in UNSETTLED and not taken(asked[stop.place_id], "excuse")]
    here = walk.next_stop or next(iter(rest), None)
    hazard_id, spent = None, False
    if reason == "code_damaged" and here is not None:
        hazard_id, spent = report_label(walk, here, photos, text, facts, by=by, when=when)
    for stop in rest:
        of_here = hazard_id if here is not None and stop.place_id == here.place_id else None
        number = uuid5(round_.id, f"excuse {stop.place_id} {when.captured_at.isoformat()}")
        add_ask("excuse", walk, stop, id=number, by=by, when=when, reason=reason, note=text, hazard_id=of_here)
    return spent


def add_ask(kind: str, walk: Walk, stop: Stop, *, id: UUID, by: Reader, when: When, **more: Any) -> Ask:
    ask = Ask(
        id=id, site_id=by.site_id, kind=kind, round_id=walk.id, place_id=stop.place_id, asked_by_id=by.user_id,
        at=when.at, received_at=when.received_at, **more,
    )  # fmt: skip
    db.session.add(ask)
    db.session.flush()
    mark_day(by.site_id, walk.day)
    note(
        f"visit.{kind}_asked", "round", walk.id, site_id=by.site_id, by=by.user_id, at=when.received_at,
        phone_at=when.captured_at, place=stop.place_id, reason=ask.reason,
    )  # fmt: skip
    return ask


def point_of(site_id: UUID, round_id: UUID, place_id: UUID, when: When) -> tuple[Walk, Stop]:
    """The round and its point as they stand when the record arrives."""
    walk = round_as_it_stands(site_id, round_id, when)
    return walk, stop_of(walk, place_id)


def round_as_it_stands(site_id: UUID, round_id: UUID, when: When) -> Walk:
    """A round when a record about it arrives. A cancelled one takes none."""
    walk = walk_by_id(site_id, round_id, when.received_at)
    if walk is None:
        raise NotHere("round")
    if walk.cancelled:
        raise Problem("round.cancelled", N_("This round was cancelled."), status=409)
    return walk


def stop_of(walk: Walk, place_id: UUID) -> Stop:
    stop = next((stop for stop in walk.stops if stop.place_id == place_id), None)
    if stop is None:
        raise NotHere("round")
    return stop


def not_asked_yet(site_id: UUID, walk: Walk, stop: Stop, kind: str, when: When) -> None:
    """One ask of a kind for a point; only after a refusal another one, with better reasons."""
    if taken(asks_of(site_id, [walk.id], when.received_at)[walk.id][stop.place_id], kind):
        raise asked_already()


def settled_already() -> Problem:
    return Problem("excuse.settled", N_("This point is settled already."), status=409)


def asked_already() -> Problem:
    return Problem("excuse.again", N_("This was asked for already. See the round for what became of it."), status=409)


def taken(asks: Iterable[Any], kind: str) -> bool:
    """Whether an ask of this kind stands in the way of another one."""
    return any(ask.kind == kind and ask.state != "refused" for ask in asks)


def report_label(
    walk: Walk, stop: Stop, photos: list[UUID], text: str, facts: dict[str, Any], *, by: Reader, when: When
) -> tuple[UUID, bool]:
    """The hazard qr_damaged of this point: opened once for a round, and seen again where one is open.

    Answers its id, and whether the photos are with it now; asked again in the same round they are not.
    """
    query = select(Hazard.id).where(
        Hazard.site_id == by.site_id,
        Hazard.place_id == stop.place_id,
        Hazard.category == "qr_damaged",
        Hazard.state.in_(OPEN),
    )
    data = HazardData(
        place=stop.place_id, category="qr_damaged", note=text, photos=photos, photo_facts=facts,
        seen_again=db.session.scalars(query.order_by(Hazard.reported_at)).first(),
    )  # fmt: skip
    number = uuid5(walk.id, f"qr_damaged {stop.place_id}")
    known = any(db.session.get(table, (by.site_id, number)) is not None for table in (Hazard, Sighting))
    hazard = report_hazard(data, id=number, by=by, when=when, round_id=walk.id, source="patrol")
    return hazard.id, not known
