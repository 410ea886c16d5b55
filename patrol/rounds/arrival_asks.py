"""What an arrival asks for beside "all is normal": a question about the place, and once a round a live photo."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.photos.photo import Photo
from patrol.rounds.draw import live_stop
from patrol.rounds.evidence_site import EvidenceSite, evidence_site
from patrol.rounds.presence import PlaceQuestion, PresenceAnswer, asked_of, questions_at
from patrol.rounds.scan import Scan
from patrol.rounds.walk import Walk


@dataclass(frozen=True, slots=True)
class Asked:
    question: PlaceQuestion | None = None
    live: bool = False

    def __bool__(self) -> bool:
        return self.question is not None or self.live


NOTHING = Asked()


def asked_on(site_id: UUID, walks: Iterable[Walk], at: datetime) -> dict[tuple[UUID, UUID], Asked]:
    """(round, place) -> what is asked there; places that ask for nothing are left out. Two queries."""
    walks = list(walks)
    known = evidence_site(site_id, at)
    questions = questions_at(site_id, {stop.place_id for walk in walks for stop in walk.stops})
    found = {}
    for walk in walks:
        live = live_place(walk, known)
        for stop in walk.stops:
            question = asked_of(questions.get(stop.place_id, ()), known.secret.encode(), walk.id, stop.place_id)
            asked = Asked(question, stop.place_id == live)
            if asked:
                found[walk.id, stop.place_id] = asked
    return found


def live_place(walk: Walk, known: EvidenceSite) -> UUID | None:
    """The place of a round that asks for a live photo; a storm has its own, rounds before the secret ask none."""
    if walk.kind == "weather" or walk.times.opens_at < known.made_at:
        return None
    return live_stop([stop.place_id for stop in walk.required], known.secret.encode(), walk.id)


def asked_at(scan: Scan, walk: Walk | None, at: datetime) -> Asked:
    """What this scan still has to say. What was answered or shown is not asked again."""
    if walk is None:
        return NOTHING
    asked = asked_on(scan.site_id, [walk], at).get((walk.id, scan.place_id), NOTHING)
    if not asked:
        return asked
    said = select(PresenceAnswer.id).where(PresenceAnswer.site_id == scan.site_id, PresenceAnswer.scan_id == scan.id)
    shown = select(Photo.id).where(
        Photo.site_id == scan.site_id, Photo.subject_kind == "scan", Photo.subject_id == scan.id
    )
    return Asked(
        None if asked.question is None or db.session.scalar(said.limit(1)) else asked.question,
        asked.live and db.session.scalar(shown.limit(1)) is None,
    )
