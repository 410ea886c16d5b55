"""Label (点位牌): the printed code that names one place; re-issuing ends the old code and keeps its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from patrol.core.db import Model, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import note
from patrol.sites.place import Place
from patrol.sites.symbol import fold_code, new_code

LabelState = Literal["current", "replaced", "unknown"]


class Label(SiteRow, Model):
    """One issue of a place's label. ``code``: 12 characters of Crockford base 32, random."""

    __tablename__ = "label"
    __table_args__ = (
        site_key("place_id", "place"),
        UniqueConstraint("site_id", "code"),
        Index(None, "code"),
        Index(None, "site_id", "place_id"),
    )

    place_id: Mapped[UUID]
    code: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None]
    revoked_reason: Mapped[str] = mapped_column(default="")
    leaked: Mapped[bool] = mapped_column(default=False)  # revoked because copies of it are about


def issue_label(place: Place, *, by: UUID | None, at: datetime) -> Label:
    """The place's first label; a place that has one keeps it (409), so nobody replaces a label by accident."""
    if current_label(place.site_id, place.id) is not None:
        raise Problem("label.exists", N_("This place already has a label. Use “new code” to replace it."), status=409)
    return _issue(place, 1 + len(labels_of(place.site_id, place.id)), by, at)


def reissue_label(place: Place, reason: str, *, by: UUID | None, at: datetime, leaked: bool = False) -> Label:
    """A new code for the place; the old one is revoked and answers "replaced" from now on.

    The version on paper does not matter to a guard who scans: pages show it, so that a stack of old prints
    can be told from the new. leaked: copies of the old one are about, so whoever scans one later is asked why.
    """
    old = current_label(place.site_id, place.id)
    version = 1 + len(labels_of(place.site_id, place.id))
    if old is not None:
        old.revoked_at, old.revoked_by_id, old.revoked_reason = at, by, reason.strip()[:200]
        old.leaked = leaked
        note(
            "label.revoked", "place", place.id, site_id=place.site_id, by=by, at=at,
            version=old.version, reason=old.revoked_reason,
        )  # fmt: skip
    return _issue(place, version, by, at)


def _issue(place: Place, version: int, by: UUID | None, at: datetime) -> Label:
    if place.retired_at is not None:
        raise Problem("label.retired", N_("This place is retired. Bring it back before it gets a label."), status=409)
    label = Label(
        id=uuid7(), site_id=place.site_id, place_id=place.id, code=_free_code(), version=version,
        issued_at=at, issued_by_id=by,
    )  # fmt: skip
    db.session.add(label)
    db.session.flush()
    note("label.issued", "place", place.id, site_id=place.site_id, by=by, at=at, version=version)
    return label


def _free_code() -> str:
    """Free on every site, since a scanned address names no site."""
    while True:
        code = new_code()
        if db.session.execute(_BY_CODE, {"code": code}).first() is None:
            return code


_BY_CODE = select(Label).where(Label.code == bindparam("code"))


def label_by_code(text: str) -> tuple[Label | None, LabelState]:
    """The label whose code (or label address) this is, in any case and grouping.

    current: good. replaced: this very label was exchanged, its place is known. unknown: not one of ours.
    The label may be another site's: the caller compares ``label.site_id``.
    """
    code = fold_code(text)
    label = db.session.scalar(_BY_CODE, {"code": code}) if code else None
    if label is None:
        return None, "unknown"
    return label, "current" if label.revoked_at is None else "replaced"


def label_here(site_id: UUID, code: str) -> Label | None:
    """The label of this site with this folded code, current or replaced; another site's is like none at all."""
    return db.session.scalars(select(Label).where(Label.site_id == site_id, Label.code == code)).first()


def current_label(site_id: UUID, place_id: UUID) -> Label | None:
    return db.session.scalar(
        select(Label).where(Label.site_id == site_id, Label.place_id == place_id, Label.revoked_at.is_(None))
    )


def labels_of(site_id: UUID, place_id: UUID) -> Sequence[Label]:
    """Every label this place ever had, newest first."""
    query = select(Label).where(Label.site_id == site_id, Label.place_id == place_id)
    return db.session.scalars(query.order_by(Label.version.desc())).all()


@dataclass(frozen=True, slots=True)
class SheetLabel:
    """What is printed of one label."""

    label_id: UUID
    place_id: UUID
    code: str
    version: int
    issued_at: datetime
    name: str
    number: int | None


_FOR_SHEET = (
    select(
        Label.id,
        Label.place_id,
        Label.code,
        Label.version,
        Label.issued_at,
        Place.full_name,
        Place.number,
    )
    .join(Place, (Place.site_id == Label.site_id) & (Place.id == Label.place_id))
    .where(Label.site_id == bindparam("site_id"), Label.revoked_at.is_(None), Place.retired_at.is_(None))
)


def labels_for_sheet(site_id: UUID, place_ids: Sequence[UUID] | None = None) -> list[SheetLabel]:
    """The current labels of the given places in their order (twice asked for, once printed); None: all by number."""
    found = {row.place_id: SheetLabel(*row) for row in db.session.execute(_FOR_SHEET, {"site_id": site_id})}
    if place_ids is not None:
        return [found[place_id] for place_id in dict.fromkeys(place_ids) if place_id in found]
    return sorted(found.values(), key=lambda label: (label.number is None, label.number or 0, label.name))


def label_url(code: str, public_url: str, lower_case: bool = False) -> str:
    """What the symbol says. All capitals make a smaller symbol, and cameras take scheme and host in any case."""
    if lower_case:
        return f"{public_url.rstrip('/')}/c/{code.lower()}"
    return f"{public_url.rstrip('/').upper()}/C/{code}"
