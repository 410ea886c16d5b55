"""Whether a thief could set his watch by the rounds: how often a round begins in its usual ten minutes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from patrol.core.db import db
from patrol.reviews.figures import Ratio, ratio
from patrol.rounds.round import Round
from patrol.rounds.scan import Scan

SLOT = 10  # minutes
LEAST = 3  # the n-th round of a day has a habit once it was walked so often


class Begun(NamedTuple):
    """One round's first scan, by the site's clock. ordinal: the n-th round of its route that day."""

    route_id: UUID
    route: str
    ordinal: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Habit:
    """One route. usual: rounds that began in the ten minutes in which the n-th round of a day mostly begins."""

    route_id: UUID
    route: str
    usual: Ratio

    @property
    def row(self) -> tuple[str, int, int]:
        """As the chart takes it."""
        return self.route, self.usual.n, self.usual.d


def habits(begun: Iterable[Begun]) -> list[Habit]:
    """By route, the most foreseeable first. Rounds whose place in the day was walked fewer than LEAST times are
    left out: one round always begins at its usual time."""
    slots: dict[tuple[UUID, int], Counter[int]] = defaultdict(Counter)
    names: dict[UUID, str] = {}
    for one in begun:
        slots[one.route_id, one.ordinal][(one.at.hour * 60 + one.at.minute) // SLOT] += 1
        names[one.route_id] = one.route
    usual: Counter[UUID] = Counter()
    rounds: Counter[UUID] = Counter()
    for (route_id, _ordinal), counted in slots.items():
        if counted.total() >= LEAST:
            usual[route_id] += max(counted.values())
            rounds[route_id] += counted.total()
    found = [Habit(route_id, names[route_id], ratio(usual[route_id], n)) for route_id, n in rounds.items()]
    return sorted(found, key=lambda habit: (-(habit.usual.tenths or 0), habit.route))


def habits_of(site_id: UUID, first: date, last: date, tz: object) -> list[Habit]:
    """Planned rounds of these business days. One query over their scans, so for pages that are asked for alone."""
    query = (
        select(Round.route_id, Round.route_name, Round.ordinal, func.min(Scan.effective_at).label("at"))
        .join(Scan, (Scan.site_id == Round.site_id) & (Scan.round_id == Round.id))
        .where(
            Round.site_id == site_id,
            Round.business_day >= first,
            Round.business_day <= last,
            Round.kind == "plan",
            Round.cancelled_at.is_(None),
            Scan.effective_at >= Round.opens_at,
            Scan.effective_at < Round.closes_at,
        )
        .group_by(Round.id, Round.route_id, Round.route_name, Round.ordinal)
    )
    return habits(
        Begun(row.route_id, row.route_name, row.ordinal, row.at.astimezone(tz)) for row in db.session.execute(query)
    )
