"""Dates that somebody reads off a paper (有效期): a lift's inspection mark, a contractor's certificate. Facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import Model, connection, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, Problem
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.journal.entry import note as journal

DATE_KINDS: Mapping[str, str] = {
    "inspection_mark": N_("Inspection mark valid until"),
    "certificate": N_("Contractor's certificate valid until"),
}
FARTHEST = timedelta(days=366 * 30)


class ItemDate(SiteRow, Model):
    """What was read and when; the newest line of a kind is the one that holds."""

    __tablename__ = "item_date"
    __table_args__ = (
        site_key("equipment_id", "equipment"),
        CheckConstraint("kind IN ('inspection_mark','certificate')", name="kind"),
        Index(None, "site_id", "equipment_id", "kind", "at"),
    )

    equipment_id: Mapped[UUID]
    kind: Mapped[str]
    until: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that holds."""

    equipment_id: UUID
    kind: str
    until: date
    note: str


_LINES = (
    select(ItemDate.equipment_id, ItemDate.kind, ItemDate.until, ItemDate.note)
    .join(Equipment, (Equipment.site_id == ItemDate.site_id) & (Equipment.id == ItemDate.equipment_id))
    .where(ItemDate.site_id == bindparam("site_id"), Equipment.state != "retired")
    .order_by(ItemDate.at, ItemDate.id)
)
_OF_SITE = Prepared(_LINES)
_OF_ITEM = Prepared(_LINES.where(ItemDate.equipment_id == bindparam("equipment_id")))


def dates_of_site(site_id: UUID) -> list[Dated]:
    """One for each item and kind, of everything that is not retired. One query."""
    return _holding(_OF_SITE.all(connection(), {"site_id": site_id}))


def dates_of(equipment: Equipment) -> dict[str, Dated]:
    """By kind."""
    rows = _OF_ITEM.all(connection(), {"site_id": equipment.site_id, "equipment_id": equipment.id})
    return {one.kind: one for one in _holding(rows)}


def until_of(kind: str) -> Any:
    """A column of a query about equipment: the day that holds, or nothing."""
    newest = select(ItemDate.until).where(
        ItemDate.site_id == Equipment.site_id, ItemDate.equipment_id == Equipment.id, ItemDate.kind == kind
    )
    return newest.order_by(ItemDate.at.desc(), ItemDate.id.desc()).limit(1).correlate(Equipment).scalar_subquery()


def _holding(rows: list[Any]) -> list[Dated]:
    last = {(row.equipment_id, row.kind): row for row in rows}
    return [Dated(row.equipment_id, row.kind, row.until, row.note) for row in last.values()]


def note_date(row: Equipment, kind: str, until: date | None, *, by: Reader, at: datetime, note: str = "") -> ItemDate:
    """Until when the paper says; a line in the item's file with what stood there before."""
    if kind not in DATE_KINDS:
        raise Problem("dates.kind", N_("Choose which date it is."), field="kind")
    if row.state == "retired":
        raise Problem("equipment.retired", N_("It is retired; its file is closed."), status=409)
    today = business_day_of(by, at)
    if until is None or not today - FARTHEST <= until <= today + FARTHEST:
        raise Problem("dates.until", N_("Give the day that stands on the paper."), field="until")
    before = dates_of(row).get(kind)
    made = ItemDate(
        id=uuid7(), site_id=row.site_id, equipment_id=row.id, kind=kind, until=until, note=note.strip()[:200],
        at=at, user_id=by.user_id,
    )  # fmt: skip
    db.session.add(made)
    detail: dict[str, Any] = {
        "what": kind,
        "on": str(until),
        "was": str(before.until) if before else "",
        "why": made.note,
    }
    db.session.add(
        EquipmentEvent(
            id=uuid7(), site_id=row.site_id, equipment_id=row.id, kind="dated", at=at, user_id=by.user_id, detail=detail
        )
    )
    db.session.flush()
    journal("equipment.dated", "equipment", row.id, site_id=row.site_id, by=by.user_id, at=at, **detail)
    return made
