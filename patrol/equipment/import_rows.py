"""A table of equipment: rows of text in, checked items or errors by row and column out. Pure.

A row whose asset number is in the ledger puts that item right: what its cells say holds, an empty cell leaves what
is there, so a table that was exported and comes back unchanged changes nothing. Its type is never changed by a table.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy
from patrol.equipment.attribute_values import checked_attributes
from patrol.equipment.attributes import ATTRIBUTES
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
    "spare_for": ("顶替的设备编号", "顶替", "spare for"),
}
NEEDED = ("code", "type", "place")
_DATES = ("made_on", "in_service_from", "last_service")
_YES = {"是", "有", "y", "yes", "1", "true", "√", "✓", "对"}
_NO = {"", "否", "无", "n", "no", "0", "false", "×", "-"}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?日?)?")


@dataclass(frozen=True, slots=True)
class Known:
    """An item of the ledger as it is: its data, and the full name of its place, which may be out of use by now."""

    id: UUID
    data: EquipmentData
    place_name: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is right: a new item, or what becomes of a known one."""

    row: int
    data: EquipmentData
    known: Known | None = None

    @property
    def same(self) -> bool:
        return self.known is not None and vars(self.known.data) == vars(self.data)


@dataclass(frozen=True, slots=True)
class EquipmentTable:
    """Use the entries only when there are no errors."""

    entries: list[Entry]
    errors: list[RowError]


@dataclass(slots=True)
class _Ledger:
    """What rows are held against."""

    places: Mapping[str, UUID]
    squeezed: Mapping[str, UUID]
    known: Mapping[str, Known]
    today: date
    seen: dict[str, int] = field(default_factory=dict)


def equipment_rows(
    rows: Sequence[Sequence[str]],
    *,
    places: Mapping[str, UUID],
    today: date,
    known: Mapping[str, Known] | None = None,
) -> EquipmentTable:
    """Check every row alone and against the others. The first row names the columns, in any order.

    places: full name of every place in use -> id; spaces in it do not matter. known: what the ledger has, by asset
    number. Row numbers in errors are as a person counts, the head being row 1.
    """
    heads = {name: at for at, title in enumerate(rows[0] if rows else ()) if (name := _field(title))}
    missing = [HEADS[name][0] for name in NEEDED if name not in heads]
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
    titles = {name: rows[0][at] for name, at in heads.items()}
    ledger = _Ledger(places, {_squeeze(name): place for name, place in places.items()}, known or {}, today)
    entries: list[Entry] = []
    errors: list[RowError] = []
    for number, row in filled:
        typed = {name: tidy(row[at], 200) if at < len(row) else "" for name, at in heads.items()}
        entry, wrong = _checked(number, typed, ledger)
        wrong += _twin(typed["code"], number, ledger.seen)
        errors += [RowError(number, titles.get(problem.field or "", ""), problem) for problem in wrong]
        if entry is not None and not wrong:
            entries.append(entry)
    return EquipmentTable(entries, errors)


def _field(title: str) -> str | None:
    """The field a heading stands for: ours, or ``attributes.<code>`` of a type's detail, with its unit or without."""
    word = title.strip().lower()
    plain = next((name for name, words in HEADS.items() if word in words), None)
    return plain or _DETAILS.get(_squeeze(title.replace("（", "(").replace("）", ")")))


def _squeeze(name: str) -> str:
    return "".join(name.split()).casefold()


_DETAILS: Mapping[str, str] = {
    _squeeze(head): f"attributes.{one.code}"
    for one in ATTRIBUTES.values()
    for head in (one.zh, one.en, one.head("zh"), one.head("en"), one.code)
}


