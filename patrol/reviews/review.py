"""A review of a day, a week or a month: the sum of its days, and what the tables say beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from patrol.core.business_day import business_day, day_bounds, month_bounds
from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.equipment.readings import since as readings_since
from patrol.hazards.standing import Standing, standing_and_seen
from patrol.reviews.cells import Cell, person_cells, route_cells
from patrol.reviews.counts import PatrolCounts
from patrol.reviews.equipment_month import EquipmentMonth, equipment_month
from patrol.reviews.figures import HazardFigures, PatrolFigures, Sighted, hazard_figures, patrol_figures, repeat_places
from patrol.reviews.fresh import days as days_of
from patrol.reviews.links import REPEAT_WITHIN, Links
from patrol.reviews.measure import Said, said_in
from patrol.reviews.period import Kind, Period
from patrol.reviews.routines import Routine, routines
from patrol.reviews.seal import Rows, rows_of
from patrol.reviews.stock import Stock, stock
from patrol.reviews.sums import Sums, figures_of
from patrol.reviews.tally import Tally, add, patrol_totals, route_counts
from patrol.sites.site import Site

VALID = ("reported", "assigned", "to_verify", "closed", "transferred")


@dataclass(frozen=True, slots=True)
class Before:
    """The same figures of the period before, for the word beside each figure."""

    patrol: PatrolFigures
    found: int
    closed: int
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route: its counts by day of the review and over all of it."""

    id: str
    name: str
    days: dict[date, PatrolCounts]
    total: PatrolFigures
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Repeat:
    place_id: UUID
    place: str
    category: str
    title: str
    severity: str
    times: int


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    team: str
    work: Mapping[str, Any]
    cells: list[Cell]


