"""The last change of shifts: the guard who goes and the one who comes both sign the card."""

from datetime import datetime, timedelta

from patrol.accounts.reader import Reader
from patrol.briefings.card import card
from patrol.briefings.handover import HandoverSignData, Side, keep_card, sign_handover
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.timeline import Story, Timeline
from patrol.demo.walking import Walking
from patrol.sites.shift_times import last_begun, shift_before
from patrol.sites.site import Site

TEAM = "security"
BEFORE, AFTER = timedelta(minutes=6), timedelta(minutes=4)


def hand_over(site: Site, people: dict[str, Reader], walking: Walking, timeline: Timeline) -> None:
    here = (site.shifts, site.zone, site.day_start)
    this = last_begun(timeline.until, *here)
    if this is not None:
        begin = this.starts_at - BEFORE
        timeline.begin(begin, _signed(site, people, walking, timeline.until))


def _signed(site: Site, people: dict[str, Reader], walking: Walking, until: datetime) -> Story:
    here = (site.shifts, site.zone, site.day_start)
    after = last_begun(until, *here)
    assert after is not None
    this = shift_before(after, *here)
    assert this is not None
    goes, comes = walking.on_duty(after.starts_at - BEFORE)[0], walking.on_duty(after.starts_at + AFTER)[0]
    at = after.starts_at - BEFORE
    kept = keep_card(site.id, TEAM, this, card(site, site.id, TEAM, this, after, at), at=at)
    _sign(kept.id, "out", people[goes], at)
    yield after.starts_at + AFTER
    _sign(kept.id, "in", people[comes], after.starts_at + AFTER)


def _sign(card_id: object, side: Side, by: Reader, at: datetime) -> None:
    data = HandoverSignData.model_validate({"card": card_id, "side": side, "signature": [uuid7()]})
    sign_handover(data, id=uuid7(), by=by, when=When(at, at, at))
