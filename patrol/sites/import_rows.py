"""A table of places as people keep it: rows of text in; paths of places, or errors by row and column, out.

One row is one place: its path stands in the columns building, area, entrance, floor and spot, and the last
one filled is the place itself. What stands above it and is not there yet is made along.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from patrol.core.problems import N_, Problem
from patrol.sites.place_types import BELOW, KIND_NAMES, PLACE_TYPES, TAGS

MOST_ROWS = 3000
LEVELS = ("building", "area", "entrance", "floor", "spot")

# Column -> (heading in zh, in en, other headings that are understood). The first two are in the template.
COLUMNS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "building": ("楼栋", "Building", ("栋", "楼")),
    "area": ("区域", "Area", ()),
    "entrance": ("单元", "Entrance", ("门洞",)),
    "floor": ("楼层", "Floor", ("层",)),
    "spot": ("位置", "Spot", ("点位", "巡查点", "place", "checkpoint")),
    "number": ("编号", "Number", ("点号", "no", "no.")),
    "type": ("类型", "Type", ("位置类型",)),
    "lat": ("纬度", "Latitude", ("lat",)),
    "lon": ("经度", "Longitude", ("lon", "lng")),
    "radius_m": ("半径(米)", "Radius (m)", ("半径", "radius")),
    "note": ("怎么走", "How to get there", ("说明", "note")),
    "tags": ("天气标记", "In bad weather", ("标记", "tags")),
    "label": ("要标签", "Label", ("标签", "打印标签")),
}
_YES, _NO = {"是", "要", "y", "yes", "1", "true", "√"}, {"", "否", "不", "不要", "n", "no", "0", "false", "×"}
Path = tuple[tuple[str, str], ...]  # ((kind, name), …) from the top down


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place to be made, checked. ``row``: as the spreadsheet counts, the heading being row 1."""

    row: int
    path: Path
    number: int | None = None
    type: str | None = None
    lat: float | None = None
    lon: float | None = None
    radius_m: int = 100
    note: str = ""
    tags: tuple[str, ...] = ()
    label: bool = False


@dataclass(frozen=True, slots=True)
class RowError:
    """row 1 is the heading; ``column`` as the table's own heading says it, "" for the whole row."""

    row: int
    column: str
    problem: Problem


