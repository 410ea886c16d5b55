"""Merging a duplicate: what was seen there counts as sightings of the hazard that stays."""

from sqlalchemy import update

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.facts import When
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard, Sighting
from patrol.workorders.timeline import add_step


def move_sightings(duplicate: Hazard, target: Hazard, by: Reader, when: When) -> None:
    """The duplicate's sightings, and its own report, become sightings of the target."""
    db.session.execute(
        update(Sighting)
        .where(Sighting.site_id == duplicate.site_id, Sighting.hazard_id == duplicate.id)
        .values(hazard_id=target.id)
    )
    db.session.add(
        Sighting(
            id=uuid7(),
            site_id=target.site_id,
            hazard_id=target.id,
            user_id=duplicate.reported_by_id,
            at=duplicate.reported_at,
            received_at=duplicate.received_at,
            note=duplicate.note,
        )
    )
    add_step(
        target,
        "seen",
        to=target.state,
        from_state=target.state,
        id=uuid7(),
        by=by,
        when=when,
        merged=str(duplicate.id),
        merged_number=duplicate.number,
    )
