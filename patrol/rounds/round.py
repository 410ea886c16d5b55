"""Round (巡查任务): one due walk, with its times, stops and rules copied when it is made.

A round's and a visit's state is a function of (facts, now); see ``visits.py``. Nothing here stores a state.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key


class Round(SiteRow, Model):
    __tablename__ = "round"
    __table_args__ = (
        site_key("route_id", "route"),
        site_key("plan_id", "plan"),
        CheckConstraint("kind IN ('plan','make_up','on_demand','weather')", name="kind"),
        UniqueConstraint("site_id", "plan_id", "starts_at"),
        Index(None, "site_id", "business_day"),
        Index(None, "site_id", "closes_at"),
        Index(None, "site_id", "team", "starts_at"),
    )

    route_id: Mapped[UUID]
    plan_id: Mapped[UUID | None]  # None: not made by a plan
    route_name: Mapped[str]
    team: Mapped[str]
    business_day: Mapped[date]
    ordinal: Mapped[int]  # the n-th round of its route on its day
    opens_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    tolerance_s: Mapped[int]
    strict_order: Mapped[bool] = mapped_column(default=False)
    crew_size: Mapped[int] = mapped_column(default=1)
    both_scan: Mapped[bool] = mapped_column(default=False)  # the partner confirms at every point
    kind: Mapped[str] = mapped_column(default="plan")  # plan, make_up (补巡), on_demand, weather
    made_late: Mapped[bool] = mapped_column(default=False)  # made after its close: nobody could see it in time
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[UUID | None]
    cancelled_reason: Mapped[str] = mapped_column(default="")


class RoundStop(SiteRow, Model):
    __tablename__ = "round_stop"
    __table_args__ = (
        site_key("round_id", "round"),
        site_key("place_id", "place"),
        UniqueConstraint("site_id", "round_id", "place_id"),
    )

    round_id: Mapped[UUID]
    place_id: Mapped[UUID]
    place_name: Mapped[str]
    number: Mapped[int | None]
    position: Mapped[int]
    required: Mapped[bool] = mapped_column(default=True)
    stay_min: Mapped[int] = mapped_column(default=1)
    walk_min: Mapped[int] = mapped_column(default=2)
    window_from: Mapped[datetime | None]  # the point's own first and last good moment, both inside
    window_to: Mapped[datetime | None]
    outdoor: Mapped[bool] = mapped_column(default=False)


class RoundsMade(Model):
    """Up to which business day a site's rounds were made."""

    __tablename__ = "rounds_made"

    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    through: Mapped[date]


class RoundNote(SiteRow, Model):
    """A word left for the next round (给下一轮留句话)."""

    __tablename__ = "round_note"
    __table_args__ = (site_key("round_id", "round"), Index(None, "site_id", "round_id"))

    round_id: Mapped[UUID]
    user_id: Mapped[UUID]
    at: Mapped[datetime]
    text: Mapped[str]
