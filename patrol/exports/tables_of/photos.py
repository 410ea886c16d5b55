"""Photos of a period: which, when, where, by whom, of what, and the hash of the bytes received."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.core.problems import N_
from patrol.exports.tables_of.table import Chunks, Period, Table
from patrol.exports.words import PHOTO_KINDS, SUBJECTS
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.place import Place

CHUNK = 100


def photo_query(site_id: UUID) -> Any:
    """Columns of a photo, with the names of place and person and what is known of its bytes."""
    return (
        select(
            Photo.id, Photo.kind, Photo.subject_kind, Photo.subject_id, Photo.detail_id, Photo.user_id,
            Photo.place_id, Photo.taken_at, Photo.received_at, Photo.business_day, Photo.from_gallery,
            Place.full_name.label("place"), User.name.label("person"), PhotoFile.sha256, PhotoFile.width,
            PhotoFile.height,
        )
        .outerjoin(Place, and_(Place.site_id == Photo.site_id, Place.id == Photo.place_id))
        .outerjoin(User, User.id == Photo.user_id)
        .outerjoin(
            PhotoFile,
            and_(
                PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id,
                PhotoFile.user_id.is_not_distinct_from(Photo.user_id),
            ),
        )
        .where(Photo.site_id == site_id)
    )  # fmt: skip


def photos_of_day(period: Period, day: date, *more: Any) -> Iterator[list[Any]]:
    """In chunks, as they were taken; without signatures, which prove nothing that can be seen."""
    query = photo_query(period.site.id).where(Photo.business_day == day, Photo.kind != "signature", *more)
    query, beyond = query.order_by(Photo.taken_at, Photo.id).limit(CHUNK), None
    while rows := list(db.session.execute(query if beyond is None else query.where(beyond))):
        yield rows
        if len(rows) < CHUNK:
            return
        at, last = rows[-1].taken_at, rows[-1].id
        beyond = or_(Photo.taken_at > at, and_(Photo.taken_at == at, Photo.id > last))


def chosen_photos(site_id: UUID, ids: list[UUID], *more: Any) -> Iterator[list[Any]]:
    """These, where they are of this site, as they were taken."""
    query = photo_query(site_id).where(Photo.kind != "signature", *more).order_by(Photo.taken_at, Photo.id)
    for at in range(0, len(ids), CHUNK):
        rows = list(db.session.execute(query.where(Photo.id.in_(ids[at : at + CHUNK]))))
        if rows:
            yield rows


def photo_heads(period: Period) -> list[tuple[str, int]]:
    _ = period.words
    return [
        (_("Business day"), 12), (_("Taken"), 19), (_("Received"), 19), (_("Place"), 34), (_("Person"), 12),
        (_("Shows"), 14), (_("Belongs to"), 14), (_("From the gallery"), 12), (_("Uploaded"), 8), ("SHA-256", 66),
        (_("Photo no."), 38), (_("Record"), 38),
    ]  # fmt: skip


def photo_cells(row: Any, period: Period) -> tuple[Any, ...]:
    _ = period.words
    return (
        row.business_day, row.taken_at, row.received_at, row.place, row.person,
        _(PHOTO_KINDS.get(row.kind, row.kind)), _(SUBJECTS.get(row.subject_kind, row.subject_kind)),
        _("yes") if row.from_gallery else _("no"), _("yes") if row.sha256 else _("no"), row.sha256, str(row.id),
        str(row.subject_id),
    )  # fmt: skip


def _photos(period: Period) -> Chunks:
    for day in period.each_day():
        for rows in photos_of_day(period, day):
            yield day, [photo_cells(row, period) for row in rows]


PHOTOS = Table("photos", N_("Photos"), photo_heads, _photos)
