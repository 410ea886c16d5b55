"""The tables of a period in one file: an Excel workbook, or CSV."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from patrol.core.db import db
from patrol.equipment.inspection import Inspection
from patrol.exports.kit import Kit
from patrol.exports.made import Made, Steps
from patrol.exports.sheets import Book, CsvTables
from patrol.exports.tables_of.checks import INSPECTIONS, READINGS
from patrol.exports.tables_of.orders import COMPLAINTS, HAZARDS, REPAIRS
from patrol.exports.tables_of.patrol import ROUNDS, VISITS
from patrol.exports.tables_of.photos import PHOTOS
from patrol.exports.tables_of.table import Period, Table
from patrol.photos.photo import Photo
from patrol.rounds.round import Round
from patrol.workorders.order import WorkOrder

TABLES: dict[str, Table] = {
    table.code: table for table in (ROUNDS, VISITS, HAZARDS, REPAIRS, COMPLAINTS, INSPECTIONS, READINGS, PHOTOS)
}
AT_ONCE = 2_000  # records up to which the answer is not worth waiting for a job


def make_tables(asked: Mapping[str, Any], period: Period, part: Path, folder: Path, steps: Steps, kit: Kit) -> Made:
    """asked: ``tables`` (codes) and ``format``: xlsx or csv."""
    tables = [TABLES[code] for code in TABLES if code in asked["tables"]]
    rows = dict.fromkeys((table.code for table in tables), 0)
    as_csv = asked["format"] == "csv"
    alone = as_csv and len(tables) == 1
    zone = period.site.zone
    writer: Any = CsvTables(part, zone, alone) if as_csv else Book(part, folder, zone, period.site.name)
    for number, table in enumerate(tables):
        writer.begin(table.code, kit.words(table.title), table.heads(period))
        for day, chunk in table.rows(period):
            for row in chunk:
                writer.row(row)
            rows[table.code] += len(chunk)
            steps.step("rows", number * period.days + (day - period.first).days + 1, len(tables) * period.days)
    steps.step("pack", 1, 1)
    writer.close()
    name = tables[0].code if len(tables) == 1 else "patrol"
    suffix = "csv" if alone else ("zip" if as_csv else "xlsx")
    return Made(f"{name}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{suffix}", {"rows": rows})


def is_small(asked: Mapping[str, Any], period: Period) -> bool:
    """Whether so few records are asked for that they are written while one waits. One query a table, each cut short."""
    site, days = period.site.id, (period.first, period.last)
    orders = {"hazards": "hazard", "repairs": "repair", "complaints": "complaint"}
    room = AT_ONCE
    for code in asked["tables"]:
        if code in orders:
            query = select(WorkOrder.id).where(
                WorkOrder.site_id == site, WorkOrder.kind == orders[code], WorkOrder.business_day.between(*days)
            )
        elif code in ("rounds", "visits"):
            query = select(Round.id).where(Round.site_id == site, Round.business_day.between(*days))
        elif code in ("inspections", "readings"):
            query = select(Inspection.id).where(Inspection.site_id == site, Inspection.business_day.between(*days))
        else:
            query = select(Photo.id).where(Photo.site_id == site, Photo.business_day.between(*days))
        few = query.limit(room + 1).subquery()
        weight = 10 if code in ("rounds", "visits", "readings") else 1  # each brings its stops or its answers
        room -= weight * (db.session.scalar(select(func.count()).select_from(few)) or 0)
        if room < 0:
            return False
    return True
