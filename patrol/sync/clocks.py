"""Whether a phone's clock can be believed: what the record itself says about it, against the moment it arrived."""

from datetime import datetime, timedelta

SET_BY = timedelta(minutes=2)
AHEAD = timedelta(minutes=5)
OLD = timedelta(days=31)
_EPOCH_MS = timedelta(milliseconds=1)


def clock_flags(
    captured_at: datetime,
    sent_at: datetime,
    received_at: datetime,
    *,
    monotonic_ms: int | None = None,
    offset_ms: float | None = None,
) -> frozenset[str]:
    """{"clock_skew"} or nothing; a flag never refuses anything and moves no time.

    captured_at, sent_at: by the phone's clock; received_at: by the server's.
    monotonic_ms: the phone's clock when its page opened, in milliseconds since 1970, plus what really passed since:
    over 2 minutes from captured_at, the clock was set (or the phone slept) while the page lived.
    offset_ms: server minus phone as last heard before the record was made: over 2 minutes from the difference at
    upload, the clock was set in between.
    Later than 5 minutes ahead of the receipt, or older than 31 days, is not believed either.
    """
    counted = monotonic_ms is not None and abs(captured_at.timestamp() * 1000 - monotonic_ms) > SET_BY / _EPOCH_MS
    skew_ms = (received_at - sent_at) / _EPOCH_MS
    moved = offset_ms is not None and abs(skew_ms - offset_ms) > SET_BY / _EPOCH_MS
    odd = captured_at - received_at > AHEAD or received_at - captured_at > OLD
    return frozenset({"clock_skew"}) if counted or moved or odd else frozenset()
