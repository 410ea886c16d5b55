"""Declaring an event, another level, the all-clear: each a fact of its own, with the rounds that follow from it."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.rounds.suspension import resume, suspend, take_back
from patrol.sites.day import mark_day
from patrol.sites.site import Site
from patrol.weather.event import Event, WeatherEvent, WeatherTurn, event_here, event_on
from patrol.weather.levels import LEVELS
from patrol.weather.rounds import call_off, made_through, make_after, make_before, make_during, withdraw_rounds
from patrol.weather.spots import Ground

WITHDRAWN_WITHIN = timedelta(hours=2)
LevelCode = Literal["blue", "yellow", "orange", "red"]


class DeclareData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    level: LevelCode
    note: str = Field(default="", max_length=500)


class TurnData(BaseModel):
    """step: "level" with the level from now on, "all_clear", or "withdraw" with the reason as its note."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    step: Literal["level", "all_clear", "withdraw"] = "level"
    level: LevelCode | None = None
    note: str = Field(default="", max_length=500)


def declare(data: DeclareData, *, id: UUID, by: Reader, at: datetime, lang: str = "zh") -> Event:
    """A new event with its rounds, inside the caller's ``write()``; the same id again answers what is there."""
    if db.session.get(WeatherEvent, (by.site_id, id)) is not None:
        return event_here(by.site_id, id)
    if event_on(by.site_id) is not None:
        raise Problem(
            "weather.on",
            N_("A weather event is on already. Raise or lower its level, or give the all-clear first."),
            status=409,
        )
    day = business_day_of(by, at)
    db.session.add(
        WeatherEvent(
            id=id, site_id=by.site_id, at=at, business_day=day, user_id=by.user_id, level=data.level, note=data.note
        )
    )
    db.session.flush()
    event, ground = event_here(by.site_id, id), Ground(by.site_id)
    make_before(event, ground, lang)
    make_during(event, made_through(db.session.get_one(Site, by.site_id), at), ground, lang)
    if LEVELS[data.level].rests:
        suspend(by.site_id, at)
    mark_day(by.site_id, day)
    note("weather.declared", "weather_event", id, site_id=by.site_id, by=by.user_id, at=at, level=data.level)
    return event


def turn(event_id: UUID, data: TurnData, *, id: UUID, by: Reader, at: datetime, lang: str = "zh") -> Event:
    """Raise, lower or end an event, inside the caller's ``write()``. The same id again changes nothing."""
    event = event_here(by.site_id, event_id)
    if db.session.get(WeatherTurn, (by.site_id, id)) is not None:
        return event
    if event.withdrawn:
        raise Problem("weather.gone", N_("This declaration was withdrawn. Declare a new event."), status=409)
    if event.cleared_at is not None:
        raise Problem("weather.over", N_("This event has had its all-clear. Declare a new one."), status=409)
    if data.step == "withdraw":
        _check_withdrawal(event, data, by, at)
    level = _other(event, data) if data.step == "level" else None
    at = max(at, event.turns[-1].at)
    db.session.add(
        WeatherTurn(
            id=id,
            site_id=by.site_id,
            event_id=event.id,
            at=at,
            user_id=by.user_id,
            level=level,
            note=data.note,
            withdrawn=data.step == "withdraw",
        )
    )
    db.session.flush()
    if data.step == "withdraw":
        take_back(by.site_id, at)
        withdraw_rounds(event, at, by.user_id)
    elif level is None:
        _end(event, by, at, lang)
    elif LEVELS[level].rests:
        suspend(by.site_id, at)
    else:
        resume(by.site_id, at)
    mark_day(by.site_id, business_day_of(by, at))
    verb = {"level": "weather.turned", "all_clear": "weather.cleared", "withdraw": "weather.withdrawn"}[data.step]
    reason: dict[str, Any] = {"reason": data.note} if data.step == "withdraw" else {}
    note(verb, "weather_event", event.id, site_id=by.site_id, by=by.user_id, at=at, level=level, **reason)
    return event_here(by.site_id, event.id)


def may_withdraw(event: Event, by: Reader, at: datetime) -> bool:
    """A false declaration is taken back by who made it or by the site manager, and soon, or it was none."""
    mine = event.turns[0].user_id == by.user_id or by.may("order.assign_any_team")
    return event.cleared_at is None and by.may("weather.declare") and mine and at - event.at <= WITHDRAWN_WITHIN


def _check_withdrawal(event: Event, data: TurnData, by: Reader, at: datetime) -> None:
    if not may_withdraw(event, by, at):
        raise Problem(
            "weather.withdraw",
            N_("Only who declared it or the site manager withdraws it, within two hours. Give the all-clear instead."),
            status=403,
        )
    if not data.note:
        raise Problem("weather.reason", N_("Say why it is withdrawn."), field="note")


def _other(event: Event, data: TurnData) -> str:
    if data.level is None:
        raise Problem("weather.level", N_("Choose a level."), field="level")
    if data.level == event.level:
        raise Problem("weather.same", N_("This level holds already."), status=409, field="level")
    return data.level


def _end(event: Event, by: Reader, at: datetime, lang: str) -> None:
    resume(by.site_id, at)
    call_off(event, at, by.user_id)
    make_after(event, at, Ground(by.site_id), lang)