@dataclass(slots=True)
class PlaceTable:
    """places: use them only when there are no errors: all rows or none."""

    places: list[PlaceRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def read_places(
    rows: Sequence[Sequence[str]], *, taken: Collection[Path] = (), numbers: Mapping[int, str] | None = None
) -> PlaceTable:
    """Check all rows, alone, against each other and against the site.

    rows: cells as text, the first row being the heading, in any order of columns.
    taken: paths of the places in use on the site; numbers: their point numbers -> names.
    """
    table = PlaceTable()
    heads = _heads(rows[0] if rows else [], table)
    filled = [(at, row) for at, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if not table.errors and not filled:
        table.errors.append(RowError(1, "", Problem("import.empty", N_("There are no rows below the heading."))))
    if len(filled) > MOST_ROWS:
        text = N_("At most %(most)s rows at a time. Split the file.")
        table.errors.append(RowError(1, "", Problem("import.long", text, most=MOST_ROWS)))
    if table.errors:
        return table
    seen = _Seen(set(taken), dict(numbers or {}))
    for at, row in filled:
        _Row(at, heads, row, seen, table).read()
    return table


def _heads(row: Sequence[str], table: PlaceTable) -> dict[str, tuple[int, str]]:
    """column -> (its place in the row, its heading as written)."""
    known = {
        name.casefold(): column for column, (zh, en, others) in COLUMNS.items() for name in (column, zh, en, *others)
    }
    heads: dict[str, tuple[int, str]] = {}
    for at, cell in enumerate(row):
        written = cell.strip()
        column = known.get(written.casefold().replace("（", "(").replace("）", ")"))
        if column is None and written:
            text = N_("This column is not known. Use the headings of the template.")
            table.errors.append(RowError(1, written, Problem("import.head", text)))
        elif column in heads:
            table.errors.append(RowError(1, written, Problem("import.head_twice", N_("This column is there twice."))))
        elif column is not None:
            heads[column] = (at, written)
    if not table.errors and not any(level in heads for level in LEVELS):
        text = N_("The first row must hold the headings, as in the template.")
        table.errors.append(RowError(1, "", Problem("import.no_head", text)))
    return heads


@dataclass(slots=True)
class _Seen:
    paths: set[Path]
    numbers: dict[int, str]


class _Row:
    def __init__(
        self, at: int, heads: dict[str, tuple[int, str]], cells: Sequence[str], seen: _Seen, table: PlaceTable
    ):
        self.at, self.heads, self.cells, self.seen, self.table = at, heads, cells, seen, table
        self.good = True

    def read(self) -> None:
        path = self._path()
        number = self._number("number", 1, 9999)
        lat, lon = self._decimal("lat", 90), self._decimal("lon", 180)
        if (self.text("lat") == "") != (self.text("lon") == ""):
            self.wrong("lat", "place.half_position", N_("A position needs both numbers: latitude and longitude."))
        radius = self._number("radius_m", 10, 2000)
        note = self.text("note")
        if len(note) > 300:
            self.wrong("note", "import.too_long", N_("At most %(most)s characters."), most=300)
        kind, tags, label = self._type(), self._tags(), self._label()
        if path and number is not None:
            self._take_number(number, path)
        if self.good and path:
            self.table.places.append(PlaceRow(self.at, path, number, kind, lat, lon, radius or 100, note, tags, label))

    def text(self, column: str) -> str:
        at = self.heads.get(column, (len(self.cells), ""))[0]
        return self.cells[at].strip() if at < len(self.cells) else ""

    def wrong(self, column: str, code: str, said: str, **facts: Any) -> None:
        self.good = False
        head = self.heads.get(column, (0, COLUMNS[column][0] if column else ""))[1]
        self.table.errors.append(RowError(self.at, head, Problem(code, said, **facts)))

    def _path(self) -> Path | None:
        path = tuple((level, name) for level in LEVELS if (name := self.text(level)))
        if not path:
            self.wrong("spot", "import.no_name", N_("This row names no place."))
            return None
        for level, name in path:
            if len(name) > 60:
                self.wrong(level, "import.too_long", N_("At most %(most)s characters."), most=60)
        for (above, _), (level, _name) in pairwise(path):
            if above not in BELOW[level]:
                self.wrong(
                    level,
                    "import.level",
                    N_("This cannot stand below: %(above_name)s."),
                    above_name=KIND_NAMES[above]["en"],
                )
        if path in self.seen.paths:
            self.wrong(path[-1][0], "import.there", N_("This place is there already, or twice in the file."))
        self.seen.paths.add(path)
        return path

    def _take_number(self, number: int, path: Path) -> None:
        other = self.seen.numbers.get(number)
        if other is not None:
            text = N_("Number %(number)s already belongs to %(other)s.")
            self.wrong("number", "place.number_taken", text, number=number, other=other)
        self.seen.numbers[number] = " ".join(name for _, name in path)

    def _number(self, column: str, least: int, most: int) -> int | None:
        text = self.text(column).removesuffix(".0")
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 6 or not least <= int(text) <= most:
            sentence = N_("Here belongs a whole number from %(least)s to %(most)s, not “%(typed)s”.")
            self.wrong(column, "import.number", sentence, least=least, most=most, typed=text[:20])
            return None
        return int(text)

    def _decimal(self, column: str, most: int) -> float | None:
        text = self.text(column)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not -most <= value <= most:
            sentence = N_("Here belongs a number from −%(most)s to %(most)s, not “%(typed)s”.")
            self.wrong(column, "import.decimal", sentence, most=most, typed=text[:20])
            return None
        return value

    def _type(self) -> str | None:
        text = self.text("type").casefold()
        if not text:
            return None
        for code, names in PLACE_TYPES.items():
            if text in (code, names["zh"].casefold(), names["en"].casefold()):
                return code
        self.wrong(
            "type", "import.type", N_("No such type: “%(typed)s”. Choose one from the template."), typed=text[:20]
        )
        return None

    def _tags(self) -> tuple[str, ...]:
        """Several words, parted by a comma, a semicolon or a stroke; none at all: those of the type."""
        known = {name.casefold(): code for code, names in TAGS.items() for name in (code, names["zh"], names["en"])}
        said = [word.strip() for word in re.split(r"[,，、;；/]", self.text("tags")) if word.strip()]
        for word in said:
            if word.casefold() not in known:
                text = N_("No such word: “%(typed)s”. Use %(known)s.")
                words = ", ".join(names["en"] for names in TAGS.values())
                chinese = "、".join(names["zh"] for names in TAGS.values())
                self.wrong("tags", "import.tags", text, typed=word[:20], known=f"{chinese} ({words})")
                return ()
        found = {known[word.casefold()] for word in said}
        return tuple(code for code in TAGS if code in found)

    def _label(self) -> bool:
        text = self.text("label").casefold()
        if text not in _YES | _NO:
            self.wrong("label", "import.yes_no", N_("Write yes or no here, not “%(typed)s”."), typed=text[:20])
        return text in _YES
