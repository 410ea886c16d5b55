"""Putting a route's draft into force: from a future business day on, never for rounds already made."""

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from patrol.core.business_day import business_day
from patrol.core.db import check_version, db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.rounds.ensure import first_free_day, make_rounds
from patrol.rounds.route import Plan, Route, RouteStop, draft_of, partners, plans_of, published, routes_with, stops_of
from patrol.rounds.route_diff import Change, differences
from patrol.rounds.route_draft import PlanDraft, RouteDraft, StopDraft
from patrol.sites.place import Place
from patrol.sites.site import Site

ONE_DAY = timedelta(days=1)


def publish(route: Route, *, by: UUID | None, at: datetime, version: int | None = None) -> tuple[date, list[Change]]:
    """The draft comes into force. Returns the first business day it holds for, and what changed.

    First every round up to and with the current business day is made by the old plans, so that nothing of
    today moves. A changed plan ends the day before and a new one begins; an unchanged plan stays as it is.
    """
    if route.retired_at is not None:
        raise Problem("route.retired", N_("This route is retired."), status=409)
    if route.draft is None:
        raise Problem("route.nothing_new", N_("There is nothing to publish: all is in force already."), status=409)
    check_version(route, version)
    first = settle_days(route.site_id, at)
    old, new = published(route, first), draft_of(route, first)
    _check_whole(route, new)
    changes = differences(old, new, place_names(route.site_id).__getitem__)
    route.name, route.note, route.team, route.strict_order = new.name, new.note, new.team, new.strict_order
    _put_stops(route, new.stops)
    _put_plans(route, new.plans, first)
    route.draft = None
    note(
        "route.published", "route", route.id, site_id=route.site_id, by=by, at=at, name=route.name,
        first_day=first, changes=len(changes), stops=len(new.stops), plans=len(new.plans),
    )  # fmt: skip
    return first, changes


def settle_days(site_id: UUID, at: datetime) -> date:
    """Make all rounds through the current business day; returns the first day that is still free."""
    site = db.session.get_one(Site, site_id)
    make_rounds(site_id, business_day(at, site.zone, site.day_start), at)
    db.session.flush()
    return first_free_day(site_id, at)


def retire_route(route: Route, *, by: UUID | None, at: datetime, version: int | None = None) -> date:
    """No more rounds from the returned business day on; those already made are walked and judged as usual."""
    if route.retired_at is not None:
        raise Problem("route.retired", N_("This route is retired."), status=409)
    check_version(route, version)
    first = settle_days(route.site_id, at)
    for plan in plans_of(route, first):
        plan.valid_to = first - ONE_DAY
    route.retired_at, route.draft = at, None
    note("route.retired", "route", route.id, site_id=route.site_id, by=by, at=at, name=route.name, first_day=first)
    return first


def take_off_routes(site_id: UUID, place_id: UUID, *, by: UUID | None, at: datetime) -> list[Route]:
    """A retired place leaves its routes and their drafts; rounds already made keep it. Returns the routes."""
    first = settle_days(site_id, at)
    found = routes_with(site_id, place_id)
    for route in found:
        if route.draft is not None:
            draft = draft_of(route, first)
            draft.stops = [stop for stop in draft.stops if stop.place != place_id]
            route.draft = draft.model_dump(mode="json")
        kept = [stop for stop in published(route, first).stops if stop.place != place_id]
        _put_stops(route, kept)
        route.version += 1
        note(
            "route.stop_dropped", "route", route.id, site_id=site_id, by=by, at=at,
            place=place_id, name=route.name, first_day=first,
        )  # fmt: skip
    return found


def place_names(site_id: UUID) -> dict[UUID, str]:
    rows = db.session.execute(select(Place.id, Place.full_name).where(Place.site_id == site_id))
    return {row.id: row.full_name for row in rows}


def _check_whole(route: Route, draft: RouteDraft) -> None:
    if draft.plans and not draft.stops:
        raise Problem("route.no_stops", N_("A route needs at least one point before it can be walked."))
    for stop in draft.stops:
        stop.check()
    for plan in draft.plans:
        plan.check()
    _check_others(route, draft)
    wanted = {stop.place for stop in draft.stops}
    alive = select(Place.id).where(Place.site_id == route.site_id, Place.retired_at.is_(None), Place.id.in_(wanted))
    if wanted - set(db.session.scalars(alive)):
        raise Problem("route.stop_gone", N_("A point of this route is not in use any more. Take it off first."))


def _check_others(route: Route, draft: RouteDraft) -> None:
    wanted = {plan.other_route for plan in draft.plans if plan.columns()["other_route_id"]}
    if wanted - {other.id for other in partners(route, draft.team)}:
        raise Problem("plan.other_route", N_("A plan can only alternate with a route in use of the same team."))


def _put_stops(route: Route, stops: list[StopDraft]) -> None:
    """Rows of stops that stay are kept, so that only what changed is written."""
    had = {row.place_id: row for row in stops_of(route)}
    for place_id in had.keys() - {stop.place for stop in stops}:
        db.session.delete(had[place_id])
    db.session.flush()
    for position, stop in enumerate(stops, 1):
        row = had.get(stop.place)
        if row is None:
            row = RouteStop(id=uuid7(), site_id=route.site_id, route_id=route.id, place_id=stop.place)
            db.session.add(row)
        row.position, row.required = position, stop.required
        row.stay_min, row.walk_min = stop.stay_min, stop.walk_min
        row.window_from, row.window_to = stop.window or (None, None)


def _put_plans(route: Route, plans: list[PlanDraft], first: date) -> None:
    had = {plan.key: plan for plan in published(route, first).plans}
    rows = {row.id: row for row in plans_of(route, first)}
    wanted = {plan.key for plan in plans}
    for sort, plan in enumerate(plans):
        was = had.get(plan.key)
        if was is not None and was.what() == plan.what():
            rows[plan.key].sort = sort
            continue
        if was is not None:
            rows[plan.key].valid_to = first - ONE_DAY
        db.session.add(_row(route, plan, first, sort))
    for key in had.keys() - wanted:
        rows[key].valid_to = first - ONE_DAY


def _row(route: Route, plan: PlanDraft, first: date, sort: int) -> Plan:
    begins = max(first, date.fromisoformat(plan.valid_from)) if plan.valid_from else first
    ends = date.fromisoformat(plan.valid_to) if plan.valid_to else None
    return Plan(
        id=uuid7(), site_id=route.site_id, route_id=route.id, valid_from=begins, valid_to=ends, sort=sort,
        random_key=secrets.token_hex(16) if plan.random_min else "", **plan.columns(),
    )  # fmt: skip
