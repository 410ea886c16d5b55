"""Many orders at once, straight into the tables: for lists, which must cost the same however long the history is."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.hazards.category import categories
from patrol.hazards.hazard import Hazard
from patrol.workorders.order import WorkOrder

STATES = ("reported", "assigned", "to_verify", "closed", "closed", "closed", "closed", "rejected", "transferred")
TEAMS = ("security", "engineering", "customer_service", "greening")


def many_orders(
    site_id: UUID, count: int, *, places: list[UUID], users: list[UUID], until: datetime, seed: int = 7,
    open_until: int = 400,
) -> None:  # fmt: skip
    """``count`` hazards over the last years, of every state, severity, category, place and person.

    open_until: only so many of the newest may be open, as on a real site.
    """
    lot = random.Random(seed)
    kinds = list(categories().values())
    for start in range(0, count, 5000):
        orders, hazards = [], []
        for number in range(start, min(start + 5000, count)):
            order = _order(site_id, number, lot, kinds, places, users, until, open_until)
            orders.append(order)
            hazards.append({"site_id": site_id, "id": order["id"], "category": order["subject"]})
        with write():
            db.session.execute(insert(WorkOrder.__table__), orders)  # type: ignore[arg-type]
            db.session.execute(insert(Hazard.__table__), hazards)  # type: ignore[arg-type]


def _order(
    site_id: UUID, number: int, lot: Any, kinds: list[Any], places: list[UUID], users: list[UUID], until: datetime,
    open_until: int,
) -> dict[str, Any]:  # fmt: skip
    kind, state, team = lot.choice(kinds), lot.choice(STATES), lot.choice(TEAMS)
    reported = until - timedelta(minutes=7 * number + lot.randrange(7))
    due = reported + timedelta(hours=int(kind["default_deadline_hours"]))
    open_now = state in ("reported", "assigned", "to_verify") and number > open_until
    state = "closed" if open_now else state  # what is open is recent, as it is on a real site
    closed = due if state == "closed" else None
    person = lot.choice(users) if lot.random() < 0.6 else None
    return {
        "site_id": site_id, "id": uuid7(), "kind": "hazard", "number": f"YH-{reported:%y%m%d}-M{number}",
        "title": kind["short"]["zh"], "subject": kind["code"], "note": "", "place_id": lot.choice(places),
        "severity": kind["default_severity"], "state": state, "source": "patrol", "team": team,
        "assignee_id": person if state != "reported" else None, "reported_by_id": lot.choice(users),
        "reported_at": reported, "received_at": reported, "business_day": reported.astimezone(UTC).date(),
        "due_at": due, "first_due_at": due, "rectified_at": closed, "closed_at": closed,
        "rectified_by_id": person if closed else None, "closed_day": closed.date() if closed else None,
        "reopen_count": 0, "version": 1,
    }  # fmt: skip
