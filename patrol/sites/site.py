"""Site (项目): one property, with its zone, its business day and its shifts."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import uuid7

DEFAULT_SHIFTS: list[Any] = [
    {"code": "day", "zh": "白班", "en": "Day", "start": "08:00", "end": "20:00"},
    {"code": "night", "zh": "夜班", "en": "Night", "start": "20:00", "end": "08:00"},
]


class Site(Model):
    __tablename__ = "site"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    company: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    day_start: Mapped[time] = mapped_column(default=time(8, 0))
    shifts: Mapped[list[Any]] = mapped_column(default=lambda: list(DEFAULT_SHIFTS))
    past_shifts: Mapped[
        list[Any] | None
    ]  # those given up, oldest first: {"before": the first day without them, "shifts"}
    post_phone: Mapped[str] = mapped_column(default="")
    notice: Mapped[str] = mapped_column(default="")  # one line for everybody's today page (wind, works)
    public_reports: Mapped[bool] = mapped_column(default=False)  # owners may report without a sign-in
    report_code: Mapped[str] = mapped_column(default="")  # the random end of the site's own link for them
    urgent_minutes: Mapped[int] = mapped_column(default=30)  # an urgent repair: somebody on site within
    answer_hours: Mapped[int] = mapped_column(default=24)  # a complaint: first answer within
    solve_days: Mapped[int] = mapped_column(default=3)  # a complaint: solved within so many working days
    owner_days: Mapped[int] = mapped_column(default=180)  # who an owner was is deleted so long after his order is over
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def shifts_on(self, day: date) -> list[Any]:
        """The shifts that held on this business day; what a day owed does not change with the settings."""
        given_up = (row["shifts"] for row in self.past_shifts or () if day < date.fromisoformat(row["before"]))
        return next(given_up, self.shifts)


def site_by_id(site_id: UUID) -> Site | None:
    return db.session.get(Site, site_id)


def all_sites() -> list[Site]:
    return list(db.session.scalars(select(Site).order_by(Site.name)))
