"""Bringing in many people at once: all of them or none."""

from collections.abc import Sequence
from datetime import datetime

from patrol.accounts.change_people import add_person
from patrol.accounts.import_rows import RowProblem, read_people
from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.problems import N_, Problem


class ImportRefused(Problem):
    """Nothing was brought in; ``rows`` says what is wrong where."""

    def __init__(self, rows: list[RowProblem]):
        super().__init__("import.refused", N_("Nobody was added. Mend these rows, then try again."))
        self.rows = rows


def import_people(rows: Sequence[Sequence[object]], *, by: Reader, at: datetime) -> list[User]:
    """Add everybody in the table, inside the caller's ``write()``. Raises ImportRefused with all that is wrong."""
    table = read_people(rows)
    if table.problems:
        raise ImportRefused(table.problems)
    added, refused = [], []
    for number, fields in table.people:
        try:
            added.append(add_person(fields, by=by, at=at))
        except Problem as problem:
            refused.append(RowProblem(number, problem.field or "", problem))
    if refused:
        raise ImportRefused(refused)
    return added
