"""A round as it stands: its stops, who was where when, and the state that follows from that and the time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from patrol.accounts.user import User
from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.rounds.crew import Crew, CrewStop, crew_of, crew_short
from patrol.rounds.evidence import Evidence, ScanVoid
from patrol.rounds.excuse import Ask, Decision
from patrol.rounds.flags import STRONG
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.scan import Scan
from patrol.rounds.scanning import times_of
from patrol.rounds.schedule import RoundTimes
from patrol.rounds.suspension import suspended
from patrol.rounds.visits import (
    SETTLED,
    VISITED,
    OrderedStop,
    Visit,
    VisitState,
    out_of_order,
    round_state,
    visit_state,
)


class Seen(NamedTuple):
    """One scan of a stop: when, by whom, how, with which flags."""

    id: UUID
    at: datetime
    user_id: UUID
    user_name: str
    method: str
    flags: tuple[str, ...]
    received_at: datetime
    voided: bool = False


class Stop(NamedTuple):
    """scans: those that may count. voided: those a supervisor took out; they are shown, struck out."""

    place_id: UUID
    name: str
    number: int
    position: int
    required: bool
    walk_min: int
    visit: Visit
    scans: tuple[Seen, ...]
    flags: tuple[str, ...]
    window: tuple[datetime, datetime] | None = None
    excused: bool = False  # approved, whether or not a scan outweighs it
    suspended: bool = False  # the weather kept everybody from it
    voided: tuple[Seen, ...] = ()

    @property
    def state(self) -> str:
        return str(self.visit.state)

    @property
    def seen(self) -> Seen | None:
        """The scan that counts."""
        return next((scan for scan in self.scans if scan.at == self.visit.scan_at), None)

    @property
    def settled(self) -> bool:
        return self.visit.state in SETTLED


@dataclass(frozen=True, slots=True)
class Walk:
    """A round with its stops in route order, judged at one moment."""

    id: UUID
    route_id: UUID
    route_name: str
    team: str
    day: date
    ordinal: int
    times: RoundTimes
    cancelled: bool
    stops: tuple[Stop, ...]
    state: str
    kind: str = "plan"
    made_late: bool = False
    crew_size: int = 1
    both_scan: bool = False
    people: tuple[tuple[UUID, str], ...] = field(default=())
    flags: tuple[str, ...] = ()  # of the round itself
    crew: Crew | None = None  # of a round for two

    @property
    def required(self) -> list[Stop]:
        return [stop for stop in self.stops if stop.required]

    def count(self, *states: str) -> int:
        return sum(stop.state in states for stop in self.required)

    @property
    def visited(self) -> int:
        return self.count(VisitState.ON_TIME, VisitState.LATE)

    @property
    def partners(self) -> list[tuple[str, list[Stop]]]:
        """Who confirmed beside the leader, and at which points; by name."""
        names: dict[Any, str] = dict(self.people)
        found: dict[str, list[Stop]] = defaultdict(list)
        for stop in self.stops:
            for person in self.crew.partners.get(stop.place_id, ()) if self.crew else ():
                found[names[person]].append(stop)
        return sorted(found.items())

    @property
    def unconfirmed(self) -> list[Stop]:
        """Points of a round for two at which the partner was not seen (yet)."""
        return [stop for stop in self.stops if self.crew and stop.place_id in self.crew.missing]

    @property
    def next_stop(self) -> Stop | None:
        """The stop to go to: the first required one not settled after the last one visited, else the first open."""
        open_stops = [stop for stop in self.required if stop.state == VisitState.PENDING]
        if not open_stops:
            return None
        last = max((s for s in self.stops if s.visit.scan_at), key=lambda s: s.visit.scan_at or 0, default=None)
        after = [stop for stop in open_stops if last is not None and stop.position > last.position]
        return (after or open_stops)[0]


_EXCUSED = exists().where(  # approved; one that still waits changes nothing
    Ask.site_id == RoundStop.site_id,
    Ask.round_id == RoundStop.round_id,
    Ask.place_id == RoundStop.place_id,
    Ask.kind == "excuse",
    Decision.site_id == Ask.site_id,
    Decision.ask_id == Ask.id,
    Decision.approved,
)
_STOPS = Prepared(
    select(
        RoundStop.round_id,
        RoundStop.place_id,
        RoundStop.place_name,
        RoundStop.number,
        RoundStop.position,
        RoundStop.required,
        RoundStop.walk_min,
        RoundStop.window_from,
        RoundStop.window_to,
        RoundStop.outdoor,
        suspended().label("suspended"),
        _EXCUSED.label("excused"),
    )
    .where(RoundStop.site_id == bindparam("site_id"), RoundStop.round_id.in_(bindparam("rounds", expanding=True)))
    .order_by(RoundStop.round_id, RoundStop.position)
)
_SCANS = Prepared(
    select(
        Scan.round_id,
        Scan.id,
        Scan.place_id,
        Scan.effective_at,
        Scan.received_at,
        Scan.user_id,
        Scan.method,
        Scan.flags,
        User.name,
        Evidence.flags.label("signs"),
        ScanVoid.id.label("void_id"),
    )
    .join(User, User.id == Scan.user_id)
    .outerjoin(Evidence, (Evidence.site_id == Scan.site_id) & (Evidence.id == Scan.id))
    .outerjoin(ScanVoid, (ScanVoid.site_id == Scan.site_id) & (ScanVoid.scan_id == Scan.id))
    .where(Scan.site_id == bindparam("site_id"), Scan.round_id.in_(bindparam("rounds", expanding=True)))
    .order_by(Scan.effective_at, Scan.id)
)
ROUND_COLUMNS = (
    Round.id,
    Round.route_id,
    Round.route_name,
    Round.team,
    Round.business_day,
    Round.ordinal,
    Round.opens_at,
    Round.starts_at,
    Round.ends_at,
    Round.closes_at,
    Round.tolerance_s,
    Round.strict_order,
    Round.cancelled_at,
    Round.kind,
    Round.made_late,
    Round.crew_size,
    Round.both_scan,
)
_BETWEEN = Prepared(
    select(*ROUND_COLUMNS)
    .where(
        Round.site_id == bindparam("site_id"),
        Round.business_day >= bindparam("first"),
        Round.business_day <= bindparam("last"),
    )
    .order_by(Round.starts_at, Round.route_name, Round.id)
)


def walks(site_id: UUID, rounds: Sequence[Any], at: datetime) -> list[Walk]:
    """These rounds (rows with ROUND_COLUMNS, or Round objects) as they stand at ``at``. Two queries."""
    if not rounds:
        return []
    asked = {"site_id": site_id, "rounds": [row.id for row in rounds]}
    stops: dict[UUID, list[Any]] = defaultdict(list)
    here = connection()
    for row in _STOPS.all(here, asked):
        stops[row.round_id].append(row)
    scans: dict[UUID, list[Any]] = defaultdict(list)
    for row in _SCANS.all(here, asked):
        scans[row.round_id].append(row)
    return [judge_walk(row, stops[row.id], scans[row.id], at) for row in rounds]


def rounds_between(site_id: UUID, first: date, last: date) -> list[Any]:
    """Rounds of these business days, both counting, by start."""
    return _BETWEEN.all(connection(), {"site_id": site_id, "first": first, "last": last})


def walk_by_id(site_id: UUID, round_id: UUID, at: datetime) -> Walk | None:
    query = select(*ROUND_COLUMNS).where(Round.site_id == site_id, Round.id == round_id)
    found = walks(site_id, list(db.session.execute(query)), at)
    return found[0] if found else None


def judge_walk(row: Any, stop_rows: Iterable[Any], scan_rows: Iterable[Any], at: datetime) -> Walk:
    """Pure: a round's row, its stops' rows and its scans' rows make a Walk."""
    times = times_of(row)
    by_place: dict[UUID, list[Seen]] = defaultdict(list)
    voided: dict[UUID, list[Seen]] = defaultdict(list)
    people: dict[UUID, str] = {}
    for scan in scan_rows:
        seen = _seen(scan)
        (voided if seen.voided else by_place)[scan.place_id].append(seen)
        if not seen.voided:
            people[scan.user_id] = scan.name
    stop_rows = list(stop_rows)
    visits = {
        stop.place_id: visit_state(times, [s.at for s in by_place[stop.place_id]], at, _excused(stop), window_of(stop))
        for stop in stop_rows
    }
    disordered = _disordered(row, stop_rows, visits)
    stops = tuple(
        _stop(n, stop, visits[stop.place_id], by_place[stop.place_id], voided[stop.place_id], disordered)
        for n, stop in enumerate(stop_rows, 1)
    )
    required = [stop.visit for stop in stops if stop.required]
    any_scan = any(stop.visit.state in VISITED for stop in stops)
    state = round_state(required, at, times.closes_at, any_scan, row.cancelled_at is not None)
    crew = _crew(row, stops, times)
    return Walk(
        id=row.id,
        route_id=row.route_id,
        route_name=row.route_name,
        team=row.team,
        day=row.business_day,
        ordinal=row.ordinal,
        times=times,
        cancelled=row.cancelled_at is not None,
        stops=stops,
        state=state,
        kind=row.kind,
        made_late=row.made_late,
        crew_size=row.crew_size,
        both_scan=row.both_scan,
        people=tuple(people.items()),
        flags=("crew_short",) if crew and row.cancelled_at is None and crew_short(crew, times.closes_at, at) else (),
        crew=crew,
    )


