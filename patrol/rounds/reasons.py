"""Why a point was not reached (DOMAIN §3), and what becomes of asking for it to be excused."""

from datetime import datetime, timedelta
from typing import Literal, get_args

from patrol.core.problems import N_

REASONS: dict[str, str] = {  # the last three can never be excused
    "weather": N_("Bad weather"),
    "emergency": N_("Called to an emergency"),
    "no_access": N_("Cannot get in"),
    "code_damaged": N_("Label damaged or gone"),
    "phone_failure": N_("Phone trouble"),
    "construction": N_("Works in the way"),
    "ordered": N_("Told to do something else"),
    "short_staff": N_("Too few people"),
    "forgot": N_("Forgotten"),
    "other": N_("Something else"),
}
Reason = Literal[
    "weather", "emergency", "no_access", "code_damaged", "phone_failure", "construction", "ordered",
    "short_staff", "forgot", "other",
]  # fmt: skip
HandReason = Literal["code_damaged", "phone_failure", "emergency", "other"]
BY_HAND = get_args(HandReason)  # why a scan could not be made although somebody was there (手工补录)
PROVED = frozenset({"no_access", "code_damaged"})  # these need a photo
NEVER = frozenset({"short_staff", "forgot", "other"})
EXCUSABLE = frozenset(REASONS) - NEVER
DECIDE_WITHIN = timedelta(hours=48)

AskState = Literal["waiting", "approved", "refused", "lapsed", "kept"]


def ask_state(kind: str, reason: str, received_at: datetime, approved: bool | None, now: datetime) -> AskState:
    """What became of an ask.

    approved: what was decided, None if nothing was. kept: an excuse whose reason can never be excused; it stays
    as an explanation. lapsed: nobody decided within 48 hours after it was received; the 48th hour itself is over.
    """
    if approved is not None:
        return "approved" if approved else "refused"
    if kind == "excuse" and reason in NEVER:
        return "kept"
    return "waiting" if now < received_at + DECIDE_WITHIN else "lapsed"
