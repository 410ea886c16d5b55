"""What a printed report adds to a review: its number, and the sentences that sum it up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from patrol.core.problems import N_
from patrol.hazards.category import categories
from patrol.hazards.standing import Standing
from patrol.reviews.day_page import FoundHazard, hazards_found
from patrol.reviews.paper_rows import Fitted, fit, lines_of
from patrol.reviews.review import Repeat, Review, RouteLine
from patrol.reviews.routines import Routine

RANK = {"critical": 0, "major": 1, "minor": 2}
DAY = {"routes": 7, "overdue": 0, "hazards": 10, "gaps": 4, "repeats": 0, "pairs": 12}
WEEK = {"routes": 7, "overdue": 6, "hazards": 18, "gaps": 10, "repeats": 7, "pairs": 6}
MONTH = {"routes": 9, "overdue": 5, "hazards": 11, "gaps": 10, "repeats": 10, "pairs": 4}
SHORT_LINES, PICTURE_LINES = 18, 6  # of one page under a week's headings; of four pictures side by side


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence to translate, and the figures for its places."""

    text: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a day's or a week's report lists, cut to the room its pages have; the whole of it is in the workbook."""

    number: str
    summary: list[Sentence]
    routes: Fitted[RouteLine]
    hazards: Fitted[FoundHazard]
    overdue: Fitted[Standing]
    gaps: Fitted[Routine]
    repeats: Fitted[Repeat]
    pairs: list[FoundHazard]


def paper_of(review: Review, lines: Mapping[str, int]) -> Paper:
    """lines: how many lines each list may take; ``pairs``: how many hazards are shown by their pictures."""
    found = hazards_found(review.site.id, review.period.first, review.period.last)
    overdue = fit(review.overdue, lines["overdue"], hazard_lines)
    spare = lines["overdue"] - len(overdue.rows)
    return Paper(
        number=review.period.number,
        summary=summary(review),
        routes=routes(review.routes, lines["routes"]),
        hazards=fit(found, lines["hazards"] + spare, hazard_lines),
        overdue=overdue,
        gaps=fit([one for one in review.routines if one.ratio.d and not one.ratio.full], lines["gaps"]),
        repeats=fit(review.repeats, lines["repeats"], hazard_lines),
        pairs=pairs(found, lines["pairs"]),
    )


def day_lines(review: Review) -> Mapping[str, int]:
    """What a day's one page has room for: the more routes, the fewer hazards."""
    return {**DAY, "hazards": max(2, DAY["hazards"] - min(len(review.routes), DAY["routes"]))}


def short_week(review: Review, paper: Paper) -> bool:
    """Whether all that follows a week's first page finds room on one more."""
    hazards = [*paper.overdue.rows, *paper.hazards.rows, *paper.repeats.rows]
    pictures = sum(1 + bool(hazard.after) for hazard in paper.pairs)
    lines = len(review.heat[1]) + sum(map(hazard_lines, hazards)) + ceil(len(paper.gaps.rows) / 2)
    return lines + PICTURE_LINES * ceil(pictures / 4) <= SHORT_LINES


def hazard_lines(hazard: Any) -> int:
    return lines_of((hazard.title, 8), (_english().get(hazard.title, ""), 8.5), (hazard.place, 9.5))


@cache
def _english() -> dict[str, str]:
    """A hazard's title as English readers see it, which is the longer."""
    return {kind["short"]["zh"]: kind["short"]["en"] for kind in categories().values()}


def routes(lines: Sequence[RouteLine], most: int) -> Fitted[RouteLine]:
    """The routes with the most rounds, in their order; the line of sums counts all."""
    if len(lines) <= most:
        return Fitted(list(lines), 0)
    busy = sorted(lines, key=lambda line: -line.total.counts.rounds)[: most - 1]
    return Fitted([line for line in lines if line in busy], len(lines) - len(busy))


def pairs(found: Sequence[FoundHazard], most: int) -> list[FoundHazard]:
    """Those with a picture before and one after come first, among them the worst; no kind twice while others wait."""
    pictured = [hazard for hazard in found if hazard.before]
    ranked = sorted(pictured, key=lambda hazard: (not hazard.after, RANK[hazard.severity]))
    first = {hazard.title: hazard for hazard in reversed(ranked)}
    return sorted(ranked, key=lambda hazard: first[hazard.title] is not hazard)[:most]


def summary(review: Review) -> list[Sentence]:
    """The review in sentences, from its figures alone: rounds, the worst day, hazards, what repeats, equipment."""
    counts = review.patrol.counts
    if counts.rounds:
        text = N_(
            "%(rounds)s rounds on %(routes)s routes: %(visited)s of %(planned)s points reached (%(rate)s), "
            "%(missed)s missed, %(late)s late."
        )
        told = [
            Sentence(
                text,
                {
                    "rounds": f"{counts.rounds:,}",
                    "routes": len(review.routes),
                    "visited": f"{review.patrol.visited:,}",
                    "planned": f"{counts.planned:,}",
                    "rate": review.patrol.completion.text,
                    "missed": f"{counts.missed:,}",
                    "late": f"{counts.late:,}",
                },
            )
        ]
    else:
        told = [Sentence(N_("No round was due."), {})]
    told += _worst_day(review)
    hazards = review.hazards
    told.append(
        Sentence(
            N_("Hazards: %(found)s found, %(closed)s closed; %(open)s open, %(overdue)s of them overdue."),
            {
                "found": hazards.found,
                "closed": hazards.closed,
                "open": len(review.open_now),
                "overdue": len(review.overdue),
            },
        )
    )
    if review.repeats:
        text = N_("“%(title)s” came up %(times)s times at %(place)s.")
        told.append(Sentence(text, {"repeat": review.repeats[0]}))
    cover = review.equipment.coverage.ratio
    if review.period.kind == "month" and cover.d:
        if cover.full:
            told.append(Sentence(N_("All %(all)s fire items were inspected."), {"all": cover.d}))
        else:
            text = N_("Fire items not inspected: %(missing)s of %(all)s (%(rate)s).")
            told.append(Sentence(text, {"missing": cover.d - cover.n, "all": cover.d, "rate": cover.text}))
    return told


def _worst_day(review: Review) -> list[Sentence]:
    """The day with the lowest rate, if one stands out by points missed."""
    days = [(figures.completion.tenths, day, figures) for day, figures in review.daily if figures.counts.missed]
    if len(review.period.days) == 1 or not days:
        return []
    _, day, figures = min(days, key=lambda entry: (entry[0] or 0, entry[1]))
    text = N_("The weakest day was %(day)s: %(missed)s missed, %(rate)s reached.")
    return [Sentence(text, {"day": day, "missed": f"{figures.counts.missed:,}", "rate": figures.completion.text})]
