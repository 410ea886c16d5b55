"""Door: what a review says in words: its summary, and measures with who and until when."""

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, request
from flask_login import current_user

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.asked import asked_day, asked_id
from patrol.core.clock import now
from patrol.core.db import write
from patrol.reviews.measure import decide, end_measure, summarise
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import asked_for
from patrol.web.access import needs, safe_next
from patrol.web.replies import go

bp = Blueprint("measures", __name__)
_KINDS = "<any(day, week, month):kind>/<text>"


@bp.post(f"/reviews/{_KINDS}/summary")
@needs("review.sign")
def summary(kind: str, text: str) -> Any:
    """Field: ``text``."""
    period, by = _asked(kind, text)
    with write(by.site_id):
        summarise(period, request.form.get("text", ""), by=by, at=now())
    return go(f"{period.url}#measures")


@bp.post(f"/reviews/{_KINDS}/measures")
@needs("review.sign")
def add(kind: str, text: str) -> Any:
    """Fields: ``text``, ``person``, ``due_on``."""
    period, by = _asked(kind, text)
    form = request.form
    with write(by.site_id):
        decide(
            period, form.get("text", ""), asked_id(form.get("person")), asked_day(form.get("due_on")), by=by, at=now()
        )
    return go(f"{period.url}#measures")


@bp.post("/measures/<uuid:measure_id>/end")
@needs("review.see")
def end(measure_id: UUID) -> Any:
    """Fields: ``how`` (done, dropped), ``note``, ``next`` (where to go on)."""
    by: Reader = current_user._get_current_object()
    form = request.form
    with write(by.site_id):
        end_measure(measure_id, form.get("how", ""), form.get("note", ""), by=by, at=now())
    return go(safe_next(form.get("next"), "/reviews/month") + "#measures")


def _asked(kind: str, text: str) -> tuple[Period, Reader]:
    by: Reader = current_user._get_current_object()
    return asked_for(cast(Kind, kind), text, business_day_of(by, now())), by
