"""Whether a picture was here before: the very same content, or another place's picture that looks the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from patrol.core.db import db
from patrol.photos.look import apart, near_bands
from patrol.photos.photo import Photo, PhotoFile

LOOK_BACK = timedelta(days=62)
ALIKE = 7  # bits; more would also take two different lobbies for one
AT_ONCE = 40  # photos asked for in one query
CLOCK_OFF = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo as the rule takes it. subject: what it proves; look: None for a bland one or one not here yet."""

    id: UUID
    subject: UUID
    place_id: UUID | None
    received_at: datetime
    hashes: frozenset[str]
    look: tuple[int, int, int, int] | None


def same_picture(new: Picture, old: Picture) -> int | None:
    """Bits in which they differ if the older one was shown again, else None.

    The same subject may show one scene twice (before and after from one spot). The same content elsewhere is a
    copy. A picture that only looks the same is one if it stands for another place: the same wall at another hour
    looks the same honestly, and no rule can tell that from a copy made by hand.
    """
    if new.id == old.id or new.subject == old.subject or (old.received_at, old.id) > (new.received_at, new.id):
        return None
    if new.hashes & old.hashes:
        return 0
    if new.look is None or old.look is None or new.place_id is None or new.place_id == old.place_id:
        return None
    bits = apart(new.look, old.look)
    return bits if bits <= ALIKE else None


COLUMNS = (
    Photo.id, Photo.subject_id, Photo.subject_kind, Photo.place_id, Photo.round_id, Photo.user_id, Photo.kind,
    Photo.business_day, Photo.taken_at, Photo.exif_at, Photo.from_gallery, Photo.received_at,
    PhotoFile.received_at.label("arrived_at"), PhotoFile.sha256, Photo.original_sha256,
    PhotoFile.look_a, PhotoFile.look_b, PhotoFile.look_c, PhotoFile.look_d,
)  # fmt: skip
_SAME = (PhotoFile.site_id == Photo.site_id) & (PhotoFile.id == Photo.id)
ROWS = select(*COLUMNS).outerjoin(PhotoFile, _SAME)  # arrived_at: None while the bytes are on their way


def picture_of(row: Any) -> Picture:
    look = (row.look_a, row.look_b, row.look_c, row.look_d)
    return Picture(
        row.id, row.subject_id, row.place_id, row.received_at,
        frozenset(text for text in (row.sha256, row.original_sha256) if text),
        None if None in look else look,
    )  # fmt: skip


def taken_long_before(row: Any) -> bool:
    """Whether the camera itself wrote a time more than 30 minutes before the phone says it took the picture."""
    return row.exif_at is not None and row.taken_at - row.exif_at > CLOCK_OFF


def seen_before(site_id: UUID, new: Sequence[Picture]) -> dict[UUID, tuple[UUID, int]]:
    """For each of these that was here in the last 62 days: the other photo, and the bits in which they differ.

    One query for forty pictures, over the indexes of the bands and hashes, however many photos there are.
    """
    found: dict[UUID, tuple[UUID, int]] = {}
    for start in range(0, len(new), AT_ONCE):
        part = new[start : start + AT_ONCE]
        others = [picture_of(row) for row in db.session.execute(_candidates(site_id, part))]
        for picture in part:
            matches = ((bits, other.received_at, other.id) for other in others
                       if (bits := same_picture(picture, other)) is not None)  # fmt: skip
            best = min(matches, default=None)
            if best is not None:
                found[picture.id] = (best[2], best[0])
    return found


def _candidates(site_id: UUID, pictures: Iterable[Picture]) -> Any:
    pictures = list(pictures)
    hashes = sorted({text for picture in pictures for text in picture.hashes})
    alike = [PhotoFile.sha256.in_(hashes)]
    looks = [picture.look for picture in pictures if picture.look is not None]
    for n, column in enumerate((PhotoFile.look_a, PhotoFile.look_b, PhotoFile.look_c, PhotoFile.look_d)):
        values = sorted({value for look in looks for value in near_bands(look[n])})
        if values:
            alike.append(column.in_(values))
    since = min(picture.received_at for picture in pictures) - LOOK_BACK
    files = select(PhotoFile.id).where(PhotoFile.site_id == site_id, PhotoFile.received_at >= since, or_(*alike))
    shrunk = select(Photo.id).where(Photo.site_id == site_id, Photo.original_sha256.in_(hashes))
    return ROWS.where(
        Photo.site_id == site_id, Photo.kind.not_in(("signature", "way", "item")), Photo.id.in_(files.union(shrunk))
    )
