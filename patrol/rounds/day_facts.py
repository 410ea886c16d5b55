"""What is needed to judge the visits of some business days, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.received import Received
from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.photos.photo import Photo
from patrol.photos.seen import ROWS as PHOTOS
from patrol.rounds.arrival_asks import live_place
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_site import EvidenceSite
from patrol.rounds.legs import Link, Step
from patrol.rounds.presence import PresenceAnswer
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.scan import Scan
from patrol.rounds.walk import Walk, rounds_between, walks
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.site import Site


@dataclass(slots=True)
class DaysFacts:
    """made: evidence that is here: id -> (made at). live: the place of each round that asked for a photo."""

    site: Site
    scans: list[Any]
    rounds: dict[UUID, Any]
    walks: dict[UUID, Walk] = field(default_factory=dict)
    expected_min: dict[UUID, int] = field(default_factory=dict)
    made: dict[UUID, datetime] = field(default_factory=dict)
    phones: dict[UUID, Any] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    photos: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    good_answers: dict[UUID, list[bool]] = field(default_factory=lambda: defaultdict(list))  # by scan
    live: dict[UUID, UUID | None] = field(default_factory=dict)

    def next_close(self, day: date, at: datetime) -> datetime | None:
        """When time itself adds to a day: its next round closes."""
        closes = (row.closes_at for row in self.rounds.values() if row.business_day == day and row.closes_at > at)
        return min(closes, default=None)

    def step(self, scan: Any) -> Step:
        phone = self.phones.get(scan.id)
        return Step(
            scan.id, scan.place_id, scan.user_id, scan.effective_at, scan.round_id, scan.lat, scan.lon,
            scan.accuracy_m, scan.captured_at, scan.monotonic_ms,
            phone.device_id if phone else None, phone.seq if phone else None,
        )  # fmt: skip

    @property
    def shift_of(self) -> Callable[[datetime], tuple[date, str]]:
        site = self.site
        zone, shifts = site.zone, list(site.shifts)

        def shift_of(at: datetime) -> tuple[date, str]:
            clock = at.astimezone(zone).strftime("%H:%M")
            on = (s for s in shifts if s["start"] <= clock < s["end"] or (
                s["start"] >= s["end"] and (clock >= s["start"] or clock < s["end"])))  # fmt: skip
            return business_day(at, zone, site.day_start), next((str(s["code"]) for s in on), "")

        return shift_of


def gather(site: Site, first: date, last: date, at: datetime, known: EvidenceSite) -> DaysFacts:
    """Everything of the business days from first to last, both counting, as it stands at ``at``."""
    rounds = {row.id: row for row in rounds_between(site.id, first, last)}
    facts = DaysFacts(site, list(db.session.execute(_scans(site.id, first, last))), rounds)
    made = select(Evidence.id, Evidence.made_at).where(
        Evidence.site_id == site.id, Evidence.business_day >= first, Evidence.business_day <= last
    )
    facts.made = {row.id: row.made_at for row in db.session.execute(made)}
    over = [row for row in rounds.values() if row.closes_at <= at and row.cancelled_at is None]
    pending = {scan.round_id for scan in facts.scans if scan.id not in facts.made}
    due = [row for row in over if row.id not in facts.made or row.id in pending]
    facts.walks = {walk.id: walk for walk in walks(site.id, due, at)}
    facts.expected_min = _expected(site.id, first, last)
    _phones(facts, first, last)
    _photos(facts, first, last)
    for walk in facts.walks.values():
        facts.live[walk.id] = live_place(walk, known)
    return facts


def _scans(site_id: UUID, first: date, last: date) -> Any:
    columns = (
        Scan.id, Scan.place_id, Scan.user_id, Scan.round_id, Scan.business_day, Scan.effective_at, Scan.captured_at,
        Scan.received_at, Scan.monotonic_ms, Scan.lat, Scan.lon, Scan.accuracy_m, Scan.distance_m, Scan.flags,
        Scan.method, Place.radius_m, Label.leaked,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Place, (Place.site_id == Scan.site_id) & (Place.id == Scan.place_id))
        .join(Label, (Label.site_id == Scan.site_id) & (Label.id == Scan.label_id))
        .where(Scan.site_id == site_id, Scan.business_day >= first, Scan.business_day <= last)
        .order_by(Scan.effective_at, Scan.id)
    )


def _expected(site_id: UUID, first: date, last: date) -> dict[UUID, int]:
    """Minutes that the stops of a round ask for, walking and staying."""
    query = (
        select(RoundStop.round_id, RoundStop.walk_min, RoundStop.stay_min)
        .join(Round, (Round.site_id == RoundStop.site_id) & (Round.id == RoundStop.round_id))
        .where(
            Round.site_id == site_id, Round.business_day >= first, Round.business_day <= last,
            RoundStop.required,
        )
    )  # fmt: skip
    found: dict[UUID, int] = defaultdict(int)
    for row in db.session.execute(query):
        found[row.round_id] += row.walk_min + row.stay_min
    return found


def _phones(facts: DaysFacts, first: date, last: date) -> None:
    """Which phone each scan came from, with what that phone sent in between."""
    query = (
        select(Received.id, Received.device_id, Received.seq, Received.prev)
        .join(Scan, (Scan.site_id == Received.site_id) & (Scan.id == Received.id))
        .where(
            Scan.site_id == facts.site.id, Scan.business_day >= first, Scan.business_day <= last,
            Received.device_id.is_not(None),
        )
    )  # fmt: skip
    facts.phones = {row.id: row for row in db.session.execute(query)}
    spans: dict[UUID, list[int]] = defaultdict(list)
    for row in facts.phones.values():
        if row.seq is not None:
            spans[row.device_id].append(row.seq)
    if not spans:
        return
    chain = select(Received.id, Received.device_id, Received.seq, Received.prev).where(
        Received.site_id == facts.site.id,
        Received.device_id.in_(sorted(spans)),
        Received.seq >= min(map(min, spans.values())) - 1,
        Received.seq <= max(map(max, spans.values())),
    )
    facts.links = [Link(row.id, row.device_id, row.seq, row.prev) for row in db.session.execute(chain)]


def _photos(facts: DaysFacts, first: date, last: date) -> None:
    """Photos, here or on their way, and answers of these days."""
    photos = PHOTOS.where(
        Photo.site_id == facts.site.id,
        Photo.business_day >= first,
        Photo.business_day <= last,
        Photo.kind.not_in(("signature", "way", "item")),
    )
    facts.photos = list(db.session.execute(photos))
    answers = (
        select(
            PresenceAnswer.id, PresenceAnswer.scan_id, PresenceAnswer.good, PresenceAnswer.received_at,
            Scan.business_day,
        )
        .join(Scan, (Scan.site_id == PresenceAnswer.site_id) & (Scan.id == PresenceAnswer.scan_id))
        .where(Scan.site_id == facts.site.id, Scan.business_day >= first, Scan.business_day <= last)
    )  # fmt: skip
    facts.answers = list(db.session.execute(answers))
    for one in facts.answers:
        facts.good_answers[one.scan_id].append(one.good)
