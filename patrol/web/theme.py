"""Light or dark: the person's own choice first; else the phone's, and dark at night for who walks rounds."""

from datetime import time

NIGHT_FROM, NIGHT_UNTIL = time(19), time(6)
_ON_FOOT = frozenset({"guard", "cleaner", "gardener", "shift_leader", "engineer"})


def theme_now(choice: str, role: str | None, clock: time) -> str:
    """ "light", "dark", or "auto" for whatever the phone is set to. clock: the time on the site's wall."""
    night = clock >= NIGHT_FROM or clock < NIGHT_UNTIL
    return "dark" if choice == "auto" and role in _ON_FOOT and night else choice
