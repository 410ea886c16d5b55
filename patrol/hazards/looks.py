"""Extra looks: what is still open at the places of a round, with the picture it was first reported with."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.hazards.flow import OPEN
from patrol.hazards.queries import first_photos
from patrol.workorders.order import WorkOrder


@dataclass(frozen=True, slots=True)
class Look:
    """One open hazard to look at again. photo: of the first picture that has arrived."""

    id: UUID
    number: str
    title: str
    severity: str
    state: str
    reported_at: datetime
    photo: UUID | None

    @property
    def thumb(self) -> str:
        return f"/photos/{self.photo}/thumb.jpg" if self.photo else ""


def looks_at(site_id: UUID, places: Collection[UUID]) -> dict[UUID, list[Look]]:
    """By place, worst deadline first; places without any are left out. Two queries."""
    found: dict[UUID, list[Look]] = defaultdict(list)
    rows = _open(site_id, places) if places else []
    photos = first_photos(site_id, [row.id for row in rows])
    for row in rows:
        look = Look(row.id, row.number, row.title, row.severity, row.state, row.reported_at, photos.get(row.id))
        found[row.place_id].append(look)
    return dict(found)


def _open(site_id: UUID, places: Collection[UUID]) -> list[Any]:
    query = select(
        WorkOrder.id, WorkOrder.number, WorkOrder.title, WorkOrder.severity, WorkOrder.state, WorkOrder.reported_at,
        WorkOrder.place_id,
    ).where(
        WorkOrder.site_id == site_id, WorkOrder.kind == "hazard", WorkOrder.state.in_(OPEN),
        WorkOrder.place_id.in_(places),
    )  # fmt: skip
    return list(db.session.execute(query.order_by(WorkOrder.due_at).limit(300)))
