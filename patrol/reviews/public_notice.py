"""The month for the owners' notice board (业主公示): what was walked, found and put right.

It hangs where everybody reads it, so it knows no person, no flat, no picture and nobody's own words: hazards are
told by the catalogue's name and by the building or part of the grounds they were in.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from patrol.accounts.user import Membership, User
from patrol.core.db import db
from patrol.hazards.category import GROUPS, categories
from patrol.hazards.hazard import Hazard
from patrol.repairs.figures import Share, figures
from patrol.repairs.month import told
from patrol.reviews.paper_rows import Fitted, fit
from patrol.reviews.review import VALID, Review
from patrol.sites.place import Place

GRAVE = ("critical", "major")
LISTED = 5
TIPS = 3
FLAT = re.compile(r"\d+\s*[室户号]|\d+\s*[-–—#]\s*\d+\s*[-–—#]\s*\d+|\d{3,}", re.ASCII)
PUT_RIGHT = ("to_verify", "closed")


class GroupLine(NamedTuple):
    """One group of the catalogue: what was found, and how much of it is put right."""

    group: str
    found: int
    put_right: int


class GraveLine(NamedTuple):
    """category: of the catalogue. area: a building or a part of the grounds; "" where naming it would tell too much."""

    category: Mapping[str, Any]
    area: str
    severity: str
    reported_at: datetime
    put_right: bool


@dataclass(frozen=True, slots=True)
class PublicNotice:
    groups: list[GroupLine]
    grave: Fitted[GraveLine]
    tips: list[str]  # groups of what owners can help with, those that came up most
    repairs: dict[str, Share]


def public_notice(review: Review) -> PublicNotice:
    """Five queries beside the review's own."""
    found = _found(review)
    areas = areas_of(_places(review.site.id), _names(review.site.id))
    grave = [
        GraveLine(
            categories()[row.category], areas.get(row.place_id, ""), row.severity, row.reported_at, _put_right(row)
        )
        for row in found
        if row.severity in GRAVE and row.category in categories()
    ]
    grave.sort(key=lambda line: (GRAVE.index(line.severity), line.reported_at))
    repairs = figures(told(review.site.id, review.period.first, review.period.last), review.at)
    return PublicNotice(groups(found), fit(grave, LISTED), tips(found), repairs)


def groups(found: Iterable[Any]) -> list[GroupLine]:
    """In the catalogue's order; what no catalogue knows counts as matters of management."""
    rows = list(found)
    counted = Counter(_group(row.category) for row in rows)
    done = Counter(_group(row.category) for row in rows if _put_right(row))
    return [GroupLine(group, counted[group], done[group]) for group in GROUPS if counted[group]]


def tips(found: Iterable[Any]) -> list[str]:
    """Groups in which owners have a hand, by how often they came up; the usual ones where nothing did."""
    theirs = ("fire_access", "falling", "electrical", "gas", "environment")
    counted = Counter(group for row in found if (group := _group(row.category)) in theirs)
    ranked = sorted(theirs, key=lambda group: (-counted[group], theirs.index(group)))
    return ranked[:TIPS]


def areas_of(places: Mapping[UUID, tuple[UUID | None, str]], names: Collection[str]) -> dict[UUID, str]:
    """Each place's topmost place: the building, the garage, the gate. places: id -> (parent, name).

    "" where that name holds a number like a flat's, or somebody's name.
    """

    def top(place: UUID) -> str:
        seen = set()
        while (parent := places[place][0]) in places and place not in seen:
            seen.add(place)
            place = parent  # type: ignore[assignment]
        return places[place][1]

    return {place: area if open_to_all(area := top(place), names) else "" for place in places}


def open_to_all(area: str, names: Collection[str]) -> bool:
    return not FLAT.search(area) and not any(name in area for name in names if len(name) > 1)


def _group(category: str) -> str:
    known = categories().get(category)
    return known["group"] if known else "management"


def _put_right(row: Any) -> bool:
    return row.state in PUT_RIGHT


def _found(review: Review) -> list[Any]:
    query = select(
        Hazard.__table__.c.category, Hazard.severity, Hazard.state, Hazard.place_id, Hazard.reported_at
    ).where(
        Hazard.site_id == review.site.id,
        Hazard.business_day >= review.period.first,
        Hazard.business_day <= review.period.last,
        Hazard.state.in_(VALID),
    )
    return list(db.session.execute(query))


def _places(site_id: UUID) -> dict[UUID, tuple[UUID | None, str]]:
    query = select(Place.id, Place.parent_id, Place.name).where(Place.site_id == site_id)
    return {row.id: (row.parent_id, row.name) for row in db.session.execute(query)}


def _names(site_id: UUID) -> list[str]:
    query = select(User.name).join(Membership, Membership.user_id == User.id).where(Membership.site_id == site_id)
    return list(db.session.scalars(query))
