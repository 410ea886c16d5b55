"""What an address asks of the ledger; page and export read it alike. Unknown words narrow nothing."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from patrol.core.business_day import parse_month
from patrol.equipment.equipment import STATES
from patrol.equipment.ledger import Filter
from patrol.equipment.types import EQUIPMENT_TYPES

WINDOWS = (0, 30, 60, 90)  # days ahead, for service or scrap; 0 is what is past its date


def filter_in(args: Mapping[str, str]) -> Filter:
    kind, state, due = args.get("type"), args.get("state"), args.get("due", "")
    return Filter(
        words=args.get("q", "").strip()[:60],
        type=kind if kind in EQUIPMENT_TYPES else None,
        place=_uuid(args.get("place")) or _uuid(args.get("building")),
        state=state if state in STATES else None,
        contractor=args.get("contractor", "")[:80] or None,
        within=60 if due == "1" else int(due) if due in map(str, WINDOWS) else None,
        due_at=_day(due),
        missing=_month(args.get("missing")),
        unusable=_day(args.get("unusable")),
        after=args.get("cursor", "")[:40] or None,
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _month(text: str | None) -> date | None:
    try:
        return date(*parse_month(text), 1) if text else None
    except ValueError:
        return None
