"""The complaints of some days as the figures want them: by the business day on which they were heard."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from patrol.complaints.complaint import Complaint
from patrol.complaints.figures import Heard, figures
from patrol.core.db import db


def heard(site_id: UUID, first: date, last: date) -> list[Heard]:
    """Every complaint of these days, both counting, that was not withdrawn; one query."""
    query = select(
        Complaint.id, Complaint.first_due_at, Complaint.answered_at, Complaint.promised_at, Complaint.rectified_at,
        Complaint.repeat_of_id.is_not(None), Complaint.satisfaction,
    ).where(
        Complaint.site_id == site_id, Complaint.business_day.between(first, last), Complaint.state != "rejected"
    )  # fmt: skip
    return [Heard(*row) for row in db.session.execute(query)]


def ids_of(site_id: UUID, first: date, last: date, figure: str, at: datetime) -> list[UUID]:
    """The complaints behind one figure of these days."""
    return list(figures(heard(site_id, first, last), at)[figure].ids)
