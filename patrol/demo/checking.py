"""Ninety days of checklists: every month's fire equipment, the daily and weekly rooms, a few failures."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.business_day import ONE_DAY, business_day, half_month, month_bounds, wall
from patrol.demo.answers import life_failure, may_go_wrong
from patrol.demo.estate import Estate
from patrol.equipment.checklist import Checklist, all_current
from patrol.equipment.equipment import Equipment
from patrol.sites.site import Site

DUE_NEXT = "room.pump"  # the next stop of the round under way: this month's lists are still to be done there
MONTHLY_FAILS, WEEKLY_FAILS, DAILY_FAILS = 0.022, 0.008, 0.003
DRILL_DAYS_AGO = 41


@dataclass(frozen=True, slots=True)
class Check:
    """One checklist to be filled: what, where, by whom (key of the cast), when; ``wrong``: the item that fails."""

    checklist: Checklist
    equipment: Equipment | None
    place_id: UUID
    by: str
    at: datetime
    wrong: Any = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A list owed again and again. hours: of the day, site time, one filling for each."""

    code: str
    by: str | Callable[[datetime], str]
    hours: tuple[float, ...]
    done: float = 0.99
    weekday: int | None = None
    halves: tuple[int, ...] = ()  # days of the month, for half-monthly lists


