"""What a table of a period is: its columns, and its rows in chunks that are never all in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from patrol.core.business_day import day_bounds
from patrol.sites.site import Site

Words = Callable[[str], str]
Row = Sequence[Any]  # str, int, float, aware datetime, date or None
Chunks = Iterator[tuple[date, list[Row]]]  # with the business day the table has come to
CHUNK = 500
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from first to last, both counting, judged at ``at``. owners: with what owners told of themselves.

    words, pick: the reader's language, for sentences of ours and for trade content; title: of an order.
    """

    site: Site
    first: date
    last: date
    at: datetime
    words: Words
    pick: Callable[[Any], str]
    title: Callable[[Any], str]
    owners: bool = False

    @property
    def begins(self) -> datetime:
        return day_bounds(self.first, self.site.zone, self.site.day_start)[0]

    @property
    def ends(self) -> datetime:
        return day_bounds(self.last, self.site.zone, self.site.day_start)[1]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def each_day(self) -> Iterator[date]:
        return (self.first + n * ONE_DAY for n in range(self.days))


@dataclass(frozen=True, slots=True)
class Table:
    """title: English source. heads: of a period, (text, width in characters). rows: of a period."""

    code: str
    title: str
    heads: Callable[[Period], list[tuple[str, int]]]
    rows: Callable[[Period], Chunks]
