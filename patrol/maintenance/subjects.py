"""What a plan is of, thing by thing, and what keeps its orders from being made: said on the plan's page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.core.problems import N_
from patrol.equipment.equipment import Equipment
from patrol.maintenance.plan import MaintenancePlan
from patrol.sites.place import Place

RETIRED = N_("The equipment is retired: no more orders are made.")
NONE_LEFT = N_("There is no equipment of this type in use: no orders are made.")
PLACE_GONE = N_("The place is given up: no more orders are made.")
LIST_GONE = N_("The checklist is no longer in use: orders are made without it. Choose another.")
PERSON_GONE = N_("The person it names no longer works here: choose somebody else.")


@dataclass(frozen=True, slots=True)
class Subject:
    """since: the day it is in service; None for a place."""

    id: UUID
    type: str
    name: str
    place_id: UUID
    equipment_id: UUID | None = None
    since: date | None = None


def subjects_of(plan: MaintenancePlan) -> list[Subject]:
    """The things it is due for now; none when they are retired or given up."""
    if plan.place_id is not None:
        place = db.session.get_one(Place, (plan.site_id, plan.place_id))
        if place.retired_at is not None:
            return []
        return [Subject(place.id, place.type or "", place.full_name, place.id)]
    query = select(
        Equipment.id, Equipment.code, Equipment.type, Equipment.name, Equipment.place_id, Equipment.in_service_from
    ).where(Equipment.site_id == plan.site_id, Equipment.state != "retired")
    if plan.equipment_id is not None:
        query = query.where(Equipment.id == plan.equipment_id)
    else:
        query = query.where(Equipment.type == plan.equipment_type)
    return [
        Subject(
            row.id, row.type, " ".join(filter(None, (row.code, row.name))), row.place_id, row.id, row.in_service_from
        )
        for row in db.session.execute(query.order_by(Equipment.code))
    ]


def troubles(
    plan: MaintenancePlan, things: Collection[Any], lists: Collection[str], people: Collection[UUID]
) -> list[str]:
    """In words. things: its subjects; lists: codes in use; people: who works here."""
    if plan.ended_on is not None:
        return []
    found = []
    if not things:
        found.append(PLACE_GONE if plan.place_id else RETIRED if plan.equipment_id else NONE_LEFT)
    if plan.checklist_code and plan.checklist_code not in lists:
        found.append(LIST_GONE)
    if plan.assignee_id is not None and plan.assignee_id not in people:
        found.append(PERSON_GONE)
    return found
