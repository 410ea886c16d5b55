"""Short lists of repairs and of complaints: late, to call back, mine. The whole ones are in workorders/lists.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import db
from patrol.repairs.flow import OPEN
from patrol.repairs.repair import Repair
from patrol.sites.place import Place


def mine_clause(model: Any, by: Reader) -> ColumnElement[bool]:
    """Given to this person, or to the whole of his team; or waiting for anybody of it to take it."""
    return or_(model.assignee_id == by.user_id, and_(model.assignee_id.is_(None), model.team == by.team))


def rows_of(model: Any, by: Reader) -> Any:
    """Orders of one kind that this reader may see, with the names of place and person."""
    query = (
        select(model, Place.full_name.label("place_name"), User.name.label("assignee_name"))
        .join(Place, and_(Place.site_id == model.site_id, Place.id == model.place_id))
        .outerjoin(User, User.id == model.assignee_id)
        .where(model.site_id == by.site_id, model.kind == model.__mapper__.polymorphic_identity)
    )
    return query if by.may("order.see_all") else query.where(mine_clause(model, by))


def may_see(order: Any, by: Reader) -> bool:
    """Whom it was given to, his team, and those who see all orders: what an owner asked is not everybody's."""
    if by.may("order.see_all"):
        return True
    if not by.may("order.rectify"):
        return False
    return bool(order.assignee_id == by.user_id or order.rectified_by_id == by.user_id or order.team == by.team)


def late_clause(at: datetime) -> ColumnElement[bool]:
    """is_overdue() of deadline.py, as the database asks it of what is still open."""
    unmet = or_(
        and_(Repair.urgent.is_(True), Repair.visited_at.is_(None)),
        and_(Repair.urgent.is_(False), Repair.rectified_at.is_(None)),
    )
    return and_(Repair.state.in_(OPEN), Repair.due_at < at, unmet)


def to_call_back(model: Any, state: str, by: Reader, limit: int = 50) -> Sequence[Any]:
    """What waits for a call to the owner, longest first, without one's own work: somebody else calls."""
    query = rows_of(model, by).where(
        model.state == state, or_(model.rectified_by_id.is_(None), model.rectified_by_id != by.user_id)
    )
    return db.session.execute(query.order_by(model.rectified_at, model.id).limit(limit)).all()


def mine(model: Any, by: Reader, states: Sequence[str], limit: int = 30) -> Sequence[Any]:
    """This person's own, nearest deadline first."""
    query = rows_of(model, by).where(mine_clause(model, by), model.state.in_(states))
    return db.session.execute(query.order_by(model.due_at, model.id).limit(limit)).all()
