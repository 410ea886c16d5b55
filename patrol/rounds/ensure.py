"""Making the rounds that are expected: idempotent, called by every reader, so that none can be missing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from patrol.core.business_day import business_day
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.rounds.own_window import own_window
from patrol.rounds.plan_rules import Due, PlanRules, chance, rounds_on, starts_on
from patrol.rounds.round import Round, RoundsMade, RoundStop
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.rounds.schedule import Form, RoundTimes
from patrol.sites.day import mark_day
from patrol.sites.place import Place
from patrol.sites.site import Site

LOOK_AHEAD = timedelta(hours=2)  # a round opens before it starts, and may start with the next day
ONE_DAY = timedelta(days=1)
Maker = Callable[[Site, date], None]
_makers: dict[str, Maker] = {}  # of the floors above, which this one cannot name
_made_through: dict[UUID, date] = {}  # only ever grows, so an old answer is still a true one


def ensure_rounds(site_id: UUID, at: datetime, zone: Any, day_start: time) -> None:
    """Make what is due by now and soon; costs nothing once it is done. Not inside a ``write()``."""
    through = business_day(at + LOOK_AHEAD, zone, day_start)
    if _made_through.get(site_id, date.min) >= through:
        return
    made = db.session.get(RoundsMade, site_id)
    if made is None or made.through < through:
        with write(site_id):
            make_rounds(site_id, through, at)
    _made_through[site_id] = through


def also_make(name: str, maker: Maker) -> None:
    """Rounds that do not come from plans: called with the last day each time rounds are made, inside ``write()``."""
    _makers[name] = maker


def forget_made() -> None:
    """For another database in the same process (tests, restore)."""
    _made_through.clear()


def first_free_day(site_id: UUID, at: datetime) -> date:
    """The first business day whose rounds are not made yet: from then on a changed plan holds."""
    site = db.session.get_one(Site, site_id)
    made = db.session.get(RoundsMade, site_id)
    today = business_day(at, site.zone, site.day_start)
    return max(today, made.through if made else today) + ONE_DAY


def make_rounds(site_id: UUID, through: date, at: datetime) -> int:
    """Rounds of every day not yet made, up to and with ``through``. Inside ``write()``. Returns how many.

    at: now. A round whose time is over by then is marked made_late: nobody could see it while it was open.
    """
    site = db.session.get_one(Site, site_id)
    made = db.session.get(RoundsMade, site_id)
    first = made.through + ONE_DAY if made else business_day(site.created_at, site.zone, site.day_start)
    if through < first:
        return 0
    rounds, stops = _rows(site, list(_days(first, through)), at)
    if rounds:
        db.session.execute(insert(Round), rounds)
        db.session.execute(insert(RoundStop), stops)
    mark_day(site_id, *{row["business_day"] for row in rounds})
    if made is None:
        db.session.add(RoundsMade(site_id=site_id, through=through))
    else:
        made.through = through
    for maker in _makers.values():
        maker(site, through)
    return len(rounds)


def _days(first: date, through: date) -> Iterator[date]:
    while first <= through:
        yield first
        first += ONE_DAY


def _rows(site: Site, days: list[date], at: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows for rounds and their stops, copied from the routes and plans as they are now."""
    walked = _walked(site.id)
    plans = [plan for plan in _plans(site.id) if plan.route_id in walked]
    rounds: list[dict[str, Any]] = []
    for day in days:
        rounds += _rounds_of_day(site, plans, walked, day, at)
    stops = [stop for row in rounds for stop in copied_stops(row, walked[row["route_id"]][1], site.zone)]
    return rounds, stops


def _walked(site_id: UUID) -> dict[UUID, tuple[Route, list[Any]]]:
    """The routes in use that have points, with their stops."""
    routes = list(db.session.scalars(select(Route).where(Route.site_id == site_id, Route.retired_at.is_(None))))
    found = {route.id: (route, stops_to_copy(site_id, route.id)) for route in routes}
    return {route_id: pair for route_id, pair in found.items() if pair[1]}


def _plans(site_id: UUID) -> list[Plan]:
    return list(db.session.scalars(select(Plan).where(Plan.site_id == site_id).order_by(Plan.sort, Plan.id)))


