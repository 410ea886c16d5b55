"""What a text from an address or a form names; None where it names nothing of the kind."""

from datetime import date
from uuid import UUID

from patrol.core.business_day import parse_month


def asked_id(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def asked_day(text: str | None) -> date | None:
    """ "2026-11-30"."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def asked_month(text: str | None) -> date | None:
    """The first of a month named "2026-11"."""
    try:
        return date(*parse_month(text), 1) if text else None
    except ValueError:
        return None
