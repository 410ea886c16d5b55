"""The hours around the moment the demo is made: rounds as they stand on the screens of a working night."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from patrol.demo.routes import Line
from patrol.rounds.round import Round

Scene = Callable[[Round, list[tuple[str, Any]], datetime], list[tuple[str, datetime]]]
HALF = ((1, 2), (2, 8), (3, 13), (4, 18), (5, 25), (7, 36), (8, 44), (6, 67))  # position, minutes after the start


def staged(rounds: list[Round], lines: dict[UUID, Line], until: datetime) -> dict[UUID, Scene]:
    """By round: how the round under way and the ones just closed were walked.

    Night route 2 stands at 8 of 12 with one late, since point 6 was locked at first; the round of route 1 that has
    just closed lacks its west fence; the garage's last lacks the charging zone, and its next has begun.
    """
    found: dict[UUID, Scene] = {}
    for key, under_way, scene in (
        ("night", True, half_walked),
        ("perimeter", False, lacking("fence.west")),
        ("garage", False, lacking("garage.b2c")),
        ("garage", True, begun),
    ):
        row = _latest(rounds, lines, key, until, under_way)
        if row is not None:
            found[row.id] = scene
    return found


def _latest(rounds: list[Round], lines: dict[UUID, Line], key: str, until: datetime, under_way: bool) -> Round | None:
    rows = [
        row
        for row in rounds
        if lines[row.route_id].key == key and row.starts_at <= until and (row.closes_at > until) == under_way
    ]
    return rows[-1] if rows else None


def half_walked(row: Round, way: list[tuple[str, Any]], until: datetime) -> list[tuple[str, datetime]]:
    """The first eight points, the sixth last and late; whatever would lie ahead of ``until`` is not there yet."""
    plan = [
        (way[position - 1][0], row.starts_at + timedelta(minutes=m)) for position, m in HALF if position <= len(way)
    ]
    return sorted(((key, at) for key, at in plan if at < until), key=lambda pair: pair[1])


def lacking(missed: str) -> Scene:
    def scene(row: Round, way: list[tuple[str, Any]], until: datetime) -> list[tuple[str, datetime]]:
        step = (row.ends_at - row.starts_at) / (len(way) + 1)
        walked = [(key, row.starts_at + step * n) for n, (key, _stop) in enumerate(way, 1) if key != missed]
        return [(key, at) for key, at in walked if at < until]

    return scene


def begun(row: Round, way: list[tuple[str, Any]], until: datetime) -> list[tuple[str, datetime]]:
    """The first three points."""
    walked = [(key, row.starts_at + timedelta(minutes=3 * n)) for n, (key, _stop) in enumerate(way[:3], 1)]
    return [(key, at) for key, at in walked if at < until]
