"""Not reached (未能到达): why a thing could not be checked. Said, shown, and never counted as covered. Facts."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, Index, and_, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.user import User
from patrol.core.db import Model, connection, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.checklist import find_version
from patrol.equipment.equipment import Equipment, find_equipment
from patrol.equipment.rights import check_may_fill
from patrol.photos.photo import add_photos
from patrol.sites.place import Place

WHY_NOT: Mapping[str, str] = {
    "locked": N_("Locked, nobody has the key"),
    "owner_away": N_("Inside a home, nobody in"),
    "blocked": N_("Blocked by works or goods"),
    "unsafe": N_("Not safe to go there now"),
    "not_found": N_("Not where the ledger says"),
    "other": N_("Another reason"),
}


MOST = 200  # of a month, on a page


class NotReached(SiteRow, Model):
    __tablename__ = "not_reached"
    __table_args__ = (
        site_key("equipment_id", "equipment"),
        site_key("place_id", "place"),
        Index(None, "site_id", "business_day"),
    )

    equipment_id: Mapped[UUID | None]
    place_id: Mapped[UUID]
    checklist_code: Mapped[str]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class NotReachedData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    checklist: str = Field(min_length=1, max_length=64)
    equipment: UUID | None = None
    place: UUID | None = None
    reason: str = Field(max_length=20)
    note: str = Field("", max_length=300)
    photos: list[UUID] = Field(default_factory=list, max_length=4)
    photo_facts: dict[str, Any] = Field(default_factory=dict)


_BETWEEN = Prepared(
    select(
        NotReached.id,
        NotReached.equipment_id,
        NotReached.place_id,
        NotReached.checklist_code,
        NotReached.reason,
        NotReached.note,
        NotReached.at,
        NotReached.business_day,
        Place.full_name.label("place"),
        Equipment.code.label("asset"),
        User.name.label("who"),
    )
    .join(Place, and_(Place.site_id == NotReached.site_id, Place.id == NotReached.place_id))
    .join(User, User.id == NotReached.user_id)
    .outerjoin(Equipment, and_(Equipment.site_id == NotReached.site_id, Equipment.id == NotReached.equipment_id))
    .where(
        NotReached.site_id == bindparam("site_id"),
        NotReached.business_day >= bindparam("first"),
        NotReached.business_day <= bindparam("last"),
    )
    .order_by(NotReached.at.desc(), NotReached.id.desc())
    .limit(MOST)
)


def say_not_reached(data: NotReachedData, *, id: UUID, by: Reader, when: When) -> NotReached:
    """Inside ``write()``. The same id again answers with what is stored; the duty stays owed."""
    known = db.session.get(NotReached, (by.site_id, id))
    if known is not None:
        if known.user_id != by.user_id:
            raise Problem(
                "id_reused", N_("Another record was sent under this number. The first one stays."), status=409
            )
        return known
    if data.reason not in WHY_NOT:
        raise Problem("not_reached.reason", N_("Choose why it could not be reached."), field="reason")
    if data.reason == "other" and not data.note:
        raise Problem("not_reached.note", N_("Say in a few words what kept you from it."), field="note")
    checklist = find_version(by.site_id, data.checklist)
    equipment = find_equipment(by.site_id, data.equipment) if data.equipment else None
    place_id = equipment.place_id if equipment else data.place
    place = db.session.get(Place, (by.site_id, place_id)) if place_id else None
    if place is None:
        raise NotHere("place")
    check_may_fill(by, checklist.applies_to, equipment.type if equipment else None)
    row = NotReached(
        id=id, site_id=by.site_id, equipment_id=equipment.id if equipment else None, place_id=place.id,
        checklist_code=checklist.code, reason=data.reason, note=data.note, at=when.at, received_at=when.received_at,
        business_day=business_day_of(by, when.at), user_id=by.user_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    add_photos(
        data.photos, kind="inspection", subject_kind="place", subject_id=place.id, detail_id=row.id,
        place_id=place.id, by=by, when=when, facts=data.photo_facts,
    )  # fmt: skip
    return row


def out_of_reach(site_id: UUID, open_duties: Iterable[Any], first: date, last: date) -> list[Any]:
    """What was not reached on these days and is still to do: the newest word about each. One query.

    open_duties: with their list's ``code``, ``equipment_id`` and ``place_id``.
    """
    wanted = {(duty.code, duty.equipment_id or duty.place_id) for duty in open_duties}
    newest: dict[Any, Any] = {}
    for row in not_reached_between(site_id, first, last):
        newest.setdefault((row.checklist_code, row.equipment_id or row.place_id), row)
    return [row for key, row in newest.items() if key in wanted]


def not_reached_between(site_id: UUID, first: date, last: date) -> list[Any]:
    """With names, newest first: for the month's page."""
    return _BETWEEN.all(connection(), {"site_id": site_id, "first": first, "last": last})
