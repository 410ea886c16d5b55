"""Visits entered by hand: one's own (手工补录), or a sheet typed in (纸质巡查单). They count only when approved.

Until then there is an ask and no scan; approved, a scan is made from it, marked for good.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.accounts.roster import on_duty
from patrol.core.business_day import ONE_DAY, wall
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.problems import N_, Problem
from patrol.photos.photo import add_photos
from patrol.rounds.asking import UNSETTLED, add_ask, not_asked_yet, point_of, report_label, settled_already, taken
from patrol.rounds.excuse import Ask, Asked
from patrol.rounds.reasons import HandReason
from patrol.rounds.scan import BY_HAND, Scan
from patrol.rounds.visits import VISITED
from patrol.rounds.walk import Stop, Walk
from patrol.sites.label import Label

ENTER_WITHIN = timedelta(hours=12)  # after the round closed
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class ManualData(BaseModel):
    """stated: the time on the wall at which the point was visited, "21:05"."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    round: UUID
    place: UUID
    stated: str = Field(pattern=CLOCK)
    reason: HandReason
    note: str = Field(default="", max_length=500)
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


def enter_visit(data: ManualData, *, id: UUID, by: Reader, when: When) -> Ask:
    """Say that one was at a point whose label could not be scanned, inside the caller's ``write()``."""
    walk, stop = point_of(by.site_id, data.round, data.place, when)
    if not data.photos:
        raise Problem("manual.photo", N_("Take a photo of the point."), field="photos")
    if data.reason == "other" and not data.note:
        raise Problem("manual.note", N_("Say in a few words why."), field="note")
    if when.at < walk.times.opens_at:
        raise Problem("manual.early", N_("This round has not begun yet."), status=409)
    if when.at >= walk.times.closes_at + ENTER_WITHIN:
        raise Problem(
            "manual.too_late",
            N_("The round closed more than 12 hours ago. It stays as it is."),
            status=409,
        )
    if stop.state not in UNSETTLED:
        raise settled_already()
    stated = stated_at(data.stated, walk, stop, when, by.zone)
    if not on_shift(by, walk, stated):
        raise Problem("manual.not_on_shift", N_("Only who was on this round's shift can enter a visit."), status=403)
    not_asked_yet(by.site_id, walk, stop, "manual", when)
    latest_label(by.site_id, stop.place_id)
    photos, hazard_id = data.photos, None
    if data.reason == "code_damaged":
        hazard_id, spent = report_label(walk, stop, data.photos, data.note, data.photo_facts, by=by, when=when)
        photos = [] if spent else data.photos
    ask = add_ask(
        "manual", walk, stop, id=id, by=by, when=when, reason=data.reason, note=data.note, hazard_id=hazard_id,
        person_id=by.user_id, stated_at=stated,
    )  # fmt: skip
    add_photos(
        photos, kind="visit", subject_kind="ask", subject_id=id, place_id=stop.place_id, by=by, when=when,
        round_id=walk.id, facts=data.photo_facts,
    )  # fmt: skip
    return ask


def enterable(walk: Walk, asks: Mapping[UUID, Iterable[Asked]], *, by: Reader, at: datetime) -> list[Stop]:
    """The points of a round that this reader may enter by hand now."""
    times = walk.times
    if walk.cancelled or not times.opens_at <= at < times.closes_at + ENTER_WITHIN:
        return []
    left = [stop for stop in walk.stops if stop.state in UNSETTLED and not taken(asks[stop.place_id], "manual")]
    return left if left and on_shift(by, walk, times.starts_at) else []


def on_shift(by: Reader, walk: Walk, at: datetime) -> bool:
    """Of the round's team; and where the roster names people of it for that time one of them, or a shift leader."""
    if by.team != walk.team:
        return False
    named = {one.user_id for one in on_duty(by.site_id, at) if one.team == walk.team}
    return not named or by.user_id in named or by.role == "shift_leader"


def stated_at(text: str, walk: Walk, stop: Stop, when: When, zone: ZoneInfo) -> datetime:
    """The moment of this round that the clock on the wall showed as ``text``; where it counts, and not to come."""
    first = max(walk.times.opens_at, stop.window[0]) if stop.window else walk.times.opens_at
    at = moment_within(time.fromisoformat(text), first, walk.times.closes_at, zone)
    if at is None:
        raise Problem(
            "manual.time", N_("%(point)s: the round was not open at that time."), field="stated", point=stop.name
        )
    if at > when.at:
        raise Problem("manual.to_come", N_("%(point)s: that time is still to come."), field="stated", point=stop.name)
    return at


def moment_within(clock: time, first: datetime, last: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment of first <= t < last within the minute ``clock`` on the wall, None if there is none."""
    day: date = first.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        minute = wall(day, clock, zone)
        if first < minute + timedelta(minutes=1) and minute < last:
            return max(first, minute)
        day += ONE_DAY
    return None


def latest_label(site_id: UUID, place_id: UUID) -> UUID:
    """The label a visit by hand is written under."""
    query = select(Label.id).where(Label.site_id == site_id, Label.place_id == place_id)
    found = db.session.scalars(query.order_by(Label.version.desc()).limit(1)).first()
    if found is None:
        raise Problem("manual.no_label", N_("This point has no label yet. Give it one first."), status=409)
    return found


def count_visit(site_id: UUID, ask: Asked, walk: Walk, at: datetime) -> None:
    """The approved entry becomes a scan; a scan of the point that came in meanwhile speaks for itself."""
    stop = next(stop for stop in walk.stops if stop.place_id == ask.place_id)
    if stop.visit.state in VISITED or ask.stated_at is None or ask.person_id is None:
        return
    db.session.add(
        Scan(
            id=ask.id, site_id=site_id, place_id=ask.place_id,
            label_id=latest_label(site_id, ask.place_id), round_id=walk.id, user_id=ask.person_id, device_id=None,
            method=ask.kind, captured_at=ask.stated_at, effective_at=ask.stated_at, received_at=at,
            business_day=walk.day, flags=[BY_HAND[ask.kind]],
        )
    )  # fmt: skip
    db.session.flush()
