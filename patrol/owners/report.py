"""Owner's report (报事): what an owner told us, by the public page or by telephone, before it becomes an order.

The one table that holds who an owner is: name, telephone and flat stand here and nowhere else, neither in
timelines nor in the journal, so that they can be masked in one place and deleted when their time is over.
"""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.db import Model, check_version, db
from patrol.core.facts import When
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.problems import N_, NotHere, Problem
from patrol.core.wording import tidy, tidy_phone
from patrol.journal.entry import note as journal
from patrol.owners.words import KINDS
from patrol.photos.photo import Photo, add_photos
from patrol.sites.place import Place
from patrol.workorders.flow import role_refusal
from patrol.workorders.number import next_number

PREFIX = "BS"
MAX_PHOTOS = 3


class OwnerReport(SiteRow, Model):
    """new: waits for the desk; taken: became the order ``order_id``; dismissed: set aside with a reason."""

    __tablename__ = "owner_report"
    __table_args__ = (
        site_key("place_id", "place"),
        site_key("order_id", "work_order"),
        UniqueConstraint("follow"),
        CheckConstraint("state IN ('new','taken','dismissed')", name="state"),
        Index(None, "site_id", "state", "reported_at"),
        Index(None, "site_id", "order_id"),
        Index(None, "site_id", "reported_at"),
        Index(None, "site_id", "forgotten_at", "reported_at"),
    )

    number: Mapped[str]
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    place_id: Mapped[UUID | None]
    place_words: Mapped[str] = mapped_column(default="")
    owner_name: Mapped[str] = mapped_column(default="")
    owner_phone: Mapped[str] = mapped_column(default="")
    owner_flat: Mapped[str] = mapped_column(default="")
    source: Mapped[str]  # public, call
    suspect: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(default="")  # a keyed hash of the sender's address: tells senders apart only
    follow: Mapped[str]
    state: Mapped[str] = mapped_column(default="new")
    order_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="")
    reported_at: Mapped[datetime]
    business_day: Mapped[date]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    forgotten_at: Mapped[datetime | None]  # name, telephone and flat were deleted (forget.py)
    version: Mapped[int] = mapped_column(default=1)


def new_report(
    *,
    id: UUID,
    by: Reader,
    when: When,
    kind: str,
    source: str,
    words: str = "",
    place_id: UUID | None = None,
    place_words: str = "",
    owner_name: str = "",
    owner_phone: str = "",
    owner_flat: str = "",
    origin: str = "",
    suspect: bool = False,
    photos: Iterable[UUID] = (),
) -> OwnerReport:
    """A report and its photos, inside the caller's ``write()``. The same id again answers the same report."""
    known = db.session.get(OwnerReport, (by.site_id, id))
    if known is not None:
        return known
    _check(by.site_id, kind, words, place_id, photos)
    day = business_day_of(by, when.at)
    report = OwnerReport(
        id=id,
        site_id=by.site_id,
        number=next_number(by.site_id, PREFIX, day),
        kind=kind,
        words=tidy(words, 500),
        place_id=place_id,
        place_words=tidy(place_words, 100),
        owner_name=tidy(owner_name, 40),
        owner_phone=tidy_phone(owner_phone, 20),
        owner_flat=tidy(owner_flat, 40),
        source=source,
        suspect=suspect,
        origin=origin,
        follow=secrets.token_urlsafe(16),
        state="new",
        reported_at=when.at,
        business_day=day,
        version=1,
    )
    db.session.add(report)
    db.session.flush()
    add_photos(photos, kind="before", subject_kind="report", subject_id=report.id, place_id=place_id, by=by, when=when)
    return report


def _check(site_id: UUID, kind: str, words: str, place_id: UUID | None, photos: Iterable[UUID]) -> None:
    if kind not in KINDS:
        raise Problem("report.kind", N_("Choose what it is about."), field="kind")
    if not tidy(words, 500) and not list(photos):
        raise Problem("report.words", N_("Say in a few words what is wrong, or add a photo."), field="words")
    if len(list(photos)) > MAX_PHOTOS:
        raise Problem("report.photos", N_("At most 3 photos. Take some out."), field="photos")
    if place_id is not None:
        place = db.session.get(Place, (site_id, place_id))
        if place is None or place.retired_at is not None:
            raise Problem("report.place", N_("Choose the place from the list."), field="place")


