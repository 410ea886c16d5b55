"""What was said at the points: all normal, a reason for being late, a photo, a word for the next round."""

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.demo.estate import Estate
from patrol.demo.timeline import Ids
from patrol.demo.walking import Visit
from patrol.demo.words import Both, Lang, say
from patrol.photos.photo import Photo
from patrol.rounds.round import Round, RoundNote
from patrol.rounds.scan import Scan, VisitResult

NOTES: tuple[Both, ...] = (
    ("都正常", "All normal"),
    ("B2 充电区信号差，慢一点", "Weak signal in the charging zone, take your time"),
    ("看 3 栋东阳台花盆", "Look at the pots on building 3's east balconies"),
    ("西围墙灯又不亮了", "The lamp at the west fence is dark again"),
    ("2 栋后门有人堆纸箱，已经说过", "Boxes at building 2's back door again; told them"),
    ("4 栋北外墙下面别站人", "Keep people away from building 4's north wall"),
)
LATE: tuple[Both, ...] = (
    ("被业主叫去帮忙搬东西", "Called away to help a resident"),
    ("天台门锁着，取钥匙耽误了", "Roof door was locked, fetched the key"),
    ("处理占道车辆", "Dealing with a car in the fire lane"),
)
A_PHOTO, A_PHOTO_TODAY = 0.025, 0.13  # of the visits; the last day is shown in more detail than anybody keeps


def settle(
    visits: list[Visit], troubled: set[UUID], people: dict[str, Reader], estate: Estate, ids: Ids,
    rng: random.Random, lang: Lang,
) -> None:  # fmt: skip
    """Results, photos and notes, inside ``write()``. troubled: scans that were followed by a report instead."""
    if not visits:
        return
    site_id = next(iter(people.values())).site_id
    stored = _stored(site_id)
    results, photos = [], []
    for visit in visits:
        scan = stored[visit.id]
        ids.at = visit.at + timedelta(seconds=20)
        by = people[visit.person]
        if visit.id not in troubled and "repeat" not in scan.flags and rng.random() < 0.97:
            results.append(_result(scan, by, ids, rng, lang))
        share = A_PHOTO_TODAY if visits[-1].at - visit.at < timedelta(days=1) else A_PHOTO
        if scan.round_id is not None and rng.random() < share:
            photos.append(_photo(scan, by, ids))
    _insert(VisitResult, results)
    _insert(Photo, photos)
    _notes(site_id, visits, people, ids, rng, lang)


def _stored(site_id: UUID) -> dict[UUID, Any]:
    query = (
        select(
            Scan.id, Scan.site_id, Scan.place_id, Scan.round_id, Scan.user_id, Scan.effective_at, Scan.received_at,
            Scan.flags, Round.ends_at, Round.tolerance_s,
        )
        .outerjoin(Round, (Round.site_id == Scan.site_id) & (Round.id == Scan.round_id))
        .where(Scan.site_id == site_id)
    )  # fmt: skip
    return {row.id: row for row in db.session.execute(query)}


def _result(scan: Any, by: Reader, ids: Ids, rng: random.Random, lang: Lang) -> dict[str, Any]:
    late = scan.ends_at is not None and scan.effective_at > scan.ends_at + timedelta(seconds=scan.tolerance_s)
    explained = late and rng.random() < 0.4
    return {
        "site_id": scan.site_id,
        "id": ids(),
        "scan_id": scan.id,
        "user_id": by.user_id,
        "at": scan.effective_at + timedelta(seconds=rng.uniform(1, 12)),
        "result": "explained" if explained else "normal",
        "note": say(rng.choice(LATE), lang) if explained else "",
    }


def _photo(scan: Any, by: Reader, ids: Ids) -> dict[str, Any]:
    """As ``add_photos`` makes it."""
    return {
        "site_id": scan.site_id,
        "id": ids(),
        "kind": "visit",
        "subject_kind": "scan",
        "subject_id": scan.id,
        "detail_id": None,
        "place_id": scan.place_id,
        "user_id": by.user_id,
        "round_id": scan.round_id,
        "category": None,
        "business_day": business_day_of(by, scan.effective_at),
        "taken_at": scan.effective_at,
        "received_at": scan.received_at,
        "from_gallery": False,
        "sort": 0,
    }


def _notes(
    site_id: UUID, visits: Iterable[Visit], people: dict[str, Reader], ids: Ids, rng: random.Random, lang: Lang
) -> None:  # fmt: skip
    """A word after the last point of one round in four."""
    rows = []
    for visit in visits:
        if visit.last and visit.round_id is not None and rng.random() < 0.25:
            ids.at = visit.at + timedelta(minutes=1)
            rows.append(
                {"site_id": site_id, "id": ids(), "round_id": visit.round_id, "user_id": people[visit.person].user_id,
                 "at": ids.at, "text": say(rng.choice(NOTES), lang)}
            )  # fmt: skip
    _insert(RoundNote, rows)


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5000):
        db.session.connection().execute(insert(model.__table__), rows[start : start + 5000])
