"""A line in an item's file, in the journal, and on the day it changes the figures of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import connection, db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.equipment.equipment import Equipment, EquipmentEvent
from patrol.journal.entry import note, note_many
from patrol.sites.day import mark_day
from patrol.sites.place import Place


def tell(row: Equipment, kind: str, by: Reader, at: datetime, **detail: Any) -> None:
    """One line. detail: JSON-able values; empty words are left out."""
    said = {name: value for name, value in detail.items() if value != ""}
    db.session.add(
        EquipmentEvent(
            id=uuid7(), site_id=row.site_id, equipment_id=row.id, kind=kind, at=at, user_id=by.user_id, detail=said
        )
    )
    note(f"equipment.{kind}", "equipment", row.id, site_id=row.site_id, by=by.user_id, at=at, **said)
    mark_day(row.site_id, business_day_of(by, at))


def tell_many(lines: Sequence[tuple[UUID, str, dict[str, Any]]], by: Reader, at: datetime) -> None:
    """The same for many items at once, with as few statements as for one. lines: (item, kind, detail)."""
    if not lines:
        return
    rows = [
        {
            "site_id": by.site_id,
            "id": uuid7(),
            "equipment_id": item,
            "kind": kind,
            "at": at,
            "user_id": by.user_id,
            "detail": detail,
        }
        for item, kind, detail in lines
    ]
    connection().execute(insert(EquipmentEvent), rows)
    told = [(f"equipment.{kind}", item, detail) for item, kind, detail in lines]
    note_many(told, "equipment", site_id=by.site_id, by=by.user_id, at=at)
    mark_day(by.site_id, business_day_of(by, at))


def check_kept(row: Equipment) -> None:
    """Refuse what is retired: its file is closed."""
    if row.state == "retired":
        raise Problem("equipment.retired", N_("It is retired; its file is closed."), status=409)


def from_to(site_id: UUID, before: UUID, after: UUID) -> dict[str, str]:
    """Two places for a line's detail, with their names as they were on that day."""
    query = select(Place.id, Place.full_name).where(Place.site_id == site_id, Place.id.in_((before, after)))
    names = {row.id: row.full_name for row in db.session.execute(query)}
    return {
        "from": str(before),
        "to": str(after),
        "from_name": names.get(before, ""),
        "to_name": names.get(after, ""),
    }
