"""Register (受理登记): a repair comes into the world, from an owner's report or from somebody of the staff."""

from datetime import UTC, datetime
from uuid import UUID

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.owners.report import OwnerReport, settle
from patrol.owners.words import KINDS
from patrol.repairs.deadline import due_at
from patrol.repairs.repair import PREFIX, Repair
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.workorders.flow import role_refusal
from patrol.workorders.number import next_number
from patrol.workorders.timeline import add_step


def report_repair(
    *,
    id: UUID,
    by: Reader,
    when: When,
    category: str,
    place_id: UUID,
    note: str = "",
    urgent: bool = False,
    appointment_at: datetime | None = None,
    source: str = "desk",
) -> Repair:
    """业主报修: the first step, inside the caller's ``write()``; anybody of the staff may pass a wish on."""
    known = db.session.get(Repair, (by.site_id, id))
    if known is not None:
        return known
    if not by.may("hazard.report"):
        raise role_refusal()
    if category not in KINDS:
        raise Problem("report.kind", N_("Choose what it is about."), field="kind")
    place = db.session.get(Place, (by.site_id, place_id))
    if place is None or place.retired_at is not None:
        raise NotHere("place")
    due = _due(by, when.at, urgent=urgent, appointment_at=appointment_at)
    repair = Repair(
        id=id,
        site_id=by.site_id,
        number=next_number(by.site_id, PREFIX, business_day_of(by, when.at)),
        title=KINDS[category].words,
        note=note,
        place_id=place_id,
        category=category,
        severity="critical" if urgent else "minor",
        urgent=urgent,
        state="reported",
        source=source,
        team=KINDS[category].team,
        reported_by_id=by.user_id,
        reported_at=when.at,
        received_at=when.received_at,
        business_day=business_day_of(by, when.at),
        due_at=due,
        first_due_at=due,
        appointment_at=appointment_at,
        visits=0,
        fee_note="",
        materials="",
        reopen_count=0,
        version=1,
    )
    db.session.add(repair)
    db.session.flush()
    add_step(repair, "report", to="reported", id=id, by=by, when=when, urgent=urgent)
    return repair


def register_report(
    report: OwnerReport,
    *,
    by: Reader,
    when: When,
    version: int | None,
    category: str,
    place_id: UUID,
    urgent: bool = False,
    appointment_at: datetime | None = None,
    id: UUID | None = None,
) -> Repair:
    """报修 and 受理登记 at once: the desk makes a repair of what the owner said; its clock began when he said it."""
    if not by.may("order.register"):
        raise role_refusal()
    said = When(report.reported_at, when.received_at, report.reported_at)
    repair = report_repair(
        id=id or uuid7(), by=by, when=said, category=category, place_id=place_id, urgent=urgent,
        appointment_at=appointment_at, source="owner" if report.source == "public" else "desk",
    )  # fmt: skip
    settle(report, repair, version=version, by=by, when=when)
    mark_registered(repair, id=uuid7(), by=by, when=when)
    return repair


def mark_registered(repair: Repair, *, id: UUID, by: Reader, when: When) -> None:
    before, repair.state, repair.registered_at = repair.state, "registered", when.at
    add_step(repair, "register", to="registered", from_state=before, id=id, by=by, when=when, category=repair.category)


def _due(by: Reader, at: datetime, *, urgent: bool, appointment_at: datetime | None) -> datetime:
    if appointment_at is not None and appointment_at <= at:
        raise Problem("repair.appointment", N_("The appointment must lie ahead."), field="appointment_at")
    site = db.session.get_one(Site, by.site_id)
    found = due_at(
        at, urgent=urgent, appointment_at=appointment_at, zone=by.zone, day_start=by.day_start,
        minutes=site.urgent_minutes,
    )  # fmt: skip
    return found.astimezone(UTC)
