"""A table of equipment: rows of text in, checked items or errors by row and column out. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy
from patrol.equipment.keeping import EquipmentData
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.sites.import_rows import RowError

MOST_ROWS = 5000

# What may stand at the head of a column, in lower case; the first word is the template's.
HEADS: Mapping[str, tuple[str, ...]] = {
    "code": ("设备编号", "编号", "资产编号", "asset no.", "asset no", "code"),
    "type": ("类型", "设施类型", "kind", "type"),
    "place": ("位置", "安装位置", "place", "where"),
    "model": ("型号", "规格型号", "model"),
    "name": ("名称/规格", "名称", "规格", "description", "name"),
    "quantity": ("数量", "quantity"),
    "made_on": ("出厂日期", "出厂年月", "生产日期", "made in", "made on"),
    "in_service_from": ("启用日期", "投用日期", "in service from"),
    "last_service": ("上次维修/充装", "上次维修", "上次充装", "last service"),
    "half_monthly": ("半月检", "half-monthly"),
    "contractor": ("维保单位", "contractor"),
}
NEEDED = ("code", "type", "place")
_DATES = ("made_on", "in_service_from", "last_service")
_YES = {"是", "有", "y", "yes", "1", "true", "√", "✓", "对"}
_NO = {"", "否", "无", "n", "no", "0", "false", "×", "-"}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?日?)?")


@dataclass(frozen=True, slots=True)
class EquipmentTable:
    """items: (row, data) of the rows that are right; use them only when there are no errors."""

    items: list[tuple[int, EquipmentData]]
    errors: list[RowError]


def equipment_rows(
    rows: Sequence[Sequence[str]], *, places: Mapping[str, UUID], known: Collection[str] = ()
) -> EquipmentTable:
    """Check every row alone and against the others. The first row names the columns, in any order.

    places: full name of every place in use -> id; spaces in it do not matter. known: asset numbers in the
    ledger. Row numbers in errors are as a person counts, the head being row 1.
    """
    heads = {field: at for at, title in enumerate(rows[0] if rows else ()) if (field := _field(title))}
    missing = [HEADS[field][0] for field in NEEDED if field not in heads]
    if missing:
        text = N_("The first row must name the columns; missing: %(columns)s.")
        return EquipmentTable([], [RowError(1, "", Problem("import.head", text, columns="、".join(missing)))])
    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if not filled:
        empty = Problem("import.empty", N_("There is no equipment in this table."))
        return EquipmentTable([], [RowError(1, "", empty)])
    if len(filled) > MOST_ROWS:
        text = N_("At most %(count)s rows at a time.")
        return EquipmentTable([], [RowError(1, "", Problem("import.long", text, count=MOST_ROWS))])
    titles = {field: rows[0][at] for field, at in heads.items()}
    squeezed = {_squeeze(name): place for name, place in places.items()}
    seen = dict.fromkeys(known, 0)
    items: list[tuple[int, EquipmentData]] = []
    errors: list[RowError] = []
    for number, row in filled:
        typed = {field: tidy(row[at], 200) if at < len(row) else "" for field, at in heads.items()}
        data, wrong = _checked(typed, squeezed)
        wrong += _twin(typed["code"], number, seen)
        errors += [RowError(number, titles.get(problem.field or "", ""), problem) for problem in wrong]
        if data is not None and not wrong:
            items.append((number, data))
    return EquipmentTable(items, errors)


def _field(title: str) -> str | None:
    word = title.strip().lower()
    return next((field for field, words in HEADS.items() if word in words), None)


def _squeeze(name: str) -> str:
    return "".join(name.split()).casefold()


def _checked(typed: Mapping[str, str], places: Mapping[str, UUID]) -> tuple[EquipmentData | None, list[Problem]]:
    wrong: list[Problem] = []
    said: dict[str, Any] = {field: text for field, text in typed.items() if text}
    if not typed["code"]:
        wrong.append(Problem("import.code", N_("The asset number is missing."), field="code"))
    said["type"] = _type(typed["type"])
    if said["type"] is None:
        wrong.append(Problem("import.type", N_("This kind is not known: %(word)s."), field="type", word=typed["type"]))
    said["place"] = places.get(_squeeze(typed["place"]))
    if said["place"] is None:
        text = N_("There is no such place: %(word)s. Write its full name.")
        wrong.append(Problem("import.place", text, field="place", word=typed["place"]))
    for field in _DATES:
        if typed.get(field):
            said[field] = _day(typed[field])
            if said[field] is None:
                text = N_("This is no day or month: %(word)s. Write 2024-03 or 2024-03-18.")
                wrong.append(Problem("import.day", text, field=field, word=typed[field]))
    answer = typed.get("half_monthly", "").lower()
    if answer not in _YES | _NO:
        wrong.append(Problem("import.yes_no", N_("Write yes or no."), field="half_monthly"))
    said["half_monthly"] = answer in _YES
    if wrong:
        return None, wrong
    try:
        return EquipmentData.model_validate(said), []
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        return None, [Problem("import.wrong", N_("This cannot be right. Check it."), field=field)]


def _type(word: str) -> str | None:
    """By code or by its name in either language."""
    wanted = _squeeze(word)
    for code, kind in EQUIPMENT_TYPES.items():
        if wanted in (code, _squeeze(kind.zh), _squeeze(kind.en)):
            return code
    return None


def _day(text: str) -> date | None:
    """2024-03, 2024/3/18, 2024 年 3 月: the first of the month when no day is given."""
    found = _DAY.fullmatch(text.replace(" ", ""))
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None
    except ValueError:
        return None


def _twin(code: str, number: int, seen: dict[str, int]) -> list[Problem]:
    if not code:
        return []
    before = seen.setdefault(code, number)
    if before == number:
        return []
    if before == 0:
        return [Problem("import.known", N_("This asset number is already in the ledger."), field="code")]
    return [Problem("import.twice", N_("The same number stands in row %(row)s."), field="code", row=before)]
