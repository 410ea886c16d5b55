"""Door: reviews of days, weeks and months, on the screen and on paper."""

from datetime import date
from io import BytesIO
from typing import Any, cast

from flask import Blueprint, redirect, render_template, send_file
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.problems import NotHere
from patrol.exports.review_xlsx import month_workbook
from patrol.reviews.day_page import day_page
from patrol.reviews.paper import paper_of
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import Review, review
from patrol.web.access import needs
from patrol.web.i18n import language

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
    return render_template("reviews/day.html", review=found, page=day_page(found))


@bp.get("/reviews/week/<text>")
@needs("review.see")
def week(text: str) -> Any:
    return render_template("reviews/week.html", review=_review("week", text))


@bp.get("/reviews/month/<text>")
@needs("review.see")
def month(text: str) -> Any:
    return render_template("reviews/month.html", review=_review("month", text))


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


@bp.get("/reviews/month/<text>.xlsx")
@needs("review.see")
def month_xlsx(text: str) -> Any:
    found = _review("month", text)
    name = f"{found.period.number}.xlsx"
    return send_file(
        BytesIO(month_workbook(found, language(), _)),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=name,
    )


def _review(kind: Kind, text: str) -> Review:
    """404 for an address that names no period, or one that has not begun."""
    try:
        period = Period.parse(kind, text)
        period.previous  # noqa: B018  the first year of the calendar has none
    except (ValueError, OverflowError):
        raise NotHere("review") from None
    if period.first > _today() or period.first.year < 2000:
        raise NotHere("review")
    return review(current_user.site_id, period, now())


def _today() -> date:
    return business_day_of(current_user._get_current_object(), now())
