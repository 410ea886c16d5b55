"""Short lists of hazards for the guard's screens: reported by me, open here."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, select

from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.hazards.hazard import Hazard
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder

_OPEN = ("reported", "assigned", "to_verify")
_COLUMNS = (
    WorkOrder.id,
    WorkOrder.number,
    WorkOrder.title,
    WorkOrder.severity,
    WorkOrder.state,
    WorkOrder.reported_at,
    WorkOrder.due_at,
    Place.full_name.label("place"),
)


def _short() -> Any:
    return select(*_COLUMNS).join(Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id))


def reported_by(
    site_id: UUID, user_id: UUID | None, *, round_id: UUID | None = None, limit: int
) -> tuple[list[Any], int]:
    """The newest hazards of a person, or of a round, and how many there are in all. One query."""
    asked = {"site_id": site_id, "user_id": user_id, "round_id": round_id, "limit": limit}
    rows = _reported(user_id is not None, round_id is not None).all(connection(), asked)
    return rows, rows[0].total if rows else 0


@cache
def _reported(by_person: bool, of_round: bool) -> Prepared:
    query = _short().add_columns(func.count().over().label("total"))
    query = query.where(WorkOrder.site_id == bindparam("site_id"), WorkOrder.kind == "hazard")
    if by_person:
        query = query.where(WorkOrder.reported_by_id == bindparam("user_id"))
    if of_round:
        found = Hazard.__table__.c
        query = query.join(Hazard.__table__, (found.site_id == WorkOrder.site_id) & (found.id == WorkOrder.id))
        query = query.where(found.round_id == bindparam("round_id"))
    newest = WorkOrder.reported_at.desc(), WorkOrder.id.desc()
    return Prepared(query.order_by(*newest).limit(bindparam("limit", type_=Integer)))


def open_on_site(site_id: UUID, limit: int = 300) -> list[Any]:
    """Hazards still open at any place, with its id and their category, worst deadline first: to take along."""
    query = select(*_COLUMNS, WorkOrder.place_id, Hazard.__table__.c.category).join(
        Place, (Place.site_id == WorkOrder.site_id) & (Place.id == WorkOrder.place_id)
    )
    found = Hazard.__table__.c
    query = query.join(Hazard.__table__, (found.site_id == WorkOrder.site_id) & (found.id == WorkOrder.id))
    query = query.where(WorkOrder.site_id == site_id, WorkOrder.kind == "hazard", WorkOrder.state.in_(_OPEN))
    return list(db.session.execute(query.order_by(WorkOrder.due_at).limit(limit)))