class Checking:
    """Plans all fillings of a site; nothing is written here."""

    def __init__(
        self, site: Site, estate: Estate, gear: list[Equipment], people: dict[str, Reader],
        on_duty: Callable[[datetime], list[str]], until: datetime, rng: random.Random,
    ) -> None:  # fmt: skip
        self.site, self.estate, self.gear, self.people, self.until, self.rng = site, estate, gear, people, until, rng
        self.on_duty = on_duty
        self.first = self._day(site.created_at)
        self.today = self._day(until)
        self.lists = {row.code: row for row in all_current(site.id)}

    def planned(self) -> list[Check]:
        """In order of time, from the site's first day to ``until``."""
        checks = [*self._monthly(), *self._regular(), *self._once()]
        good = [check for check in checks if self.site.created_at < check.at < self.until - timedelta(minutes=3)]
        return sorted(good, key=lambda check: (check.at, check.checklist.code, check.place_id.int))

    def _regular(self) -> Iterator[Check]:
        day = self.first
        while day <= self.today:
            for duty in self._duties():
                if self._owed(duty, day):
                    yield from self._fill(duty, day)
            day += ONE_DAY

    def _duties(self) -> tuple[Duty, ...]:
        def guard(at: datetime) -> str:
            return self.on_duty(at)[-1]

        def post(at: datetime) -> str:
            return self.on_duty(at)[0]

        engineer = "engineer2" if "engineer2" in self.people else "engineer1"
        return (
            Duty("power_room_daily", engineer, (9.2,)),
            Duty("water_pump_room", engineer, (9.6,)),
            Duty("lift_daily", engineer, (10.2,)),
            Duty("fire_control_room", "leader", (8.6, 20.6)),
            Duty("guard_handover", post, (8.2, 20.2)),
            Duty("daily_fire_patrol", "leader", (15.0,), 0.97),
            Duty("garage", guard, (14.0,), 0.98),
            Duty("ebike_shed", guard, (16.5,), 0.98),
            Duty("fire_lane", guard, (11.0,)),
            Duty("building_common", "cleaner", (13.5,), 0.98, weekday=2),
            Duty("cleaning", "leader", (14.5,), weekday=3),
            Duty("playground", "engineer1", (15.5,), weekday=0),
            Duty("cctv_access", "engineer1", (10.8,), weekday=4),
            Duty("micro_fire_station", "leader", (16.0,), weekday=1),
            Duty("greening", "gardener", (9.0,), halves=(9, 24)),
            Duty("lift_half_month", "contractor", (10.0,), halves=(8, 22)),
        )

    def _owed(self, duty: Duty, day: date) -> bool:
        if duty.code not in self.lists or (isinstance(duty.by, str) and duty.by not in self.people):
            return False
        if duty.halves:
            return day.day in duty.halves
        return duty.weekday is None or day.weekday() == duty.weekday

    def _fill(self, duty: Duty, day: date) -> Iterator[Check]:
        row = self.lists[duty.code]
        fails = DAILY_FAILS if row.interval_days == 1 else WEEKLY_FAILS
        for equipment, place_id in self._targets(row):
            for hour in duty.hours:
                at = self._at(day, hour, 35)
                if self.rng.random() < duty.done:
                    by = duty.by if isinstance(duty.by, str) else duty.by(at)
                    yield self._check(row, equipment, place_id, by, at, fails)

    def _targets(self, row: Checklist) -> list[tuple[Equipment | None, UUID]]:
        """What owes the list: the whole site, the equipment of its types, else the places of its types."""
        if "site" in row.applies_to:
            return [(None, self.estate.id("b1"))]
        items: list[tuple[Equipment | None, UUID]] = [
            (item, item.place_id) for item in self.gear if item.type in row.applies_to
        ]
        places = [place for place in self.estate.places.values() if place.type in row.applies_to]
        return items or [(None, place.id) for place in places]

    def _monthly(self) -> Iterator[Check]:
        owed = [
            (row, *target) for row in self.lists.values() if row.interval_days == 30 for target in self._targets(row)
        ]
        owed.sort(key=lambda due: (due[0].code.startswith("falling"), due[2].int))
        for n, month in enumerate(self._months()):
            gear = [index for index, (_row, equipment, _place) in enumerate(owed) if equipment is not None]
            forgotten = (
                set(self.rng.sample(gear, min(3, len(gear) // 40))) if n % 2 and month[1] < self.today else set()
            )
            for index, (row, equipment, place_id) in enumerate(owed):
                if index in forgotten or (place_id == self.estate.places[DUE_NEXT].id and month[1] >= self.today):
                    continue
                parts = (
                    [half_month(month[0]), half_month(month[1])] if equipment and equipment.half_monthly else [month]
                )
                for part in parts:
                    day = self._spread(part, index, len(owed))
                    if day is not None:
                        at = self._at(day, 8.6 + index * 37 % 80 / 10, 25)
                        yield self._check(row, equipment, place_id, self._inspector(row, index), at, MONTHLY_FAILS)

    def _inspector(self, row: Checklist, index: int) -> str:
        if "site" in row.applies_to:
            return "engineering"
        return "engineer2" if index % 2 and "engineer2" in self.people else "engineer1"

    def _months(self) -> list[tuple[date, date]]:
        """First and last day of each month the history touches; the first month begins with the site."""
        found, day = [], self.first
        while day <= self.today:
            found.append((day, month_bounds(day)[1]))
            day = found[-1][1] + ONE_DAY
        return found

    def _spread(self, period: tuple[date, date], index: int, count: int) -> date | None:
        """Building by building over the working days, done some days before the end."""
        days = [period[0] + n * ONE_DAY for n in range((period[1] - period[0]).days + 1)]
        working = [day for day in days if day.weekday() < 6 and day.day < 27] or days
        return working[index * len(working) // count]

    def _once(self) -> Iterator[Check]:
        day = self.today - DRILL_DAYS_AGO * ONE_DAY
        if "fire_drill" in self.lists and day > self.first:
            place_id = self.estate.places["b3"].id
            yield Check(self.lists["fire_drill"], None, place_id, "supervisor", self._at(day, 15, 10))

    def _check(
        self, row: Checklist, equipment: Equipment | None, place_id: UUID, by: str, at: datetime, fails: float
    ) -> Check:
        wrong = life_failure(row.items, equipment, self._day(at))
        if wrong is None and self.rng.random() < fails:
            items = may_go_wrong(row.items)
            wrong = self.rng.choice(items) if items else None
        return Check(row, equipment, place_id, by, at, wrong)

    def _day(self, at: datetime) -> date:
        return business_day(at, self.site.zone, self.site.day_start)

    def _at(self, day: date, hour: float, minutes: int) -> datetime:
        clock = time(int(hour), int(hour % 1 * 60))
        return wall(day, clock, self.site.zone) + timedelta(minutes=self.rng.uniform(0, minutes))
