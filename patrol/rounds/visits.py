"""The state of visits and rounds as a function of facts and time, and which round a scan belongs to."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from patrol.rounds.schedule import RoundTimes

RoundState = Literal["planned", "in_progress", "completed", "incomplete", "missed", "cancelled"]

REPEAT_WITHIN = timedelta(minutes=2)
SKEW_CORRECTED = timedelta(seconds=30)
SKEW_FLAGGED = timedelta(minutes=5)
LATE_SYNC = timedelta(hours=24)
NEEDS_APPROVAL = timedelta(hours=72)


class VisitState(StrEnum):
    PENDING = "pending"
    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    EXCUSED = "excused"


VISITED = frozenset({VisitState.ON_TIME, VisitState.LATE})
SETTLED = VISITED | {VisitState.EXCUSED}


class Visit(NamedTuple):
    """One point of one round. scan_at: the scan that counts, so None unless on_time or late.

    after_close: no scan counts, but one came at or after C; it is shown and changes nothing.
    """

    state: VisitState
    scan_at: datetime | None = None
    after_close: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A round that holds the scanned point. in_progress_by_person: this person has already scanned in it.

    reached: somebody scanned this point in it; asked of make-up rounds only.
    """

    id: Hashable
    times: RoundTimes
    in_progress_by_person: bool = False
    make_up: bool = False
    reached: bool = False


@dataclass(frozen=True, slots=True)
class OrderedStop:
    """A point of a strict route. scan_at: the scan that counts for it, if any."""

    place_id: Hashable
    required: bool
    scan_at: datetime | None = None
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Effective:
    """When a scan is taken to have happened. skew: server minus phone; flags as shown on the visit."""

    at: datetime
    skew: timedelta
    flags: frozenset[str]


def visit_state(
    times: RoundTimes,
    scans: Iterable[datetime],
    now: datetime,
    excused: bool = False,
    window: tuple[datetime, datetime] | None = None,
) -> Visit:
    """State of one point from the effective times of its scans, in any order.

    window: the point's own first and last good moment (both inside); stands in for S − T and E + T. The
    round's close C stays the end of everything.
    excused: an approved excuse. It speaks for a point nobody reached; a scan in time outweighs it.
    """
    first, last = window or (times.opens_at, times.ends_at + times.tolerance)
    scans = sorted(scans)
    counted = next((t for t in scans if first <= t < times.closes_at), None)
    if counted is not None:
        return Visit(VisitState.ON_TIME if counted <= last else VisitState.LATE, counted)
    after_close = any(t >= times.closes_at for t in scans)
    if excused:
        return Visit(VisitState.EXCUSED, None, after_close)
    return Visit(VisitState.MISSED if now >= times.closes_at else VisitState.PENDING, None, after_close)


def round_state(
    visits_of_required: Collection[Visit], now: datetime, closes_at: datetime, any_scan: bool, cancelled: bool
) -> RoundState:
    """State of a round.

    any_scan: a scan of any of its points, optional ones too, before the close. A round whose points are all
    optional is completed by its first scan.
    """
    if cancelled:
        return "cancelled"
    walked = any_scan or any(visit.state in VISITED for visit in visits_of_required)
    settled = all(visit.state in SETTLED for visit in visits_of_required)
    if settled and (visits_of_required or walked):
        return "completed"
    if now >= closes_at:
        return "incomplete" if walked else "missed"
    return "in_progress" if walked else "planned"


def match_round(candidates: Iterable[Candidate], at: datetime) -> Hashable | None:
    """Id of the round a scan at `at` belongs to, or None: an extra scan.

    Of the rounds open at that moment (opens_at <= at < closes_at) the one the person is already walking, else
    the nearest start; of two equally near, the earlier. A make-up round (补巡) goes before a planned one only
    while its point is not reached: where the person walks it already, or where its start is nearer.
    """

    def preference(c: Candidate) -> tuple[bool, bool, timedelta, datetime]:
        return c.reached, not c.in_progress_by_person, abs(at - c.times.starts_at), c.times.starts_at

    matching = [c for c in candidates if c.times.opens_at <= at < c.times.closes_at]
    planned = min((c for c in matching if not c.make_up), key=preference, default=None)
    made_up = min((c for c in matching if c.make_up), key=preference, default=None)
    if planned is None or made_up is None:
        found = planned or made_up
        return found.id if found else None
    nearer = abs(at - made_up.times.starts_at) < abs(at - planned.times.starts_at)
    takes = not made_up.reached and (made_up.in_progress_by_person or nearer)
    return made_up.id if takes else planned.id


def is_repeat(previous_at: datetime, at: datetime) -> bool:
    """Whether a scan is the same tap again: at most 2 minutes from the other, whichever came in first."""
    return abs(at - previous_at) <= REPEAT_WITHIN


def out_of_order(stops: Sequence[OrderedStop]) -> set[Hashable]:
    """Places of a strict route, given in route order, scanned while an earlier required one was pending.

    They still count as visited. An excused point holds nobody up. For routes of free order do not ask.
    """
    flagged: set[Hashable] = set()
    earlier: list[OrderedStop] = []
    for stop in stops:
        at = stop.scan_at
        if at is not None and any(before.scan_at is None or before.scan_at > at for before in earlier):
            flagged.add(stop.place_id)
        if stop.required and not stop.excused:
            earlier.append(stop)
    return flagged


def effective_time(captured_at: datetime, phone_sent_at: datetime, received_at: datetime) -> Effective:
    """The time a record counts from, and what there is to say about it.

    captured_at, phone_sent_at: by the phone's clock; received_at: by the server's. A phone more than 30 s off
    is corrected by its skew, more than 5 min off is flagged clock_skew. Nothing happens later than it was
    received: such a time is clamped, and flagged from 30 s on. Received more than 24 h after:
    late_sync; more than 72 h: needs_approval too.
    """
    skew = received_at - phone_sent_at
    at = captured_at + skew if abs(skew) > SKEW_CORRECTED else captured_at
    flags = set()
    if abs(skew) > SKEW_FLAGGED or at - received_at > SKEW_CORRECTED:  # a second ahead is nobody's fault
        flags.add("clock_skew")
    at = min(at, received_at)
    if received_at - at > LATE_SYNC:
        flags.add("late_sync")
    if received_at - at > NEEDS_APPROVAL:
        flags.add("needs_approval")
    return Effective(at, skew, frozenset(flags))
