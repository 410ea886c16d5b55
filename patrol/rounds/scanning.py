"""Taking in scans: which place, which round, which flags. A batch costs a handful of queries, like one scan."""

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, bindparam, case, exists, false, insert, select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import connection, db
from patrol.core.facts import When
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, Problem
from patrol.rounds.distance import distance_m
from patrol.rounds.evidence import ScanVoid
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.scan import Scan
from patrol.rounds.schedule import RoundTimes
from patrol.rounds.visits import REPEAT_WITHIN, Candidate, is_repeat, match_round
from patrol.sites.day import mark_day
from patrol.sites.label import Label
from patrol.sites.place import Place
from patrol.sites.symbol import fold_code
from patrol.workorders.errand import arrived_by_scan

AFTER_CLOSE_WITHIN = timedelta(hours=12)


class ScanData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    code: str = Field(min_length=1, max_length=200)
    method: Literal["camera", "photo", "typed", "link", "nfc"] = "camera"


class Position(BaseModel):
    """Where the phone thinks it is; a claim."""

    model_config = ConfigDict(extra="ignore")

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy_m: float | None = Field(default=None, ge=0, le=1_000_000)


@dataclass(frozen=True, slots=True)
class NewScan:
    """One scan as it came in, checked for form."""

    id: UUID
    data: ScanData
    when: When
    position: Position | None = None
    monotonic_ms: int | None = None


