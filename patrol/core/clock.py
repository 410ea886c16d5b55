"""The only look at the machine's clock. Verbs take ``at=`` instead of asking."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
