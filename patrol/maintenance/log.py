"""Work log (作业记录): what somebody did at an item or a place, written at its label in under a minute."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import Model, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.equipment import Equipment, EquipmentEvent, find_equipment
from patrol.journal.entry import note
from patrol.maintenance.steps import MaintenanceStepData, take_maintenance_step
from patrol.photos.photo import add_photos
from patrol.sites.day import mark_day
from patrol.sites.place import Place
from patrol.workorders.flow import role_refusal


class WorkLog(SiteRow, Model):
    """Added, never changed."""

    __tablename__ = "work_log"
    __table_args__ = (
        site_key("equipment_id", "equipment"),
        site_key("place_id", "place"),
        site_key("order_id", "work_order"),
        Index(None, "site_id", "equipment_id", "at"),
        Index(None, "site_id", "place_id", "at"),
        Index(None, "site_id", "business_day"),
    )

    equipment_id: Mapped[UUID | None]
    place_id: Mapped[UUID]
    order_id: Mapped[UUID | None]  # the maintenance order it finished
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    done: Mapped[str]
    parts: Mapped[str] = mapped_column(default="")
    readings: Mapped[str] = mapped_column(default="")
    down_min: Mapped[int | None]


class WorkLogData(BaseModel):
    """A ``work_log`` record. order: the maintenance order this was, if it was one."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    equipment: UUID | None = None
    place: UUID | None = None
    order: UUID | None = None
    done: str = Field(min_length=1, max_length=1000)
    parts: str = Field("", max_length=500)
    readings: str = Field("", max_length=500)
    down_min: int | None = Field(None, ge=0, le=1_000_000)
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


def log_work(data: WorkLogData, *, id: UUID, by: Reader, when: When) -> WorkLog:
    """A line in the item's file, and the order it finishes. Inside the caller's ``write()``; the same id is one log."""
    known = db.session.get(WorkLog, (by.site_id, id))
    if known is not None:
        return _same(known, by)
    if not by.may("checklist.fill"):
        raise role_refusal()
    item = find_equipment(by.site_id, data.equipment) if data.equipment else None
    place_id = _place(by, data, item)
    row = WorkLog(
        id=id, site_id=by.site_id, equipment_id=item.id if item else None, place_id=place_id, user_id=by.user_id,
        at=when.at, received_at=when.received_at, business_day=business_day_of(by, when.at), done=data.done,
        parts=data.parts, readings=data.readings, down_min=data.down_min,
    )  # fmt: skip
    if data.order is not None:
        row.order_id = _finish(data, item, place_id, by, when)
    db.session.add(row)
    db.session.flush()
    add_photos(
        data.photos, kind="after", subject_kind="work_log", subject_id=row.id, place_id=place_id, by=by, when=when,
        facts=data.photo_facts,
    )  # fmt: skip
    if item is not None:
        _event(row, data.photos, by, when)
    told = {"equipment": str(item.id)} if item else {"place": str(place_id)}
    note(
        "work_log", "work_log", row.id, site_id=by.site_id, by=by.user_id, at=when.received_at,
        phone_at=when.captured_at, **told,
    )  # fmt: skip
    mark_day(by.site_id, row.business_day)
    return row


def logs_at(site_id: UUID, place_id: UUID, limit: int = 20) -> list[WorkLog]:
    query = select(WorkLog).where(WorkLog.site_id == site_id, WorkLog.place_id == place_id)
    return list(db.session.scalars(query.order_by(WorkLog.at.desc(), WorkLog.id.desc()).limit(limit)))


def find_log(site_id: UUID, log_id: UUID) -> WorkLog:
    row = db.session.get(WorkLog, (site_id, log_id))
    if row is None:
        raise NotHere("work_log")
    return row


def _same(known: WorkLog, by: Reader) -> WorkLog:
    if known.user_id != by.user_id:
        raise Problem("id_reused", N_("Another record was sent under this number. The first one stays."), status=409)
    return known


def _place(by: Reader, data: WorkLogData, item: Equipment | None) -> UUID:
    if item is not None:
        return item.place_id
    if data.place is None:
        raise Problem("work_log.place", N_("Choose the place this was done at."), field="place")
    if db.session.get(Place, (by.site_id, data.place)) is None:
        raise NotHere("place")
    return data.place


def _finish(data: WorkLogData, item: Equipment | None, place_id: UUID, by: Reader, when: When) -> UUID:
    """The order must be of this item, or of what stands at this place."""
    told = MaintenanceStepData.model_validate(
        {"order": data.order, "step": "done", "note": data.done, "parts_used": data.parts}
    )
    order = take_maintenance_step(told, id=uuid7(), by=by, when=when)
    if order.subject_id not in (item.id if item else place_id, place_id):
        raise Problem(
            "work_log.other", N_("This maintenance belongs to something else. Choose it again."), field="order"
        )
    return order.id


def _event(row: WorkLog, photos: list[UUID], by: Reader, when: When) -> None:
    detail: dict[str, Any] = {
        "done": row.done,
        "parts": row.parts,
        "readings": row.readings,
        "down_min": row.down_min,
        "log": str(row.id),
        "photos": [str(photo) for photo in photos],
    }
    db.session.add(
        EquipmentEvent(
            id=uuid7(),
            site_id=row.site_id,
            equipment_id=row.equipment_id,
            kind="worked",
            at=when.at,
            user_id=by.user_id,
            detail={key: value for key, value in detail.items() if value not in ("", None, [])},
        )
    )
