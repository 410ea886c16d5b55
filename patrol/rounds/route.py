"""Route (路线) and plan (计划): which stops are walked, and when.

Edits go to ``Route.draft`` and are in force only once published, for future rounds only; see ``publish.py``.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, check_version, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.rounds.route_draft import PlanDraft, PlanForm, RouteDraft, StopDraft


class Route(SiteRow, Model):
    __tablename__ = "route"

    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="security")
    strict_order: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(default="route")  # route; weather: the system's own, not in the editor
    sort: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, Any] | None]  # edits that are not published yet: {"stops": […], "plans": […]}
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class RouteStop(SiteRow, Model):
    __tablename__ = "route_stop"
    __table_args__ = (
        site_key("route_id", "route"),
        site_key("place_id", "place"),
        UniqueConstraint("site_id", "route_id", "place_id"),
    )

    route_id: Mapped[UUID]
    place_id: Mapped[UUID]
    position: Mapped[int]
    required: Mapped[bool] = mapped_column(default=True)
    stay_min: Mapped[int] = mapped_column(default=1)
    walk_min: Mapped[int] = mapped_column(default=2)  # minutes on foot from the stop before
    window_from: Mapped[time | None]  # the point's own window by the site's clock; both or none
    window_to: Mapped[time | None]


class Plan(SiteRow, Model):
    """When a route is walked. form ``every``: each every_min from band_start to band_end; ``fixed``: at times;
    ``per_shift``: the band is the shift, cut into per_shift windows; ``on_demand``: when somebody asks."""

    __tablename__ = "plan"
    __table_args__ = (
        site_key("route_id", "route"),
        CheckConstraint("form IN ('every','fixed','per_shift','on_demand')", name="form"),
        CheckConstraint("expected_min > 0", name="expected"),
        Index(None, "site_id", "route_id"),
    )

    route_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(default="")
    form: Mapped[str]
    band_start: Mapped[time | None]
    band_end: Mapped[time | None]
    every_min: Mapped[int | None]
    times: Mapped[list[Any]] = mapped_column(default=list)  # ["20:00", …]
    weekdays: Mapped[int] = mapped_column(default=127)  # bit 0 is Monday
    expected_min: Mapped[int]
    tolerance_min: Mapped[int | None]  # None: by the formula
    crew_size: Mapped[int] = mapped_column(default=1)
    both_scan: Mapped[bool] = mapped_column(default=False)
    per_shift: Mapped[int | None]
    random_min: Mapped[int] = mapped_column(default=0)  # a round starts up to so many minutes later, by chance
    random_key: Mapped[str] = mapped_column(default="")  # what the chance is drawn by; never shown
    other_route_id: Mapped[UUID | None]  # rounds alternate between this route and that one
    valid_from: Mapped[date]  # business days, both ends count
    valid_to: Mapped[date | None]
    skip_dates: Mapped[list[Any]] = mapped_column(default=list)
    days_of_month: Mapped[list[Any]] = mapped_column(default=list)  # 1 to 31, -1 the last day; empty: any day
    sort: Mapped[int] = mapped_column(default=0)


def route_here(site_id: UUID, route_id: UUID) -> Route:
    route = db.session.get(Route, (site_id, route_id))
    if route is None or route.kind != "route":
        raise NotHere("route")
    return route


def routes_of(site_id: UUID) -> Sequence[Route]:
    """The site's routes in use, in their order."""
    query = select(Route).where(Route.site_id == site_id, Route.kind == "route", Route.retired_at.is_(None))
    return db.session.scalars(query.order_by(Route.sort, Route.created_at)).all()


def partners(route: Route, team: str) -> list[Route]:
    """The routes of this team that a plan of ``route`` may alternate with."""
    return [
        other
        for other in routes_of(route.site_id)
        if other.id != route.id and other.kind == "route" and other.team == team
    ]


def stops_of(route: Route) -> list[RouteStop]:
    """The stops in force, in order."""
    query = select(RouteStop).where(RouteStop.site_id == route.site_id, RouteStop.route_id == route.id)
    return list(db.session.scalars(query.order_by(RouteStop.position)))


