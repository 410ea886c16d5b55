"""When a fact happened, when it reached the server, and what is odd about that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from patrol.core.clock import now


@dataclass(frozen=True, slots=True)
class When:
    """``at``: effective time, the phone's put right by the server's clock; rules go by this one.

    ``captured_at``: what the phone's clock said; ``received_at``: the server's clock on arrival.
    ``flags``: codes of what is odd (clock_skew, late_sync); flags never refuse anything.
    """

    at: datetime
    received_at: datetime
    captured_at: datetime
    flags: tuple[str, ...] = ()

    @classmethod
    def now(cls, flags: Iterable[str] = ()) -> "When":
        """For acts at a desk or by a plain form: it happens as it arrives."""
        at = now()
        return cls(at=at, received_at=at, captured_at=at, flags=tuple(flags))
