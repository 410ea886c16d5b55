"""The complaints of some days as the figures want them: by the business day on which they were heard."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from patrol.complaints.complaint import Complaint
from patrol.complaints.figures import Heard, figures
from patrol.core.db import db
from patrol.workorders.order import WorkOrder

_COMPLAINT = Complaint.__table__.c
ASKED = (
    select(
        WorkOrder.id,
        _COMPLAINT.repeat_of_id.is_not(None).label("repeated"),
        _COMPLAINT.satisfaction,
        WorkOrder.first_due_at,
        _COMPLAINT.answered_at,
        _COMPLAINT.promised_at,
        WorkOrder.rectified_at,
    )
    .join(Complaint.__table__, and_(_COMPLAINT.site_id == WorkOrder.site_id, _COMPLAINT.id == WorkOrder.id))
    .where(
        WorkOrder.site_id == bindparam("site_id"),
        WorkOrder.business_day >= bindparam("first"),
        WorkOrder.business_day <= bindparam("last"),
        WorkOrder.state != "rejected",
    )
)


def heard(site_id: UUID, first: date, last: date) -> list[Heard]:
    """Every complaint of these days, both counting, that was not withdrawn; one query."""
    rows = db.session.execute(ASKED, {"site_id": site_id, "first": first, "last": last})
    return [heard_of(*row) for row in rows]


def heard_of(
    id: UUID,
    repeated: bool,
    satisfaction: int | None,
    answer_by: datetime | None,
    answered_at: datetime | None,
    promised_at: datetime | None,
    solved_at: datetime | None,
) -> Heard:
    """One row of ASKED."""
    return Heard(id, answer_by, answered_at, promised_at, solved_at, bool(repeated), satisfaction)


def ids_of(site_id: UUID, first: date, last: date, figure: str, at: datetime) -> list[UUID]:
    """The complaints behind one figure of these days."""
    return list(figures(heard(site_id, first, last), at)[figure].ids)
