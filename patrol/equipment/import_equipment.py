"""Bringing in a table of equipment: all rows or none, with a few statements however many rows there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import connection, db
from patrol.core.keys import uuid7
from patrol.equipment.equipment import Equipment
from patrol.equipment.happened import tell_many
from patrol.equipment.import_rows import HEADS, Entry, EquipmentTable, Known, equipment_rows
from patrol.equipment.keeping import EquipmentData, difference, facts_of, write_down
from patrol.equipment.keeping_rules import rules_of
from patrol.sites.import_places import ImportRefused
from patrol.sites.place import Place

AT_ONCE = 400  # asset numbers asked for in one statement: databases count their parameters
_DATA = tuple(EquipmentData.model_fields)


@dataclass(frozen=True, slots=True)
class Brought:
    """How many items came in new, were put right, and were like that already."""

    added: int
    changed: int
    same: int


def check_equipment(rows: Sequence[Sequence[str]], *, by: Reader, at: datetime) -> EquipmentTable:
    """What the table would bring, or what is wrong with it, against the site as it is now."""
    in_use = select(Place.full_name, Place.id).where(Place.site_id == by.site_id, Place.retired_at.is_(None))
    places = {row.full_name: row.id for row in db.session.execute(in_use)}
    known = _known(by.site_id, _words(rows))
    return equipment_rows(rows, places=places, known=known, today=business_day_of(by, at))


def import_equipment(rows: Sequence[Sequence[str]], *, by: Reader, at: datetime) -> Brought:
    """Take in what is new and put right what is known, inside the caller's ``write()``.

    Raises ImportRefused with all that is wrong.
    """
    table = check_equipment(rows, by=by, at=at)
    if table.errors:
        raise ImportRefused(table.errors)
    fresh = [entry for entry in table.entries if entry.known is None]
    changed = [entry for entry in table.entries if entry.known is not None and not entry.same]
    _take_in(fresh, by, at)
    _put_right(changed, by, at)
    return Brought(len(fresh), len(changed), len(table.entries) - len(fresh) - len(changed))


def _words(rows: Sequence[Sequence[str]]) -> set[str]:
    """Everything that may be an asset number of the ledger: the cells of the two columns that name items."""
    heads = [title.strip().lower() for title in rows[0]] if rows else []
    columns = [at for at, head in enumerate(heads) if head in (*HEADS["code"], *HEADS["spare_for"])]
    cells = (" ".join(row[at].split()) for row in rows[1:] for at in columns if at < len(row))
    return {cell for cell in cells if cell}


def _known(site_id: UUID, codes: Iterable[str]) -> dict[str, Known]:
    wanted, found = sorted(codes), {}
    for begin in range(0, len(wanted), AT_ONCE):
        query = (
            select(Equipment, Place.full_name)
            .join(Place, (Place.site_id == Equipment.site_id) & (Place.id == Equipment.place_id))
            .where(Equipment.site_id == site_id, Equipment.code.in_(wanted[begin : begin + AT_ONCE]))
        )
        for row, place in db.session.execute(query):
            said = {name: getattr(row, name) for name in _DATA if name not in ("place", "spare_for")}
            data = EquipmentData.model_construct(**said, place=row.place_id, spare_for=row.spare_for_id)
            found[row.code] = Known(row.id, data, place, row.state == "retired")
    return found


def _take_in(entries: Sequence[Entry], by: Reader, at: datetime) -> None:
    today, rows, lines = business_day_of(by, at), [], []
    table = rules_of(by.site_id).table
    for entry in entries:
        row = SimpleNamespace(
            site_id=by.site_id, id=uuid7(), place_id=entry.data.place, state="in_service", created_at=at, version=1,
            last_service=None, retired_on=None,
        )  # fmt: skip
        write_down(row, entry.data, today, table)
        rows.append(vars(row))
        lines.append((row.id, "taken_in", {"code": row.code, "place": str(row.place_id)}))
    if rows:
        connection().execute(insert(Equipment), rows)
    tell_many(lines, by, at)


def _put_right(entries: Sequence[Entry], by: Reader, at: datetime) -> None:
    rows: list[dict[str, Any]] = []
    lines: list[tuple[UUID, str, dict[str, Any]]] = []
    table = rules_of(by.site_id).table
    before = _items(by.site_id, [entry.known.id for entry in entries if entry.known is not None])
    for entry in entries:
        assert entry.known is not None
        old = before[entry.known.id]
        row = SimpleNamespace(**{column.key: getattr(old, column.key) for column in Equipment.__mapper__.column_attrs})
        write_down(row, entry.data, old.in_service_from, table)
        row.place_id, row.version = entry.data.place, old.version + 1
        changed = difference(facts_of(old), facts_of(row))
        if changed:
            lines.append((row.id, "corrected", {"changed": changed}))
        if row.place_id != old.place_id:
            lines.append((row.id, "moved", {"from": str(old.place_id), "to": str(row.place_id)}))
        rows.append(vars(row))
    if rows:
        db.session.execute(update(Equipment), _plain(rows))
        db.session.expire_all()
    tell_many(lines, by, at)


def _items(site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Equipment]:
    found: dict[UUID, Equipment] = {}
    for begin in range(0, len(ids), AT_ONCE):
        query = select(Equipment).where(Equipment.site_id == site_id, Equipment.id.in_(ids[begin : begin + AT_ONCE]))
        found |= {row.id: row for row in db.session.scalars(query)}
    return found


def _plain(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For an update by key: what is never changed by a table is left out."""
    never = ("created_at", "code", "type", "state", "retired_on")
    return [{name: value for name, value in row.items() if name not in never} for row in rows]
