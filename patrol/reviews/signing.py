"""Signing a review: the first name freezes it, further names stand under the same; what came later is an amendment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from patrol.accounts.reader import Reader
from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.core.problems import N_, Problem
from patrol.journal.entry import START, JournalHead, note
from patrol.reviews.measure import Edition
from patrol.reviews.review import Review
from patrol.reviews.seal import seal
from patrol.reviews.signature import (
    ReviewEdition,
    ReviewSignature,
    editions_of,
    mark_of,
    names_under,
)
from patrol.reviews.signers import VERB, Act, Seat, Signed, complete, due_at, ready_to_countersign, seats
from patrol.reviews.snapshot import Change, changes, hash_of, snapshot_of


@dataclass(frozen=True, slots=True)
class Signing:
    """How a review stands. edition: the latest, or None; changed: live figures that are no longer the signed ones."""

    editions: Sequence[Edition]
    signatures: list[Signed]
    seats: list[Seat]
    changed: list[Change]
    due_at: datetime
    over: bool  # the review has ended, so it can be signed

    @property
    def edition(self) -> Edition | None:
        return self.editions[-1] if self.editions else None

    @property
    def complete(self) -> bool:
        return self.edition is not None and complete(self.seats)

    def late(self, at: datetime) -> bool:
        return at > self.due_at and not self.complete

    def act_of(self, by: Reader) -> Act | None:
        """What this person could do now: sign, countersign, or nothing any more."""
        if not self.over or any(one.user_id == by.user_id for one in self.signatures):
            return None
        return "countersign" if any((s.role, s.act) == (by.role, "countersign") for s in self.seats) else "sign"


def signing_of(review: Review, *, anew: bool = False) -> Signing:
    """No query beside the review's own. anew: what was signed since the review was read counts too, for two."""
    editions: Sequence[Edition] = review.said.editions
    if anew:
        editions = [_edition(row) for row in editions_of(review.site.id, review.period)]
    latest = editions[-1] if editions else None
    names: list[Signed] = []
    if latest:
        names = names_under(review.site.id, latest.id) if anew else review.said.names.get(latest.id, [])
    return Signing(
        editions=editions,
        signatures=names,
        seats=seats(review.period.kind, review.roles, names),
        changed=_changed(latest, review) if latest else [],
        due_at=due_at(review.period, review.site.zone),
        over=not review.running,
    )


def _changed(latest: Edition, review: Review) -> list[Change]:
    return changes(latest.snapshot["figures"], review.figures, latest.snapshot.get("v", 0))


def sign(review: Review, *, by: Reader, at: datetime, text: str = "", hash: str | None = None) -> ReviewSignature:
    """Put one's name under a review, inside ``write()``. hash: of the edition that was looked at, None for none.

    The first name freezes the figures as they stand, and seals the days' rows (``review.rows``: read them before the
    ``write()``, which should be short). Raises Problem when the review lasts still, when somebody
    signed another text meanwhile, or when the supervisors have not signed before the manager countersigns.
    """
    now_standing = signing_of(review, anew=True)
    _check(review, now_standing, by, hash)
    act = now_standing.act_of(by)
    if act is None:
        raise Problem("review.signed_already", N_("Your name is under this review already."), status=409)
    if act == "countersign" and not ready_to_countersign(now_standing.seats):
        raise Problem("review.supervisors_first", N_("The supervisors sign first, then the manager."), status=409)
    edition = now_standing.edition or _freeze(review, 1, at, "", by)
    return _put_name(edition, act, by, at, text)


def amend(review: Review, *, by: Reader, at: datetime, why: str, hash: str) -> ReviewSignature:
    """Freeze the review anew because facts came later, and put one's name under that, inside ``write()``."""
    now_standing = signing_of(review, anew=True)
    _check(review, now_standing, by, hash)
    if now_standing.edition is None or not now_standing.changed:
        raise Problem("review.nothing_to_amend", N_("The figures are still the ones that were signed."), status=409)
    if not why.strip():
        raise Problem("review.why", N_("Say in a few words why the figures changed."), field="why")
    edition = _freeze(review, now_standing.edition.number + 1, at, why.strip(), by)
    return _put_name(edition, "sign", by, at, "")


def _check(review: Review, found: Signing, by: Reader, hash: str | None) -> None:
    if not by.may(VERB[review.period.kind]):
        raise Problem("forbidden", N_("Your role does not sign this review."), status=403)
    if not found.over:
        raise Problem(
            "review.not_over", N_("This review is not over yet. Sign it once its last day has ended."), status=409
        )
    if (found.edition.hash if found.edition else None) != (hash or None):
        raise Problem(
            "review.signed_meanwhile",
            N_("Somebody signed this review meanwhile. Read what was signed, then put your name under it."),
            status=409,
        )


def _freeze(review: Review, number: int, at: datetime, why: str, by: Reader) -> Edition:
    snapshot = snapshot_of(review)
    head = db.session.get(JournalHead, review.site.id)
    edition = ReviewEdition(
        id=uuid7(), site_id=review.site.id, kind=review.period.kind, first=review.period.first, number=number,
        snapshot=snapshot, hash=hash_of(snapshot), journal_head=head.hash if head else START, made_at=at, why=why,
    )  # fmt: skip
    db.session.add(edition)
    db.session.flush()
    sealed = seal(edition.site_id, edition.id, review.period.first, review.period.last, review.rows)
    note(
        "review.frozen", "review_edition", edition.id, site_id=edition.site_id, by=by.user_id, at=at,
        review=review.period.number, number=number, hash=edition.hash, seals=sealed,
    )  # fmt: skip
    return _edition(edition)


def _edition(row: ReviewEdition) -> Edition:
    return Edition(row.id, row.number, row.hash, row.why, row.snapshot)


def _put_name(edition: Edition, act: Act, by: Reader, at: datetime, text: str) -> ReviewSignature:
    signature = ReviewSignature(
        id=uuid7(), site_id=by.site_id, edition_id=edition.id, user_id=by.user_id, role=by.role or "", act=act,
        at=at, note=text.strip(),
    )  # fmt: skip
    db.session.add(signature)
    note(
        f"review.{act}", "review_edition", edition.id, site_id=by.site_id, by=by.user_id, at=at,
        hash=edition.hash, signature=signature.id, mark=mark_of(signature),
    )  # fmt: skip
    return signature
