"""The whole tree of a site's places, in one query and in the order people read it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from patrol.core.db import db
from patrol.sites.label import Label
from patrol.sites.place import Place


@dataclass(slots=True)
class PlaceNode:
    """One place as a line of the tree. ``points``: labelled places in it and below it."""

    id: UUID
    parent_id: UUID | None
    kind: str
    name: str
    full_name: str
    number: int | None
    type: str | None
    sort: int
    retired_at: datetime | None
    code: str | None
    depth: int = 0
    points: int = 0
    children: list["PlaceNode"] = field(default_factory=list)


_ROWS = (
    select(
        Place.id,
        Place.parent_id,
        Place.kind,
        Place.name,
        Place.full_name,
        Place.number,
        Place.type,
        Place.sort,
        Place.retired_at,
        Label.code,
    )
    .outerjoin(
        Label,
        (Label.site_id == Place.site_id) & (Label.place_id == Place.id) & Label.revoked_at.is_(None),
    )
    .where(Place.site_id == bindparam("site_id"))
)
_ALIVE = _ROWS.where(Place.retired_at.is_(None))


def places_in_use(site_id: UUID) -> list[Any]:
    """(id, full_name, kind) of every place in use, in order: for a form's choice."""
    query = select(Place.id, Place.full_name, Place.kind).where(Place.site_id == site_id, Place.retired_at.is_(None))
    return list(db.session.execute(query.order_by(Place.sort, Place.full_name).limit(3000)))


def place_tree(site_id: UUID, *, retired: bool = False) -> list[PlaceNode]:
    """The top places of a site, each with those below it."""
    rows = db.session.execute(_ROWS if retired else _ALIVE, {"site_id": site_id})
    nodes = {row.id: PlaceNode(*row) for row in rows}
    tops: list[PlaceNode] = []
    for node in nodes.values():
        above = nodes.get(node.parent_id) if node.parent_id else None
        (above.children if above else tops).append(node)
    _settle(tops, 0)
    return tops


def walk(nodes: Iterable[PlaceNode]) -> Iterator[PlaceNode]:
    """Every place, from the top down, those below right after their own."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def search_tree(tops: list[PlaceNode], text: str = "", *, labelled: bool | None = None) -> list[PlaceNode]:
    """The tree with only the places that fit, and those above them.

    text: every word must be in the full name, or be the number or the beginning of the code; any case.
    """
    words = text.casefold().replace("-", "").split()
    return [kept for node in tops if (kept := _kept(node, words, labelled)) is not None]


def _kept(node: PlaceNode, words: list[str], labelled: bool | None) -> PlaceNode | None:
    children = [kept for child in node.children if (kept := _kept(child, words, labelled)) is not None]
    fits = (labelled is None or labelled == (node.code is not None)) and all(_has(node, word) for word in words)
    if not fits and not children:
        return None
    points = sum(child.points for child in children) + (1 if fits and node.code else 0)
    return PlaceNode(
        node.id, node.parent_id, node.kind, node.name, node.full_name, node.number, node.type, node.sort,
        node.retired_at, node.code, node.depth, points, children,
    )  # fmt: skip


def _has(node: PlaceNode, word: str) -> bool:
    plain = node.full_name.casefold().replace(" ", "")
    return word in plain or word == str(node.number) or bool(node.code and node.code.casefold().startswith(word))


def _settle(nodes: list[PlaceNode], depth: int) -> int:
    nodes.sort(key=lambda node: (node.sort, natural(node.name)))
    total = 0
    for node in nodes:
        node.depth = depth
        node.points = (1 if node.code else 0) + _settle(node.children, depth + 1)
        total += node.points
    return total


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key under which "2 栋" stands before "10 栋"."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text[:100])
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.strip()) for part in parts]