def _seen(scan: Any) -> Seen:
    """A scan with what was said when it came in and with what its evidence says strongly."""
    flags = {*scan.flags, *STRONG.intersection(scan.signs or ())}
    return Seen(
        scan.id, scan.effective_at, scan.user_id, scan.name, scan.method, tuple(sorted(flags)), scan.received_at,
        scan.void_id is not None,
    )  # fmt: skip


def _excused(stop: Any) -> bool:
    """By a supervisor's word, or because the weather kept everybody from it."""
    return bool(stop.excused or stop.suspended)


def _crew(row: Any, stops: Iterable[Stop], times: RoundTimes) -> Crew | None:
    if row.crew_size < 2:
        return None
    seen = [CrewStop(s.place_id, s.required, [(scan.user_id, scan.at) for scan in s.scans]) for s in stops]
    return crew_of(seen, times.opens_at, times.closes_at, row.both_scan)


def window_of(stop: Any) -> tuple[datetime, datetime] | None:
    """The point's own window, where it has one."""
    return (stop.window_from, stop.window_to) if stop.window_from else None


def last_good(walk: Walk, stop: Stop) -> datetime:
    """Until when a point is on time: the end of its own window, else of the round and its tolerance."""
    return stop.window[1] if stop.window else walk.times.ends_at + walk.times.tolerance


def _disordered(row: Any, stop_rows: list[Any], visits: dict[UUID, Visit]) -> set[Any]:
    if not row.strict_order:
        return set()
    return out_of_order(
        [OrderedStop(s.place_id, s.required, visits[s.place_id].scan_at, _excused(s)) for s in stop_rows]
    )


def _stop(n: int, row: Any, visit: Visit, scans: list[Seen], voided: list[Seen], disordered: set[Any]) -> Stop:
    counted = next((scan for scan in scans if scan.at == visit.scan_at), None)
    flags = set(counted.flags if counted else ())
    if row.place_id in disordered:
        flags.add("out_of_order")
    if visit.after_close:
        flags.add("after_close")
    return Stop(
        place_id=row.place_id,
        name=row.place_name,
        number=n,
        position=row.position,
        required=row.required,
        walk_min=row.walk_min,
        visit=visit,
        scans=tuple(scans),
        flags=tuple(sorted(flags)),
        window=window_of(row),
        excused=bool(row.excused),
        suspended=bool(row.suspended) and visit.state == VisitState.EXCUSED,
        voided=tuple(voided),
    )
