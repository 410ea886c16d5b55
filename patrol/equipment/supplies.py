"""Emergency supplies (应急物资): what a store holds, how much of it at least, until when it is good."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.db import Model, check_version, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.equipment import Equipment
from patrol.journal.entry import note
from patrol.sites.place import Place

ACTS: Mapping[str, str] = {
    "counted": N_("Counted"),
    "restocked": N_("Restocked"),
    "taken": N_("Taken out"),
    "ended": N_("No longer kept"),
}
MOST = 100_000
STORE = "emergency_store"


class Supply(SiteRow, Model):
    """Its count and date are those of its last line."""

    __tablename__ = "supply"
    __table_args__ = (site_key("place_id", "place"), Index(None, "site_id", "place_id"))

    place_id: Mapped[UUID]
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    minimum: Mapped[int]
    count: Mapped[int]
    expires_on: Mapped[date | None]
    counted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def short(self) -> int:
        return max(0, self.minimum - self.count)


class SupplyLine(SiteRow, Model):
    __tablename__ = "supply_line"
    __table_args__ = (
        site_key("supply_id", "supply"),
        CheckConstraint("act IN ('counted','restocked','taken','ended')", name="act"),
        Index(None, "site_id", "supply_id", "at"),
    )

    supply_id: Mapped[UUID]
    act: Mapped[str]
    before: Mapped[int]
    after: Mapped[int]
    expires_on: Mapped[date | None]
    why: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


def _none(value: Any) -> Any:
    return None if value == "" else value


class SupplyData(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    place: UUID
    name: str = Field(min_length=1, max_length=60)
    unit: str = Field("", max_length=12)
    minimum: int = Field(ge=0, le=MOST)
    count: int = Field(ge=0, le=MOST)
    expires_on: Annotated[date | None, BeforeValidator(_none)] = None


def add_supply(data: SupplyData, *, by: Reader, at: datetime) -> Supply:
    """Inside ``write()``. Its first line is a count."""
    place = db.session.get(Place, (by.site_id, data.place))
    if place is None or place.retired_at is not None:
        raise Problem("supply.place", N_("Choose the store it is kept in."), field="place")
    twin = select(Supply.id).where(
        Supply.site_id == by.site_id, Supply.place_id == place.id, Supply.name == data.name, Supply.ended_at.is_(None)
    )
    if db.session.scalar(twin) is not None:
        raise Problem("supply.twin", N_("This store has an entry of that name already."), field="name")
    row = Supply(
        id=uuid7(), site_id=by.site_id, place_id=place.id, name=data.name, unit=data.unit, minimum=data.minimum,
        count=data.count, expires_on=data.expires_on, counted_at=at, created_at=at, version=1,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _line(row, "counted", 0, "", by, at)
    note("supply_added", "supply", row.id, site_id=by.site_id, by=by.user_id, at=at, name=row.name, place=str(place.id))
    return row


def find_supply(site_id: UUID, supply_id: UUID) -> Supply:
    row = db.session.get(Supply, (site_id, supply_id))
    if row is None:
        raise NotHere("supply")
    return row


def change_supply(
    row: Supply,
    act: str,
    number: int | None,
    *,
    expires_on: date | None,
    why: str,
    version: int | None,
    by: Reader,
    at: datetime,
) -> None:
    """Inside ``write()``. number: of a count how many there are, else how many came or went."""
    check_version(row, version)
    if row.ended_at is not None:
        raise Problem("supply.ended", N_("It is no longer kept here."), status=409)
    before = row.count
    match act:
        case "counted":
            row.count, row.counted_at = _count(number), at
            row.expires_on = expires_on or row.expires_on
        case "restocked":
            row.count = _count(before + _count(number, 1))
            row.expires_on = expires_on or row.expires_on
        case "taken":
            gone = _count(number, 1)
            if gone > before:
                raise Problem("supply.too_many", N_("There are only %(count)s."), field="number", count=before)
            if not why.strip():
                raise Problem("supply.why", N_("Say what it was taken for."), field="why")
            row.count = before - gone
        case "ended":
            if not why.strip():
                raise Problem("supply.why", N_("Say why it is no longer kept."), field="why")
            row.ended_at = at
        case _:
            raise Problem("supply.act", N_("Choose what happened."), field="act")
    _line(row, act, before, why, by, at)


def set_minimum(row: Supply, minimum: int | None, *, version: int | None, by: Reader, at: datetime) -> None:
    """Inside ``write()``."""
    check_version(row, version)
    before, row.minimum = row.minimum, _count(minimum, field="minimum")
    note(
        "supply_minimum", "supply", row.id, site_id=by.site_id, by=by.user_id, at=at, minimum=[before, row.minimum]
    )  # fmt: skip


def supplies_of(site_id: UUID) -> list[Any]:
    """(Supply, name of its store), by store and name."""
    query = (
        select(Supply, Place.full_name)
        .join(Place, and_(Place.site_id == Supply.site_id, Place.id == Supply.place_id))
        .where(Supply.site_id == site_id, Supply.ended_at.is_(None))
    )
    return list(db.session.execute(query.order_by(Place.full_name, Supply.name, Supply.id)))


def lines_of(row: Supply, limit: int = 100) -> list[Any]:
    """(SupplyLine, who), newest first."""
    query = (
        select(SupplyLine, User.name)
        .join(User, User.id == SupplyLine.user_id)
        .where(SupplyLine.site_id == row.site_id, SupplyLine.supply_id == row.id)
    )
    return list(db.session.execute(query.order_by(SupplyLine.at.desc(), SupplyLine.id.desc()).limit(limit)))


def stores(site_id: UUID) -> list[Any]:
    """(id, full name) of places that are stores or hold one of the ledger's."""
    holds = select(Equipment.place_id).where(
        Equipment.site_id == site_id, Equipment.type == STORE, Equipment.state != "retired"
    )
    query = select(Place.id, Place.full_name).where(
        Place.site_id == site_id, Place.retired_at.is_(None), (Place.type == STORE) | Place.id.in_(holds)
    )
    return list(db.session.execute(query.order_by(Place.full_name)))


def _count(number: int | None, least: int = 0, field: str = "number") -> int:
    if number is None or not least <= number <= MOST:
        raise Problem("supply.number", N_("Give a whole number, %(least)s or more."), field=field, least=least)
    return number


def _line(row: Supply, act: str, before: int, why: str, by: Reader, at: datetime) -> None:
    db.session.add(
        SupplyLine(
            id=uuid7(), site_id=row.site_id, supply_id=row.id, act=act, before=before, after=row.count,
            expires_on=row.expires_on, why=why.strip()[:200], at=at, user_id=by.user_id,
        )
    )  # fmt: skip
    db.session.flush()
