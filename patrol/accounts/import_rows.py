"""A pasted or read table of people: rows of text in, checked fields or errors by row and column out."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from patrol.accounts.authority import POSTS
from patrol.accounts.person_fields import PersonFields, read_person
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy

MOST_ROWS = 500

# What may stand at the head of a column, folded to lower case.
HEADS = {
    "name": ("name", "姓名", "名字"),
    "staff_no": ("staff no", "staff no.", "staff number", "staff_no", "工号", "员工编号"),
    "phone": ("phone", "phone number", "mobile", "手机", "手机号", "电话"),
    "post": ("role", "post", "岗位", "角色", "职务"),
    "language": ("language", "语言"),
}
COLUMNS = tuple(HEADS)

ROLE_WORDS = {
    "guard": ("guard", "秩序维护员", "保安", "秩序员"),
    "shift_leader": ("shift leader", "当班班长", "班长"),
    "security_supervisor": ("security supervisor", "秩序主管", "保安主管"),
    "engineer": ("engineer", "维修工程人员", "工程师", "维修工", "工程维修员"),
    "engineering_supervisor": ("engineering supervisor", "工程主管"),
    "cleaner": ("cleaner", "保洁员", "保洁"),
    "gardener": ("gardener", "绿化员", "绿化"),
    "service_desk": ("service desk", "客服", "客服前台"),
    "service_supervisor": ("customer-service supervisor", "service supervisor", "客服主管"),
    "contractor": ("lift contractor", "maintenance contractor", "contractor", "维保单位", "电梯维保", "电梯维保单位"),
    "fire_contractor": ("fire contractor", "消防维保", "消防维保单位"),
    "site_manager": ("site manager", "项目经理"),
}
_LANGUAGE_WORDS = {"zh": ("zh", "中文", "汉语", "chinese"), "en": ("en", "英文", "英语", "english")}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """row: as a person counts, the head being row 1; column: as the head says, "" for the whole row."""

    row: int
    column: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """people: (row, fields) of the rows that are right; use them only when there are no problems."""

    people: list[tuple[int, PersonFields]]
    problems: list[RowProblem]


def split_table(text: str) -> list[list[str]]:
    """Pasted text as rows of cells: tabs (from a spreadsheet) or commas."""
    delimiter = "\t" if "\t" in text else ","
    return [list(row) for row in csv.reader(StringIO(text.replace("，", ",")), delimiter=delimiter)]


def read_people(rows: Sequence[Sequence[object]]) -> PeopleTable:
    """All rows, checked alone and against each other. The first row may name the columns in any order.

    Without such a head the columns are name, staff number, phone, role, language.
    """
    cells = [[_text(cell) for cell in row] for row in rows]
    columns, titles, first = _columns(cells[0] if cells else [])
    people: list[tuple[int, PersonFields]] = []
    problems: list[RowProblem] = []
    filled = [(number, row) for number, row in enumerate(cells[first:], start=first + 1) if any(row)]
    if not filled:
        problems.append(RowProblem(1, "", Problem("import.empty", N_("There are no people in this table."))))
    if len(filled) > MOST_ROWS:
        text = N_("At most %(count)s people at a time.")
        return PeopleTable([], [RowProblem(1, "", Problem("import.long", text, count=MOST_ROWS))])
    for number, row in filled:
        fields, wrong = read_person(_named(row, columns))
        problems += [RowProblem(number, titles.get(problem.field or "", ""), problem) for problem in wrong]
        people.append((number, fields))
    problems += _twins(people, titles)
    return PeopleTable(people, sorted(problems, key=lambda found: found.row))


def _columns(head: Sequence[str]) -> tuple[dict[str, int], dict[str, str], int]:
    """Where each field stands, what its column is called, and the first row of people."""
    places = {}
    for index, title in enumerate(head):
        field = next((field for field, words in HEADS.items() if title.lower() in words), None)
        if field and field not in places:
            places[field] = index
    if "name" in places and "staff_no" in places:
        return places, {field: head[index] for field, index in places.items()}, 1
    return (
        {field: index for index, field in enumerate(COLUMNS)},
        {field: HEADS[field][0] for field in COLUMNS},
        0,
    )


def _named(row: Sequence[str], columns: dict[str, int]) -> dict[str, str]:
    typed = {field: row[index] if index < len(row) else "" for field, index in columns.items()}
    typed["post"] = _code(typed.get("post", ""), {post: (post, *ROLE_WORDS[post]) for post in POSTS})
    typed["language"] = _code(typed.get("language", ""), _LANGUAGE_WORDS)
    return typed


def _code(word: str, words: Mapping[str, tuple[str, ...]]) -> str:
    return next((code for code, known in words.items() if word.lower() in known), "")


def _twins(people: Sequence[tuple[int, PersonFields]], titles: dict[str, str]) -> list[RowProblem]:
    seen: dict[str, int] = {}
    found = []
    for number, fields in people:
        for field, value in (("staff_no", fields.staff_no), ("phone", fields.phone)):
            if not value:
                continue
            if seen.setdefault(value, number) != number:
                text = N_("The same number stands in row %(row)s.")
                problem = Problem("import.twice", text, field=field, row=seen[value])
                found.append(RowProblem(number, titles.get(field, ""), problem))
    return found


def _text(cell: object) -> str:
    """A cell as a person sees it; spreadsheets hand 217 over as 217.0."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return tidy("" if cell is None else str(cell), 200)
