"""Reading the tables people send (Excel, WPS, CSV) and writing the templates they fill in."""

import csv
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO, StringIO
from pathlib import PurePath

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from patrol.core.problems import N_, Problem

MOST_BYTES = 5 * 1024 * 1024
MOST_CELLS = 200_000
_SHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
_TEXTS = (".csv", ".txt", ".tsv")


@dataclass(frozen=True, slots=True)
class Template:
    """Headings, example rows and, by column number, what can be chosen and what is to be known; a sheet of help."""

    heads: list[str]
    examples: list[list[str]]
    choices: dict[int, list[str]]
    notes: dict[int, str] = field(default_factory=dict)
    help: list[list[str]] = field(default_factory=list)


def read_rows(raw: bytes, filename: str) -> list[list[str]]:
    """All cells of the first sheet as text, empty rows in between kept so that row numbers stay true.

    Whole numbers come without ".0", days as 2026-03-18. Raises a Problem with what to do about it.
    """
    if not raw:
        raise Problem("table.empty", N_("The file is empty."))
    if len(raw) > MOST_BYTES:
        raise Problem("table.large", N_("The file is larger than 5 MB. Split it."), status=413)
    suffix = PurePath(filename.lower()).suffix
    if suffix in _SHEETS:
        rows = _sheet(raw)
    elif suffix in _TEXTS:
        rows = _text(raw)
    else:
        raise Problem("table.kind", N_("Send an Excel file (.xlsx) or a CSV file."), status=415)
    while rows and not any(rows[-1]):
        rows.pop()
    if sum(map(len, rows)) > MOST_CELLS:
        raise Problem("table.large", N_("The file is larger than 5 MB. Split it."), status=413)
    return rows


def read_table(raw: bytes, filename: str) -> list[dict[str, str]]:
    """The rows below the heading, each as heading -> cell; empty rows stay, as empty values."""
    rows = read_rows(raw, filename)
    heads = rows[0] if rows else []
    return [{head: row[at] if at < len(row) else "" for at, head in enumerate(heads) if head} for row in rows[1:]]


def _sheet(raw: bytes) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(raw))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Problem("table.broken", N_("This file cannot be read. Save it again as .xlsx.")) from error
    return [[_cell(cell) for cell in row] for row in cells]


def _cell(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _text(raw: bytes) -> list[list[str]]:
    """UTF-8 first, then what Excel writes on a Chinese Windows."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Problem("table.broken", N_("This file cannot be read. Save it again as .xlsx."))
    if "\0" in text:
        raise Problem("table.broken", N_("This file cannot be read. Save it again as .xlsx."))
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise Problem("table.broken", N_("This file cannot be read. Save it again as .xlsx.")) from error


def write_template(sheet: str, asked: Template, about: str) -> bytes:
    """An empty table to fill in: bold headings with their notes, examples, drop-downs, and a sheet of help."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True, "bg_color": "#E0EEEB", "border": 1})
    for at, head in enumerate(asked.heads):
        page.write_string(0, at, head, bold)
        page.set_column(at, at, max(10, 2 * len(head) + 4))
        if at in asked.notes:
            page.write_comment(0, at, asked.notes[at])
    for line, example in enumerate(asked.examples, 1):
        for at, cell in enumerate(example):
            page.write_string(line, at, cell)
    if asked.help:
        helped = book.add_worksheet(about)
        for line, row in enumerate(asked.help):
            for at, cell in enumerate(row):
                helped.write_string(line, at, cell, *([bold] if line == 0 else []))
        helped.set_column(0, 3, 24)
    if asked.choices:
        lists = book.add_worksheet("选项")
        for column, (at, words) in enumerate(asked.choices.items()):
            lists.write_column(0, column, list(words))
            letter = xl_col_to_name(column)
            source = f"=选项!${letter}$1:${letter}${len(words)}"
            page.data_validation(1, at, 5000, at, {"validate": "list", "source": source, "error_type": "warning"})
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
