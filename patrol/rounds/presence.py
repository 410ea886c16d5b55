"""Presence question (现场题): what only who stands there can see. Asked after the scan, judged on the server."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.core.db import Model, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.core.wording import tidy
from patrol.journal.entry import note
from patrol.rounds.draw import question_for
from patrol.sites.place import Place

MOST_OPTIONS, FEWEST_OPTIONS, MOST_QUESTIONS = 4, 2, 20


class PlaceQuestion(SiteRow, Model):
    """Never edited, only retired: an answer must be judged by what was asked. right: index of the right option."""

    __tablename__ = "place_question"
    __table_args__ = (site_key("place_id", "place"), Index(None, "site_id", "place_id"))

    place_id: Mapped[UUID]
    text: Mapped[str]
    options: Mapped[list[Any]]
    right: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
    retired_by_id: Mapped[UUID | None]


class PresenceAnswer(SiteRow, Model):
    """What was chosen at a visit. ``good`` is for supervisors; the phone is never told."""

    __tablename__ = "presence_answer"
    __table_args__ = (
        site_key("scan_id", "scan"),
        site_key("question_id", "place_question"),
        CheckConstraint("choice >= 0", name="choice"),
        UniqueConstraint("site_id", "scan_id", "question_id"),
    )

    scan_id: Mapped[UUID]
    question_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    choice: Mapped[int]
    good: Mapped[bool]


def add_question(
    place: Place, text: str, options: Sequence[str], right: int, *, by: UUID, at: datetime
) -> PlaceQuestion:
    """A question of 2 to 4 different options. right: which of the options as given, empty ones counted."""
    asked, given = tidy(text, 120), [tidy(option, 40) for option in options[:MOST_OPTIONS]]
    if not asked:
        raise Problem("question.text", N_("Write the question."), field="text")
    kept = [option for option in given if option]
    if len(kept) < FEWEST_OPTIONS or len(set(kept)) < len(kept):
        raise Problem("question.options", N_("Give two to four different answers."), field="options")
    if not 0 <= right < len(given) or not given[right]:
        raise Problem("question.right", N_("Say which answer is right."), field="right")
    if len(questions_of(place.site_id, place.id)) >= MOST_QUESTIONS:
        raise Problem("question.many", N_("This place has enough questions. Take one away first."), status=409)
    question = PlaceQuestion(
        id=uuid7(), site_id=place.site_id, place_id=place.id, text=asked, options=kept, right=kept.index(given[right]),
        made_at=at, made_by_id=by,
    )  # fmt: skip
    db.session.add(question)
    note("question.added", "place", place.id, site_id=place.site_id, by=by, at=at, question=question.id)
    return question


def retire_question(site_id: UUID, question_id: UUID, *, by: UUID, at: datetime) -> PlaceQuestion:
    """Not asked any more; answers given so far stay as they are."""
    question = db.session.get(PlaceQuestion, (site_id, question_id))
    if question is None:
        raise NotHere("question")
    if question.retired_at is None:
        question.retired_at, question.retired_by_id = at, by
        note("question.retired", "place", question.place_id, site_id=site_id, by=by, at=at, question=question.id)
    return question


def questions_of(site_id: UUID, place_id: UUID) -> list[PlaceQuestion]:
    return questions_at(site_id, [place_id])[place_id]


def questions_at(site_id: UUID, places: Iterable[UUID]) -> dict[UUID, list[PlaceQuestion]]:
    """What may be asked at each of these places. One query."""
    query = select(PlaceQuestion).where(
        PlaceQuestion.site_id == site_id,
        PlaceQuestion.place_id.in_(list(places)),
        PlaceQuestion.retired_at.is_(None),
    )
    found: dict[UUID, list[PlaceQuestion]] = defaultdict(list)
    for question in db.session.scalars(query.order_by(PlaceQuestion.id)):
        found[question.place_id].append(question)
    return found


def asked_of(questions: Sequence[PlaceQuestion], secret: bytes, round_id: UUID, place_id: UUID) -> PlaceQuestion | None:
    """The question that this round asks at this place."""
    drawn = question_for([question.id for question in questions], secret, round_id, place_id)
    return next((question for question in questions if question.id == drawn), None)


def answer(scan: Any, question_id: UUID, choice: int, *, id: UUID, by: Reader, when: When) -> PresenceAnswer | None:
    """Keep an answer; None if this scan answered it before: the first word counts. Nobody is told if it is right."""
    question = db.session.get(PlaceQuestion, (by.site_id, question_id))
    if question is None or question.place_id != scan.place_id:
        raise NotHere("question")
    if not 0 <= choice < len(question.options):
        raise Problem("question.choice", N_("Choose one of the answers."), field="choice")
    earlier = select(PresenceAnswer.id).where(
        PresenceAnswer.site_id == by.site_id,
        PresenceAnswer.scan_id == scan.id,
        PresenceAnswer.question_id == question.id,
    )
    if db.session.scalar(earlier) is not None:
        return None
    made = PresenceAnswer(
        id=id, site_id=by.site_id, scan_id=scan.id, question_id=question.id, user_id=by.user_id, at=when.at,
        received_at=when.received_at, choice=choice, good=choice == question.right,
    )  # fmt: skip
    db.session.add(made)
    return made
