"""What is odd about a visit, in words. Flags are evidence for people; they refuse nothing."""

from patrol.core.problems import N_

OF_ROUNDS = frozenset({"crew_short"})  # on a round as a whole; all others on a visit

FLAGS: dict[str, str] = {
    "out_of_order": N_("Out of order"),
    "too_fast": N_("Too fast"),
    "far_away": N_("Far from the point"),
    "clock_skew": N_("Phone clock was wrong"),
    "late_sync": N_("Sent late"),
    "needs_approval": N_("Sent after 3 days"),
    "manual_entry": N_("Entered by hand"),
    "after_close": N_("After the round closed"),
    "crew_short": N_("Walked alone"),
    "not_assigned": N_("Not of this team"),
    "old_label": N_("Replaced label"),
    "repeat": N_("Same tap again"),
    "corrected": N_("Corrected afterwards"),
    "brought_in": N_("Brought in from a file"),
}
