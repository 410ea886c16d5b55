"""Door: reviews of days, weeks and months, on the screen and on paper."""

from datetime import date
from typing import Any, cast

from flask import Blueprint, redirect, render_template
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.reviews.day_page import day_page
from patrol.reviews.facts_of_day import span_of
from patrol.reviews.month_equipment import month_equipment
from patrol.reviews.month_paper import month_paper
from patrol.reviews.orders_section import orders_of
from patrol.reviews.paper import WEEK, day_lines, paper_of, short_week
from patrol.reviews.paper_rows import fit
from patrol.reviews.period import Kind, Period
from patrol.reviews.public_notice import public_notice
from patrol.reviews.review import Review, asked_for, review
from patrol.reviews.round_starts import habits_of
from patrol.reviews.signing import signing_of
from patrol.weather.event import Event, events_between
from patrol.web.access import needs

bp = Blueprint("reviews", __name__)
TROUBLES, CRITICAL = 8, 4  # missed and late points, and critical hazards of before, on a day's page


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
    storms, signing = _storms(found), signing_of(found)
    return render_template("reviews/day.html", review=found, page=day_page(found), storms=storms, signing=signing)


@bp.get("/reviews/week/<text>")
@needs("review.see")
def week(text: str) -> Any:
    found = _review("week", text)
    return render_template("reviews/week.html", review=found, signing=signing_of(found), orders=orders_of(found))


@bp.get("/reviews/month/<text>")
@needs("review.see")
def month(text: str) -> Any:
    found = _review("month", text)
    work = month_equipment(found, current_user._get_current_object())
    return render_template(
        "reviews/month.html", review=found, work=work, signing=signing_of(found), orders=orders_of(found)
    )


@bp.get("/reviews/day/<text>/print")
@needs("review.see")
def day_print(text: str) -> Any:
    found = _review("day", text)
    page = day_page(found)
    critical = [one for one in found.open_now if one.severity == "critical" and not found.reported(one)]
    return render_template(
        "reviews/day_print.html",
        review=found,
        troubles=fit([*((False, one) for one in page.missed), *((True, one) for one in page.late)], TROUBLES),
        critical=fit(critical, CRITICAL),
        paper=paper_of(found, day_lines(found)),
        storms=_storms(found),
        signing=signing_of(found),
    )


@bp.get("/reviews/<any(week, month):kind>/<text>/print")
@needs("review.see")
def period_print(kind: str, text: str) -> Any:
    found = _review(cast(Kind, kind), text)
    signing = signing_of(found)
    if kind == "month":
        return render_template("reviews/month_print.html", review=found, paper=month_paper(found), signing=signing)
    paper = paper_of(found, WEEK)
    short = short_week(found, paper)
    return render_template("reviews/week_print.html", review=found, paper=paper, signing=signing, short=short)


@bp.get("/reviews/month/<text>/notice")
@needs("review.see")
def owners_notice(text: str) -> Any:
    """What hangs on the owners' notice board."""
    found = _review("month", text)
    notice = public_notice(found)
    return render_template("reviews/owners_notice.html", review=found, notice=notice)


@bp.get("/reviews/month/<text>/starts")
@needs("review.see")
def starts(text: str) -> Any:
    """Whether the rounds of the month can be foreseen."""
    found = _review("month", text)
    habits = habits_of(found.site.id, found.period.first, found.period.last, found.site.zone)
    return render_template("reviews/starts.html", review=found, habits=habits)


def _review(kind: Kind, text: str) -> Review:
    return review(current_user.site_id, asked_for(kind, text, _today()), now())


def _storms(found: Review) -> list[Event]:
    """The weather events that were on at some moment of the review's days."""
    first, last = span_of(found.site, found.period.first, found.period.last)
    return events_between(found.site.id, first, last)


def _today() -> date:
    return business_day_of(current_user._get_current_object(), now())
