"""Place (位置): building > entrance > floor > spot. A place with a label is a checkpoint (巡查点).

Queries over the whole tree are in ``place_tree.py``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import CheckConstraint, Index, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, check_version, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.sites.place_types import BELOW, LOOK_ICONS, PLACE_TYPES, TAGS, tags_of_type

KINDS = ("building", "entrance", "floor", "area", "spot")


class Place(SiteRow, Model):
    __tablename__ = "place"
    __table_args__ = (
        site_key("parent_id", "place"),
        CheckConstraint("kind IN ('building','entrance','floor','area','spot')", name="kind"),
        Index(None, "site_id", "parent_id"),
    )

    parent_id: Mapped[UUID | None]
    kind: Mapped[str]
    name: Mapped[str]
    full_name: Mapped[str]  # with the names above it, as people say it: "3 栋地下 消防泵房"
    number: Mapped[int | None]  # the checkpoint's number on its label
    type: Mapped[str | None]  # what checklists apply_to: roof, garage, power_room …
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_m: Mapped[int] = mapped_column(default=100)
    note: Mapped[str] = mapped_column(default="")  # how to get there
    look_for: Mapped[list[Any]] = mapped_column(default=list)  # [{"icon", "what", "good"}] shown on arrival
    tags: Mapped[list[Any]] = mapped_column(default=list)  # outdoor, falling_object, drainage, power
    sort: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class LookFor(BaseModel):
    """One line of what to look at on arrival, and what is good."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    icon: str = "eye"
    what: Annotated[str, Field(min_length=1, max_length=40)]
    good: Annotated[str, Field(max_length=60)] = ""

    @field_validator("icon")
    @classmethod
    def _known_icon(cls, icon: str) -> str:
        return icon if icon in LOOK_ICONS else "eye"


