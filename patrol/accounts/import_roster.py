"""Bringing in a roster from a table: one row for each person and day, all rows or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.authority import may_change
from patrol.accounts.people import not_yours
from patrol.accounts.reader import Reader
from patrol.accounts.roster import Cell, set_cells
from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy, tidy_number

MOST_ROWS = 3000
HEADS = {  # column -> what may stand at its head, folded to lower case; the first two are shown
    "staff_no": ("工号", "staff no", "staff number", "staff_no"),
    "day": ("日期", "day", "date"),
    "shift": ("班次", "shift"),
}
FREE = ("", "休", "休息", "-", "—", "off", "rest")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """row: as a person counts, the head being row 1; column: as the head says, "" for the whole row."""

    row: int
    column: str
    problem: Problem


class ImportRefused(Problem):
    """Nothing was brought in; ``rows`` says what is wrong where."""

    def __init__(self, rows: list[RowProblem]):
        super().__init__("import.refused", N_("Nothing was brought in. Mend these rows, then try again."))
        self.rows = rows


def import_roster(rows: Sequence[Sequence[object]], *, by: Reader, at: datetime) -> int:
    """Write every row inside the caller's ``write()``; answers how many rows. Days not in the table stay.

    Two rows for one person and day mean two shifts. Raises ImportRefused with all that is wrong.
    """
    cells = [[tidy("" if cell is None else str(cell), 60) for cell in row] for row in rows]
    columns = _columns(cells[0] if cells else [])
    filled = [(number, row) for number, row in enumerate(cells[1:], start=2) if any(row)]
    if not filled or len(filled) > MOST_ROWS:
        text = N_("A roster has 1 to %(count)s rows below its head.")
        raise ImportRefused([RowProblem(1, "", Problem("import.long", text, count=MOST_ROWS))])
    read = _Reading(by, {field: cells[0][at] for field, at in columns.items()})
    for number, row in filled:
        read.take(number, {field: row[at] if at < len(row) else "" for field, at in columns.items()})
    if read.problems:
        raise ImportRefused(read.problems)
    set_cells(by, read.cells, at=at, seen=None)
    return len(filled)


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where each column stands; extra ones (a name) are passed over."""
    places: dict[str, int] = {}
    for at, title in enumerate(head):
        field = next((field for field, words in HEADS.items() if title.lower() in words), None)
        if field:
            places.setdefault(field, at)
    missing = [words[0] for field, words in HEADS.items() if field not in places]
    if missing:
        text = N_("The first row names the columns. Missing: %(columns)s")
        raise ImportRefused([RowProblem(1, "", Problem("import.heads", text, columns=", ".join(missing)))])
    return places


class _Reading:
    """Rows one by one: ``cells`` as they are to be written, and what is wrong."""

    def __init__(self, by: Reader, titles: dict[str, str]):
        self.by, self.titles = by, titles
        self.people = _people(by.site_id)
        self.shifts = _shift_words(by)
        self.cells: dict[Cell, list[str]] = {}
        self.problems: list[RowProblem] = []

    def take(self, number: int, typed: dict[str, str]) -> None:
        person, day = self._person(number, typed["staff_no"]), self._day(number, typed["day"])
        shifts = self._shifts(number, typed["shift"])
        if person is not None and day is not None and shifts is not None:
            self.cells.setdefault((person, day), []).extend(shifts)

    def _person(self, number: int, staff_no: str) -> UUID | None:
        found = self.people.get(tidy_number(staff_no, 30))
        if found is None:
            self._wrong(number, "staff_no", Problem("roster.person", N_("Nobody here has this staff number.")))
            return None
        if not may_change(self.by.role, self.by.team, found.role, found.team):
            self._wrong(number, "staff_no", not_yours())
            return None
        return UUID(str(found.id))

    def _day(self, number: int, text: str) -> date | None:
        try:
            return date.fromisoformat(text[:10].replace("/", "-"))
        except ValueError:
            self._wrong(number, "day", Problem("roster.day", N_("Write the day as 2026-03-18.")))
            return None

    def _shifts(self, number: int, text: str) -> list[str] | None:
        if text.lower() in FREE:
            return []
        code = self.shifts.get(text.lower())
        if code is None:
            self._wrong(number, "shift", Problem("roster.shift_word", N_("Write a shift as the site names it.")))
            return None
        return [code]

    def _wrong(self, number: int, column: str, problem: Problem) -> None:
        self.problems.append(RowProblem(number, self.titles[column], problem))


def _people(site_id: UUID) -> dict[str, Any]:
    query = (
        select(User.id, User.staff_no, Membership.role, Membership.team)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None), User.disabled_at.is_(None))
    )
    return {row.staff_no: row for row in db.session.execute(query)}


def _shift_words(by: Reader) -> dict[str, str]:
    """What a table may call a shift: its code and both its names."""
    shifts = by.here.shifts if by.here else ()
    return {word.lower(): shift["code"] for shift in shifts for word in (shift["code"], shift["zh"], shift["en"])}