@dataclass(slots=True)
class _Known:
    """What the database knows about the batch: labels by code, rounds by place, scans near by."""

    labels: dict[str | None, Any]
    rounds: dict[UUID, list[Any]] = field(default_factory=lambda: defaultdict(list))
    walking: set[UUID] = field(default_factory=set)
    reached: set[tuple[UUID, UUID]] = field(default_factory=set)  # (make-up round, its point)
    near: dict[UUID, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def take_rounds(self, rows: Sequence[Any]) -> None:
        self.rounds.clear()
        for row in rows:
            self.rounds[row.place_id].append(row)
            if row.reached:
                self.reached.add((row.id, row.place_id))

    def open_at(self, place_id: UUID, at: datetime) -> list[Any]:
        return [row for row in self.rounds[place_id] if row.opens_at <= at < row.closes_at]


_LABELS = Prepared(
    select(
        Label.id, Label.code, Label.place_id, Label.revoked_at, Place.lat, Place.lon, Place.radius_m, Place.retired_at
    )
    .join(Place, (Place.site_id == Label.site_id) & (Place.id == Label.place_id))
    .where(Label.site_id == bindparam("site_id"), Label.code.in_(bindparam("codes", expanding=True)))
)
_REACHED = exists().where(
    Scan.site_id == RoundStop.site_id,
    Scan.round_id == RoundStop.round_id,
    Scan.place_id == RoundStop.place_id,
    Scan.effective_at >= Round.opens_at,  # keeps the look in the index to the hours of the round
    Scan.effective_at < Round.closes_at,
    Scan.id.not_in(select(ScanVoid.scan_id).where(ScanVoid.site_id == bindparam("site_id"))),
)
_ROUNDS = Prepared(
    select(
        RoundStop.place_id,
        Round.id,
        Round.opens_at,
        Round.starts_at,
        Round.ends_at,
        Round.closes_at,
        Round.tolerance_s,
        Round.team,
        Round.business_day,
        Round.kind,
        case((Round.kind == "make_up", _REACHED), else_=false()).label("reached"),
    )
    .join(Round, (Round.site_id == RoundStop.site_id) & (Round.id == RoundStop.round_id))
    .where(
        Round.site_id == bindparam("site_id"),
        Round.closes_at > bindparam("since"),
        Round.opens_at <= bindparam("until"),
        Round.cancelled_at.is_(None),
        RoundStop.place_id.in_(bindparam("places", expanding=True)),
    )
)
_WALKING = Prepared(
    select(Scan.round_id)
    .where(
        Scan.site_id == bindparam("site_id"),
        Scan.user_id == bindparam("user_id"),
        Scan.round_id.in_(bindparam("rounds", expanding=True)),
    )
    .distinct()
)
_NEAR = Prepared(
    select(Scan.place_id, Scan.effective_at).where(
        Scan.site_id == bindparam("site_id"),
        Scan.user_id == bindparam("user_id"),
        Scan.place_id.in_(bindparam("places", expanding=True)),
        Scan.effective_at >= bindparam("since"),
        Scan.effective_at <= bindparam("until"),
    )
)
_INSERT = Prepared(insert(Scan.__table__))  # type: ignore[arg-type]


def scan_label(scan: NewScan, *, by: Reader) -> Scan:
    """One scan, now. Raises Problem when the code names no place of this site."""
    outcome = take_scans([scan], by=by)[scan.id]
    if isinstance(outcome, Problem):
        raise outcome
    return db.session.get_one(Scan, (by.site_id, scan.id))


def take_scans(scans: Sequence[NewScan], *, by: Reader) -> dict[UUID, Problem | None]:
    """Store a batch inside ``write()``; the ids must be new. Answers a Problem for each that names no place.

    Everything odd about a scan is a flag on it; only a code that is not this site's is refused.
    """
    coded = [(scan, fold_code(scan.data.code)) for scan in sorted(scans, key=lambda scan: scan.when.at)]
    known = _look_up(coded, by)
    read = [(scan, label) for scan, code in coded if (label := known.labels.get(code))]
    rows = [_row(scan, label, known, by) for scan, label in read]
    if rows:
        _INSERT.run(connection(), *rows)
        mark_day(by.site_id, *{row["business_day"] for row in rows})
        arrived_by_scan([(label.place_id, scan.when) for scan, label in read], by)
    return {scan.id: None if code in known.labels else unknown_code() for scan, code in coded}


def unknown_code() -> Problem:
    return Problem(
        "scan.unknown_code",
        N_("This code is not one of this site's checkpoints. Check the label, or type its 12 characters."),
        status=422,
        field="code",
    )


def _look_up(coded: Sequence[tuple[NewScan, str | None]], by: Reader) -> _Known:
    site = {"site_id": by.site_id}
    here = connection()
    wanted = sorted({code for _scan, code in coded if code})
    labels: dict[str | None, Any] = (
        {row.code: row for row in _LABELS.all(here, {**site, "codes": wanted})} if wanted else {}
    )
    known = _Known(labels)
    tapped = [(label.place_id, scan.when.at) for scan, code in coded if (label := known.labels.get(code))]
    if not tapped:
        return known
    first, last = tapped[0][1], tapped[-1][1]  # in order of time
    asked = {**site, "places": sorted({place for place, _at in tapped}), "user_id": by.user_id}
    _look_up_rounds(known, here, tapped, {**asked, "since": first, "until": last})
    near = {**asked, "since": first - REPEAT_WITHIN, "until": last + REPEAT_WITHIN}
    for place_id, at in _NEAR.all(here, near):
        insort(known.near[place_id], at)
    return known


def _look_up_rounds(
    known: _Known, here: Connection, tapped: list[tuple[UUID, datetime]], asked: dict[str, Any]
) -> None:
    """Rounds open at the time; closed ones only for who came too late, and who walks only where two are open."""
    known.take_rounds(_ROUNDS.all(here, asked))
    open_then = [len(known.open_at(place, at)) for place, at in tapped]
    if 0 in open_then:
        known.take_rounds(_ROUNDS.all(here, {**asked, "since": asked["since"] - AFTER_CLOSE_WITHIN}))
    if max(open_then) > 1:
        rounds = sorted({row.id for rows in known.rounds.values() for row in rows})
        known.walking.update(row.round_id for row in _WALKING.all(here, {**asked, "rounds": rounds}))


def _row(scan: NewScan, label: Any, known: _Known, by: Reader) -> dict[str, Any]:
    at, flags = scan.when.at, set(scan.when.flags)
    away = _distance(scan.position, label)
    near = known.near[label.place_id]
    behind = bisect(near, at)
    if any(is_repeat(other, at) for other in near[max(behind - 1, 0) : behind + 1]):  # the nearest on either side
        flags.add("repeat")
    if away is not None and away > label.radius_m:
        flags.add("far_away")
    if label.revoked_at is not None and at > label.revoked_at:
        flags.add("old_label")
        round_ = None
    else:
        round_ = _round_for(label.place_id, at, known, flags)
    if round_ is not None:
        known.walking.add(round_.id)
        if round_.kind == "make_up":
            known.reached.add((round_.id, label.place_id))
        if round_.team != by.team:
            flags.add("not_assigned")
    near.insert(behind, at)
    return {
        "site_id": by.site_id,
        "id": scan.id,
        "place_id": label.place_id,
        "label_id": label.id,
        "round_id": round_.id if round_ is not None else None,
        "user_id": by.user_id,
        "device_id": by.device_id,
        "method": scan.data.method,
        "captured_at": scan.when.captured_at,
        "effective_at": at,
        "received_at": scan.when.received_at,
        "business_day": round_.business_day if round_ is not None else business_day_of(by, at),
        "skew_s": round((at - scan.when.captured_at).total_seconds()),
        "monotonic_ms": scan.monotonic_ms,
        "lat": scan.position.lat if scan.position else None,
        "lon": scan.position.lon if scan.position else None,
        "accuracy_m": scan.position.accuracy_m if scan.position else None,
        "distance_m": away,
        "flags": sorted(flags),
    }


def _distance(position: Position | None, label: Any) -> int | None:
    if position is None or label.lat is None or label.lon is None:
        return None
    return distance_m(position.lat, position.lon, label.lat, label.lon)


def _round_for(place_id: UUID, at: datetime, known: _Known, flags: set[str]) -> Any:
    """The round a scan belongs to; else the one it came too late for, with the flag after_close; else None."""
    rounds = known.open_at(place_id, at)
    if len(rounds) == 1:
        return rounds[0]
    again = "repeat" in flags  # the same tap, so it reaches nothing anew
    candidates = [
        Candidate(
            row.id, times_of(row), row.id in known.walking, row.kind == "make_up",
            not again and (row.id, place_id) in known.reached,
        )
        for row in rounds
    ]  # fmt: skip
    found = match_round(candidates, at)
    if found is not None:
        return next(row for row in rounds if row.id == found)
    closed = [row for row in known.rounds[place_id] if row.closes_at <= at < row.closes_at + AFTER_CLOSE_WITHIN]
    if not closed:
        return None
    flags.add("after_close")
    return max(closed, key=lambda row: row.closes_at)


def times_of(row: Any) -> RoundTimes:
    """The stored times of a round as the rules take them."""
    return RoundTimes(row.opens_at, row.starts_at, row.ends_at, row.closes_at, timedelta(seconds=row.tolerance_s))
