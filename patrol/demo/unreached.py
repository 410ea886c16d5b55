"""What became of the points that nobody reached: asked for, decided or not, walked again on a make-up round."""

from datetime import datetime, timedelta
from typing import Any

from patrol.accounts.reader import Reader
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.demo.estate import Estate
from patrol.demo.lapses import Gap
from patrol.demo.timeline import Story
from patrol.demo.walking import Walking
from patrol.demo.words import Both, Lang, say
from patrol.rounds.asking import ExcuseData, ask_excuse
from patrol.rounds.deciding import decide
from patrol.rounds.make_up import start_make_up
from patrol.rounds.round import Round

# what -> reason, what was said, hours until it was decided, whether it was approved, what the supervisor said
FATES: dict[str, tuple[str, Both, float | None, bool, Both]] = {
    "waiting": ("no_access", ("后门被施工围挡堵住", "The back door is behind a builder's fence"), None, False, ("", "")),
    "approved": ("emergency", ("电梯困人，去 3 栋救援", "Went to people stuck in building 3's lift"), 4.5, True, ("", "")),
    "approved_works": (
        "construction", ("湖边步道正在铺砖", "The lake path is being paved"), 6, True,
        ("已和施工单位核实", "Checked with the builders"),
    ),
    "refused": (
        "ordered", ("被叫去搬桌子", "Called to move tables"), 3, False,
        ("搬桌子可以等，巡查点不能少", "The tables could wait, the round cannot"),
    ),
}  # fmt: skip


class Unreached:
    def __init__(self, walking: Walking, people: dict[str, Reader], estate: Estate, lang: Lang) -> None:
        self.walking, self.people, self.estate, self.lang = walking, people, estate, lang

    def story(self, gap: Gap, row: Round, walker: str) -> Story:
        if gap.what == "made_up":
            return self._made_up(row, walker)
        return self._asked(gap, row, walker)

    def begins(self, gap: Gap, row: Round) -> datetime:
        return row.closes_at + (timedelta(minutes=1) if gap.what == "made_up" else timedelta(minutes=9))

    def _asked(self, gap: Gap, row: Round, walker: str) -> Story:
        reason, words, hours, approved, answer = FATES[gap.what]
        at = self.begins(gap, row)
        fields: dict[str, Any] = {"round": row.id, "place": self.estate.id(gap.key), "reason": reason}
        photos = [uuid7()] if reason == "no_access" else []
        data = ExcuseData.model_validate({**fields, "note": say(words, self.lang), "photos": photos})
        ask = ask_excuse(data, id=uuid7(), by=self.people[walker], when=When(at, at, at))
        if hours is None:
            return
        later = at + timedelta(hours=hours)
        yield later
        decide(ask.id, approved, by=self.people["supervisor"], at=later, note=say(answer, self.lang))

    def _made_up(self, row: Round, walker: str) -> Story:
        """The leader asks for it while no other round of the route is open, and the same guard goes back."""
        at = row.closes_at + timedelta(minutes=1)
        round_id = start_make_up(row.id, by=self.people["leader"], at=at)
        self.walking.go(round_id, walker, at + timedelta(minutes=3), 2)
        yield from ()
