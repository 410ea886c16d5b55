"""What is odd about a visit, in words, how much it weighs, and what it may mean innocently.

Flags are evidence for people; they refuse nothing and prove nothing. This table is the only place where they weigh.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple

from patrol.core.problems import N_

Grade = Literal["A", "B", "C"]
OF_ROUNDS = frozenset({"crew_short"})  # on a round as a whole; all others on a visit

FLAGS: dict[str, str] = {
    "out_of_order": N_("Out of order"),
    "too_fast": N_("Too fast"),
    "burst": N_("Several points at once"),
    "same_second": N_("Two points in one second"),
    "round_too_fast": N_("Round walked too fast"),
    "far_away": N_("Far from the point"),
    "position_coarse": N_("Position too coarse to tell"),
    "position_odd": N_("Position looks made up"),
    "clock_skew": N_("Phone clock was wrong"),
    "clock_step": N_("Phone clock was set back"),
    "seq_gap": N_("Records of this phone are missing"),
    "seq_fork": N_("This phone's records do not fit together"),
    "shared_device": N_("Two people on one phone"),
    "two_devices": N_("One person on two phones"),
    "photo_seen": N_("Photo seen before"),
    "photo_old": N_("Photo taken long before"),
    "wrong_answer": N_("Wrong answer about the place"),
    "no_live_photo": N_("No live photo"),
    "late_sync": N_("Sent late"),
    "needs_approval": N_("Sent after 3 days"),
    "manual_entry": N_("Entered by hand"),
    "paper": N_("From a paper sheet"),
    "after_close": N_("After the round closed"),
    "crew_short": N_("Walked alone"),
    "not_assigned": N_("Not of this team"),
    "old_label": N_("Replaced label"),
    "leaked_label": N_("Label known to be copied"),
    "repeat": N_("Same tap again"),
    "corrected": N_("Corrected afterwards"),
    "brought_in": N_("Brought in from a file"),
}


class Meaning(NamedTuple):
    """grade: the best grade a visit with this flag can have. innocent: what it may be without anybody's fault."""

    grade: Grade
    innocent: str


MEANINGS: dict[str, Meaning] = {  # a flag that is not here changes no grade
    "too_fast": Meaning("C", N_("Two points lie closer than they look, or a label was read from afar.")),
    "burst": Meaning("C", N_("Labels hang side by side, or scans kept without signal were given one time.")),
    "same_second": Meaning("C", N_("Two labels were in the picture at once, or the phone stored two scans together.")),
    "round_too_fast": Meaning("C", N_("The planned time is too generous, or the points lie on one floor.")),
    "far_away": Meaning("C", N_("High buildings bend the signal, or the place stands wrong on the map.")),
    "position_coarse": Meaning("B", N_("Indoors a phone only guesses where it is.")),
    "position_odd": Meaning("C", N_("A phone without satellites may repeat its last position.")),
    "clock_skew": Meaning("B", N_("Some phones stop counting while they sleep, or set their clock by themselves.")),
    "clock_step": Meaning("C", N_("The phone put its own clock right, or was restarted with an empty battery.")),
    "seq_gap": Meaning("B", N_("The missing ones may still wait on the phone, belong to another site, or be refused.")),
    "seq_fork": Meaning("C", N_("The browser's data may have been restored from a copy.")),
    "shared_device": Meaning("C", N_("A phone was lent because the other one was empty or broken.")),
    "two_devices": Meaning("B", N_("The phone was exchanged during the shift.")),
    "photo_seen": Meaning("C", N_("Entrances built alike look alike; compare the two pictures.")),
    "photo_old": Meaning("B", N_("The camera's own clock may be wrong.")),
    "wrong_answer": Meaning("C", N_("The question may be out of date: look at the place before you judge.")),
    "no_live_photo": Meaning("B", N_("The camera was refused, or there was no hand free.")),
    "late_sync": Meaning("B", N_("There was no signal, or the phone was off.")),
    "needs_approval": Meaning("B", N_("There was no signal for days, or the phone lay in a locker.")),
    "manual_entry": Meaning("B", N_("The phone or the label failed.")),
    "paper": Meaning("B", N_("The phones or the server failed, and the round was written down.")),
    "old_label": Meaning("C", N_("The old label still hangs there, or a print of it was not thrown away.")),
    "leaked_label": Meaning("C", N_("The old label still hangs there although it was replaced.")),
    "brought_in": Meaning("B", N_("The phone could not send any more.")),
}  # fmt: skip
STRONG = frozenset(code for code, meaning in MEANINGS.items() if meaning.grade == "C")


def grade_of(flags: Collection[str], *, near: bool = False, proved: bool = False) -> Grade:
    """A, B or C of a visit.

    near: a position inside the point's radius. proved: a live photo taken there, or a right answer about the place.
    A needs one of the two and nothing odd; C has at least one strong sign; everything else is B.
    """
    grades: list[Grade] = [MEANINGS[flag].grade for flag in flags if flag in MEANINGS]
    worst: Grade = max(grades, default="A")
    if worst != "A":
        return worst
    return "A" if near or proved else "B"
