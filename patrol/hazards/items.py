"""A failed checklist item opens a hazard by itself, and never twice for the same item while it is open."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.category import category
from patrol.hazards.hazard import Hazard
from patrol.hazards.report import open_hazard
from patrol.hazards.sightings import open_for_item, open_twin, see_again


def hazard_from_item(
    *,
    category_code: str,
    severity: str | None,
    place_id: UUID,
    owner_kind: str,
    owner_id: UUID,
    item: str,
    by: Reader,
    when: When,
    note: str = "",
    photos: Sequence[UUID] = (),
    after: Sequence[UUID] = (),
    fixed: bool = False,
    detail_id: UUID | None = None,
    photo_facts: Mapping[str, Any] | None = None,
    source: str = "checklist",
) -> tuple[Hazard, bool]:
    """(hazard, whether it is new), inside the caller's ``write()``.

    owner_kind, owner_id: "equipment" or "place" and its id; item: the item's code. While the hazard of the same
    owner and item is open, or one of the same place and category without an owner, it gets a sighting instead.
    severity: as the item says; None takes the category's. photos and after become the hazard's photos, so the
    caller must not add them elsewhere (a picture proves one thing only); detail_id: the finding they belong to.
    fixed: put right on the spot; it counts as such only with an after-photo.
    """
    kind = category(category_code)
    twin = open_for_item(by.site_id, owner_id, item) or _ownerless_twin(by.site_id, place_id, category_code)
    if twin is not None:
        see_again(twin, id=uuid7(), by=by, when=when, note=note, photos=[*photos, *after], photo_facts=photo_facts)
        return twin, False
    hazard = open_hazard(
        kind,
        severity or kind["default_severity"],
        place_id=place_id,
        note=note,
        source=source,
        photos=list(photos),
        after=list(after),
        spot=fixed and bool(after),
        photo_facts=photo_facts,
        detail_id=detail_id,
        id=uuid7(),
        by=by,
        when=when,
        origin_kind=owner_kind,
        origin_id=owner_id,
        origin_item=item,
    )
    db.session.flush()
    return hazard, True


def _ownerless_twin(site_id: UUID, place_id: UUID, category_code: str) -> Hazard | None:
    """What a patrol reported at this place already; two extinguishers of one cabinet stay two hazards."""
    twin = open_twin(site_id, place_id, category_code)
    return twin if twin is not None and twin.origin_id is None else None