class PlaceData(BaseModel):
    """What a supervisor says about a place. ``lat`` and ``lon`` come together or not at all (WGS 84 degrees)."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Annotated[str, Field(pattern="^(building|entrance|floor|area|spot)$")]
    parent_id: UUID | None = None
    number: Annotated[int, Field(ge=1, le=9999)] | None = None
    type: str | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    radius_m: Annotated[int, Field(ge=10, le=2000)] = 100
    note: Annotated[str, Field(max_length=300)] = ""
    look_for: Annotated[list[LookFor], Field(max_length=8)] = []
    tags: list[str] = []
    sort: Annotated[int, Field(ge=0, le=99999)] = 0

    @field_validator("tags")
    @classmethod
    def _known_tags(cls, tags: list[str]) -> list[str]:
        if not set(tags) <= TAGS.keys():
            raise ValueError("no such tag")
        return [tag for tag in TAGS if tag in tags]

    @field_validator("type")
    @classmethod
    def _known_type(cls, kind: str | None) -> str | None:
        if kind and kind not in PLACE_TYPES:
            raise ValueError("no such type of place")
        return kind or None

    @model_validator(mode="after")
    def _whole_position(self) -> "PlaceData":
        if (self.lat is None) != (self.lon is None):
            raise Problem(
                "place.half_position", N_("A position needs both numbers: latitude and longitude."), field="lat"
            )
        return self


def place_here(site_id: UUID, place_id: UUID) -> Place:
    """The site's place, retired ones too; another site's answers like one that does not exist."""
    place = db.session.get(Place, (site_id, place_id))
    if place is None:
        raise NotHere("place")
    return place


def add_place(site_id: UUID, data: PlaceData, *, by: UUID | None, at: datetime, id: UUID | None = None) -> Place:
    """A new place below ``data.parent_id`` (None: at the top), after those that have a place in the order.

    Without tags it gets those of its type.
    """
    place = Place(id=id or uuid7(), site_id=site_id, created_at=at)
    _fill(place, data)
    place.tags = data.tags or tags_of_type(data.type)
    place.sort = data.sort or _sort_last(place)
    db.session.add(place)
    db.session.flush()
    note("place.added", "place", place.id, site_id=site_id, by=by, at=at, name=place.full_name)
    return place


def change_place(place: Place, data: PlaceData, *, version: int | None, by: UUID | None, at: datetime) -> Place:
    """Everything about a place anew; the full names of all below follow a new name or parent."""
    check_version(place, version)
    before = _facts(place)
    _fill(place, data)
    _rename_below(place)
    after = _facts(place)
    changed: dict[str, Any] = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changed:
        note("place.changed", "place", place.id, site_id=place.site_id, by=by, at=at, **changed)
    return place


def retire_place(
    place: Place,
    *,
    by: UUID | None,
    at: datetime,
    routes: Sequence[str] = (),
    force: bool = False,
    version: int | None = None,
) -> None:
    """Take a place out of use; what happened there stays.

    routes: names of the routes it is on, which the door knows; then only ``force`` retires it, and the door
    takes it off them (rounds.route.take_off_routes). The label stays readable, so that today's rounds can
    still be finished.
    """
    if place.retired_at is not None:
        return
    check_version(place, version)
    if routes and not force:
        raise Problem(
            "place.on_route",
            N_("This point is on a route: %(routes)s. Take it off there, or retire it all the same."),
            status=409,
            routes=", ".join(routes),
        )
    if _children(place):
        raise Problem(
            "place.has_children", N_("There are places below this one. Move or retire them first."), status=409
        )
    place.retired_at = at
    note("place.retired", "place", place.id, site_id=place.site_id, by=by, at=at, routes=list(routes))


def restore_place(place: Place, *, by: UUID | None, at: datetime, version: int | None = None) -> None:
    """Bring a retired place back into use, if its name and number are still free."""
    if place.retired_at is None:
        return
    check_version(place, version)
    parent = _parent(place.site_id, place.parent_id)
    if parent is not None and parent.retired_at is not None:
        raise Problem("place.parent_retired", N_("The place above is retired. Bring that back first."), status=409)
    _check_free(place, place.parent_id, place.name, place.number)
    place.retired_at = None
    note("place.restored", "place", place.id, site_id=place.site_id, by=by, at=at)


def _fill(place: Place, data: PlaceData) -> None:
    parent = _parent(place.site_id, data.parent_id)
    _check_parent(place, data.kind, parent)
    _check_free(place, data.parent_id, data.name, data.number)
    place.parent_id, place.kind, place.name = data.parent_id, data.kind, data.name
    place.full_name = full_name(parent.full_name if parent else None, data.name)
    place.number, place.type, place.sort = data.number, data.type, data.sort
    place.lat, place.lon, place.radius_m = data.lat, data.lon, data.radius_m
    place.note = data.note
    place.look_for = [line.model_dump() for line in data.look_for]
    place.tags = data.tags


def full_name(above: str | None, name: str) -> str:
    return f"{above} {name}" if above else name


def _parent(site_id: UUID, parent_id: UUID | None) -> Place | None:
    if parent_id is None:
        return None
    parent = db.session.get(Place, (site_id, parent_id))
    if parent is None:
        raise Problem("place.no_parent", N_("Choose a place above it that is on this site."), field="parent_id")
    return parent


def _check_parent(place: Place, kind: str, parent: Place | None) -> None:
    if parent is None:
        return
    if parent.id != place.parent_id and parent.retired_at is not None:
        raise Problem("place.parent_retired", N_("The place above is retired. Choose another."), field="parent_id")
    if parent.kind not in BELOW[kind]:
        raise Problem(
            "place.wrong_level",
            N_("This kind of place cannot stand below %(above)s. Choose another place above it, or another kind."),
            field="parent_id",
            above=parent.full_name,
        )
    above: Place | None = parent
    while above is not None:
        if above.id == place.id:
            raise Problem("place.circle", N_("A place cannot stand below itself."), field="parent_id")
        above = _parent(place.site_id, above.parent_id)


def _check_free(place: Place, parent_id: UUID | None, name: str, number: int | None) -> None:
    alive = select(Place.full_name).where(
        Place.site_id == place.site_id, Place.id != place.id, Place.retired_at.is_(None)
    )
    if db.session.scalar(alive.where(Place.parent_id.is_not_distinct_from(parent_id), Place.name == name)):
        raise Problem("place.name_taken", N_("There is already a place of this name here."), field="name")
    other = db.session.scalar(alive.where(Place.number == number)) if number is not None else None
    if other is not None:
        raise Problem(
            "place.number_taken",
            N_("Number %(number)s already belongs to %(other)s."),
            field="number",
            number=number,
            other=other,
        )


def _sort_last(place: Place) -> int:
    """0 while nobody has put the neighbours in order: then they stand by name."""
    query = select(func.max(Place.sort)).where(
        Place.site_id == place.site_id, Place.parent_id.is_not_distinct_from(place.parent_id)
    )
    last = db.session.scalar(query) or 0
    return last + 1 if last else 0


def _children(place: Place) -> Sequence[Place]:
    query = select(Place).where(Place.site_id == place.site_id, Place.parent_id == place.id, Place.retired_at.is_(None))
    return db.session.scalars(query).all()


def _rename_below(place: Place) -> None:
    """All places of the site in one query, then down the tree: retired ones carry the right name too."""
    query = select(Place).where(Place.site_id == place.site_id, Place.parent_id.is_not(None))
    below: dict[UUID, list[Place]] = {}
    for other in db.session.scalars(query):
        assert other.parent_id is not None
        below.setdefault(other.parent_id, []).append(other)
    waiting = [place]
    while waiting:
        above = waiting.pop()
        for child in below.get(above.id, []):
            name = full_name(above.full_name, child.name)
            if child.full_name != name:
                child.full_name = name
                waiting.append(child)


def _facts(place: Place) -> dict[str, Any]:
    keys = (
        "name", "kind", "full_name", "number", "type", "lat", "lon", "radius_m", "note", "look_for", "tags",
        "sort",
    )  # fmt: skip
    return {key: getattr(place, key) for key in keys}


def has_places(site_id: UUID) -> bool:
    return db.session.scalar(select(Place.id).where(Place.site_id == site_id).limit(1)) is not None


def places_below(site_id: UUID, top: UUID) -> Select[Any]:
    """Ids of a place and everything in it."""
    tree = select(Place.id).where(Place.site_id == site_id, Place.id == top).cte("below", recursive=True)
    tree = tree.union_all(select(Place.id).where(Place.site_id == site_id, Place.parent_id == tree.c.id))
    return select(tree.c.id)
