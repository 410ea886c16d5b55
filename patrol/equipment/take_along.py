"""What a phone takes along of the checklists owed: each with its thing, so that the form can be filled anywhere."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import db
from patrol.equipment.checklist import Checklist
from patrol.equipment.dated import Dated, dates_of_site
from patrol.equipment.duty import Duty, duties, mine, open_ones
from patrol.equipment.equipment import Equipment
from patrol.equipment.inspection import last_values
from patrol.equipment.item_row import item_rows
from patrol.equipment.past import past_of
from patrol.equipment.rights import may_fill
from patrol.equipment.service_life import PastDue, due_state
from patrol.equipment.types import OWED_BY_SITE, SCOPES
from patrol.sites.place import Place


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty. mine: of this person's own team; others are for whoever stands there. above: the place and all
    places it lies in; limits and last: of number items, by item code; past: the item that cannot pass, if any;
    quantity: units of a group."""

    duty: Duty
    mine: bool
    above: Sequence[UUID]
    limits: dict[str, Any]
    last: dict[str, float]
    life: str
    life_month: str
    past: PastDue | None
    quantity: int = 1


MOST_OF_OTHERS = 400


def owed_by(by: Reader, at: datetime, checkpoints: Collection[UUID]) -> list[Owed]:
    """What this person still has to fill, in walking order; and what else he may fill where he comes by.

    checkpoints: the labelled places, where an arrival shows what is due at and below them.
    """
    open_duties = open_ones(by, duties(by, at))
    own = {id(duty) for duty in mine(by, open_duties)}
    parents = _parents(by.site_id)
    others = [one for one in open_duties if id(one) not in own and set(_up(one.place_id, parents)) & set(checkpoints)]
    others = sorted(others, key=lambda duty: duty.until)[:MOST_OF_OTHERS]
    wanted = own | {id(duty) for duty in others}
    open_duties = [duty for duty in open_duties if id(duty) in wanted]
    things = _equipment(by.site_id, [duty.equipment_id for duty in open_duties if duty.equipment_id])
    items = _items(by.site_id, {duty.checklist_id for duty in open_duties})
    day, dated = business_day_of(by, at), _dates(by.site_id)
    return [
        Owed(
            duty,
            id(duty) in own,
            list(_up(duty.place_id, parents)),
            *_known(by, duty, things.get(duty.equipment_id), items[duty.checklist_id], day, dated),
        )
        for duty in open_duties
    ]


def any_time(by: Reader) -> list[Checklist]:
    """Lists that no place owes: of points, routes and weather. The person chooses where."""
    query = select(Checklist).where(Checklist.site_id == by.site_id, Checklist.retired_at.is_(None))
    return [
        row
        for row in db.session.scalars(query.order_by(Checklist.code))
        if set(row.applies_to) & (SCOPES.keys() - OWED_BY_SITE) and may_fill(by, row.applies_to, None)
    ]


def _known(
    by: Reader, duty: Duty, thing: Any, items: Sequence[Any], day: date, dated: dict[UUID, dict[str, Dated]]
) -> tuple[Any, Any, str, str, Any, int]:
    """(limits, last values, life, month of the next service or of scrapping, past, quantity) of a duty's thing."""
    numbers = [item for item in items if item["kind"] == "number"]
    last = last_values(by.site_id, duty.equipment_id, duty.place_id, duty.code) if numbers else {}
    if thing is None:
        return {}, last, "ok", "", None, 1
    life = due_state(thing.next_service, thing.scrap_on, day)
    month = (thing.scrap_on if life == "scrap" else thing.next_service or thing.scrap_on) if life != "ok" else None
    limits = {row["code"]: [row["low"], row["high"]] for row in item_rows(numbers, thing.limits, {})}
    past = past_of(duty.code, items, thing, dated.get(thing.id, {}), day)
    return limits if thing.limits else {}, last, life, f"{month:%Y-%m}" if month else "", past, thing.quantity


def _dates(site_id: UUID) -> dict[UUID, dict[str, Dated]]:
    found: dict[UUID, dict[str, Dated]] = {}
    for one in dates_of_site(site_id):
        found.setdefault(one.equipment_id, {})[one.kind] = one
    return found


def _equipment(site_id: UUID, ids: list[UUID]) -> dict[UUID | None, Any]:
    query = select(
        Equipment.id, Equipment.limits, Equipment.quantity, Equipment.next_service, Equipment.scrap_on
    ).where(Equipment.site_id == site_id, Equipment.id.in_(ids))
    return {row.id: row for row in db.session.execute(query)}


def _parents(site_id: UUID) -> dict[UUID, UUID | None]:
    query = select(Place.id, Place.parent_id).where(Place.site_id == site_id)
    return {row.id: row.parent_id for row in db.session.execute(query)}


def _up(place_id: UUID | None, parents: dict[UUID, UUID | None]) -> Iterable[UUID]:
    while place_id is not None:
        yield place_id
        place_id = parents.get(place_id)


def _items(site_id: UUID, ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
    query = select(Checklist.id, Checklist.items).where(Checklist.site_id == site_id, Checklist.id.in_(list(ids)))
    return {row.id: row.items for row in db.session.execute(query)}
