"""Footage looked at (调阅登记): who looked at or copied recordings, which, and why. Append-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key
from patrol.core.problems import N_, Problem
from patrol.equipment.equipment import find_equipment
from patrol.journal.entry import note
from patrol.workorders.queries import read_cursor, write_cursor

ACTS: Mapping[str, str] = {"viewed": N_("Looked at"), "copied": N_("Took a copy")}
GROUNDS: Mapping[str, str] = {
    "police": N_("Police or another authority"),
    "owner": N_("An owner's request"),
    "incident": N_("An incident on site"),
    "complaint": N_("A complaint"),
    "repair": N_("Repair or test of the system"),
    "other": N_("Another reason"),
}
PAGE = 50


class FootageLook(SiteRow, Model):
    __tablename__ = "footage_look"
    __table_args__ = (
        site_key("equipment_id", "equipment"),
        CheckConstraint("act IN ('viewed','copied')", name="act"),
        Index(None, "site_id", "at", "id"),
    )

    equipment_id: Mapped[UUID | None]  # the recorder
    act: Mapped[str]
    who: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")  # where they come from
    ground: Mapped[str]
    why: Mapped[str]
    paper: Mapped[str] = mapped_column(default="")  # number of the letter or of the report
    cameras: Mapped[str]
    shows_from: Mapped[datetime]
    shows_to: Mapped[datetime]
    medium: Mapped[str] = mapped_column(default="")  # of a copy: where it went
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class LookData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    equipment: UUID | None = None
    act: str = Field(max_length=10)
    who: str = Field(min_length=1, max_length=60)
    unit: str = Field("", max_length=80)
    ground: str = Field(max_length=20)
    why: str = Field(min_length=1, max_length=300)
    paper: str = Field("", max_length=60)
    cameras: str = Field(min_length=1, max_length=120)
    shows_from: datetime
    shows_to: datetime
    medium: str = Field("", max_length=80)


def log_look(data: LookData, *, id: UUID, by: Reader, at: datetime) -> FootageLook:
    """Inside ``write()``: stays as it is for good; a slip is put right by another line."""
    known = db.session.get(FootageLook, (by.site_id, id))
    if known is not None:
        return known
    if data.act not in ACTS:
        raise Problem("footage.act", N_("Looked at or copied? Choose one."), field="act")
    if data.ground not in GROUNDS:
        raise Problem("footage.ground", N_("Choose on what ground."), field="ground")
    if data.shows_from >= data.shows_to or data.shows_from > at:
        raise Problem("footage.span", N_("The recording's end must lie after its beginning, and not to come."),
                      field="shows_to")  # fmt: skip
    if data.act == "copied" and not data.medium:
        raise Problem("footage.medium", N_("Say what it was copied to and who took it."), field="medium")
    recorder = find_equipment(by.site_id, data.equipment) if data.equipment else None
    row = FootageLook(
        id=id, site_id=by.site_id, at=at, user_id=by.user_id, equipment_id=recorder.id if recorder else None,
        **data.model_dump(exclude={"equipment"}),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    note("footage_looked", "footage_look", row.id, site_id=by.site_id, by=by.user_id, at=at, act=row.act, who=row.who)
    return row


def looks(site_id: UUID, cursor: str | None = None, limit: int = PAGE) -> tuple[list[Any], str | None]:
    """One page with who wrote it down, newest first, and the next page's cursor."""
    query = (
        select(FootageLook, User.name)
        .join(User, User.id == FootageLook.user_id)
        .where(FootageLook.site_id == site_id)
        .order_by(FootageLook.at.desc(), FootageLook.id.desc())
    )
    if (after := read_cursor(cursor)) is not None:
        at, last_id = after
        query = query.where(or_(FootageLook.at < at, and_(FootageLook.at == at, FootageLook.id < last_id)))
    rows = list(db.session.execute(query.limit(limit + 1)))
    more = len(rows) > limit
    return rows[:limit], write_cursor(rows[limit - 1][0].at, rows[limit - 1][0].id) if more else None
