"""The kinds of tables that can be brought in, alike for the page and the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from patrol.accounts.import_people import ImportRefused as PeopleRefused
from patrol.accounts.import_people import import_people
from patrol.accounts.import_roster import HEADS as ROSTER_HEADS
from patrol.accounts.import_roster import ImportRefused as RosterRefused
from patrol.accounts.import_roster import import_roster
from patrol.accounts.import_rows import ROLE_WORDS
from patrol.accounts.reader import Reader
from patrol.core.problems import N_, Problem
from patrol.equipment.import_equipment import import_equipment
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.exports.equipment_table import equipment_template
from patrol.exports.tables import Template
from patrol.sites.import_places import ImportRefused as PlacesRefused
from patrol.sites.import_places import import_places
from patrol.sites.import_rows import COLUMNS as PLACE_COLUMNS
from patrol.sites.place_types import PLACE_TYPES

Rows = Sequence[Sequence[str]]


class RowProblem(Protocol):
    """What a package's parser says about one cell: the heading is row 1."""

    row: int
    column: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows were stored; of those that were there before, how many changed and how many stayed the same."""

    count: int
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class ImportKind:
    """``store`` adds every row inside the caller's write(); ``refused`` is what it raises.

    ``template`` is asked with the language and the words of the address that narrow it; ``parts`` are those there are.
    """

    code: str
    title: str
    verb: str
    back: str
    store: Callable[[Rows, Reader, datetime], Stored]
    refused: type[Problem]
    template: Callable[[str, Sequence[str]], Template]
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _places(rows: Rows, by: Reader, at: datetime) -> Stored:
    return Stored(len(import_places(by.site_id, rows, by=by.user_id, at=at)))


_EXAMPLES_ZH = (
    ("3 栋", "", "", "", "大堂", "1", "", "", "", "", "正门进去左手边", "", "是"),
    ("3 栋", "", "1 单元", "B1", "消防泵房", "2", "生活水泵房", "", "", "", "坐 1 单元电梯到 B1，右转到底", "", "是"),
    ("", "地下车库", "", "", "", "", "地下车库", "", "", "", "", "排水", "否"),
)
_EXAMPLES_EN = (
    ("Block 3", "", "", "", "Lobby", "1", "", "", "", "", "Left of the main door", "", "yes"),
    ("Block 3", "", "Entrance 1", "B1", "Pumps", "2", "Domestic pump room", "", "", "", "Lift to B1, right", "", "yes"),
    ("", "Car park", "", "", "", "", "Garage", "", "", "", "", "Drainage", "no"),
)


def _place_template(language: str, _parts: Sequence[str]) -> Template:
    chinese = language == "zh"
    heads = [zh if chinese else en for zh, en, _others in PLACE_COLUMNS.values()]
    types = [names["zh" if chinese else "en"] for names in PLACE_TYPES.values()]
    columns = list(PLACE_COLUMNS)
    yes_no = ["是", "否"] if chinese else ["yes", "no"]
    choices = {columns.index("type"): types, columns.index("label"): yes_no}
    return Template(heads, list(map(list, _EXAMPLES_ZH if chinese else _EXAMPLES_EN)), choices)


def _people(rows: Rows, by: Reader, at: datetime) -> Stored:
    return Stored(len(import_people(rows, by=by, at=at)))


def _people_template(language: str, _parts: Sequence[str]) -> Template:
    at = 0 if language != "zh" else 1
    posts = [words[at] for words in ROLE_WORDS.values()]
    if language == "zh":
        return Template(["姓名", "工号", "手机", "岗位"], [["张伟", "0217", "13800000217", "秩序维护员"]], {3: posts})
    return Template(["Name", "Staff no", "Phone", "Role"], [["Zhang Wei", "0217", "13800000217", "guard"]], {3: posts})


def _equipment(rows: Rows, by: Reader, at: datetime) -> Stored:
    brought = import_equipment(rows, by=by, at=at)
    return Stored(brought.added + brought.changed + brought.same, brought.changed, brought.same)


def _roster(rows: Rows, by: Reader, at: datetime) -> Stored:
    return Stored(import_roster(rows, by=by, at=at))


def _roster_template(language: str, _parts: Sequence[str]) -> Template:
    """The name is for the eye; two shifts on one day are two rows."""
    if language == "zh":
        heads = ["姓名", *(words[0] for words in ROSTER_HEADS.values())]
        return Template(heads, [["张伟", "0217", "2026-03-18", "夜班"], ["赵敏", "0218", "2026-03-18", "休"]], {})
    heads = ["Name", *(words[1].capitalize() for words in ROSTER_HEADS.values())]
    return Template(
        heads, [["Zhang Wei", "0217", "2026-03-18", "Night"], ["Zhao Min", "0218", "2026-03-18", "off"]], {}
    )


KINDS: dict[str, ImportKind] = {
    "places": ImportKind(
        "places", N_("Bring in places"), "place.edit", "/places", _places, PlacesRefused, _place_template
    ),
    "equipment": ImportKind(
        "equipment",
        N_("Bring in equipment"),
        "equipment.edit",
        "/equipment",
        _equipment,
        PlacesRefused,
        equipment_template,
        {code: kind.name for code, kind in EQUIPMENT_TYPES.items()},
    ),
    "people": ImportKind(
        "people", N_("Bring in people"), "people.edit", "/people", _people, PeopleRefused, _people_template
    ),
    "roster": ImportKind(
        "roster", N_("Bring in a roster"), "people.edit", "/roster", _roster, RosterRefused, _roster_template
    ),
}
