"""The stretches a review is about: a business day, an ISO week, a calendar month."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from patrol.core.business_day import month_bounds, month_days, parse_month, parse_week, week_days

Kind = Literal["day", "week", "month"]
ONE_DAY = timedelta(days=1)
_PREFIX = {"day": "RB", "week": "ZB", "month": "YB"}  # 日报 周报 月报


@dataclass(frozen=True, slots=True)
class Period:
    """first and last business day, both inside. slug: as in the address, 2026-03-18, 2026-W12 or 2026-03."""

    kind: Kind
    first: date
    last: date

    @classmethod
    def around(cls, kind: Kind, day: date) -> "Period":
        """The one of this kind a day lies in."""
        if kind == "week":
            monday = day - day.weekday() * ONE_DAY
            return cls(kind, monday, monday + 6 * ONE_DAY)
        if kind == "month":
            return cls(kind, *month_bounds(day))
        return cls(kind, day, day)

    @classmethod
    def parse(cls, kind: Kind, text: str) -> "Period":
        """Raises ValueError for anything that is not written as in an address."""
        if kind == "week":
            days = week_days(*parse_week(text))
        elif kind == "month":
            days = month_days(*parse_month(text))
        else:
            if len(text) != 10:
                raise ValueError(f"not a day: {text!r}")
            days = [date.fromisoformat(text)]
        return cls(kind, days[0], days[-1])

    @property
    def slug(self) -> str:
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}" if self.kind == "month" else self.first.isoformat()

    @property
    def number(self) -> str:
        """The paper's number, YB-2026-03."""
        return f"{_PREFIX[self.kind]}-{self.slug}"

    @property
    def url(self) -> str:
        return f"/reviews/{self.kind}/{self.slug}"

    @property
    def previous(self) -> "Period":
        return Period.around(self.kind, self.first - ONE_DAY)

    @property
    def next(self) -> "Period":
        return Period.around(self.kind, self.last + ONE_DAY)

    @property
    def days(self) -> list[date]:
        return list(_days(self.first, self.last))

    @property
    def weeks(self) -> list["Period"]:
        """The ISO weeks that begin or lie in it, each cut to what lies inside."""
        found: list[Period] = []
        for day in self.days:
            week = Period.around("week", day)
            cut = Period("week", max(week.first, self.first), min(week.last, self.last))
            if not found or found[-1].last < cut.first:
                found.append(cut)
        return found

    @property
    def week_number(self) -> int:
        return self.first.isocalendar()[1]


@lru_cache(maxsize=64)
def _days(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + n * ONE_DAY for n in range((last - first).days + 1))
