"""Rows of orders as lists and boards show them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select, union_all

from patrol.accounts.user import User
from patrol.core.db import db
from patrol.photos.photo import Photo, PhotoFile
from patrol.sites.place import Place
from patrol.workorders.order import WorkOrder


def rows_of(site_id: UUID) -> Select[Any]:
    """What a row or card of any list of orders shows, as columns; ``photo``: its first picture that has arrived."""
    reporter = User.__table__.alias("reporter")
    photo = (
        select(Photo.id)
        .join(PhotoFile, and_(PhotoFile.site_id == Photo.site_id, PhotoFile.id == Photo.id))
        .where(Photo.site_id == WorkOrder.site_id, Photo.subject_kind == WorkOrder.kind)
        .where(Photo.subject_id == WorkOrder.id, Photo.kind == "before")
        .order_by(Photo.taken_at, Photo.sort)
        .limit(1)
        .correlate(WorkOrder)
        .scalar_subquery()
    )
    return (
        select(*WorkOrder.__table__.c)
        .add_columns(
            Place.full_name.label("place_name"),
            User.name.label("assignee_name"),
            reporter.c.name.label("reporter_name"),
            photo.label("photo"),
        )
        .join(Place, and_(Place.site_id == WorkOrder.site_id, Place.id == WorkOrder.place_id))
        .outerjoin(User, User.id == WorkOrder.assignee_id)
        .outerjoin(reporter, reporter.c.id == WorkOrder.reported_by_id)
        .where(WorkOrder.site_id == site_id)
    )


def rows_by_id(site_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Any]:
    return {row.id: row for row in db.session.execute(rows_of(site_id).where(WorkOrder.id.in_(list(ids))))}


def in_order(column: Any, newest: bool) -> tuple[Any, Any]:
    return (column.desc(), WorkOrder.id.desc()) if newest else (column, WorkOrder.id)


def one_after_another(parts: list[Select[Any]]) -> Any:
    return union_all(*(part.subquery().select() for part in parts))
