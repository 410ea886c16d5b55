"""Photos that ought to be there and are not: hazards without a picture before, put right without one after, pictures
that have not come, and pictures whose file has gone from the shelf."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, select

from patrol.core.db import db
from patrol.hazards.hazard import Hazard
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.place import Place

MOST = 50
LOOKED_AT = 500  # files asked for on the shelf: those of the latest hazards
ON_ITS_WAY = timedelta(days=1)
PUT_RIGHT = ("to_verify", "closed")
NOT_VALID = ("rejected", "merged")


@dataclass(frozen=True, slots=True)
class Gaps:
    """Each list up to MOST, newest first. without_before: a checklist's own item may ask for no photo."""

    without_before: list[Any]
    without_after: list[Any]
    not_come: list[Any]
    lost: list[Any]
    looked_at: int

    def __bool__(self) -> bool:
        return bool(self.without_before or self.without_after or self.not_come or self.lost)


def gaps(site_id: UUID, first: date, last: date, at: datetime, on_shelf: Callable[[UUID], bool]) -> Gaps:
    """Of hazards and photos of these business days. Four queries; ``on_shelf`` is asked LOOKED_AT times at most."""
    looked = _files_of_hazards(site_id, first, last)
    return Gaps(
        without_before=_hazards(site_id, first, last, "before", Hazard.source != "checklist"),
        without_after=_hazards(site_id, first, last, "after", Hazard.state.in_(PUT_RIGHT)),
        not_come=_not_come(site_id, first, last, at),
        lost=[row for row in looked if not on_shelf(row.id)][:MOST],
        looked_at=len(looked),
    )


def _hazards(site_id: UUID, first: date, last: date, kind: str, more: Any) -> list[Any]:
    photo = exists().where(
        Photo.site_id == Hazard.site_id,
        Photo.subject_kind == "hazard",
        Photo.subject_id == Hazard.id,
        Photo.kind == kind,
    )
    query = (
        select(
            Hazard.id, Hazard.number, Hazard.title, Hazard.severity, Hazard.reported_at, Place.full_name.label("place")
        )
        .join(Place, and_(Place.site_id == Hazard.site_id, Place.id == Hazard.place_id))
        .where(
            Hazard.site_id == site_id,
            Hazard.business_day >= first,
            Hazard.business_day <= last,
            Hazard.state.not_in(NOT_VALID),
            more,
            ~photo,
        )
    )
    return list(db.session.execute(query.order_by(Hazard.reported_at.desc()).limit(MOST)))


def _photos(site_id: UUID, first: date, last: date) -> Any:
    return (
        select(Photo.id, Photo.kind, Photo.taken_at, Photo.subject_id, Place.full_name.label("place"))
        .outerjoin(Place, and_(Place.site_id == Photo.site_id, Place.id == Photo.place_id))
        .outerjoin(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == site_id, Photo.business_day >= first, Photo.business_day <= last)
        .order_by(Photo.taken_at.desc(), Photo.id.desc())
    )


def _not_come(site_id: UUID, first: date, last: date, at: datetime) -> list[Any]:
    query = _photos(site_id, first, last).where(
        PhotoFile.id.is_(None), Photo.kind != "signature", Photo.received_at < at - ON_ITS_WAY
    )
    return list(db.session.execute(query.limit(MOST)))


def _files_of_hazards(site_id: UUID, first: date, last: date) -> list[Any]:
    query = _photos(site_id, first, last).where(PhotoFile.id.is_not(None), Photo.subject_kind == "hazard")
    return list(db.session.execute(query.limit(LOOKED_AT)))