def stops_to_copy(site_id: UUID, route_id: UUID) -> list[Any]:
    """A route's stops as they are now, for ``copied_stops``."""
    query = (
        select(
            RouteStop.place_id,
            Place.full_name.label("place_name"),
            Place.number,
            RouteStop.position,
            RouteStop.required,
            RouteStop.stay_min,
            RouteStop.walk_min,
            RouteStop.window_from,
            RouteStop.window_to,
            Place.tags,
        )
        .join(Place, (Place.site_id == RouteStop.site_id) & (Place.id == RouteStop.place_id))
        .where(RouteStop.site_id == site_id, RouteStop.route_id == route_id)
        .order_by(RouteStop.position)
    )
    return list(db.session.execute(query))


def copied_stops(row: dict[str, Any], stops: Iterable[Any], tz: ZoneInfo) -> list[dict[str, Any]]:
    """The stops of one round to be made. row: the round's; a stop's own window becomes moments of this round."""
    times = RoundTimes(
        row["opens_at"], row["starts_at"], row["ends_at"], row["closes_at"], timedelta(seconds=row["tolerance_s"])
    )
    return [_copied(row, stop, times, tz) for stop in stops]


def _copied(row: dict[str, Any], stop: Any, times: RoundTimes, tz: ZoneInfo) -> dict[str, Any]:
    copied = dict(stop._mapping)
    outdoor = "outdoor" in copied.pop("tags")
    first, last = own_window(copied["window_from"], copied["window_to"], times, tz) or (None, None)
    return {
        **copied, "site_id": row["site_id"], "id": uuid7(), "round_id": row["id"], "outdoor": outdoor,
        "window_from": first, "window_to": last,
    }  # fmt: skip


def _rounds_of_day(
    site: Site, plans: Iterable[Plan], walked: dict[UUID, tuple[Route, list[Any]]], day: date, at: datetime
) -> list[dict[str, Any]]:
    """Numbered on each route by their start."""
    found = [(due, plan) for plan in plans for due in plan_rounds(plan, day, site)]
    numbers: Counter[UUID] = Counter()
    rows = []
    for due, plan in sorted(found, key=lambda pair: pair[0].times.starts_at):
        route = _whose_turn(plan, due, {route_id: pair[0] for route_id, pair in walked.items()})
        numbers[route.id] += 1
        rows.append(_row(site, route, plan, due, day, numbers[route.id], at))
    return rows


def _whose_turn(plan: Plan, due: Due, routes: dict[UUID, Route]) -> Route:
    """The other route only while it can be walked by the same team."""
    own = routes[plan.route_id]
    other = routes.get(plan.other_route_id) if due.others_turn and plan.other_route_id else None
    return other if other is not None and other.team == own.team else own


def plan_rounds(plan: Plan, day: date, site: Site) -> list[Due]:
    """This plan's rounds of one business day."""
    return rounds_on(rules_of(plan), day, site.zone, site.day_start, chance(plan.random_key))


def plan_starts(plan: Plan, day: date, site: Site) -> list[datetime]:
    """When this plan's rounds of one business day start, without chance."""
    return starts_on(rules_of(plan), day, site.zone, site.day_start)


def rules_of(plan: Plan) -> PlanRules:
    return PlanRules(
        form=cast(Form, plan.form),
        expected_min=plan.expected_min,
        weekdays=plan.weekdays,
        skip_dates=[date.fromisoformat(text) for text in plan.skip_dates],
        band_start=plan.band_start,
        band_end=plan.band_end,
        every_min=plan.every_min,
        times=[time.fromisoformat(text) for text in plan.times],
        per_shift=plan.per_shift,
        days_of_month=plan.days_of_month,
        valid_from=plan.valid_from,
        valid_to=plan.valid_to,
        tolerance_min=plan.tolerance_min,
        random_min=plan.random_min,
        alternates=plan.other_route_id is not None,
    )


def _row(site: Site, route: Route, plan: Plan, due: Due, day: date, ordinal: int, at: datetime) -> dict[str, Any]:
    return {
        **round_row(site, route, due.times, day, ordinal),
        "plan_id": plan.id,
        "crew_size": plan.crew_size,
        "both_scan": plan.both_scan,
        "made_late": due.times.closes_at <= at,
    }


def round_row(site: Site, route: Route, times: RoundTimes, day: date, ordinal: int) -> dict[str, Any]:
    """A round to be made: what comes from its route and its times."""
    return {
        "site_id": site.id,
        "id": uuid7(),
        "route_id": route.id,
        "route_name": route.name,
        "team": route.team,
        "business_day": day,
        "ordinal": ordinal,
        "opens_at": times.opens_at,
        "starts_at": times.starts_at,
        "ends_at": times.ends_at,
        "closes_at": times.closes_at,
        "tolerance_s": int(times.tolerance.total_seconds()),
        "strict_order": route.strict_order,
    }
