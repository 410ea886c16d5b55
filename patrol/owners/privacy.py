"""Who may know an owner's name, telephone and flat (DOMAIN §2), and what everybody else sees instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patrol.accounts.reader import Reader
from patrol.journal.entry import note as journal
from patrol.owners.report import OwnerReport
from patrol.workorders.flow import role_refusal

HIDDEN = "•••"
SETTLED = ("closed", "rejected")


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    phone: str
    flat: str

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.flat)


def may_know(order: Any, by: Reader) -> bool:
    """The desk and supervisors; and whom the order is assigned to, person or team, until it is settled."""
    if by.may("owner.see"):
        return True
    if order is None or order.state in SETTLED or order.assigned_at is None or not by.may("order.rectify"):
        return False
    return bool(order.assignee_id == by.user_id if order.assignee_id else order.team == by.team)


def masked(report: OwnerReport) -> Contact:
    """陈**, 138****6021, •••: enough to tell two owners apart at the desk, not to call or find anybody."""
    name, phone = report.owner_name, report.owner_phone
    digits = "".join(letter for letter in phone if letter.isdigit())
    shown = f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else (HIDDEN + digits[-2:] if digits else "")
    return Contact(name[:1] + "**" if name else "", shown, HIDDEN if report.owner_flat else "")


def look(report: OwnerReport, order: Any, *, by: Reader, at: datetime) -> Contact:
    """The whole of it, inside the caller's ``write()``: the journal says who looked and when."""
    if not may_know(order, by):
        raise role_refusal()
    journal(
        "owner_looked_at", "owner_report", report.id, site_id=report.site_id, by=by.user_id, at=at,
        number=report.number,
    )  # fmt: skip
    return Contact(report.owner_name, report.owner_phone, report.owner_flat)
