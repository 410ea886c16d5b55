"""Listen (耐心倾听): a complaint is written down; whether the same home said the same before decides whose it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from patrol.accounts.reader import Reader, business_day_of
from patrol.complaints.complaint import PREFIX, Complaint
from patrol.complaints.deadline import REPEAT_WITHIN, answer_by
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.owners.report import OwnerReport, settle
from patrol.owners.words import KINDS
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.workorders.flow import role_refusal
from patrol.workorders.number import next_number
from patrol.workorders.timeline import add_step


def listen(
    report: OwnerReport,
    *,
    by: Reader,
    when: When,
    version: int | None,
    subject: str,
    place_id: UUID,
    id: UUID | None = None,
) -> Complaint:
    """A complaint of what the owner said, inside the caller's ``write()``; its clock began when he said it."""
    if not by.may("order.register"):
        raise role_refusal()
    if subject not in KINDS:
        raise Problem("report.kind", N_("Choose what it is about."), field="kind")
    place = db.session.get(Place, (by.site_id, place_id))
    if place is None or place.retired_at is not None:
        raise NotHere("place")
    site = db.session.get_one(Site, by.site_id)
    before = repeats(report, subject, report.reported_at)
    due = answer_by(report.reported_at, site.answer_hours)
    day = business_day_of(by, report.reported_at)
    complaint = Complaint(
        id=id or uuid7(),
        site_id=by.site_id,
        number=next_number(by.site_id, PREFIX, day),
        title=KINDS[subject].words,
        note="",
        place_id=place_id,
        subject=subject,
        severity="major" if before else "minor",
        state="reported",
        source="owner" if report.source == "public" else "desk",
        team="management" if before else KINDS[subject].team,
        reported_by_id=by.user_id,
        reported_at=report.reported_at,
        received_at=when.received_at,
        business_day=day,
        due_at=due,
        first_due_at=due,
        assigned_at=when.at,
        repeat_of_id=before,
        reopen_count=0,
        version=1,
    )
    db.session.add(complaint)
    db.session.flush()
    settle(report, complaint, version=version, by=by, when=when)
    told = {"repeat_of": str(before)} if before else {}
    add_step(complaint, "listen", to="reported", id=complaint.id, by=by, when=when, subject=subject, **told)
    return complaint


def repeats(report: OwnerReport, subject: str, at: datetime) -> UUID | None:
    """The latest complaint of the same home about the same subject within 30 days, withdrawn ones left out.

    A home is its flat; where no flat was told, the telephone number. A report with neither repeats nothing.
    """
    homes = [
        column == value
        for column, value in (
            (OwnerReport.owner_flat, report.owner_flat),
            (OwnerReport.owner_phone, report.owner_phone),
        )
        if value
    ]
    if not homes:
        return None
    query = (
        select(Complaint.id)
        .join(OwnerReport, (OwnerReport.site_id == Complaint.site_id) & (OwnerReport.order_id == Complaint.id))
        .where(Complaint.site_id == report.site_id, Complaint.subject == subject, Complaint.state != "rejected")
        .where(Complaint.reported_at > at - REPEAT_WITHIN, Complaint.reported_at <= at, or_(*homes))
    )
    return db.session.scalars(query.order_by(Complaint.reported_at.desc())).first()