@dataclass(frozen=True)
class Review:
    """Everything a page of a review shows. at: the moment it speaks of."""

    site: Site
    period: Period
    at: datetime
    by_day: dict[date, Tally]
    total: Tally
    patrol: PatrolFigures
    hazards: HazardFigures
    before: Before
    open_now: list[Standing]  # open at the period's end, or now while it lasts
    repeats: list[Repeat]
    routines: list[Routine]
    people: list[Person]
    said: Said
    known: Stock

    @cached_property
    def links(self) -> Links:
        return Links(self.period.first, self.period.last)

    @cached_property
    def today(self) -> date:
        return business_day(self.at, self.site.zone, self.site.day_start)

    @cached_property
    def equipment(self) -> EquipmentMonth:
        """Of the month its last day lies in."""
        return equipment_month(self.site, self.period.last, self.open_now, self.today, self.known)

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Every figure by its code, as a signature freezes it."""
        month = self.equipment if self.period.kind == "month" else None
        return figures_of(
            Sums(
                self.total, self.patrol, self.hazards, len(self.open_now), len(self.overdue), len(self.repeats), month,
                self.routines,
            )
        )  # fmt: skip

    @property
    def weeks(self) -> list[Period]:
        """The whole weeks that begin in it, or the one it lies in; the latest that has begun comes last."""
        begun = [Period.around("week", day) for day in self.begun]
        inside = [week for week in begun if week.first >= self.period.first]
        return list(dict.fromkeys(inside or begun))

    @cached_property
    def rows(self) -> Rows:
        """What each row of its days says, for the seal of a signature. One query for each kind of row."""
        return rows_of(self.site.id, self.period.first, self.period.last)

    @property
    def roles(self) -> set[str]:
        """Those somebody of the site has."""
        return self.known.roles

    @property
    def running(self) -> bool:
        """Whether the period is not over: its figures still grow."""
        return self.today <= self.period.last

    @property
    def begun(self) -> list[date]:
        return [day for day in self.period.days if day <= self.today]

    @cached_property
    def overdue(self) -> list[Standing]:
        at = self.at if self.running else self.ends_at
        return [hazard for hazard in self.open_now if hazard.overdue(at)]

    def reported(self, hazard: Standing) -> bool:
        """Whether it was reported in the period."""
        day = business_day(hazard.reported_at, self.site.zone, self.site.day_start)
        return self.period.first <= day <= self.period.last

    @property
    def ends_at(self) -> datetime:
        return day_bounds(self.period.last, self.site.zone, self.site.day_start)[1]

    @property
    def balanced(self) -> bool:
        """Whether the hazards add up: open before + found + reopened − closed − removed = open at the end."""
        return self.hazards.balance.agrees(len(self.open_now))

    @cached_property
    def routes(self) -> list[RouteLine]:
        lines = []
        for key, route in self.total["routes"].items():
            days = {
                day: route_counts(tally["routes"][key]) for day, tally in self.by_day.items() if key in tally["routes"]
            }
            total = patrol_figures([route_counts(route)])
            lines.append(RouteLine(key, route["name"], days, total, route_cells(total.counts, self.links, key)))
        return sorted(lines, key=lambda line: line.name)

    @property
    def together(self) -> list[Cell]:
        """The last line under the routes."""
        return route_cells(self.patrol.counts, self.links, None)

    @property
    def daily(self) -> list[tuple[date, PatrolFigures]]:
        return [(day, patrol_figures([patrol_totals(tally)])) for day, tally in self.by_day.items()]

    @property
    def weekly(self) -> list[tuple[Period, int, int]]:
        """(week cut to the period, hazards found, hazards closed)."""
        return [
            (
                week,
                sum(self.by_day[day]["hazards"]["found"]["valid"] for day in week.days),
                sum(self.by_day[day]["hazards"]["closed"] for day in week.days),
            )
            for week in self.period.weeks
        ]

    @cached_property
    def heat(self) -> tuple[list[int], list[tuple[str, str, list[int]]]]:
        """Hours, and (place id, name, misses by hour) of the seven places missed most."""
        return _heat(self.total, self.site.day_start.hour)


def asked_for(kind: Kind, text: str, today: date) -> Period:
    """The period an address names; NotHere when it names none, or one that has not begun."""
    try:
        period = Period.parse(kind, text)
    except ValueError:
        raise NotHere("review") from None
    if period.first > today or period.first.year < 2000:
        raise NotHere("review")
    return period


def review(site_id: UUID, period: Period, at: datetime) -> Review:
    """The review as it stands at ``at``. A constant number of queries once its days are counted."""
    site = db.session.get_one(Site, site_id)
    last = period.previous
    month = month_bounds(period.last)
    counted = days_of(
        site_id, last.first, period.last, at, since=readings_since(last.first.replace(day=1)), until=month[1]
    )
    days = counted.tallies
    by_day = {day: days[day] for day in period.days}
    total = add(by_day.values())
    (started, ended), seen = standing_and_seen(site_id, last.last, period.last, since=last.last - REPEAT_WITHIN)
    today = business_day(at, site.zone, site.day_start)
    known = stock(site_id, last.first.replace(day=1), month[0], counted.checked)
    before = _Before(site, last, add(days[day] for day in last.days), started, len(repeated(seen, last.last)))
    return Review(
        site=site,
        period=period,
        at=at,
        by_day=by_day,
        total=total,
        patrol=patrol_figures([patrol_totals(total)]),
        hazards=hazard_figures(total, len(started)),
        before=before.told(known, today),
        open_now=ended,
        repeats=repeated(seen, period.last),
        routines=routines(site, period, today, known),
        people=_people(known.people, total["persons"], Links(period.first, period.last)),
        said=said_in(site_id, period),
        known=known,
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """The period before, from what was read for the review itself."""

    site: Site
    period: Period
    total: Tally
    open: list[Standing]  # at its end
    repeats: int

    def told(self, known: Stock, today: date) -> Before:
        patrol = patrol_figures([patrol_totals(self.total)])
        hazards = hazard_figures(self.total, len(self.open) - self.total["hazards"]["open_delta"])
        ends_at = day_bounds(self.period.last, self.site.zone, self.site.day_start)[1]
        overdue = sum(hazard.overdue(ends_at) for hazard in self.open)
        month = None
        if self.period.kind == "month":
            month = equipment_month(self.site, self.period.last, self.open, self.period.last, known)
        done = routines(self.site, self.period, today, known)
        sums = Sums(self.total, patrol, hazards, len(self.open), overdue, self.repeats, month, done)
        figures = figures_of(sums)
        if self.period.last < business_day(self.site.created_at, self.site.zone, self.site.day_start):
            figures = dict.fromkeys(figures)  # nobody was there to be counted
        return Before(patrol, hazards.found, hazards.closed, figures)


def repeated(hazards: Iterable[Any], last: date) -> list[Repeat]:
    """重复隐患位置 of the 30 days up to and with ``last``, most first. hazards: of those days, oldest first."""
    rows = [row for row in hazards if row.state in VALID and last - REPEAT_WITHIN <= row.business_day <= last]
    counted = repeat_places(Sighted(r.place_id, r.category, r.recurs_of_id is not None) for r in rows)
    latest = {(row.place_id, row.category): row for row in rows}
    return [
        Repeat(row.place_id, row.full_name, row.category, row.title, row.severity, n)
        for where, n in counted.items()
        if (row := latest[where])
    ]


def _people(names: Mapping[str, Any], persons: Mapping[str, Mapping[str, Any]], links: Links) -> list[Person]:
    """By team and name: a table of the work, no ranking."""
    people = [
        Person(key, names[key].name, names[key].team or "", work, person_cells(work, links, key))
        for key, work in persons.items()
        if key in names
    ]
    return sorted(people, key=lambda person: (person.team, person.name))


def _heat(total: Tally, day_start: int, most: int = 7) -> tuple[list[int], list[tuple[str, str, list[int]]]]:
    table: Mapping[str, Mapping[str, int]] = total["missed_by_place_hour"]
    names = {point["place"]: point["place_name"] for point in total["missed_points"]}
    ranked = Counter({place: sum(hours.values()) for place, hours in table.items()}).most_common(most)
    seen = sorted({(int(hour) - day_start) % 24 for place, _ in ranked for hour in table[place]})
    hours = [(day_start + n) % 24 for n in range(seen[0], seen[-1] + 1)] if seen else []
    return hours, [(place, names[place], [table[place].get(f"{hour:02}", 0) for hour in hours]) for place, _ in ranked]
