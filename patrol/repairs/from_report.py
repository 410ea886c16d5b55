"""What becomes of an owner's report at the desk: a repair, a complaint or a hazard; it keeps its photos."""

from datetime import datetime
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.complaints.listen import listen
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.hazards.category import category
from patrol.hazards.report import open_hazard
from patrol.owners.report import OwnerReport, settle
from patrol.owners.words import KINDS
from patrol.repairs.register import register_report
from patrol.sites.place import Place
from patrol.workorders.flow import role_refusal

INTO = ("repair", "hazard", "complaint")


def turn_into(
    report: OwnerReport,
    into: str,
    *,
    by: Reader,
    when: When,
    version: int | None,
    kind: str,
    place_id: UUID | None,
    urgent: bool = False,
    appointment_at: datetime | None = None,
) -> Any:
    """The order it became, inside the caller's ``write()``."""
    if not by.may("order.register"):
        raise role_refusal()
    if place_id is None:
        raise Problem("report.place", N_("Choose the place from the list."), field="place")
    if into == "repair":
        return register_report(
            report, by=by, when=when, version=version, category=kind, place_id=place_id, urgent=urgent,
            appointment_at=appointment_at,
        )  # fmt: skip
    if into == "complaint":
        return listen(report, by=by, when=when, version=version, subject=kind, place_id=place_id)
    if into == "hazard":
        return _hazard(report, by=by, when=when, version=version, kind=kind, place_id=place_id, urgent=urgent)
    raise Problem("report.into", N_("Choose what it becomes."), field="into")


def _hazard(
    report: OwnerReport, *, by: Reader, when: When, version: int | None, kind: str, place_id: UUID, urgent: bool
) -> Any:
    """A hazard is everybody's to see, so the owner's own words stay with his report; the desk's category speaks."""
    place = db.session.get(Place, (by.site_id, place_id))
    if place is None or place.retired_at is not None:
        raise NotHere("place")
    if kind not in KINDS:
        raise Problem("report.kind", N_("Choose what it is about."), field="kind")
    found = category(KINDS[kind].category)
    hazard = open_hazard(
        found,
        "critical" if urgent else str(found["default_severity"]),
        place_id=place.id,
        note="",
        source="owner",
        id=uuid7(),
        by=by,
        when=When(report.reported_at, when.received_at, report.reported_at),
        photos=[],
        after=[],
    )
    settle(report, hazard, version=version, by=by, when=when)
    return hazard
