"""Door: reviews of days, weeks and months, on the screen and on paper."""

from datetime import date
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import write
from patrol.reviews.day_page import day_page
from patrol.reviews.paper import paper_of
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import Review, asked_for, review
from patrol.reviews.signature import may_sign, sign_review, signatures
from patrol.web.access import confirmed, needs
from patrol.web.replies import go

bp = Blueprint("reviews", __name__)


@bp.get("/reviews")
@needs("review.see")
def reviews() -> Any:
    return redirect(Period.around("day", _today()).url, 303)


@bp.get("/reviews/<any(day, week, month):kind>")
@needs("review.see")
def current(kind: str) -> Any:
    return redirect(Period.around(cast(Kind, kind), _today()).url, 303)


@bp.get("/reviews/day/<text>")
@needs("review.see")
def day(text: str) -> Any:
    found = _review("day", text)
    return render_template("reviews/day.html", review=found, page=day_page(found), **_signing(found))


@bp.get("/reviews/week/<text>")
@needs("review.see")
def week(text: str) -> Any:
    found = _review("week", text)
    return render_template("reviews/week.html", review=found, **_signing(found))


@bp.get("/reviews/month/<text>")
@needs("review.see")
def month(text: str) -> Any:
    found = _review("month", text)
    return render_template("reviews/month.html", review=found, **_signing(found))


@bp.get("/reviews/day/<text>/print")
@needs("review.see")
def day_print(text: str) -> Any:
    found = _review("day", text)
    return render_template("reviews/day_print.html", review=found, page=day_page(found), paper=paper_of(found))


@bp.get("/reviews/<any(week, month):kind>/<text>/print")
@needs("review.see")
def period_print(kind: str, text: str) -> Any:
    found = _review(cast(Kind, kind), text)
    return render_template("reviews/period_print.html", review=found, paper=paper_of(found))


@bp.post("/reviews/<any(day, week, month):kind>/<text>/signature")
@needs("review.sign_day", "review.sign")
@confirmed
def sign(kind: str, text: str) -> Any:
    period = asked_for(cast(Kind, kind), text, _today())
    with write(current_user.site_id):
        sign_review(period, by=current_user._get_current_object(), at=now())
    flash(gettext("Signed."))
    return go(period.url)


def _signing(found: Review) -> dict[str, Any]:
    """Who signed, and whether this reader still may."""
    signed = signatures(current_user.site_id, found.period)
    mine = any(one.user_id == current_user.user_id for one in signed)
    return {"signed": signed, "signs": may_sign(current_user, found.period.kind) and not mine and not found.running}


def _review(kind: Kind, text: str) -> Review:
    return review(current_user.site_id, asked_for(kind, text, _today()), now())


def _today() -> date:
    return business_day_of(current_user._get_current_object(), now())
