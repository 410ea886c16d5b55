"""Bringing in a table of places: all rows or none."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from patrol.core.problems import N_, Problem
from patrol.sites.import_rows import Path, PlaceRow, PlaceTable, RowError, read_places
from patrol.sites.label import issue_label
from patrol.sites.place import Place, PlaceData, add_place
from patrol.sites.place_tree import PlaceNode, place_tree, walk


class ImportRefused(Problem):
    """Nothing was brought in; ``rows`` says what is wrong where."""

    def __init__(self, rows: Sequence[RowError]):
        super().__init__("import.refused", N_("Nothing was brought in. Mend these rows, then try again."))
        self.rows = list(rows)


def check_places(site_id: UUID, rows: Sequence[Sequence[str]]) -> PlaceTable:
    """What the table would bring, or what is wrong with it, against the site as it is now."""
    nodes = list(walk(place_tree(site_id)))
    paths = _paths(nodes)
    numbers = {node.number: node.full_name for node in nodes if node.number is not None}
    return read_places(rows, taken=paths.keys(), numbers=numbers)


def import_places(site_id: UUID, rows: Sequence[Sequence[str]], *, by: UUID | None, at: datetime) -> list[Place]:
    """Add every place of the table and those above it that are missing, inside the caller's ``write()``.

    Returns the places of the rows, in their order. Raises ImportRefused with all that is wrong.
    """
    table = check_places(site_id, rows)
    if table.errors:
        raise ImportRefused(table.errors)
    ids = _paths(walk(place_tree(site_id)))
    made: list[Place] = []
    own = {row.path: row for row in table.places}
    for row in sorted(table.places, key=lambda row: len(row.path)):
        for depth in range(1, len(row.path) + 1):
            path = row.path[:depth]
            if path in ids:
                continue
            data = PlaceData(kind=path[-1][0], name=path[-1][1], parent_id=ids.get(path[:-1]))
            if path in own:
                said = own[path]
                data = data.model_copy(
                    update={
                        "number": said.number, "type": said.type, "lat": said.lat, "lon": said.lon,
                        "radius_m": said.radius_m, "note": said.note, "tags": list(said.tags),
                    }
                )  # fmt: skip
            place = _add(site_id, data, row, by, at)
            ids[path] = place.id
            if path in own:
                made.append(place)
                if own[path].label:
                    issue_label(place, by=by, at=at)
    order = {ids[row.path]: at for at, row in enumerate(table.places)}
    return sorted(made, key=lambda place: order[place.id])


def _add(site_id: UUID, data: PlaceData, row: PlaceRow, by: UUID | None, at: datetime) -> Place:
    try:
        return add_place(site_id, data, by=by, at=at)
    except Problem as problem:
        raise ImportRefused([RowError(row.row, "", problem)]) from problem


def _paths(nodes: Iterable[PlaceNode]) -> dict[Path, UUID]:
    """Path of every place in use -> its id."""
    paths: dict[UUID, Path] = {}
    found: dict[Path, UUID] = {}
    for node in nodes:
        above = paths.get(node.parent_id, ()) if node.parent_id else ()
        paths[node.id] = (*above, (node.kind, node.name))
        found[paths[node.id]] = node.id
    return found
