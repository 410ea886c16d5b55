"""What the supervisor has made of the exceptions so far: one explained, one confirmed, one void; the others wait."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db, write
from patrol.demo.words import Both, Lang, say
from patrol.rounds.evidence import Evidence
from patrol.rounds.evidence_making import ensure_evidence
from patrol.rounds.settling import settle_evidence

BURST: Both = ("换标签时四张放在一起，一次扫完的", "The four labels lay side by side while they were exchanged")
CHAIR: Both = ("监控显示人一直在东门岗亭", "The camera shows him in the east gate's post all the time")


def judge(people: dict[str, Reader], chair: UUID | None, burst: UUID | None, at: datetime, lang: Lang) -> None:
    """Not inside ``write()``."""
    by = people["supervisor"]
    ensure_evidence(by.site_id, at)
    acts = (
        *((row, "explained", BURST) for row in _odd(by.site_id, burst, "burst")[:1]),
        *(
            (row, act, CHAIR)
            for row, act in zip(_odd(by.site_id, chair, "burst"), ("voided", "confirmed"), strict=False)
        ),
    )
    with write(by.site_id):
        for row, act, words in acts:
            settle_evidence(row, act, say(words, lang), by=by, at=at)


def _odd(site_id: UUID, round_id: UUID | None, flag: str) -> list[UUID]:
    """The visits of a round with this flag, in order of time."""
    query = select(Evidence.id, Evidence.flags).where(
        Evidence.site_id == site_id, Evidence.round_id == round_id, Evidence.kind.in_(("visit", "extra"))
    )
    return [row.id for row in db.session.execute(query.order_by(Evidence.at, Evidence.id)) if flag in row.flags]
