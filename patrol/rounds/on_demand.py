"""Rounds on demand (临时巡查): a plan that never starts by itself, and the verb that starts one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from patrol.accounts.reader import Reader
from patrol.core.business_day import business_day
from patrol.core.db import db
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.rounds.ensure import copied_stops, round_row, stops_to_copy
from patrol.rounds.round import Round, RoundStop
from patrol.rounds.route import Plan, Route
from patrol.rounds.schedule import LONGEST_TOLERANCE, SHORTEST_GRACE, RoundTimes, runs_on
from patrol.rounds.walk import walk_by_id
from patrol.sites.day import mark_day
from patrol.sites.site import Site


@dataclass(frozen=True, slots=True)
class Startable:
    """A plan of which a round may be started today."""

    plan_id: UUID
    name: str
    route_id: UUID
    route_name: str
    team: str
    expected_min: int


def startable(site_id: UUID, day: date, route_id: UUID | None = None) -> list[Startable]:
    """The plans on demand that hold on this business day, of all routes or of one. One query."""
    query = (
        select(Plan, Route.name, Route.team)
        .join(Route, (Route.site_id == Plan.site_id) & (Route.id == Plan.route_id))
        .where(Plan.site_id == site_id, Plan.form == "on_demand", Route.retired_at.is_(None))
        .order_by(Route.sort, Plan.sort, Plan.id)
    )
    if route_id is not None:
        query = query.where(Plan.route_id == route_id)
    return [
        Startable(plan.id, plan.name, plan.route_id, name, team, plan.expected_min)
        for plan, name, team in db.session.execute(query)
        if _holds(plan, day)
    ]


def start_round(plan_id: UUID, *, id: UUID, by: Reader, at: datetime) -> UUID:
    """Start a round now, inside the caller's ``write()``; the same id again is the same round.

    While the round before is under way there is no other; once it is walked, the new one takes its place.
    Raises NotHere for a plan that is not of this site or not on demand.
    """
    if db.session.get(Round, (by.site_id, id)) is not None:
        return id
    plan = db.session.get(Plan, (by.site_id, plan_id))
    if plan is None or plan.form != "on_demand":
        raise NotHere("plan")
    site, route = db.session.get_one(Site, by.site_id), db.session.get_one(Route, (by.site_id, plan.route_id))
    day = business_day(at, site.zone, site.day_start)
    if route.retired_at is not None or not _holds(plan, day):
        raise Problem("round.no_plan", N_("This plan does not hold today."), status=409)
    stops = stops_to_copy(site.id, route.id)
    if not stops:
        raise Problem("route.no_stops", N_("A route needs at least one point before it can be walked."))
    _make_way(plan, at)
    row = _row(site, route, plan, day, at) | {"id": id}
    db.session.execute(insert(Round), [row])
    db.session.execute(insert(RoundStop), copied_stops(row, stops, site.zone))
    mark_day(site.id, day)
    note("round.started", "round", id, site_id=site.id, by=by.user_id, at=at, name=route.name)
    return id


def demand_times(start: datetime, expected_min: int, tolerance_min: int | None) -> RoundTimes:
    """E = S + expected, T its own or min(30 min, 20 % of expected), C = E + max(T, 60 min); open from S on.

    Nothing scanned before somebody asked for the round belongs to it.
    """
    expected = timedelta(minutes=expected_min)
    tolerance = min(LONGEST_TOLERANCE, expected / 5) if tolerance_min is None else timedelta(minutes=tolerance_min)
    end = start + expected
    return RoundTimes(start, start, end, end + max(tolerance, SHORTEST_GRACE), tolerance)


def _row(site: Site, route: Route, plan: Plan, day: date, at: datetime) -> dict[str, Any]:
    count = select(func.count()).where(Round.site_id == site.id, Round.route_id == route.id, Round.business_day == day)
    times = demand_times(at, plan.expected_min, plan.tolerance_min)
    return {
        **round_row(site, route, times, day, (db.session.scalar(count) or 0) + 1),
        "plan_id": plan.id,
        "kind": "on_demand",
        "crew_size": plan.crew_size,
        "both_scan": plan.both_scan,
        "made_late": False,
    }


def _holds(plan: Plan, day: date) -> bool:
    skipped = [date.fromisoformat(text) for text in plan.skip_dates]
    return runs_on(day, skip_dates=skipped, valid_from=plan.valid_from, valid_to=plan.valid_to)


def _make_way(plan: Plan, at: datetime) -> None:
    """The round before is closed here and now if it is walked; its own scans are all earlier, so nothing changes."""
    query = select(Round).where(
        Round.site_id == plan.site_id, Round.plan_id == plan.id, Round.closes_at > at, Round.cancelled_at.is_(None)
    )
    for open_round in db.session.scalars(query):
        walk = walk_by_id(plan.site_id, open_round.id, at)
        if walk is None or walk.state != "completed":
            raise Problem("round.under_way", N_("A round of this plan is under way already."), status=409)
        open_round.ends_at, open_round.closes_at = min(open_round.ends_at, at), at
        mark_day(plan.site_id, open_round.business_day)
