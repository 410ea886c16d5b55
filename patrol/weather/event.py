"""Weather event (恶劣天气): declared by level, raised or lowered, and given the all-clear. Facts, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, connection
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


_NEWEST = (
    select(WeatherEvent).where(WeatherEvent.site_id == bindparam("site_id")).order_by(WeatherEvent.at.desc())
    .limit(bindparam("limit", type_=Integer)).subquery()
)  # fmt: skip
_ONE = select(WeatherEvent).where(
    WeatherEvent.site_id == bindparam("site_id"), WeatherEvent.id == bindparam("id")
).subquery()  # fmt: skip


def _with_turns(event: Any) -> Prepared:
    """A row for each turn of these events, earliest first; one without turns for an event that has none."""
    turned = WeatherTurn
    return Prepared(
        select(
            event.c.id, event.c.site_id, event.c.business_day, event.c.at, event.c.level, event.c.user_id,
            event.c.note, turned.at.label("turn_at"), turned.level.label("turn_level"),
            turned.user_id.label("turn_by"), turned.note.label("turn_note"), turned.withdrawn,
        )
        .outerjoin(turned, (turned.site_id == event.c.site_id) & (turned.event_id == event.c.id))
        .order_by(event.c.at.desc(), event.c.id, turned.at, turned.id)
    )  # fmt: skip


_NEWEST_EVENTS, _ONE_EVENT = _with_turns(_NEWEST), _with_turns(_ONE)


def event_here(site_id: UUID, event_id: UUID) -> Event:
    found = _events(_ONE_EVENT.all(connection(), {"site_id": site_id, "id": event_id}))
    if not found:
        raise NotHere("weather_event")
    return found[0]


def events(site_id: UUID, limit: int = 50) -> list[Event]:
    """The newest events of a site. One query."""
    return _events(_NEWEST_EVENTS.all(connection(), {"site_id": site_id, "limit": limit}))


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


def _events(rows: Iterable[Any]) -> list[Event]:
    found = []
    for _id, of_event in groupby(rows, key=attrgetter("id")):
        lines = list(of_event)
        first = lines[0]
        later = [
            Turn(row.turn_at, row.turn_level, row.turn_by, row.turn_note, row.withdrawn) for row in lines if row.turn_at
        ]
        turns = (Turn(first.at, first.level, first.user_id, first.note), *later)
        found.append(Event(first.id, first.site_id, first.business_day, turns))
    return found
