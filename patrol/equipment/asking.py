"""What an address asks of the ledger; page and export read it alike. Unknown words narrow nothing."""

from collections.abc import Mapping

from patrol.core.asked import asked_day, asked_id, asked_month
from patrol.equipment.equipment import STATES
from patrol.equipment.ledger import Filter
from patrol.equipment.types import EQUIPMENT_TYPES

WINDOWS = (0, 30, 60, 90)  # days ahead, for service or scrap; 0 is what is past its date


def filter_in(args: Mapping[str, str]) -> Filter:
    kind, state, due = args.get("type"), args.get("state"), args.get("due", "")
    return Filter(
        words=args.get("q", "").strip()[:60],
        type=kind if kind in EQUIPMENT_TYPES else None,
        place=asked_id(args.get("place")) or asked_id(args.get("building")),
        state=state if state in STATES else None,
        contractor=args.get("contractor", "")[:80] or None,
        within=60 if due == "1" else int(due) if due in map(str, WINDOWS) else None,
        due_at=asked_day(due),
        missing=asked_month(args.get("missing")),
        unusable=asked_day(args.get("unusable")),
        after=args.get("cursor", "")[:40] or None,
    )