def plans_of(route: Route, on: date) -> list[Plan]:
    """The plans that hold on business day ``on`` or begin later, in the order they were made."""
    query = select(Plan).where(
        Plan.site_id == route.site_id,
        Plan.route_id == route.id,
        Plan.valid_to.is_(None) | ((Plan.valid_to >= on) & (Plan.valid_to >= Plan.valid_from)),
    )
    return list(db.session.scalars(query.order_by(Plan.sort, Plan.id)))


def published(route: Route, on: date) -> RouteDraft:
    """What is in force from business day ``on``, in the shape of a draft."""
    return RouteDraft(
        name=route.name,
        note=route.note,
        team=route.team,
        strict_order=route.strict_order,
        stops=[
            StopDraft(
                place=s.place_id,
                required=s.required,
                stay_min=s.stay_min,
                walk_min=s.walk_min,
                window_from=_clock(s.window_from),
                window_to=_clock(s.window_to),
            )
            for s in stops_of(route)
        ],
        plans=[_as_draft(plan) for plan in plans_of(route, on)],
    )


def _as_draft(plan: Plan) -> PlanDraft:
    return PlanDraft(
        key=plan.id,
        name=plan.name,
        form=cast(PlanForm, plan.form),
        band_start=_clock(plan.band_start),
        band_end=_clock(plan.band_end),
        every_min=plan.every_min,
        times=plan.times,
        weekdays=plan.weekdays,
        expected_min=plan.expected_min,
        tolerance_min=plan.tolerance_min,
        crew_size=plan.crew_size,
        both_scan=plan.both_scan,
        per_shift=plan.per_shift,
        random_min=plan.random_min,
        other_route=plan.other_route_id,
        valid_from=plan.valid_from.isoformat(),
        valid_to=plan.valid_to.isoformat() if plan.valid_to else None,
        skip_dates=plan.skip_dates,
        days_of_month=plan.days_of_month,
    )


def _clock(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at else None


def draft_of(route: Route, on: date) -> RouteDraft:
    """The route as the editor shows it: with the edits that are not published yet."""
    return RouteDraft.model_validate(route.draft) if route.draft else published(route, on)


def add_route(
    site_id: UUID, name: str, *, team: str = "security", text: str = "", by: UUID | None, at: datetime
) -> Route:
    """A new route, empty and without plans: nothing is walked before its first publication."""
    _check_name_free(site_id, name, None)
    sort = len(routes_of(site_id))
    route = Route(id=uuid7(), site_id=site_id, name=name, team=team, note=text, sort=sort, created_at=at)
    db.session.add(route)
    db.session.flush()
    note("route.added", "route", route.id, site_id=site_id, by=by, at=at, name=name)
    return route


def save_draft(route: Route, draft: RouteDraft, *, version: int | None, on: date) -> None:
    """Keep the edits; a draft that says what is in force anyway is no draft. Not journalled: nothing holds yet."""
    if route.retired_at is not None:
        raise Problem("route.retired", N_("This route is retired."), status=409)
    check_version(route, version)
    if draft.name != route.name:
        _check_name_free(route.site_id, draft.name, route.id)
    route.draft = None if draft.same(published(route, on)) else draft.model_dump(mode="json")


def discard_draft(route: Route, *, version: int | None) -> None:
    check_version(route, version)
    route.draft = None


def routes_with(site_id: UUID, place_id: UUID) -> list[Route]:
    """The routes in use that visit this place, in force or as a draft."""
    query = select(RouteStop.route_id).where(RouteStop.site_id == site_id, RouteStop.place_id == place_id)
    on = set(db.session.scalars(query))
    return [route for route in routes_of(site_id) if route.id in on or _drafted(route, place_id)]


def _drafted(route: Route, place_id: UUID) -> bool:
    return any(stop["place"] == str(place_id) for stop in (route.draft or {}).get("stops", []))


def _check_name_free(site_id: UUID, name: str, route_id: UUID | None) -> None:
    if not name.strip():
        raise Problem("route.no_name", N_("A route needs a name."), field="name")
    if any(route.name == name and route.id != route_id for route in routes_of(site_id)):
        raise Problem("route.name_taken", N_("There is already a route of this name."), field="name")


def team_places(site_id: UUID, team: str | None) -> Any:
    """A select of the ids of the places on a team's routes."""
    return (
        select(RouteStop.place_id)
        .join(Route, (Route.site_id == RouteStop.site_id) & (Route.id == RouteStop.route_id))
        .where(RouteStop.site_id == site_id, Route.team == team, Route.retired_at.is_(None))
    )
