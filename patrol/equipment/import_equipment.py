"""Bringing in a table of equipment: all rows or none."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.problems import Problem
from patrol.equipment.equipment import Equipment
from patrol.equipment.import_rows import EquipmentTable, equipment_rows
from patrol.equipment.keeping import take_in
from patrol.sites.import_places import ImportRefused
from patrol.sites.import_rows import RowError
from patrol.sites.place import Place


def check_equipment(site_id: UUID, rows: Sequence[Sequence[str]]) -> EquipmentTable:
    """What the table would bring, or what is wrong with it, against the site as it is now."""
    in_use = select(Place.full_name, Place.id).where(Place.site_id == site_id, Place.retired_at.is_(None))
    places = {row.full_name: row.id for row in db.session.execute(in_use)}
    known = set(db.session.scalars(select(Equipment.code).where(Equipment.site_id == site_id)))
    return equipment_rows(rows, places=places, known=known)


def import_equipment(rows: Sequence[Sequence[str]], *, by: Reader, at: datetime) -> list[Equipment]:
    """Take in every item of the table, inside the caller's ``write()``. Raises ImportRefused with all that is wrong."""
    table = check_equipment(by.site_id, rows)
    if table.errors:
        raise ImportRefused(table.errors)
    made, refused = [], []
    for number, data in table.items:
        try:
            made.append(take_in(data, by=by, at=at))
        except Problem as problem:
            refused.append(RowError(number, "", problem))
    if refused:
        raise ImportRefused(refused)
    return made
