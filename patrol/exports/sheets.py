"""Writing tables of any length: as one Excel workbook in constant memory, or as CSV. No cell can become a formula."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter

MOST_ROWS = 1_000_000  # of one sheet; Excel ends at 1,048,576
MOST_TEXT = 32_767  # characters of one cell in Excel
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet, as it reckons dates from March 1900 on
Heads = Sequence[tuple[str, int]]


class Writer(Protocol):
    """begin: the next table; row: a line of it."""

    def begin(self, code: str, title: str, heads: Heads) -> None: ...
    def row(self, cells: Sequence[Any]) -> None: ...


class Sheet:
    """One table of a book, going on in a further sheet when it is full. Sheets of a book may be written in turn."""

    def __init__(self, book: "Book", title: str, heads: Heads):
        self._book, self._title, self._heads, self._parts = book, title, heads, 0
        self.rows = 0
        self._open()

    def _open(self) -> None:
        self._parts += 1
        name = self._title if self._parts == 1 else f"{self._title} {self._parts}"
        self._sheet = self._book.file.add_worksheet(_sheet_name(name))
        self._sheet.freeze_panes(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        for at, (head, width) in enumerate(self._heads):
            self._sheet.set_column(at, at, width)
            self._sheet.write_string(0, at, head, self._book.bold)
        self._at = 0

    def row(self, cells: Sequence[Any]) -> None:
        if self._at == MOST_ROWS:
            self._open()
        self._at += 1
        self.rows += 1
        for column, value in enumerate(cells):
            self._book.cell(self._sheet, self._at, column, value)


class Book:
    """An .xlsx on its way: numbers as numbers, moments and days as dates of the site's zone, all else as text."""

    def __init__(self, path: Path, folder: Path, zone: ZoneInfo, title: str = ""):
        options = {
            "constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        self.file = xlsxwriter.Workbook(str(path), options)
        self.file.set_properties({"title": title, "author": "Patrol"})
        self.bold = self.file.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._moment = self.file.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self.file.add_format({"num_format": "yyyy-mm-dd"})
        self._zone = zone
        self._current: Sheet | None = None

    def sheet(self, title: str, heads: Heads) -> Sheet:
        return Sheet(self, title, heads)

    def begin(self, code: str, title: str, heads: Heads) -> None:
        self._current = self.sheet(title, heads)

    def row(self, cells: Sequence[Any]) -> None:
        assert self._current is not None
        self._current.row(cells)

    def cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            sheet.write_number(row, column, serial(local(value, self._zone)), self._moment)
        elif isinstance(value, date):
            sheet.write_number(row, column, (value - EPOCH).days, self._day)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, str(value)[:MOST_TEXT])

    def close(self) -> None:
        self.file.close()


class CsvTables:
    """One .csv for each table inside a ZIP, or a bare .csv when there is one; UTF-8 with its mark, as Excel wants."""

    def __init__(self, path: Path, zone: ZoneInfo, alone: bool):
        self._path, self._zone, self._alone = path, zone, alone
        self._zip = None if alone else zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self._text: io.TextIOWrapper | None = None

    def begin(self, code: str, title: str, heads: Heads) -> None:
        self._end()
        raw: Any = self._path.open("wb") if self._zip is None else self._zip.open(f"{code}.csv", "w", force_zip64=True)
        self._text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
        self._csv = csv.writer(self._text)
        self._csv.writerow([head for head, _width in heads])

    def row(self, cells: Sequence[Any]) -> None:
        self._csv.writerow([csv_cell(value, self._zone) for value in cells])

    def _end(self) -> None:
        if self._text is not None:
            self._text.close()

    def close(self) -> None:
        self._end()
        if self._zip is not None:
            self._zip.close()


def csv_cell(value: Any, zone: ZoneInfo) -> Any:
    """What a spreadsheet would take for a formula begins with an apostrophe; numbers of ours stay numbers."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value, zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def serial(at: datetime) -> float:
    """A time on the wall as a spreadsheet counts it: days and the part of a day."""
    return (at.date() - EPOCH).days + (at.hour * 3600 + at.minute * 60 + at.second) / 86_400


@lru_cache(maxsize=256)  # the answers of one checklist all bear the same time
def local(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the site's wall said; spreadsheets know no zones."""
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0)


def _sheet_name(title: str) -> str:
    for letter in "[]:*?/\\":
        title = title.replace(letter, " ")
    return title.strip("'")[:31]
