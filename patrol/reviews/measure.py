"""What a review says beside its figures: its summary (小结), and measures (改进措施) with who and until when.

Both are added, never changed: a summary written anew stands beside the old one, a measure ends by a line of its own.
A measure is carried into the next reviews of its kind until it has ended.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.user import Membership, User
from patrol.core.db import Model, connection, db
from patrol.core.keys import SiteRow, site_key, uuid7
from patrol.core.prepared import Prepared
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import note
from patrol.reviews.period import Period
from patrol.reviews.signature import ReviewEdition, ReviewSignature
from patrol.reviews.signers import Act, Signed

LONGEST = 2000  # letters of a summary
TEXT = 300  # letters of a measure


class ReviewText(SiteRow, Model):
    """A summary of one review, as somebody wrote it; the latest stands."""

    __tablename__ = "review_text"
    __table_args__ = (Index(None, "site_id", "kind", "first"),)

    kind: Mapped[str]
    first: Mapped[date]
    text: Mapped[str]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Measure(SiteRow, Model):
    """Something to be done better. first: of the review it was decided in."""

    __tablename__ = "review_measure"
    __table_args__ = (Index(None, "site_id", "kind", "first"),)

    kind: Mapped[str]
    first: Mapped[date]
    text: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    due_on: Mapped[date]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class MeasureEnd(SiteRow, Model):
    """How a measure ended: done (已落实) or dropped (取消), on which business day."""

    __tablename__ = "measure_end"
    __table_args__ = (
        site_key("measure_id", "review_measure"),
        UniqueConstraint("site_id", "measure_id"),
        CheckConstraint("how IN ('done','dropped')", name="how"),
    )

    measure_id: Mapped[UUID]
    how: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    day: Mapped[date]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Standing:
    """A measure as a review shows it. how: "", done or dropped. carried: decided in an earlier review."""

    id: UUID
    text: str
    person: str
    due_on: date
    how: str
    ended_on: date | None
    note: str
    carried: bool

    def late(self, today: date) -> bool:
        return self.due_on < (self.ended_on or today)


class Edition(NamedTuple):
    """A frozen text, as a row of ``ReviewEdition``."""

    id: UUID
    number: int
    hash: str
    why: str
    snapshot: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """summary: the latest text, "" for none; by and at of it. measures: open ones first, by date.

    editions: every frozen text, the first one first. names: who signed, by edition, in the order they did.
    """

    summary: str
    by: str
    at: datetime | None
    measures: list[Standing]
    editions: list[Edition]
    names: dict[UUID, list[Signed]]


def said_in(site_id: UUID, period: Period) -> Said:
    """The words beside a review's figures: its summary, its measures and earlier ones that had not ended when it
    began, and the names under it. One query."""
    rows: dict[str, list[Any]] = defaultdict(list)
    asked = {"site_id": site_id, "kind": period.kind, "first": period.first}
    for row in _SAID.all(connection(), asked):
        rows[row.what].append(row)
    latest = max(rows["text"], key=lambda row: (row.at, row.id), default=None)
    measures = [_standing(row, period) for row in rows["measure"]]
    measures.sort(key=lambda m: (m.how != "", m.due_on, m.text))
    names: dict[UUID, list[Signed]] = defaultdict(list)
    for row in sorted(rows["name"], key=lambda row: (row.at, row.id)):
        act: Act = "countersign" if row.how == "countersign" else "sign"
        names[row.edition].append(Signed(row.user, row.name, row.role, act, row.at, row.note))
    editions = [Edition(row.id, row.number, row.text, row.note, row.snapshot) for row in rows["edition"]]
    editions.sort(key=lambda edition: edition.number)
    if latest is None:
        return Said("", "", None, measures, editions, names)
    return Said(latest.text, latest.name, latest.at, measures, editions, names)


def summarise(period: Period, text: str, *, by: Reader, at: datetime) -> ReviewText:
    """Write the summary of a review, or write it anew, inside ``write()``."""
    _may(period, by)
    if not text.strip():
        raise Problem("review.summary", N_("Write a few words."), field="text")
    row = ReviewText(
        id=uuid7(), site_id=by.site_id, kind=period.kind, first=period.first, text=text.strip()[:LONGEST],
        by_id=by.user_id, at=at,
    )  # fmt: skip
    db.session.add(row)
    note("review.summary", "review_text", row.id, site_id=by.site_id, by=by.user_id, at=at, review=period.number)
    return row


def decide(
    period: Period, text: str, person_id: UUID | None, due_on: date | None, *, by: Reader, at: datetime
) -> Measure:
    """Decide a measure in a review, inside ``write()``. person_id: somebody of the site. due_on: not before today."""
    _may(period, by)
    if not text.strip():
        raise Problem("measure.text", N_("Say what is to be done."), field="text")
    if person_id is None or not _of_site(by.site_id, person_id):
        raise Problem("measure.person", N_("Choose who does it."), field="person")
    if due_on is None or due_on < business_day_of(by, at):
        raise Problem("measure.due", N_("Choose a day that lies ahead."), field="due_on")
    row = Measure(
        id=uuid7(), site_id=by.site_id, kind=period.kind, first=period.first, text=text.strip()[:TEXT],
        person_id=person_id, due_on=due_on, by_id=by.user_id, at=at,
    )  # fmt: skip
    db.session.add(row)
    note(
        "measure.decided", "review_measure", row.id, site_id=by.site_id, by=by.user_id, at=at, review=period.number,
        due_on=due_on.isoformat(),
    )  # fmt: skip
    return row


def end_measure(measure_id: UUID, how: str, words: str, *, by: Reader, at: datetime) -> MeasureEnd:
    """Say that a measure is done, or dropped with a reason, inside ``write()``. Whoever has it may say done."""
    measure = db.session.get(Measure, (by.site_id, measure_id))
    if measure is None:
        raise NotHere("measure")
    if not by.may("review.sign") and not (how == "done" and measure.person_id == by.user_id):
        raise Problem("forbidden", N_("Your role does not decide about measures."), status=403)
    if how not in ("done", "dropped"):
        raise Problem("measure.how", N_("Choose how it ended."), field="how")
    if how == "dropped" and not words.strip():
        raise Problem("measure.why", N_("Say why it is dropped."), field="note")
    ended = db.session.scalars(
        select(MeasureEnd.id).where(MeasureEnd.site_id == by.site_id, MeasureEnd.measure_id == measure_id)
    ).first()
    if ended is not None:
        raise Problem("measure.ended", N_("This measure has ended already."), status=409)
    row = MeasureEnd(
        id=uuid7(), site_id=by.site_id, measure_id=measure_id, how=how, note=words.strip()[:TEXT],
        day=business_day_of(by, at), by_id=by.user_id, at=at,
    )  # fmt: skip
    db.session.add(row)
    note(f"measure.{how}", "review_measure", measure_id, site_id=by.site_id, by=by.user_id, at=at, note=row.note)
    return row


def _standing(row: Any, period: Period) -> Standing:
    return Standing(
        row.id, row.text, row.name, row.due_on, row.how or "", row.day, row.note or "", row.first < period.first
    )


def _of_site(site_id: UUID, person_id: UUID) -> bool:
    query = select(Membership.id).where(
        Membership.site_id == site_id, Membership.user_id == person_id, Membership.ended_at.is_(None)
    )
    return db.session.scalars(query).first() is not None


def _may(period: Period, by: Reader) -> None:
    if not by.may("review.sign"):
        raise Problem("forbidden", N_("Your role does not decide about measures."), status=403)


def _no(column: Any) -> Any:
    return cast(null(), column.type)


_SITE: Any = bindparam("site_id")
_KIND: Any = bindparam("kind")
_FIRST: Any = bindparam("first")
_NONE = {
    "due_on": _no(Measure.due_on), "how": _no(MeasureEnd.how), "day": _no(MeasureEnd.day), "note": _no(Measure.text),
    "edition": _no(Measure.id), "user": _no(User.id), "role": _no(Membership.role), "number": _no(ReviewEdition.number),
    "snapshot": _no(ReviewEdition.snapshot),
}  # fmt: skip


def _part(what: str, *first: Any, **more: Any) -> Any:
    """One kind of row, with nothing in the columns that others have. first: id, text, at, name, first."""
    names = ("id", "text", "at", "name", "first")
    columns = [column.label(name) for column, name in zip(first, names, strict=True)]
    return select(
        literal(what).label("what"), *columns, *({**_NONE, **more}[name].label(name) for name in _NONE)
    )  # fmt: skip


_SAID = Prepared(
    union_all(
        _part("text", ReviewText.id, ReviewText.text, ReviewText.at, User.name, ReviewText.first)
        .join(User, User.id == ReviewText.by_id)
        .where(ReviewText.site_id == _SITE, ReviewText.kind == _KIND, ReviewText.first == _FIRST),
        _part(
            "measure", Measure.id, Measure.text, Measure.at, User.name, Measure.first, due_on=Measure.due_on,
            how=MeasureEnd.how, day=MeasureEnd.day, note=MeasureEnd.note,
        )
        .join(User, User.id == Measure.person_id)
        .outerjoin(MeasureEnd, and_(MeasureEnd.site_id == Measure.site_id, MeasureEnd.measure_id == Measure.id))
        .where(
            Measure.site_id == _SITE,
            Measure.kind == _KIND,
            Measure.first <= _FIRST,
            or_(Measure.first == _FIRST, MeasureEnd.day.is_(None), MeasureEnd.day >= _FIRST),
        ),
        _part(
            "name", ReviewSignature.id, _no(Measure.text), ReviewSignature.at, User.name, ReviewEdition.first,
            how=ReviewSignature.act, note=ReviewSignature.note, edition=ReviewSignature.edition_id,
            user=ReviewSignature.user_id, role=ReviewSignature.role,
        )
        .join(
            ReviewEdition,
            and_(ReviewEdition.site_id == ReviewSignature.site_id, ReviewEdition.id == ReviewSignature.edition_id),
        )
        .join(User, User.id == ReviewSignature.user_id)
        .where(
            ReviewSignature.site_id == _SITE,
            ReviewSignature.edition_id.in_(
                select(ReviewEdition.id).where(
                    ReviewEdition.site_id == _SITE, ReviewEdition.kind == _KIND, ReviewEdition.first == _FIRST
                )
            ),
        ),
        _part(
            "edition", ReviewEdition.id, ReviewEdition.hash, ReviewEdition.made_at, _no(User.name), ReviewEdition.first,
            number=ReviewEdition.number, note=ReviewEdition.why, snapshot=ReviewEdition.snapshot,
        ).where(ReviewEdition.site_id == _SITE, ReviewEdition.kind == _KIND, ReviewEdition.first == _FIRST),
    )
)  # fmt: skip
