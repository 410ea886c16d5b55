"""A person's day on the route: the round to walk now, the ones beside it, the next one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from patrol.accounts.reader import Reader
from patrol.core.db import connection, db
from patrol.core.prepared import Prepared
from patrol.rounds.ensure import ensure_rounds, first_free_day, plan_rounds
from patrol.rounds.round import Round
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.rounds.walk import ROUND_COLUMNS, Stop, Walk, last_good, walks
from patrol.sites.site import Site

AHEAD = timedelta(hours=14)
DAYS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Today:
    """current: the round to walk now, or None; others: further rounds open now; upcoming: the next to open,
    which may be one that is only planned yet: route_name and starts_at are what it has for certain."""

    at: datetime
    current: Walk | None
    others: list[Walk]
    upcoming: Any | None


_ROUNDS = Prepared(
    select(*ROUND_COLUMNS)
    .where(
        Round.site_id == bindparam("site_id"),
        Round.closes_at > bindparam("at"),
        Round.opens_at <= bindparam("until"),
        or_(bindparam("all_teams"), Round.team == bindparam("team")),
        Round.cancelled_at.is_(None),
    )
    .order_by(Round.starts_at, Round.route_name)
    .limit(24)
)


def today_of(by: Reader, at: datetime, wanted: UUID | None = None) -> Today:
    """What this person has to walk at this moment. Three queries once the rounds are made."""
    rows = _rows(by, at)
    open_walks = walks(by.site_id, [row for row in rows if row.opens_at <= at], at)
    current = _choose(open_walks, by.user_id, wanted)
    upcoming = next((row for row in rows if row.opens_at > at), None)
    if not open_walks and upcoming is None:
        upcoming = next_planned(by, at)
    return Today(at, current, [walk for walk in open_walks if walk is not current], upcoming)


@dataclass(frozen=True, slots=True)
class Planned:
    """A round that is planned and not made yet; its start is without chance."""

    route_name: str
    starts_at: datetime


def next_planned(by: Reader, at: datetime) -> Planned | None:
    """The first round a plan makes for this person in the days whose rounds are not made; None in a week without."""
    site, first = db.session.get_one(Site, by.site_id), first_free_day(by.site_id, at)
    walked = select(RouteStop.route_id).where(RouteStop.site_id == by.site_id)
    query = (
        select(Route.id, Plan)
        .join(Plan, (Plan.site_id == Route.site_id) & (Plan.route_id == Route.id))
        .where(
            Route.site_id == by.site_id,
            Route.retired_at.is_(None),
            Route.id.in_(walked),
        )
    )
    if not by.may("workload.see"):
        query = query.where(Route.team == by.team)
    plans = list(db.session.execute(query))
    names: dict[Any, str] = dict(map(tuple, db.session.execute(_names(by.site_id)))) if plans else {}
    for ahead in range(DAYS_AHEAD):
        day = first + timedelta(days=ahead)
        found = [
            Planned(names.get(plan.other_route_id if due.others_turn else route_id) or names[route_id], due.nominal)
            for route_id, plan in plans
            for due in plan_rounds(plan, day, site)
        ]
        if found:
            return min(found, key=lambda planned: planned.starts_at)
    return None


def _names(site_id: UUID) -> Any:
    return select(Route.id, Route.name).where(Route.site_id == site_id, Route.retired_at.is_(None))


def rounds_ahead(by: Reader, at: datetime) -> list[Walk]:
    """The rounds open now and those to come in the next hours, by start: what a phone takes along."""
    return walks(by.site_id, _rows(by, at), at)


def _rows(by: Reader, at: datetime) -> list[Any]:
    ensure_rounds(by.site_id, at, by.zone, by.day_start)
    asked = {
        "site_id": by.site_id,
        "at": at,
        "until": at + AHEAD,
        "team": by.team or "",
        "all_teams": by.may("workload.see"),
    }
    return list(_ROUNDS.all(connection(), asked))


def _choose(open_walks: list[Walk], user_id: UUID, wanted: UUID | None) -> Walk | None:
    """The one asked for; else the one this person is walking; else one nobody walks; finished ones last."""

    def rank(walk: Walk) -> tuple[bool, bool, bool, bool, datetime]:
        mine = any(person == user_id for person, _name in walk.people)
        done = walk.state == "completed"
        return walk.id != wanted, done and not mine, done, not mine and bool(walk.people), walk.times.starts_at

    return min(open_walks, key=rank, default=None)


def due_by(walk: Walk, at: datetime, stop: Stop) -> datetime:
    """Until when a stop is on time; once that has passed, until when it counts at all."""
    on_time = min(last_good(walk, stop), walk.times.closes_at)
    return on_time if at <= on_time else walk.times.closes_at
