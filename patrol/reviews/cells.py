"""The figures in a row of a review's table, each with the address of its records."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from patrol.reviews.counts import PatrolCounts
from patrol.reviews.links import Links


class Cell(NamedTuple):
    """url: "" when there is nothing to show."""

    column: str
    n: int
    text: str
    url: str


def route_cells(counts: PatrolCounts, links: Links, route: str | None) -> list[Cell]:
    """route: None for all routes together."""
    cells = [_cell("rounds", counts.rounds, links.rounds(route=route))]
    states = (
        ("due", counts.planned),
        ("on_time", counts.on_time),
        ("late", counts.late),
        ("missed", counts.missed),
        ("excused", counts.excused),
    )
    return cells + [_cell(state, n, links.visits(state, route=route)) for state, n in states]


def person_cells(work: Mapping[str, Any], links: Links, person: str) -> list[Cell]:
    points = links.points(person)
    return [
        _cell("rounds", work["rounds"], links.rounds(walker=person)),
        _cell("points", work["scans"], points),
        _cell("on_route", work["on_route_s"], points),
        *(_cell(state, work[state], links.visits(state, walker=person)) for state in ("late", "missed")),
        _cell("reported", work["hazards_reported"], links.hazards("reported", reporter=person)),
        _cell("rectified", work["hazards_rectified"], links.hazards("rectified", rectifier=person)),
        _cell("inspections", work["inspections"], links.inspections(person=person)),
        _cell("photos", work["photos"], links.photos(person=person)),
    ]


def _cell(column: str, n: int, url: str) -> Cell:
    return Cell(column, n, f"{n:,}", url if n else "")
