"""Coverage of fire equipment, month by month, over the items of a bundle (DOMAIN §7), reckoned while they go by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import dropwhile
from uuid import UUID

from patrol.core.business_day import month_bounds
from patrol.equipment.month import away_all_month, fire_types
from patrol.exports.bundle_facts import ItemFile
from patrol.exports.bundle_scope import Scope
from patrol.reviews.figures import EquipmentFacts, Ratio, coverage, ratio

NAMED = 12  # missing ones that are named in the document; the workbook names all


@dataclass(slots=True)
class Month:
    """first: its first day. whole: it lies in the period altogether and is over."""

    first: date
    whole: bool
    away: set[UUID]
    n: int = 0
    d: int = 0
    missing: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ratio(self) -> Ratio:
        return ratio(self.n, self.d)

    @property
    def named(self) -> list[tuple[str, str]]:
        return self.missing[:NAMED]


class CoverageByMonth:
    def __init__(self, scope: Scope, today: date):
        self.months = [
            Month(first, _whole(first, scope, today), away_all_month(scope.site_id, *month_bounds(first)))
            for first in _months(scope.period.first, min(scope.period.last, today))
        ]

    @property
    def shown(self) -> list[Month]:
        """From the first month in which anything counted: before that there was nothing to inspect."""
        return list(dropwhile(lambda month: not month.d, self.months))

    def add(self, files: Iterable[ItemFile]) -> None:
        """The next page of items."""
        fire = [file for file in files if file.row.type in fire_types()]
        for month in self.months:
            first, last = month_bounds(month.first)
            facts = [
                EquipmentFacts(
                    id=file.row.id, name=file.row.code, place=file.row.place,
                    in_service_from=file.row.in_service_from, retired_on=file.row.retired_on,
                    half_monthly=file.row.half_monthly, away_all_month=file.row.id in month.away,
                    done_days=[day for day in file.done_days if first <= day <= last],
                )
                for file in fire
            ]  # fmt: skip
            found = coverage(facts, month.first)
            month.n += found.ratio.n
            month.d += found.ratio.d
            month.missing += sorted((item.name, item.place) for item in found.missing)


def _whole(first: date, scope: Scope, today: date) -> bool:
    begins, ends = month_bounds(first)
    return scope.period.first <= begins and ends <= scope.period.last and ends < today


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month_bounds(month)[1] + timedelta(days=1)
