"""Seen again (再次发现): an open hazard met once more gets a dated sighting, never a twin."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import connection, db
from patrol.core.facts import When
from patrol.core.prepared import Prepared
from patrol.hazards.flow import OPEN
from patrol.hazards.hazard import Hazard, Sighting
from patrol.photos.photo import add_photos
from patrol.sites.day import mark_day
from patrol.workorders.order import WorkOrder
from patrol.workorders.timeline import add_step

RECURS_WITHIN = timedelta(days=180)
_ORDER = WorkOrder.__table__.c
_LAST_CLOSED = Prepared(
    select(_ORDER.id)
    .where(_ORDER.site_id == bindparam("site"), _ORDER.place_id == bindparam("place"), _ORDER.kind == "hazard")
    .where(_ORDER.subject == bindparam("category"), _ORDER.state == "closed")
    .where(_ORDER.closed_at <= bindparam("at"), _ORDER.closed_at > bindparam("since"))
    .order_by(_ORDER.closed_at.desc())
    .limit(1)
)


def open_twin(site_id: UUID, place_id: UUID, category: str) -> Hazard | None:
    """The open hazard of this place and category that was reported first, if there is one."""
    query = select(Hazard).where(
        Hazard.site_id == site_id,
        Hazard.place_id == place_id,
        Hazard.category == category,
        Hazard.state.in_(OPEN),
    )
    return db.session.scalars(query.order_by(Hazard.reported_at).limit(1)).first()


def open_for_item(site_id: UUID, owner_id: UUID, item: str) -> Hazard | None:
    """The open hazard that a failed checklist item of this equipment or place has opened."""
    query = select(Hazard).where(
        Hazard.site_id == site_id,
        Hazard.origin_id == owner_id,
        Hazard.origin_item == item,
        Hazard.state.in_(OPEN),
    )
    return db.session.scalars(query.order_by(Hazard.reported_at).limit(1)).first()


def last_closed(site_id: UUID, place_id: UUID, category: str, at: datetime) -> UUID | None:
    """The hazard that a new report of this place and category repeats (复发): closed in the last 180 days."""
    asked = {"site": site_id, "place": place_id, "category": category, "at": at, "since": at - RECURS_WITHIN}
    found = _LAST_CLOSED.first(connection(), asked)
    return found.id if found else None


def stands_for(site_id: UUID, hazard_id: UUID) -> Hazard | None:
    """The hazard, or the one it was merged into."""
    hazard = db.session.get(Hazard, (site_id, hazard_id))
    for _hop in range(8):
        if hazard is None or hazard.merged_into_id is None:
            break
        hazard = db.session.get(Hazard, (site_id, hazard.merged_into_id))
    return hazard


def see_again(
    hazard: Hazard,
    *,
    id: UUID,
    by: Reader,
    when: When,
    note: str = "",
    photos: Sequence[UUID] = (),
    photo_facts: Mapping[str, Any] | None = None,
    looks: str | None = None,
) -> Sighting:
    """Add a sighting with its photos and a line in the timeline; the hazard's state and version stay.

    looks: still, worse or fixed, as whoever saw it says; it stands in the line and settles nothing.
    """
    sighting = Sighting(
        id=id,
        site_id=hazard.site_id,
        hazard_id=hazard.id,
        user_id=by.user_id,
        at=when.at,
        received_at=when.received_at,
        note=note,
    )
    db.session.add(sighting)
    add_photos(
        photos,
        kind="sighting",
        subject_kind="hazard",
        subject_id=hazard.id,
        detail_id=id,
        place_id=hazard.place_id,
        category=hazard.category,
        by=by,
        when=when,
        facts=photo_facts,
    )
    said = {"looks": looks} if looks else {}
    add_step(hazard, "seen", to=hazard.state, from_state=hazard.state, id=id, by=by, when=when, note=note, **said)
    mark_day(hazard.site_id, business_day_of(by, when.at))
    return sighting
