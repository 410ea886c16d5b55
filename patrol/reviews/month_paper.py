"""The month's report on A4 pages: what stands on each, cut to the room that a page has."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from patrol.reviews.definitions import ON_THE_MONTH
from patrol.reviews.equipment_month import Due
from patrol.reviews.figures import EquipmentFacts
from patrol.reviews.month_trends import Trends, trends
from patrol.reviews.paper import MONTH, PICTURE_LINES, RANK, Paper, hazard_lines, paper_of
from patrol.reviews.paper_rows import Fitted, fit, lines_of
from patrol.reviews.review import Person, Review
from patrol.reviews.round_starts import Habit, habits_of

PEOPLE, MISSED_LINES, ITEMS, DUE, HABITS = 17, 10, 12, 10, 6
HAZARD_LINES = 12  # what is said of hazards in any month takes so many lines of a page
SHARED_LINES = 26  # so many lines of hazards and equipment find room on one page, with the readings' charts below
UNDER_THE_CHARTS = 15  # routes, and places in the misses by hour, that find room on the first page together


@dataclass(frozen=True, slots=True)
class MissedRound:
    """A round some of whose points nobody reached."""

    starts_at: datetime
    route: str
    places: list[str]


@dataclass(frozen=True, slots=True)
class MonthPaper:
    lists: Paper
    missed: Fitted[MissedRound]
    people: Fitted[Person]
    habits: list[Habit]
    by_severity: list[tuple[str, int]]  # found
    not_inspected: Fitted[EquipmentFacts]
    due: Fitted[Due]
    trends: Trends
    heat_first: bool  # the misses by place and hour find room on the first page
    told: list[str]  # codes of the figures it shows
    shared: bool  # hazards and equipment stand on one page

    @property
    def number(self) -> str:
        return self.lists.number


def month_paper(review: Review) -> MonthPaper:
    """Four queries beside the review's own."""
    site, period = review.site, review.period
    lists = paper_of(review, MONTH)
    not_inspected, due = fit(review.equipment.coverage.missing, ITEMS), fit(review.equipment.due, DUE)
    equipment = sum(_beside(rows) for rows, _ in (not_inspected, due, lists.gaps))
    both = _hazard_lines(lists) + equipment
    shared = both <= SHARED_LINES
    return MonthPaper(
        lists=lists,
        missed=fit(missed_rounds(review.total["missed_points"]), MISSED_LINES, _round_lines),
        people=fit(review.people, PEOPLE),
        habits=habits_of(site.id, period.first, period.last, site.zone)[:HABITS],
        by_severity=_by_severity(review),
        not_inspected=not_inspected,
        due=due,
        trends=trends(review, charts_below(both if shared else equipment)),
        heat_first=under_the_charts(lists.routes, len(review.heat[1])),
        told=[code for code in ON_THE_MONTH if review.figures[code] is not None],
        shared=shared,
    )


def under_the_charts(routes: Fitted[Any], places: int) -> bool:
    """Whether a line for each of so many places finds room below the routes on the first page."""
    return len(routes.rows) + bool(routes.hidden) + places <= UNDER_THE_CHARTS


def charts_below(lines: int) -> int:
    """How many small charts find room on a page, two in a row, under so many lines of two columns."""
    return 6 if lines <= 8 else 4 if lines <= 16 else 2


def missed_rounds(points: Sequence[dict[str, Any]]) -> list[MissedRound]:
    """A tally's missed points by round: those with the most first, of equal ones the latest."""
    rounds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for point in points:
        rounds[point["round"]].append(point)
    made = [
        MissedRound(datetime.fromisoformat(of[0]["starts_at"]), of[0]["route"], [point["place_name"] for point in of])
        for of in rounds.values()
    ]
    return sorted(made, key=lambda one: (len(one.places), one.starts_at), reverse=True)


def _beside(rows: Sequence[Any]) -> int:
    return (len(rows) + 1) // 2


def _hazard_lines(lists: Paper) -> int:
    """Lines that the hazards take: what is always said, a table of those overdue, one of those found, pictures."""
    overdue, found = lists.overdue.rows, lists.hazards.rows
    tables = sum(map(hazard_lines, [*overdue, *found])) + 2 * bool(overdue)
    pictures = sum(1 + bool(hazard.after) for hazard in lists.pairs)
    return HAZARD_LINES + tables + PICTURE_LINES * ceil(pictures / 4)


def _by_severity(review: Review) -> list[tuple[str, int]]:
    found = review.total["hazards"]["found"]["by_severity"]
    return [(severity, found.get(severity, 0)) for severity in RANK]


def _round_lines(round_: MissedRound) -> int:
    return lines_of(("、".join(round_.places), 36), (round_.route, 12))
