"""Weather event (恶劣天气): declared by level, raised or lowered, and given the all-clear. Facts, never changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, connection, db
from patrol.core.keys import SiteRow, site_key
from patrol.core.prepared import Prepared
from patrol.core.problems import NotHere
from patrol.weather.levels import suspensions

SAID_FOR = timedelta(hours=4)
LEVEL = "level IN ('blue','yellow','orange','red')"


class WeatherEvent(SiteRow, Model):
    __tablename__ = "weather_event"
    __table_args__ = (CheckConstraint(LEVEL, name="level"), Index(None, "site_id", "at"))

    at: Mapped[datetime]
    business_day: Mapped[date]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    level: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class WeatherTurn(SiteRow, Model):
    """Another level from here on; level None: the all-clear, after which nothing follows."""

    __tablename__ = "weather_turn"
    __table_args__ = (
        site_key("event_id", "weather_event"),
        CheckConstraint(LEVEL, name="level"),
        Index(None, "site_id", "event_id"),
    )

    event_id: Mapped[UUID]
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    level: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    withdrawn: Mapped[bool] = mapped_column(default=False)  # with level None: it was declared by mistake


@dataclass(frozen=True, slots=True)
class Turn:
    at: datetime
    level: str | None
    user_id: UUID
    note: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """An event with everything that was said of it, the declaration first."""

    id: UUID
    site_id: UUID
    business_day: date
    turns: tuple[Turn, ...]

    @property
    def at(self) -> datetime:
        return self.turns[0].at

    @property
    def cleared_at(self) -> datetime | None:
        return self.turns[-1].at if self.turns[-1].level is None else None

    @property
    def withdrawn(self) -> bool:
        return self.turns[-1].withdrawn

    @property
    def level(self) -> str:
        """The level now; after the all-clear the last one there was."""
        return next(turn.level for turn in reversed(self.turns) if turn.level is not None)

    @property
    def rests(self) -> list[tuple[datetime, datetime | None]]:
        return suspensions((turn.at, turn.level) for turn in self.turns)


def event_here(site_id: UUID, event_id: UUID) -> Event:
    found = _events(site_id, [db.session.get(WeatherEvent, (site_id, event_id))])
    if not found:
        raise NotHere("weather_event")
    return found[0]


def events(site_id: UUID, limit: int = 50) -> list[Event]:
    """The newest events of a site. Two queries."""
    query = select(WeatherEvent).where(WeatherEvent.site_id == site_id)
    return _events(site_id, db.session.scalars(query.order_by(WeatherEvent.at.desc()).limit(limit)).all())


def events_between(site_id: UUID, first: datetime, end: datetime) -> list[Event]:
    """The events that were on at some moment of [first, end)."""
    return [event for event in events(site_id) if event.at < end and (event.cleared_at or end) > first]


def event_on(site_id: UUID) -> Event | None:
    """The event that is on: the newest, unless it has had its all-clear."""
    newest = events(site_id, limit=1)
    return newest[0] if newest and newest[0].cleared_at is None else None


_ON = Prepared(
    select(
        WeatherEvent.id,
        WeatherEvent.at,
        WeatherEvent.level,
        WeatherTurn.level.label("turned"),
        WeatherTurn.id.label("turn_id"),
        WeatherTurn.at.label("turned_at"),
        WeatherTurn.withdrawn,
    )
    .outerjoin(WeatherTurn, (WeatherTurn.site_id == WeatherEvent.site_id) & (WeatherTurn.event_id == WeatherEvent.id))
    .where(WeatherEvent.site_id == bindparam("site_id"))
    .order_by(WeatherEvent.at.desc(), WeatherTurn.at.desc(), WeatherTurn.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class OnNow:
    """As a banner says it. withdrawn_at: it was declared by mistake, and that is said for some hours."""

    id: UUID
    at: datetime
    level: str
    withdrawn_at: datetime | None = None


def said_now(site_id: UUID, at: datetime) -> OnNow | None:
    """The event that is on or was just withdrawn, in one query, for pages that everybody opens all the time."""
    row: Any = _ON.first(connection(), {"site_id": site_id})
    if row is None:
        return None
    if row.turn_id is None or row.turned is not None:
        return OnNow(row.id, row.at, row.turned or row.level)
    fresh = row.withdrawn and at < row.turned_at + SAID_FOR
    return OnNow(row.id, row.at, row.level, row.turned_at) if fresh else None


def _events(site_id: UUID, rows: Sequence[WeatherEvent | None]) -> list[Event]:
    here = [row for row in rows if row is not None]
    later = _turns(site_id, [row.id for row in here])
    return [
        Event(row.id, row.site_id, row.business_day, (Turn(row.at, row.level, row.user_id, row.note), *later[row.id]))
        for row in here
    ]


def _turns(site_id: UUID, ids: Iterable[UUID]) -> dict[UUID, list[Turn]]:
    found: dict[UUID, list[Turn]] = defaultdict(list)
    query = select(WeatherTurn).where(WeatherTurn.site_id == site_id, WeatherTurn.event_id.in_(list(ids)))
    for row in db.session.scalars(query.order_by(WeatherTurn.at, WeatherTurn.id)):
        found[row.event_id].append(Turn(row.at, row.level, row.user_id, row.note, row.withdrawn))
    return found
