"""What the ledger's filter offers: buildings, what stands in the chosen one, contractors. One query."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, literal, null, select, type_coerce, union_all
from sqlalchemy.types import Uuid

from patrol.core.db import db
from patrol.equipment.equipment import Equipment
from patrol.sites.place import Place


class Choice(NamedTuple):
    id: UUID
    name: str


@dataclass(slots=True)
class Choices:
    """building: the place at the top that the chosen place belongs to; floors: what is in it, without single spots."""

    buildings: list[Choice] = field(default_factory=list)
    building: UUID | None = None
    floors: list[Choice] = field(default_factory=list)
    contractors: list[str] = field(default_factory=list)


def choices(site_id: UUID, place_id: UUID | None) -> Choices:
    tops = _places("top", site_id, Place.name).where(Place.parent_id.is_(None))
    named = select(Equipment.contractor).where(Equipment.site_id == site_id, Equipment.contractor != "").distinct()
    who = named.limit(100).subquery()
    nobody = type_coerce(null(), Uuid())
    parts = [tops, select(literal("who"), nobody, who.c.contractor, literal(0), nobody)]
    if place_id is not None:
        parts.append(_inside(site_id, place_id))
    found = Choices()
    rows = sorted(db.session.execute(union_all(*parts)), key=lambda row: (row.sort, row.name))
    for row in rows:
        if row.part == "who":
            found.contractors.append(row.name)
        elif row.part == "top":
            found.buildings.append(Choice(row.id, row.name))
        elif row.parent_id is None:
            found.building = row.id
        else:
            found.floors.append(Choice(row.id, row.name))
    return found


def _places(part: str, site_id: UUID, name: object) -> Select[tuple[str, UUID, str, int, UUID]]:
    columns = (literal(part).label("part"), Place.id, name.label("name"), Place.sort, Place.parent_id)  # type: ignore[attr-defined]
    return select(*columns).where(Place.site_id == site_id, Place.retired_at.is_(None))


def _inside(site_id: UUID, place_id: UUID) -> Select[tuple[str, UUID, str, int, UUID]]:
    """The whole tree that the place stands in, but for single spots; its top comes along."""
    here = select(Place.id, Place.parent_id).where(Place.site_id == site_id)
    above = here.where(Place.id == place_id).cte("above", recursive=True)
    above = above.union_all(here.where(Place.id == above.c.parent_id))
    top = select(above.c.id).where(above.c.parent_id.is_(None)).scalar_subquery()
    below = here.where(Place.id == top).cte("tree", recursive=True)
    below = below.union_all(here.where(Place.parent_id == below.c.id))
    inside = _places("inside", site_id, Place.full_name)
    return inside.where(Place.kind != "spot", Place.id.in_(select(below.c.id)))
