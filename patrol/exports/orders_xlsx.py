"""What a list of orders shows as a workbook: every page of it, in constant memory; no cell can become a formula."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from patrol.workorders.lists import listed
from patrol.workorders.narrowing import Asked

Words = Callable[[str], str]
SAFE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
AT_ONCE = 1000


def write_orders(
    path: Path, asked: Asked, words: Words, title: Callable[[Any], str], team: Callable[[str], str]
) -> int:
    """Write the rows of the list to ``path``; answers how many. Times are the site's."""
    written = 0
    with xlsxwriter.Workbook(str(path), SAFE) as book:
        sheet = book.add_worksheet(words(asked.kind.title)[:31])
        moment, bold = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        for at, (head, width) in enumerate(_heads(words)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, head, bold)
        for row in _rows(asked):
            written += 1
            for at, value in enumerate(_cells(row, asked, words, title, team)):
                if value is None:
                    continue
                if hasattr(value, "astimezone"):
                    sheet.write_datetime(written, at, value.astimezone(asked.by.zone).replace(tzinfo=None), moment)
                elif isinstance(value, int):
                    sheet.write_number(written, at, value)
                else:
                    sheet.write_string(written, at, str(value))
    return written


def _rows(asked: Asked) -> Iterator[Any]:
    cursor = None
    while True:
        rows, cursor = listed(asked, cursor, AT_ONCE)
        yield from rows
        if cursor is None:
            return


def _heads(_: Words) -> list[tuple[str, int]]:
    return [
        (_("No."), 16),
        (_("What"), 24),
        (_("Place"), 30),
        (_("Severity"), 10),
        (_("State"), 12),
        (_("Reported"), 17),
        (_("Reporter"), 12),
        (_("Team"), 14),
        (_("Who"), 12),
        (_("First deadline"), 17),
        (_("To be done by"), 17),
        (_("Rectified"), 17),
        (_("Closed"), 17),
        (_("Sent back"), 10),
        (_("Note"), 40),
    ]


def _cells(
    row: Any, asked: Asked, _: Words, title: Callable[[Any], str], team: Callable[[str], str]
) -> tuple[Any, ...]:
    return (
        row.number,
        title(row),
        row.place_name,
        _(asked.kind.severities[row.severity]) if row.severity in asked.kind.severities else None,
        _(asked.kind.states.get(row.state, row.state)),
        row.reported_at,
        row.reporter_name,
        team(row.team),
        row.assignee_name,
        row.first_due_at,
        row.due_at,
        row.rectified_at,
        row.closed_at,
        row.reopen_count,
        row.note,
    )
