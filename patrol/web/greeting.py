"""Good morning, good evening: by the clock on the wall."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from patrol.core.problems import N_

_FROM_HOUR = (
    (5, N_("Good morning")),
    (11, N_("Good day")),
    (13, N_("Good afternoon")),
    (18, N_("Good evening")),
    (23, N_("Still awake, thank you")),
)


def greeting(at: datetime, zone: ZoneInfo | None = None) -> str:
    """zone: the site's; without one the clock of Shanghai counts."""
    hour = at.astimezone(zone or ZoneInfo("Asia/Shanghai")).hour
    word = next((word for start, word in reversed(_FROM_HOUR) if hour >= start), _FROM_HOUR[-1][1])
    return gettext(word)
