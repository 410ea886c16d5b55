"""What a phone may know of a site's labels: enough to recognise a scanned code, never enough to produce one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from patrol.core.db import db
from patrol.sites.label import Label
from patrol.sites.place import Place


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """sha256: hex, of the folded code. replaced: an old label that may still hang there."""

    sha256: str
    replaced: bool
    place_id: UUID


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A labelled place as a guard needs it on arrival."""

    id: UUID
    name: str
    number: int | None
    look_for: Sequence[Any]
    note: str


def code_hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def known_labels(site_id: UUID) -> tuple[list[KnownLabel], list[Checkpoint]]:
    """Every label of a site's places in use, replaced ones too, and those places. One query."""
    query = (
        select(Label.code, Label.revoked_at, Place.id, Place.full_name, Place.number, Place.look_for, Place.note)
        .join(Place, (Place.site_id == Label.site_id) & (Place.id == Label.place_id))
        .where(Label.site_id == site_id, Place.retired_at.is_(None))
        .order_by(Place.number, Label.version)
    )
    labels, places = [], {}
    for row in db.session.execute(query):
        labels.append(KnownLabel(code_hash(row.code), row.revoked_at is not None, row.id))
        places[row.id] = Checkpoint(row.id, row.full_name, row.number, row.look_for, row.note)
    return labels, list(places.values())
