"""Making the rounds that are expected: idempotent, called by every reader, so that none can be missing."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from patrol.core.business_day import business_day
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.rounds.round import Round, RoundsMade, RoundStop
from patrol.rounds.route import Plan, Route, RouteStop
from patrol.rounds.schedule import round_times, starts_for_day
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
    """Rounds of every day not yet made, up to and with ``through``. Inside ``write()``. Returns how many."""
    site = db.session.get_one(Site, site_id)
    made = db.session.get(RoundsMade, site_id)
    first = made.through + ONE_DAY if made else business_day(site.created_at, site.zone, site.day_start)
    if through < first:
        return 0
    rounds, stops = _rows(site, list(_days(first, through)))
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


def _rows(site: Site, days: list[date]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows for rounds and their stops, copied from the routes and plans as they are now."""
    routes = db.session.scalars(select(Route).where(Route.site_id == site.id, Route.retired_at.is_(None)))
    rounds: list[dict[str, Any]] = []
    stops: list[dict[str, Any]] = []
    for route in list(routes):
        route_stops = _stops_of(site.id, route.id)
        plans = list(db.session.scalars(select(Plan).where(Plan.site_id == site.id, Plan.route_id == route.id)))
        if not route_stops or not plans:
            continue
        for day in days:
            for row in _rounds_of_day(site, route, plans, day):
                rounds.append(row)
                stops.extend(_copied(row, stop) for stop in route_stops)
    return rounds, stops


def _stops_of(site_id: UUID, route_id: UUID) -> list[Any]:
    query = (
        select(
            RouteStop.place_id,
            Place.full_name.label("place_name"),
            Place.number,
            RouteStop.position,
            RouteStop.required,
            RouteStop.stay_min,
            RouteStop.walk_min,
            Place.tags,
        )
        .join(Place, (Place.site_id == RouteStop.site_id) & (Place.id == RouteStop.place_id))
        .where(RouteStop.site_id == site_id, RouteStop.route_id == route_id)
        .order_by(RouteStop.position)
    )
    return list(db.session.execute(query))


def _copied(row: dict[str, Any], stop: Any) -> dict[str, Any]:
    copied = dict(stop._mapping)
    outdoor = "outdoor" in copied.pop("tags")
    return {"site_id": row["site_id"], "id": uuid7(), "round_id": row["id"], "outdoor": outdoor, **copied}


def _rounds_of_day(site: Site, route: Route, plans: Iterable[Plan], day: date) -> list[dict[str, Any]]:
    starts = sorted(
        ((start, plan) for plan in plans for start in plan_starts(plan, day, site)), key=lambda pair: pair[0]
    )
    return [_row(site, route, plan, start, day, n) for n, (start, plan) in enumerate(starts, 1)]


def plan_starts(plan: Plan, day: date, site: Site) -> list[datetime]:
    """When this plan's rounds of one business day start."""
    return starts_for_day(
        "every" if plan.form == "every" else "fixed",
        day=day,
        tz=site.zone,
        day_start=site.day_start,
        weekdays=plan.weekdays,
        skip_dates=[date.fromisoformat(text) for text in plan.skip_dates],
        band_start=plan.band_start,
        band_end=plan.band_end,
        every_min=plan.every_min,
        times=[time.fromisoformat(text) for text in plan.times],
        valid_from=plan.valid_from,
        valid_to=plan.valid_to,
        days_of_month=plan.days_of_month,
    )


def _next_start(plan: Plan, start: datetime, day: date, site: Site) -> datetime | None:
    """The plan's next start after this one, within a week."""
    for ahead in range(8):
        later = [other for other in plan_starts(plan, day + ahead * ONE_DAY, site) if other > start]
        if later:
            return later[0]
    return None


def _row(site: Site, route: Route, plan: Plan, start: datetime, day: date, ordinal: int) -> dict[str, Any]:
    times = round_times(start, _next_start(plan, start, day, site), plan.expected_min, plan.tolerance_min)
    return {
        "site_id": site.id,
        "id": uuid7(),
        "route_id": route.id,
        "plan_id": plan.id,
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
        "crew_size": plan.crew_size,
    }
