"""Photo (照片): what a picture shows, and, apart from it, the bytes that arrived for it.

Record and bytes come in either order: a ``Photo`` without its ``PhotoFile`` is "on its way" (照片在路上).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Index, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import Model, connection, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, Problem
from patrol.sites.day import mark_day

KINDS = ("visit", "before", "after", "sighting", "verify", "inspection", "signature", "way", "item")


class Photo(SiteRow, Model):
    """A picture as its record tells of it. ``subject_kind``/``subject_id``: hazard, inspection, scan, place,
    equipment, storm (a scan on a round of the weather)."""

    __tablename__ = "photo"
    __table_args__ = (
        site_key("place_id", "place"),
        Index(None, "site_id", "taken_at", "id"),
        Index(None, "site_id", "place_id", "taken_at", "id"),
        Index(None, "site_id", "user_id", "taken_at", "id"),
        Index(None, "site_id", "kind", "taken_at", "id"),
        Index(None, "site_id", "category", "taken_at", "id"),
        Index(None, "site_id", "round_id", "taken_at", "id"),
        Index(None, "site_id", "subject_kind", "subject_id"),
        Index(None, "site_id", "business_day", "taken_at", "id"),
        Index(None, "site_id", "original_sha256"),
    )

    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    detail_id: Mapped[UUID | None]  # the sighting, step or finding it belongs to
    place_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    round_id: Mapped[UUID | None]
    category: Mapped[str | None]  # hazard category, for the filter
    business_day: Mapped[date]
    taken_at: Mapped[datetime]
    received_at: Mapped[datetime]
    from_gallery: Mapped[bool] = mapped_column(default=False)
    exif_at: Mapped[datetime | None]  # as the camera wrote it and the phone told it: a claim
    original_sha256: Mapped[str | None]  # of the file before the phone shrank it: a claim
    sort: Mapped[int] = mapped_column(default=0)


class PhotoFile(SiteRow, Model):
    """The bytes of one photo: the hash received, and what the master holds. Same id as its ``Photo``."""

    __tablename__ = "photo_file"
    __table_args__ = (
        Index(None, "site_id", "user_id", "received_at"),
        Index(None, "site_id", "sha256"),
        *(Index(None, "site_id", f"look_{band}") for band in "abcd"),
    )

    user_id: Mapped[UUID | None]
    sha256: Mapped[str]
    master_sha256: Mapped[str | None]  # of the picture as it is kept; None for those taken in before it was noted
    bytes_received: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    received_at: Mapped[datetime]
    exif_taken_at: Mapped[str | None]
    original_sha256: Mapped[str | None]
    distance_m: Mapped[int | None]
    look_a: Mapped[int | None]  # what the picture looks like (look.py), 16 bits a column so that like ones are found
    look_b: Mapped[int | None]
    look_c: Mapped[int | None]
    look_d: Mapped[int | None]


_TAKEN = Prepared(
    select(Photo.id).where(Photo.site_id == bindparam("site_id"), Photo.id.in_(bindparam("ids", expanding=True)))
)
_ADD = Prepared(insert(Photo.__table__))  # type: ignore[arg-type]


def add_photos(
    ids: Iterable[UUID],
    *,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    place_id: UUID | None,
    by: Reader,
    when: When,
    category: str | None = None,
    round_id: UUID | None = None,
    detail_id: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
) -> list[datetime]:
    """What these pictures show, inside the caller's ``write()``. Their bytes may come before or after.
    Answers when each was taken.

    facts: per photo id (as text) ``{"taken_at": ISO time, "gallery": bool, "exif_at": ISO time,
    "original_sha256": hex}`` as the phone tells it.
    Refuses (photo.used) an id that already shows something else: a picture proves one thing only.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    here, day = connection(), business_day_of(by, when.at)
    _check_unused(here, by.site_id, wanted)
    rows: list[dict[str, Any]] = []
    for sort, photo_id in enumerate(wanted):
        told = (facts or {}).get(str(photo_id)) or {}
        rows.append(
            {
                "site_id": by.site_id,
                "id": photo_id,
                "kind": kind,
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "detail_id": detail_id,
                "place_id": place_id,
                "user_id": by.user_id,
                "round_id": round_id,
                "category": category,
                "business_day": day,
                "taken_at": _taken_at(told.get("taken_at"), when),
                "received_at": when.received_at,
                "from_gallery": bool(told.get("gallery")),
                "exif_at": _exif_at(told.get("exif_at"), by),
                "original_sha256": _sha256(told.get("original_sha256")),
                "sort": sort,
            }
        )
    _ADD.run(here, *rows)
    mark_day(by.site_id, day)
    return [row["taken_at"] for row in rows]


def _check_unused(here: Connection, site_id: UUID, ids: list[UUID]) -> None:
    if _TAKEN.all(here, {"site_id": site_id, "ids": ids}):
        raise Problem("photo.used", N_("This photo already belongs to another record. Take a new one."), status=409)


def _taken_at(told: Any, when: When) -> datetime:
    """The phone's own time of the picture, put right like its record's; the record's time if it makes no sense."""
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return when.at
    if at.tzinfo is None:
        return when.at
    put_right = at + (when.at - when.captured_at)
    return put_right if when.at - timedelta(days=31) <= put_right <= when.at else when.at


def _exif_at(told: Any, by: Reader) -> datetime | None:
    """A camera writes local time, often without a zone: then it is the site's."""
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=by.zone)


def _sha256(told: Any) -> str | None:
    text = str(told).lower()
    return text if len(text) == 64 and all(letter in "0123456789abcdef" for letter in text) else None


def may_see_photo(photo: Photo, by: Reader) -> bool:
    """Pictures of hazards and places are for all of the site; others for who took them and whose work they are.

    An engineer sees what was found at equipment before him, but nobody's signature. What was photographed before a
    storm is for all, since the picture after it is held against it. What owners sent is for the desk and supervisors,
    and of a repair for those who put things right.
    """
    if (
        photo.subject_kind in ("hazard", "place", "equipment", "storm")
        or photo.user_id == by.user_id
        or by.may("photo.log")
    ):
        return True
    if photo.subject_kind in ("report", "repair", "complaint"):
        works = photo.subject_kind == "repair" and photo.kind != "signature" and by.may("order.rectify")
        return works or by.may("owner.see")
    if photo.subject_kind in ("maintenance", "work_log"):
        return photo.kind != "signature" and (by.may("equipment.see") or by.may("checklist.fill"))
    return photo.subject_kind == "inspection" and photo.kind != "signature" and by.may("equipment.see")


def photos_of(site_id: UUID, subject_kind: str, subject_ids: Iterable[UUID]) -> dict[UUID, list[Photo]]:
    """The photos of several subjects at once, in the order they were taken."""
    found: dict[UUID, list[Photo]] = {subject_id: [] for subject_id in subject_ids}
    if not found:
        return found
    query = (
        select(Photo)
        .where(Photo.site_id == site_id, Photo.subject_kind == subject_kind, Photo.subject_id.in_(found))
        .order_by(Photo.taken_at, Photo.sort, Photo.id)
    )
    for photo in db.session.scalars(query):
        found[photo.subject_id].append(photo)
    return found


def arrived(site_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these photos whose bytes are here; the others are on their way."""
    query = select(PhotoFile.id).where(PhotoFile.site_id == site_id, PhotoFile.id.in_(list(ids)))
    return set(db.session.scalars(query))
