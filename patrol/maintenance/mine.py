"""Maintenance this person has to see to, for the short list above his work orders."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.maintenance.flow import BEFORE_DONE, STATES
from patrol.maintenance.order import MaintenanceOrder
from patrol.repairs.mine import Asked
from patrol.sites.place import Place


def mine_due(by: Reader, at: datetime, limit: int = 30) -> list[Asked]:
    """Given to him, or to his team and to nobody in it; what waits for his witness too. One query."""
    ours = and_(MaintenanceOrder.assignee_id.is_(None), MaintenanceOrder.team == by.team)
    to_witness = and_(
        MaintenanceOrder.state == "done",
        MaintenanceOrder.rectified_by_id.is_(None),
        MaintenanceOrder.witnessed_at.is_(None),
    )
    query = (
        select(MaintenanceOrder, Place.full_name.label("place_name"))
        .join(Place, (Place.site_id == MaintenanceOrder.site_id) & (Place.id == MaintenanceOrder.place_id))
        .where(
            MaintenanceOrder.site_id == by.site_id,
            MaintenanceOrder.kind == "maintenance",
            or_(MaintenanceOrder.assignee_id == by.user_id, ours),
            or_(MaintenanceOrder.state.in_(BEFORE_DONE), to_witness),
        )
        .order_by(MaintenanceOrder.due_at, MaintenanceOrder.id)
        .limit(limit)
    )
    return [_asked(row[0], row.place_name, at) for row in db.session.execute(query)]


def _asked(order: MaintenanceOrder, place: str, at: datetime) -> Asked:
    due = order.due_at or at
    return Asked(
        id=order.id,
        kind="maintenance",
        number=order.number,
        title=" · ".join(filter(None, (order.title, order.note if order.equipment_id else ""))),
        place_name=place,
        state_word=STATES[order.state],
        urgent=False,
        taken=order.assignee_id is not None or bool(order.company),
        late=due < at,
        due_at=due,
    )
