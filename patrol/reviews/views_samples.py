"""Door: the second look (抽查复核) at what a week draws: visits by their pictures, and hazards fixed on the spot."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import NotHere
from patrol.reviews.day_page import sampled_hazards
from patrol.reviews.period import Period
from patrol.reviews.review import asked_for
from patrol.reviews.visit_check import check_visit, drawn_visits
from patrol.rounds.evidence_site import evidence_site
from patrol.rounds.scan import Scan
from patrol.web.access import needs
from patrol.web.replies import go

bp = Blueprint("samples", __name__)


@bp.get("/reviews/week/<text>/samples")
@needs("review.sign")
def samples(text: str) -> Any:
    by: Reader = current_user._get_current_object()
    week = asked_for("week", text, business_day_of(by, now()))
    return render_template(
        "reviews/samples.html",
        period=week,
        visits=drawn_visits(by.site_id, week, _secret(by)),
        hazards=sampled_hazards(by.site_id, week.first, week.last),
    )


@bp.post("/visits/<uuid:scan_id>/check")
@needs("review.sign")
def check(scan_id: UUID) -> Any:
    """Fields: ``good`` (1 or 0), ``reason``."""
    by: Reader = current_user._get_current_object()
    scan = db.session.get(Scan, (by.site_id, scan_id))
    if scan is None:
        raise NotHere("visit")
    week, secret = Period.around("week", scan.business_day), _secret(by)
    good, reason = request.form.get("good") == "1", request.form.get("reason", "")[:300]
    with write(by.site_id):
        check_visit(scan_id, good=good, reason=reason, secret=secret, by=by, at=now())
    return go(f"/reviews/week/{week.slug}/samples")


def _secret(by: Reader) -> bytes:
    return evidence_site(by.site_id, now()).secret.encode()
