"""Ninety days on foot: scans of every round, mostly on time, some late, a few missing, some sent late."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.demo.routes import WALKERS
from patrol.demo.words import Lang, say
from patrol.rounds.round import Round, RoundNote, RoundStop
from patrol.rounds.scan import Scan, VisitResult
from patrol.sites.day import mark_day
from patrol.sites.label import Label

NOTES = (
    ("都正常", "All normal"),
    ("B2 充电区信号差，慢一点", "Weak signal in the charging zone, take your time"),
    ("看一下 3 栋东阳台的花盆", "Look at the pots on building 3's east balconies"),
    ("西围墙灯又不亮了", "The lamp at the west fence is dark again"),
)


def walk_all(
    site_id: UUID, lines: dict[UUID, str], people: dict[str, Reader], until: datetime, rng: random.Random, lang: Lang
) -> int:
    """Scans, results and notes for every round that has begun by ``until``; returns how many scans."""
    labels = dict(db.session.execute(select(Label.place_id, Label.id).where(Label.site_id == site_id)).all())
    stops = _stops(site_id)
    scans: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    rounds = list(db.session.scalars(select(Round).where(Round.site_id == site_id).order_by(Round.starts_at)))
    tonight = max((row.business_day for row in rounds), default=None)
    for row in rounds:
        key = lines[row.route_id]
        walkers = WALKERS[key]
        person = people[walkers[row.business_day.toordinal() % len(walkers)]]
        for scan in _walk(row, stops[row.id], labels, person, key, until, rng, row.business_day == tonight):
            scans.append(scan)
            if rng.random() < 0.93:
                results.append(_result(scan))
        if rng.random() < 0.06 and row.closes_at < until:
            db.session.add(_note(row, person, rng, lang))
    for table, rows in ((Scan, scans), (VisitResult, results)):
        for start in range(0, len(rows), 2000):
            db.session.execute(insert(table), rows[start : start + 2000])
    mark_day(site_id, *{scan["business_day"] for scan in scans})
    return len(scans)


def _stops(site_id: UUID) -> dict[UUID, list[Any]]:
    query = select(RoundStop.round_id, RoundStop.place_id, RoundStop.stay_min, RoundStop.walk_min, RoundStop.position)
    found: dict[UUID, list[Any]] = {}
    for stop in db.session.execute(query.where(RoundStop.site_id == site_id).order_by(RoundStop.position)):
        found.setdefault(stop.round_id, []).append(stop)
    return found


def _walk(
    row: Round, stops: list[Any], labels: dict[UUID, UUID], person: Reader, key: str, until: datetime,
    rng: random.Random, tonight: bool,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    fate = rng.random()
    if fate < 0.006 and not tonight:
        return  # nobody went: the whole round is missed
    at = row.starts_at + timedelta(minutes=rng.uniform(-4, 6))
    slow = fate > 0.965  # a round begun far too late
    if slow:
        at += row.ends_at - row.starts_at + timedelta(minutes=rng.uniform(-20, 5))
    skipped = rng.randrange(len(stops)) if rng.random() < 0.055 else None
    signal_back = at + timedelta(minutes=rng.uniform(5, 40)) if key in ("garage", "plant") else None
    for index, stop in enumerate(stops):
        at += timedelta(minutes=stop.walk_min * rng.uniform(0.7, 1.3) + stop.stay_min * rng.uniform(0.4, 1.2))
        if index == skipped:
            continue
        if index == 5 and rng.random() < 0.03:
            at += row.ends_at - row.starts_at  # called away to something else
        if at >= min(until, row.closes_at) or at < row.opens_at:
            continue
        yield _scan(row, stop, labels[stop.place_id], person, at, until, signal_back, rng)


def _scan(
    row: Round, stop: Any, label_id: UUID, person: Reader, at: datetime, until: datetime, signal: datetime | None,
    rng: random.Random,
) -> dict[str, Any]:  # fmt: skip
    received = min(until, max(at + timedelta(seconds=rng.uniform(0.5, 4)), signal or at))
    skew, flags = 0, []
    if rng.random() < 0.004:
        skew, flags = rng.choice((-480, 420, 660)), ["clock_skew"]
    elif rng.random() < 0.003 and at + timedelta(hours=27) < until:
        received, flags = at + timedelta(hours=rng.uniform(25, 27)), ["late_sync"]
    distance = int(abs(rng.gauss(0, 22)))
    if rng.random() < 0.004:
        distance, flags = rng.randint(140, 900), [*flags, "far_away"]
    return {
        "site_id": row.site_id,
        "id": uuid7(),
        "place_id": stop.place_id,
        "label_id": label_id,
        "round_id": row.id,
        "user_id": person.user_id,
        "device_id": None,
        "method": "camera" if rng.random() < 0.97 else "typed",
        "captured_at": at - timedelta(seconds=skew),
        "effective_at": at,
        "received_at": received,
        "business_day": row.business_day,
        "skew_s": skew,
        "distance_m": None if signal else distance,
        "flags": sorted(flags),
    }


def _result(scan: dict[str, Any]) -> dict[str, Any]:
    return {
        "site_id": scan["site_id"],
        "id": uuid7(),
        "scan_id": scan["id"],
        "user_id": scan["user_id"],
        "at": scan["effective_at"],
        "result": "normal",
        "note": "",
    }


def _note(row: Round, person: Reader, rng: random.Random, lang: Lang) -> RoundNote:
    return RoundNote(
        id=uuid7(), site_id=row.site_id, round_id=row.id, user_id=person.user_id, at=row.ends_at,
        text=say(rng.choice(NOTES), lang),
    )  # fmt: skip
