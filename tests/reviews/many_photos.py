"""Many photos at once, straight into the tables: for the log, which must cost the same however long the history is."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo

KINDS = ("visit", "visit", "visit", "inspection", "before", "after", "verify", "signature")
CATEGORIES = ("balcony_flowerpot", "lighting_fault", "water_leak")


def many_photos(
    site_id: UUID, count: int, *, places: list[UUID], users: list[UUID], orders: list[UUID], rounds: list[UUID],
    until: datetime, seed: int = 7,
) -> None:  # fmt: skip
    """``count`` photos, one every four minutes back from ``until``, spread evenly over everything given."""
    lot = random.Random(seed)
    for start in range(0, count, 5000):
        rows = [
            _photo(site_id, n, lot, places, users, orders, rounds, until)
            for n in range(start, min(start + 5000, count))
        ]
        with write():
            db.session.execute(insert(Photo.__table__), rows)  # type: ignore[arg-type]


def _photo(
    site_id: UUID, number: int, lot: Any, places: list[UUID], users: list[UUID], orders: list[UUID],
    rounds: list[UUID], until: datetime,
) -> dict[str, Any]:  # fmt: skip
    kind, at = lot.choice(KINDS), until - timedelta(minutes=4 * number)
    of_hazard = kind in ("before", "after", "verify") and orders
    return {
        "site_id": site_id, "id": uuid7(), "kind": kind, "subject_kind": "hazard" if of_hazard else "scan",
        "subject_id": lot.choice(orders) if of_hazard else uuid7(), "place_id": lot.choice(places),
        "user_id": lot.choice(users), "round_id": rounds[number // 40 % len(rounds)] if kind == "visit" else None,
        "category": lot.choice(CATEGORIES) if of_hazard else None, "business_day": at.astimezone(UTC).date(),
        "taken_at": at, "received_at": at, "from_gallery": False, "sort": 0,
    }  # fmt: skip
