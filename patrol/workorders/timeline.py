"""Timeline: every step of an order is a line that is added and never changed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.user import User
from patrol.core.db import connection, db
from patrol.core.facts import When
from patrol.core.prepared import Prepared
from patrol.journal.entry import note as journal
from patrol.sites.day import mark_day
from patrol.workorders.order import WorkOrder, WorkOrderStep

_ADD = Prepared(insert(WorkOrderStep.__table__))  # type: ignore[arg-type]


def add_step(
    order: WorkOrder,
    step: str,
    *,
    to: str,
    id: UUID,
    by: Reader,
    when: When,
    from_state: str | None = None,
    note: str = "",
    **detail: Any,
) -> None:
    """A line of the timeline, inside the caller's ``write()``; marks the days it is counted on.

    from_state: the state before it (None for the report). A change of state is noted in the journal as well.
    detail: JSON-able values.
    """
    day = business_day_of(by, when.at)
    _ADD.run(
        connection(),
        {
            "site_id": order.site_id,
            "id": id,
            "order_id": order.id,
            "step": step,
            "from_state": from_state,
            "to_state": to,
            "at": when.at,
            "received_at": when.received_at,
            "business_day": day,
            "user_id": by.user_id,
            "note": note,
            "detail": detail,
        },
    )
    mark_day(order.site_id, order.business_day, day)
    if from_state != to:
        journal(
            f"order_{step}",
            order.kind,
            order.id,
            site_id=order.site_id,
            by=by.user_id,
            at=when.received_at,
            phone_at=when.captured_at,
            number=order.number,
            from_state=from_state,
            to_state=to,
            **detail,
        )


def steps_of(order: WorkOrder) -> list[WorkOrderStep]:
    """All lines in the order they happened."""
    query = select(WorkOrderStep).where(WorkOrderStep.site_id == order.site_id, WorkOrderStep.order_id == order.id)
    return list(db.session.scalars(query.order_by(WorkOrderStep.at, WorkOrderStep.received_at, WorkOrderStep.id)))


def names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """People's names by id, in one query."""
    wanted = {user_id for user_id in ids if user_id is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))}
