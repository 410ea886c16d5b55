"""The plain facts a day is counted from. Readers fill them from the database; nothing here knows one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from patrol.rounds.schedule import RoundTimes

Id = UUID | str | int  # written into the tally as text


@dataclass(frozen=True, slots=True)
class StopFacts:
    """One point of a round. scans: effective times of the scans of this round, any order.

    excused: an approved excuse only; one still waiting counts as missed. flags: of the visit.
    """

    place_id: Id
    place_name: str
    required: bool = True
    excused: bool = False
    scans: Collection[datetime] = ()
    window: tuple[datetime, datetime] | None = None
    flags: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A round of the day (by its S). user_ids: who walked it, else who was to. flags: of the round."""

    id: Id
    route_id: Id
    route_name: str
    times: RoundTimes
    stops: Collection[StopFacts]
    cancelled: bool = False
    user_ids: Collection[Id] = ()
    make_up: bool = False
    flags: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class HazardFound:
    """Reported on the day. valid: not (since) rejected or merged; so either makes the report's day stale.

    pictured: somebody photographed it as it was. sample: of one closed on the spot and drawn for a second look, what
    came of that: "waiting", "ok", or "back" when it was opened again; None when it was not drawn.
    """

    severity: str
    category: str
    source: str
    valid: bool = True
    spot: bool = False
    pictured: bool = True
    sample: Literal["waiting", "ok", "back"] | None = None


@dataclass(frozen=True, slots=True)
class HazardAssigned:
    """First assigned on the day."""

    reported_at: datetime
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class HazardDue:
    """First deadline on the day; leave out rejected and merged ones. rectified_at: the one that stands."""

    first_due_at: datetime
    rectified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Somebody checked a rectification on the day."""

    passed: bool
    rectified_at: datetime
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class HazardClosed:
    """Closed on the day. spot: fixed on the spot, so left out of the mean time."""

    reported_at: datetime
    rectified_at: datetime
    spot: bool = False


@dataclass(frozen=True, slots=True)
class InspectionFacts:
    """Finished on the day. failed: how many of its items failed. thing, by: keys of what was checked, and by whom;
    shift: the code of the one that was on, "" between two or where there are none."""

    checklist: str
    complete: bool = True
    failed: int = 0
    thing: str = ""
    by: str = ""
    shift: str = ""


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """A number a list asks for, as it was read off one thing on the day, n times. out: of them, outside the limits."""

    checklist: str
    item: str
    thing: str
    n: int
    low: float
    high: float
    out: int = 0


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What one person did on the day. first_scan and last_scan span the time on the route."""

    user_id: Id
    scans: int = 0
    hazards_reported: int = 0
    hazards_rectified: int = 0
    inspections: int = 0
    photos: int = 0
    first_scan: datetime | None = None
    last_scan: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Everything of one site and business day. now: the moment it is counted at."""

    day: date
    now: datetime
    tz: ZoneInfo
    rounds: Collection[RoundFacts] = ()
    found: Collection[HazardFound] = ()
    assigned: Collection[HazardAssigned] = ()
    due: Collection[HazardDue] = ()
    verifications: Collection[Verification] = ()
    closed: Collection[HazardClosed] = ()
    removed: Collection[Literal["rejected", "merged", "transferred"]] = ()
    reopened_after_close: int = 0
    rectified: Collection[bool] = ()  # of each rectification: whether there is a picture after the work
    visit_checks: Collection[bool] = ()  # of each visit of the day that was drawn and looked at: whether it was good
    inspections: Collection[InspectionFacts] = ()  # earliest first
    readings: Collection[ReadingFacts] = ()
    photos: Mapping[str, int] = field(default_factory=dict)  # by kind
    photos_to_come: int = 0  # told of by their records, their bytes not here
    persons: Collection[PersonFacts] = ()
