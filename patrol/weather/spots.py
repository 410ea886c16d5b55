"""Where the rounds of the weather go: a place stands for itself if it has a label, else by the label nearest to it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.hazards.category import categories
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard
from patrol.sites.place import Place
from patrol.sites.place_tree import PlaceNode, place_tree, walk

WATCHED = frozenset({"falling_object", "drainage", "power"})
MOST = 10_000  # above every number on a label
LOOSE = "falling"  # the group of hazard categories that wind can throw down


@dataclass(frozen=True, slots=True)
class Spot:
    """A labelled place that a round can visit."""

    id: UUID
    name: str
    number: int | None
    outdoor: bool


@dataclass(slots=True)
class Spots:
    """unlabelled: names of the places that no label is near to, so that no round can visit them."""

    found: dict[UUID, Spot] = field(default_factory=dict)
    unlabelled: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Spot]:
        return iter(self.found.values())

    def __len__(self) -> int:
        return len(self.found)


def is_loose(category: str) -> bool:
    kind = categories().get(category)
    return kind is not None and kind["group"] == LOOSE


class Ground:
    """The site's places as they are now. Two queries."""

    def __init__(self, site_id: UUID) -> None:
        self.site_id = site_id
        self.nodes = {node.id: node for node in walk(place_tree(site_id))}
        query = select(Place.id, Place.tags).where(Place.site_id == site_id, Place.retired_at.is_(None))
        self.tags: dict[UUID, Collection[str]] = {row.id: row.tags for row in db.session.execute(query)}

    def whole(self) -> Spots:
        """Every building and the garage: what is looked over before and after."""
        return self._spots(node for node in self.nodes.values() if node.kind == "building" or node.type == "garage")

    def watched(self) -> Spots:
        """Where things fall, water gathers or power may fail, and every open loose object: looked at meanwhile."""
        loose = set(_loose_places(self.site_id))
        return self._spots(
            node for node in self.nodes.values() if node.id in loose or WATCHED & set(self.tags.get(node.id, ()))
        )

    def spot_of(self, place_id: UUID) -> Spot | None:
        node = self.nodes.get(place_id)
        labelled = self._labelled(node) if node else None
        return self._spot(labelled) if labelled else None

    def _spots(self, nodes: Any) -> Spots:
        spots = Spots()
        for node in nodes:
            labelled = self._labelled(node)
            if labelled is None:
                spots.unlabelled.append(node.full_name)
            else:
                spots.found.setdefault(labelled.id, self._spot(labelled))
        return spots

    def _labelled(self, node: PlaceNode) -> PlaceNode | None:
        """Itself, else the place in it with the lowest number on its label, else the nearest labelled one above."""
        below = [one for one in walk(node.children) if one.code]
        inside = node if node.code else min(below, key=lambda one: one.number or MOST, default=None)
        above: PlaceNode | None = node
        while inside is None and above is not None:
            above = self.nodes.get(above.parent_id) if above.parent_id else None
            inside = above if above is not None and above.code else None
        return inside

    def _spot(self, node: PlaceNode) -> Spot:
        return Spot(node.id, node.full_name, node.number, "outdoor" in self.tags.get(node.id, ()))


def _loose_places(site_id: UUID) -> Any:
    codes = [code for code, kind in categories().items() if kind["group"] == LOOSE]
    return db.session.scalars(
        select(Hazard.place_id).where(Hazard.site_id == site_id, Hazard.category.in_(codes), Hazard.state.in_(OPEN))
    )
