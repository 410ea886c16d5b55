"""Questions about three places, which only who stands there can answer, and what was answered since."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.timeline import Timeline
from patrol.demo.walking import Visit
from patrol.demo.words import Both, Lang, say
from patrol.rounds.presence import add_question, answer
from patrol.rounds.scan import Scan

SINCE = timedelta(days=10)


class Question(NamedTuple):
    key: str
    text: Both
    options: tuple[Both, ...]
    right: int


QUESTIONS = (
    Question("b3.balcony", ("东阳台栏杆是什么颜色？", "What colour is the railing of the east balcony?"),
             (("白色", "White"), ("墨绿色", "Dark green"), ("灰色", "Grey")), 1),
    Question("garage.b2c", ("充电桩一共几台？", "How many chargers are there?"),
             (("8 台", "8"), ("10 台", "10"), ("12 台", "12"), ("16 台", "16")), 2),
    Question("room.pump", ("泵房门内侧贴的是什么？", "What hangs on the inside of the pump room's door?"),
             (("阀门图", "A plan of the valves"), ("值班表", "A duty list"), ("什么也没有", "Nothing")), 0),
)  # fmt: skip


def ask_at_places(
    estate: Estate, people: dict[str, Reader], visits: Iterable[Visit], guessed: UUID | None, timeline: Timeline,
    first: datetime, lang: Lang,
) -> None:  # fmt: skip
    """guessed: the round in which the answers were guessed."""
    begin = max(first + timedelta(hours=2), timeline.until - SINCE)
    asked: dict[str, tuple[Question, UUID]] = {}

    def add(question: Question) -> None:
        options = [say(option, lang) for option in question.options]
        row = add_question(
            estate.places[question.key], say(question.text, lang), options, question.right,
            by=people["supervisor"].user_id, at=begin,
        )  # fmt: skip
        asked[question.key] = question, row.id

    def said(visit: Visit, at: datetime) -> None:
        question, number = asked[visit.key]
        choice = question.right if visit.round_id != guessed else (question.right + 1) % len(question.options)
        scan = db.session.get_one(Scan, (people["supervisor"].site_id, visit.id))
        answer(scan, number, choice, id=uuid7(), by=people[visit.person], when=When(at, at, at))

    here = [question for question in QUESTIONS if question.key in estate.places]
    for question in here:
        timeline.once(begin, partial(add, question))
    keys = {question.key for question in here}
    for visit in visits:
        at = visit.at + timedelta(seconds=6)
        if visit.key in keys and visit.round_id is not None and begin < visit.at and at < timeline.until:
            timeline.once(at, partial(said, visit, at))
