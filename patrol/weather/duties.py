"""The lists of a storm (灾前、灾后): owed at every place of the round before and of the one after, while it is open."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.equipment.checklist import Checklist, item_count
from patrol.equipment.duty import Duty
from patrol.equipment.inspection import Inspection
from patrol.equipment.rights import may_fill
from patrol.equipment.take_along import Owed
from patrol.equipment.types import SCOPES
from patrol.rounds.walk import Walk
from patrol.weather.rounds import LISTS, phases_of


def weather_duties(by: Reader, found: Iterable[Walk], at: datetime, place_id: UUID | None = None) -> list[Duty]:
    """What these rounds ask to be filled and is not filled yet; only at one place where one is named."""
    stormy = [walk for walk in found if walk.kind == "weather" and walk.times.opens_at <= at < walk.times.closes_at]
    if not stormy:
        return []
    phases = phases_of(by.site_id, [walk.id for walk in stormy])
    asked = [(walk, LISTS[phases[walk.id]]) for walk in stormy if phases.get(walk.id) in LISTS]
    lists = _lists(by, {code for _walk, code in asked})
    done = _done(by.site_id, asked)
    return [
        _duty(by, lists[code], stop, walk)
        for walk, code in asked
        if code in lists
        for stop in walk.stops
        if place_id in (None, stop.place_id)
        and done.get((code, stop.place_id), walk.times.opens_at) <= walk.times.opens_at
    ]


def weather_owed(by: Reader, found: Iterable[Walk], at: datetime) -> list[Owed]:
    """The same as a phone takes it along; for whoever stands there, so in nobody's own list."""
    return [Owed(duty, False, [duty.place_id], {}, {}, "ok", "", None) for duty in weather_duties(by, found, at)]


def _lists(by: Reader, codes: set[str]) -> dict[str, Any]:
    """The lists in force that this person may fill."""
    if not codes:
        return {}
    query = select(
        Checklist.id, Checklist.code, Checklist.title_zh, Checklist.title_en, Checklist.interval_days,
        Checklist.applies_to, item_count().label("item_count"),
    ).where(Checklist.site_id == by.site_id, Checklist.retired_at.is_(None), Checklist.code.in_(codes))  # fmt: skip
    return {row.code: row for row in db.session.execute(query) if may_fill(by, row.applies_to, None)}


def _done(site_id: UUID, asked: list[tuple[Walk, str]]) -> dict[tuple[str, UUID], datetime]:
    """When each list was last filled at each place since the first of these rounds opened."""
    if not asked:
        return {}
    since = min(walk.times.opens_at for walk, _code in asked)
    query = select(Inspection.checklist_code, Inspection.place_id, Inspection.completed_at).where(
        Inspection.site_id == site_id,
        Inspection.checklist_code.in_({code for _walk, code in asked}),
        Inspection.completed_at >= since,
        Inspection.equipment_id.is_(None),
    )
    rows = db.session.execute(query.order_by(Inspection.completed_at))
    return {(row.checklist_code, row.place_id): row.completed_at for row in rows}


def _duty(by: Reader, row: Any, stop: Any, walk: Walk) -> Duty:
    return Duty(
        checklist_id=row.id, code=row.code, title={"zh": row.title_zh, "en": row.title_en},
        interval_days=row.interval_days, item_count=row.item_count, applies_to=row.applies_to,
        kind=SCOPES["weather_event"], place_id=stop.place_id, place_name=stop.name, building_id=stop.place_id,
        building_name="", building_kind="site", equipment_id=None, equipment_code="", equipment_type=None, model="",
        until=business_day_of(by, walk.times.closes_at), done=False,
    )  # fmt: skip
