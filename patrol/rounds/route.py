"""Route (路线) and plan (计划): which stops are walked, and when. Publishing changes future rounds only."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key


class Route(SiteRow, Model):
    __tablename__ = "route"

    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="security")
    strict_order: Mapped[bool] = mapped_column(default=False)
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


class Plan(SiteRow, Model):
    """When a route is walked. form ``every``: each every_min from band_start to band_end; ``fixed``: at times."""

    __tablename__ = "plan"
    __table_args__ = (
        site_key("route_id", "route"),
        CheckConstraint("form IN ('every','fixed')", name="form"),
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
    valid_from: Mapped[date]  # business days, both ends count
    valid_to: Mapped[date | None]
    skip_dates: Mapped[list[Any]] = mapped_column(default=list)
