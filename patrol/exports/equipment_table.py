"""The ledger as a table: the template people fill in and the export, with the same headings, so that one comes back."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import xlsxwriter
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from patrol.core.db import db
from patrol.core.problems import N_
from patrol.equipment.attributes import ATTRIBUTES, OF_TYPE, YES_NO, Attribute
from patrol.equipment.dated import DATE_KINDS, until_of
from patrol.equipment.equipment import STATES, Equipment
from patrol.equipment.import_rows import HEADS
from patrol.equipment.inspection import Inspection
from patrol.equipment.ledger import Filter, clauses
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.exports.sheets import EPOCH
from patrol.exports.tables import Template
from patrol.sites.place import Place

SAFE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MOST = 20_000
READ_ONLY = (N_("State"), N_("Next service"), N_("Scrap"), N_("Last checked"))


class Month(NamedTuple):
    """A date of which only the month is known."""

    first: date


_EXAMPLES = {
    "zh": (
        {"code": "3D-01", "type": "干粉灭火器", "place": "3 栋 大堂", "model": "MFZ/ABC4", "quantity": "1",
         "made_on": "2024-03", "in_service_from": "2024-04-01", "half_monthly": "否", "powder": "磷酸铵盐（ABC）",
         "charge_kg": "4"},
        {"code": "3B1-P1", "type": "消防水泵", "place": "3 栋 1 单元 B1 消防泵房", "model": "XBD8/30",
         "name": "1 号泵", "quantity": "1", "half_monthly": "否", "pump_role": "主泵", "power_kw": "37"},
    ),
    "en": (
        {"code": "3D-01", "type": "Dry powder extinguisher", "place": "Block 3 Lobby", "model": "MFZ/ABC4",
         "quantity": "1", "made_on": "2024-03", "in_service_from": "2024-04-01", "half_monthly": "no",
         "powder": "Ammonium phosphate (ABC)", "charge_kg": "4"},
        {"code": "3B1-P1", "type": "Fire pump", "place": "Block 3 Entrance 1 B1 Pumps", "model": "XBD8/30",
         "name": "Pump 1", "quantity": "1", "half_monthly": "no", "pump_role": "Duty", "power_kw": "37"},
    ),
}  # fmt: skip
_NOTES = {
    "code": ("必填，项目内不重复。台账里已有的编号按本表更正，空格不改。",
             "Needed, once a site. A number of the ledger is put right by this row; an empty cell changes nothing."),
    "type": ("必填，从下拉选。", "Needed, from the list."),
    "place": ("必填，写位置全称，如 3 栋 1 单元 B1 消防泵房。", "Needed, the full name of the place."),
    "made_on": ("写到月：2024-03。", "The month: 2024-03."),
    "in_service_from": ("2024-03-18；留空按导入当天。", "2024-03-18; empty: today."),
    "last_service": ("2024-03-18 或 2024-03。", "2024-03-18 or 2024-03."),
    "quantity": ("整数。探测器、灯具可一组一行。", "A whole number. Detectors and lights may be one group a row."),
    "spare_for": ("这件是备用时，填它顶替的设备编号。", "When it is a spare: the number of what it stands in for."),
}  # fmt: skip


def heads_of(language: str) -> dict[str, str]:
    """Field -> the heading of its column."""
    words = {name: known[0] if language == "zh" else _english(known) for name, known in HEADS.items()}
    return words if language == "zh" else {name: word.capitalize() for name, word in words.items()}


def _english(words: Sequence[str]) -> str:
    return next(word for word in words if word.isascii())


def equipment_template(language: str, kinds: Sequence[str]) -> Template:
    """The common columns, and those of the kinds that are asked for. Details of other kinds may be added by hand:
    the sheet of help names them all."""
    heads, chosen = heads_of(language), [kind for kind in kinds if kind in EQUIPMENT_TYPES]
    details = _details(chosen)
    columns = [*heads, *(one.code for one in details)]
    types = [EQUIPMENT_TYPES[kind] for kind in chosen or EQUIPMENT_TYPES]
    choices = {
        columns.index("type"): [kind.name[language] for kind in types],
        columns.index("half_monthly"): [words[language != "zh"] for words in YES_NO.values()],
    }
    notes = {columns.index(name): words[language != "zh"] for name, words in _NOTES.items()}
    for one in details:
        at = columns.index(one.code)
        notes[at] = _kind_of_value(one, language)
        if one.choices is not None:
            choices[at] = [words[language != "zh"] for words in one.choices.values()]
    examples = [[row.get(column, "") for column in columns] for row in _EXAMPLES[language]]
    fits = {kind.name[language] for kind in types}
    examples = [row for row in examples if row[columns.index("type")] in fits]
    titles = [*heads.values(), *(one.head(language) for one in details)]
    return Template(titles, examples, choices, notes, _help(language))


def _details(kinds: Sequence[str]) -> list[Attribute]:
    wanted = {code for kind in kinds for code in OF_TYPE[kind]}
    return [one for code, one in ATTRIBUTES.items() if code in wanted]


def _kind_of_value(one: Attribute, language: str) -> str:
    chinese = language == "zh"
    if one.choices is not None:
        return " / ".join(words[not chinese] for words in one.choices.values())
    if one.kind == "number":
        return f"{one.low:g}–{one.high:g} {one.unit}".strip()
    if one.kind == "date":
        return "2024-03-18"
    return "最多 80 个字" if chinese else "up to 80 characters"


def _help(language: str) -> list[list[str]]:
    chinese = language == "zh"
    rows = [["类型", "列名", "填写"] if chinese else ["Kind", "Column", "What to write"]]
    for kind, codes in OF_TYPE.items():
        for code in codes:
            one = ATTRIBUTES[code]
            rows.append([EQUIPMENT_TYPES[kind].name[language], one.head(language), _kind_of_value(one, language)])
    return rows


def write_ledger(
    path: Path, site_id: UUID, narrowed: Filter, today: date, language: str, words: Callable[[str], str]
) -> int:
    """Write what the filter shows, every page of it; answers how many. Two queries. No cell can become a formula."""
    rows = _rows(site_id, narrowed, today)
    details = _details(sorted({row.Equipment.type for row in rows}))
    heads = heads_of(language)
    read_only = [words(title) for title in (*READ_ONLY, *DATE_KINDS.values())]
    titles = [*heads.values(), *(one.head(language) for one in details), *read_only]
    with xlsxwriter.Workbook(str(path), SAFE) as book:
        sheet = book.add_worksheet(words("Equipment")[:31])
        bold = book.add_format({"bold": True, "bg_color": "#E0EEEB", "border": 1})
        quiet = book.add_format({"bold": True, "italic": True, "bottom": 1})
        month, day = (book.add_format({"num_format": form, "align": "left"}) for form in ("yyyy-mm", "yyyy-mm-dd"))
        sheet.freeze_panes(1, 1)
        for at, title in enumerate(titles):
            sheet.set_column(at, at, 28 if at in (1, 2) else max(11, 2 * len(title) + 2))
            sheet.write_string(0, at, title, quiet if at >= len(titles) - len(read_only) else bold)
        for line, row in enumerate(rows, 1):
            for at, value in enumerate(_cells(row, list(heads), details, language, words)):
                if isinstance(value, int | float):
                    sheet.write_number(line, at, value)
                elif isinstance(value, Month):
                    sheet.write_number(line, at, (value.first - EPOCH).days, month)
                elif isinstance(value, date):
                    sheet.write_number(line, at, (value - EPOCH).days, day)
                elif value:
                    sheet.write_string(line, at, str(value))
    return len(rows)


def _rows(site_id: UUID, narrowed: Filter, today: date) -> list[Any]:
    stands_for = aliased(Equipment)
    checked = (
        select(Inspection.equipment_id, func.max(Inspection.business_day).label("day"))
        .where(Inspection.site_id == site_id, Inspection.complete, Inspection.equipment_id.is_not(None))
        .group_by(Inspection.equipment_id)
        .subquery()
    )
    query = (
        select(
            Equipment,
            Place.full_name,
            stands_for.code.label("spare_for"),
            checked.c.day,
            *(until_of(kind).label(kind) for kind in DATE_KINDS),
        )
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .outerjoin(stands_for, and_(stands_for.site_id == site_id, stands_for.id == Equipment.spare_for_id))
        .outerjoin(checked, checked.c.equipment_id == Equipment.id)
        .where(Equipment.site_id == site_id, *clauses(site_id, narrowed, today))
    )
    return list(db.session.execute(query.order_by(Equipment.code).limit(MOST)))


def _cells(
    row: Any, fields: Sequence[str], details: Sequence[Attribute], language: str, words: Callable[[str], str]
) -> list[Any]:
    item = row.Equipment
    special = {
        "type": EQUIPMENT_TYPES[item.type].name[language],
        "place": row.full_name,
        "made_on": Month(item.made_on) if item.made_on else "",
        "half_monthly": YES_NO["yes" if item.half_monthly else "no"][language != "zh"],
        "spare_for": row.spare_for or "",
    }
    plain = [special[name] if name in special else getattr(item, name) for name in fields]
    kept = [_value(one, item.attributes.get(one.code), language) for one in details]
    life = [Month(day) if day else "" for day in (item.next_service, item.scrap_on)]
    papers = [getattr(row, kind) for kind in DATE_KINDS]
    return [*plain, *kept, words(STATES[item.state]), *life, row.day, *papers]


def _value(one: Attribute, value: Any, language: str) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    return one.shown(value, language)