def _checked(number: int, typed: Mapping[str, str], ledger: _Ledger) -> tuple[Entry | None, list[Problem]]:
    wrong: list[Problem] = []
    known = ledger.known.get(typed["code"])
    said: dict[str, Any] = {name: text for name, text in typed.items() if text and "." not in name}
    if not typed["code"]:
        wrong.append(Problem("import.code", N_("The asset number is missing."), field="code"))
    said["type"] = _checked_type(typed["type"], known, wrong)
    said["place"] = _checked_place(typed["place"], known, ledger, wrong)
    for name in _DATES:
        if typed.get(name):
            said[name] = _day(typed[name])
            if said[name] is None:
                text = N_("This is no day or month: %(word)s. Write 2024-03 or 2024-03-18.")
                wrong.append(Problem("import.day", text, field=name, word=typed[name]))
    answer = typed.get("half_monthly", "").lower()
    if answer not in _YES | _NO:
        wrong.append(Problem("import.yes_no", N_("Write yes or no."), field="half_monthly"))
    if answer or known is None:
        said["half_monthly"] = answer in _YES
    spare = typed.get("spare_for", "")
    if spare:
        said["spare_for"] = ledger.known[spare].id if spare in ledger.known and spare != typed["code"] else None
        if said["spare_for"] is None:
            text = N_("The item it stands in for is not in the ledger.")
            wrong.append(Problem("equipment.spare", text, field="spare_for"))
    details = {name.partition(".")[2]: text for name, text in typed.items() if text and "." in name}
    said["attributes"] = _checked_details(said["type"], details, known, wrong)
    if wrong:
        return None, wrong
    return _entry(number, said, known, ledger.today)


def _checked_type(word: str, known: Known | None, wrong: list[Problem]) -> str | None:
    if not word and known is not None:
        return known.data.type
    kind = _type(word)
    if kind is None:
        wrong.append(Problem("import.type", N_("This kind is not known: %(word)s."), field="type", word=word))
    elif known is not None and kind != known.data.type:
        text = N_("In the ledger this number is of another kind. Check the number.")
        wrong.append(Problem("import.other_type", text, field="type"))
    return kind


def _checked_place(word: str, known: Known | None, ledger: _Ledger, wrong: list[Problem]) -> UUID | None:
    """By its full name. What a known item's own place is called stays good when that place is out of use."""
    if known is not None and (not word or _squeeze(word) == _squeeze(known.place_name)):
        return known.data.place
    place = ledger.places.get(word) or ledger.squeezed.get(_squeeze(word))
    if place is None:
        text = N_("There is no such place: %(word)s. Write its full name.")
        wrong.append(Problem("import.place", text, field="place", word=word))
    return place


def _checked_details(
    kind: str | None, details: Mapping[str, str], known: Known | None, wrong: list[Problem]
) -> dict[str, Any]:
    """Each cell by itself, so that every wrong one is named."""
    found: dict[str, Any] = dict(known.data.attributes) if known is not None else {}
    if kind is None:
        return found
    for code, text in details.items():
        try:
            found |= checked_attributes(kind, {code: text}, strict=True)
        except Problem as problem:
            wrong.append(problem)
    return found


def _entry(
    number: int, said: Mapping[str, Any], known: Known | None, today: date
) -> tuple[Entry | None, list[Problem]]:
    before = known.data.model_dump() if known is not None else {}
    try:
        data = EquipmentData.model_validate({**before, **said})
    except ValidationError as error:
        return None, [_not_right(str(one["loc"][0]), one["type"]) for one in error.errors()]
    wrong = []
    if data.made_on and data.made_on > today:
        text = N_("This day has not come yet. Check the date.")
        wrong.append(Problem("import.future", text, field="made_on"))
    if data.last_service and data.last_service > today:
        wrong.append(Problem("import.future", N_("This day has not come yet. Check the date."), field="last_service"))
    elif data.made_on and data.last_service and data.last_service < data.made_on:
        text = N_("It was not made yet on that day. Check the date.")
        wrong.append(Problem("import.before_made", text, field="last_service"))
    entry = Entry(number, data, known)
    if known is not None and known.retired and not entry.same:
        wrong.append(Problem("equipment.retired", N_("It is retired; its file is closed."), field="code"))
    return entry, wrong


def _not_right(name: str, kind: str) -> Problem:
    if kind == "string_too_long":
        return Problem("import.too_long", N_("This is too long. Shorten it."), field=name)
    if name == "quantity":
        return Problem("import.quantity", N_("Write a whole number from 1 on."), field=name)
    return Problem("import.wrong", N_("This cannot be right. Check it."), field=name)


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
    before = seen.setdefault(code, number) if code else number
    if before == number:
        return []
    return [Problem("import.twice", N_("The same number stands in row %(row)s."), field="code", row=before)]
