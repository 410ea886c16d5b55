"""Door: a review's papers as PDF, where the extra [pdf] is installed."""

from typing import Any

from flask import Blueprint, redirect
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.reviews.period import Period
from patrol.reviews.review import asked_for
from patrol.web.access import needs
from patrol.web.pdf import pdf_answer, pdf_installed

bp = Blueprint("review_pdf", __name__)


@bp.get("/reviews/day/<text>/print.pdf")
@needs("review.see")
def day(text: str) -> Any:
    return _pdf(_asked("day", text), "print")


@bp.get("/reviews/week/<text>/print.pdf")
@needs("review.see")
def week(text: str) -> Any:
    return _pdf(_asked("week", text), "print")


@bp.get("/reviews/month/<text>/print.pdf")
@needs("review.see")
def month(text: str) -> Any:
    return _pdf(_asked("month", text), "print")


@bp.get("/reviews/month/<text>/notice.pdf")
@needs("review.see")
def notice(text: str) -> Any:
    return _pdf(_asked("month", text), "notice")


def _asked(kind: Any, text: str) -> Period:
    return asked_for(kind, text, business_day_of(current_user._get_current_object(), now()))


def _pdf(period: Period, page: str) -> Any:
    if not pdf_installed():
        return redirect(f"{period.url}/{page}", 303)  # the browser prints it
    name = period.number if page == "print" else f"{period.number}-{page}"
    return pdf_answer(f"{period.url}/{page}", name)
