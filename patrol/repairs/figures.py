"""Figures of repairs (DOMAIN §8): response, fix time, one-visit rate, rework, satisfaction. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.core.problems import N_

WAYS = ("registered_at", "visited_at", "first_done_at")
FIGURES: dict[str, str] = {
    "registered": N_("Registered"),
    "response": N_("From registering to being on site"),
    "urgent": N_("Urgent ones reached in time"),
    "fixed": N_("From the report to done"),
    "one_visit": N_("Done in one visit"),
    "rework": N_("Opened again within 7 days"),
    "satisfaction": N_("Content owners (4 or 5)"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the figures need of one repair; times aware. reopened: how often it was opened again within 7 days."""

    id: UUID
    urgent: bool
    reported_at: datetime
    due_at: datetime | None
    registered_at: datetime | None
    visited_at: datetime | None
    first_done_at: datetime | None
    visits_to_done: int
    reopened: int
    satisfaction: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """n of d, with the ids behind each; hours: the mean of what was measured, None when nothing was."""

    n: int
    d: int
    ids: tuple[UUID, ...]
    hours: float | None = None


def figures(repairs: Iterable[Told], at: datetime) -> dict[str, Share]:
    """Each figure of FIGURES over these repairs.

    response: mean hours from registering to the first visit. fixed: mean hours from the report to the first time
    it was done. urgent: of the urgent ones whose time has come or who were reached, those reached by their
    deadline. one_visit: of those done, the ones done at the first visit and not opened again. rework: of those
    done, the ones opened again within 7 days. satisfaction: of those whose owner answered, 4 or 5.
    A repair counts where it was registered; a denominator of 0 shows as "—".
    """
    all_ = list(repairs)
    visited = [one for one in all_ if one.registered_at and one.visited_at]
    done = [one for one in all_ if one.first_done_at]
    urgent = [one for one in all_ if one.urgent and (one.visited_at or (one.due_at is not None and one.due_at < at))]
    said = [one for one in all_ if one.satisfaction is not None]
    quick = [one for one in urgent if one.visited_at and (one.due_at is None or one.visited_at <= one.due_at)]
    once = [one for one in done if one.visits_to_done <= 1 and not one.reopened]
    again = [one for one in done if one.reopened]
    content = [one for one in said if (one.satisfaction or 0) >= 4]
    return {
        "registered": share(all_, all_),
        "response": share(visited, visited, _mean(one.visited_at - one.registered_at for one in visited)),  # type: ignore[operator]
        "urgent": share(quick, urgent),
        "fixed": share(done, done, _mean(one.first_done_at - one.reported_at for one in done)),  # type: ignore[operator]
        "one_visit": share(once, done),
        "rework": share(again, done),
        "satisfaction": share(content, said, average([one.satisfaction or 0 for one in said])),
    }


def share(part: Sequence[Any], whole: Sequence[Any], hours: float | None = None) -> Share:
    return Share(len(part), len(whole), tuple(one.id for one in part), hours)


def _mean(lengths: Iterable[timedelta]) -> float | None:
    return average([length.total_seconds() / 3600 for length in lengths])


def average(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def month_of(text: str, by: Any, at: datetime) -> date:
    """The first day of the month named ``2026-03``; the reader's present one when it names none."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        return at.astimezone(by.zone).date().replace(day=1)


def month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
