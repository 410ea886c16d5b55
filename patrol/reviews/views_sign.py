"""Door: signing a review, and the signed text as it was."""

from datetime import datetime
from typing import Any, cast

from flask import Blueprint, render_template, request
from flask_login import current_user

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.problems import NotHere
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import Review, asked_for, review
from patrol.reviews.signature import editions_of, names_under
from patrol.reviews.signing import amend, sign
from patrol.reviews.snapshot import in_order
from patrol.web.access import confirmed, needs
from patrol.web.replies import go

bp = Blueprint("signing", __name__)
_KINDS = "<any(day, week, month):kind>/<text>"


@bp.post(f"/reviews/{_KINDS}/signature")
@needs("review.sign_day", "review.sign")
@confirmed
def put_name(kind: str, text: str) -> Any:
    """Fields: ``hash`` of the edition that was looked at (empty: none yet), ``note``."""
    period, by, at = _asked(kind, text)
    found = _read(by, period, at)
    with write(by.site_id):
        sign(found, by=by, at=at, text=request.form.get("note", "")[:500], hash=request.form.get("hash") or None)
    return go(period.url)


@bp.post(f"/reviews/{_KINDS}/amendment")
@needs("review.sign_day", "review.sign")
@confirmed
def put_amendment(kind: str, text: str) -> Any:
    """Fields: ``hash`` of the edition that was looked at, ``why``."""
    period, by, at = _asked(kind, text)
    found = _read(by, period, at)
    with write(by.site_id):
        amend(found, by=by, at=at, why=request.form.get("why", "")[:500], hash=request.form.get("hash", ""))
    return go(period.url)


@bp.get(f"/reviews/{_KINDS}/signed/<int:number>")
@needs("review.see")
def signed(kind: str, text: str, number: int) -> Any:
    """One edition as it was signed: made of its snapshot and the names under it, of nothing else."""
    period, by, _at = _asked(kind, text)
    editions = editions_of(by.site_id, period)
    edition = next((one for one in editions if one.number == number), None)
    if edition is None:
        raise NotHere("review")
    return render_template(
        "reviews/signed.html",
        period=period,
        edition=edition,
        frozen=edition.snapshot,
        figures=in_order(edition.snapshot["figures"]),
        names=names_under(by.site_id, edition.id),
    )


def _read(by: Reader, period: Period, at: datetime) -> Review:
    """The review with the rows it seals, read before the queue of those who write."""
    found = review(by.site_id, period, at)
    if not found.running:
        _ = found.rows
    return found


def _asked(kind: str, text: str) -> tuple[Period, Reader, Any]:
    by: Reader = current_user._get_current_object()
    at = now()
    return asked_for(cast(Kind, kind), text, business_day_of(by, at)), by, at
