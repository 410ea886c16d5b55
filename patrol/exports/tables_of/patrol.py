"""Rounds and visits of a period, a day at a time, since their state is a function of the facts of a day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.exports.tables_of.table import Chunks, Period, Table
from patrol.exports.words import METHODS, ROUND_KINDS, ROUND_STATES, VISIT_STATES
from patrol.rounds.evidence import voided
from patrol.rounds.flags import FLAGS
from patrol.rounds.scan import Scan
from patrol.rounds.walk import Stop, Walk, rounds_between, walks
from patrol.sites.place import Place

OUTSIDE = VISIT_STATES["extra"]


def _walks(period: Period, day: date) -> list[Walk]:
    found = walks(period.site.id, rounds_between(period.site.id, day, day), period.at)
    return [walk for walk in found if walk.times.opens_at <= period.at or walk.cancelled]


def _round_heads(period: Period) -> list[tuple[str, int]]:
    _ = period.words
    return [
        (_("Business day"), 12), (_("Route"), 20), (_("Round no."), 9), (_("Kind"), 12), (_("Start"), 17),
        (_("End"), 17), (_("State"), 12), (_("Points due"), 10), (_("Points reached"), 10), (_("On time"), 9),
        (_("Late"), 9), (_("Missed"), 9), (_("Excused"), 9), (_("People"), 20), (_("Flags"), 20),
    ]  # fmt: skip


def _rounds(period: Period) -> Chunks:
    _ = period.words
    for day in period.each_day():
        yield day, [
            (
                walk.day, walk.route_name, walk.ordinal, _(ROUND_KINDS[walk.kind]), walk.times.starts_at,
                walk.times.ends_at, _(ROUND_STATES[walk.state]), len(walk.required), walk.visited,
                walk.count("on_time"), walk.count("late"), walk.count("missed"), walk.count("excused"),
                "、".join(name for _id, name in walk.people), _flags(walk.flags, period),
            )
            for walk in _walks(period, day)
        ]  # fmt: skip


def _visit_heads(period: Period) -> list[tuple[str, int]]:
    _ = period.words
    return [
        (_("Business day"), 12), (_("Route"), 20), (_("Round no."), 9), (_("Round of"), 17), (_("Point no."), 9),
        (_("Point"), 30), (_("Required"), 9), (_("State"), 12), (_("Time"), 19), (_("Received"), 19),
        (_("Person"), 14), (_("How"), 10), (_("Flags"), 30),
    ]  # fmt: skip


def _visits(period: Period) -> Chunks:
    _ = period.words
    for day in period.each_day():
        rows: list[Any] = [_visit(walk, stop, period) for walk in _walks(period, day) for stop in walk.stops]
        rows += [
            (day, "", None, None, scan.number, scan.full_name, "", _(OUTSIDE), scan.effective_at,
             scan.received_at, scan.name, _(METHODS[scan.method]), _flags(scan.flags, period))
            for scan in _extras(period, day)
        ]  # fmt: skip
        yield day, rows


def _extras(period: Period, day: date) -> Iterator[Any]:
    """Scans outside any round."""
    site_id = period.site.id
    query = (
        select(Scan.effective_at, Scan.received_at, Scan.method, Scan.flags, Place.full_name, Place.number, User.name)
        .join(Place, and_(Place.site_id == Scan.site_id, Place.id == Scan.place_id))
        .join(User, User.id == Scan.user_id)
        .where(Scan.site_id == site_id, Scan.round_id.is_(None), Scan.business_day == day)
        .where(Scan.id.not_in(voided(site_id)))
    )
    rows = db.session.execute(query.order_by(Scan.effective_at, Scan.id))
    return (scan for scan in rows if "repeat" not in scan.flags)


def _visit(walk: Walk, stop: Stop, period: Period) -> tuple[Any, ...]:
    _, seen = period.words, stop.seen
    return (
        walk.day, walk.route_name, walk.ordinal, walk.times.starts_at, stop.number, stop.name,
        _("yes") if stop.required else _("no"), _(VISIT_STATES[stop.state]), seen.at if seen else None,
        seen.received_at if seen else None, seen.user_name if seen else "", _(METHODS[seen.method]) if seen else "",
        _flags(stop.flags, period),
    )  # fmt: skip


def _flags(flags: Any, period: Period) -> str:
    return "、".join(period.words(FLAGS.get(flag, flag)) for flag in flags)


ROUNDS = Table("rounds", N_("Rounds"), _round_heads, _rounds)
VISITS = Table("visits", N_("Visits"), _visit_heads, _visits)