def settle(report: OwnerReport, order: Any, *, version: int | None, by: Reader, when: When) -> None:
    """The report became this order: it keeps the photos, the report keeps the link."""
    _take(report, "taken", version, by, when)
    report.order_id = order.id
    moved = {"subject_kind": order.kind, "subject_id": order.id, "place_id": order.place_id}
    if order.kind == "hazard":
        moved["category"] = order.category
    pictures = (Photo.site_id == report.site_id, Photo.subject_kind == "report", Photo.subject_id == report.id)
    db.session.execute(update(Photo).where(*pictures).values(**moved))
    journal(
        "report_taken", "owner_report", report.id, site_id=report.site_id, by=by.user_id, at=when.received_at,
        number=report.number, order=str(order.id), order_number=order.number,
    )  # fmt: skip


def dismiss(report: OwnerReport, reason: str, *, version: int | None, by: Reader, when: When) -> None:
    """Set aside: a joke, an advertisement, a report sent twice. The reason stays, and so does the report."""
    reason = tidy(reason, 200)
    if not reason:
        raise Problem("report.reason", N_("Say why it is set aside."), field="reason")
    _take(report, "dismissed", version, by, when)
    report.reason = reason
    journal(
        "report_dismissed", "owner_report", report.id, site_id=report.site_id, by=by.user_id, at=when.received_at,
        number=report.number, reason=reason,
    )  # fmt: skip


def _take(report: OwnerReport, state: str, version: int | None, by: Reader, when: When) -> None:
    if not by.may("order.register"):
        raise role_refusal()
    if report.state != "new":
        raise Problem("report.settled", N_("Somebody at the desk has dealt with this report already."), status=409)
    check_version(report, version)
    report.state, report.settled_at, report.settled_by_id = state, when.at, by.user_id


def dismiss_same_origin(report: OwnerReport, reason: str, *, by: Reader, when: When) -> int:
    """Set aside this report and every other waiting one from the same sender. How many."""
    query = select(OwnerReport).where(
        OwnerReport.site_id == report.site_id, OwnerReport.state == "new", OwnerReport.origin == report.origin
    )
    same = list(db.session.scalars(query)) if report.origin else []
    for one in same or [report]:
        dismiss(one, reason, version=None, by=by, when=when)
    return len(same or [report])


def report_here(site_id: UUID, report_id: UUID) -> OwnerReport:
    report = db.session.get(OwnerReport, (site_id, report_id))
    if report is None:
        raise NotHere("report")
    return report


def report_of(order: Any) -> OwnerReport | None:
    """The owner's report behind an order, if there is one."""
    return report_of_order(order.site_id, order.id)


def report_of_order(site_id: UUID, order_id: UUID) -> OwnerReport | None:
    query = select(OwnerReport).where(OwnerReport.site_id == site_id, OwnerReport.order_id == order_id)
    return db.session.scalars(query.order_by(OwnerReport.reported_at)).first()


def report_by_follow(code: str) -> OwnerReport | None:
    """The report an owner follows by his link; the code is long enough that nobody finds one by trying."""
    return db.session.scalars(select(OwnerReport).where(OwnerReport.follow == code[:64])).first()


def waiting_reports(site_id: UUID, limit: int = 100) -> list[OwnerReport]:
    """What waits for the desk: honest ones first and oldest first, those that look like junk behind them."""
    query = select(OwnerReport).where(OwnerReport.site_id == site_id, OwnerReport.state == "new")
    return list(db.session.scalars(query.order_by(OwnerReport.suspect, OwnerReport.reported_at).limit(limit)))


def count_waiting() -> Any:
    """A select that counts the honest-looking reports that wait for the desk. Binds: site_id."""
    return select(func.count()).where(
        OwnerReport.site_id == bindparam("site_id"), OwnerReport.state == "new", OwnerReport.suspect.is_(False)
    )


def by_telephone(by: Reader, when: When, **told: Any) -> OwnerReport:
    """What the desk writes down while the owner is on the telephone."""
    if not by.may("order.register"):
        raise role_refusal()
    return new_report(id=told.pop("id", None) or uuid7(), by=by, when=when, source="call", **told)
