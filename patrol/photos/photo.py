"""Photo (照片): what a picture shows, and, apart from it, the bytes that arrived for it.

Record and bytes come in either order: a ``Photo`` without its ``PhotoFile`` is "on its way" (照片在路上).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model
from patrol.core.keys import SiteRow, site_key

KINDS = ("visit", "before", "after", "sighting", "verify", "inspection", "signature", "way")


class Photo(SiteRow, Model):
    """A picture as its record tells of it. ``subject_kind``/``subject_id``: hazard, inspection, scan, place."""

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
    sort: Mapped[int] = mapped_column(default=0)


class PhotoFile(SiteRow, Model):
    """The bytes of one photo: the hash received, and what the master holds. Same id as its ``Photo``."""

    __tablename__ = "photo_file"
    __table_args__ = (
        Index(None, "site_id", "user_id", "received_at"),
        Index(None, "site_id", "sha256"),
    )

    user_id: Mapped[UUID | None]
    sha256: Mapped[str]
    bytes_received: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    received_at: Mapped[datetime]
    exif_taken_at: Mapped[str | None]
    original_sha256: Mapped[str | None]
    distance_m: Mapped[int | None]
