"""Door: the sites a person leads, side by side."""

from typing import Any, cast

from flask import Blueprint, redirect, render_template
from flask_login import current_user

from patrol.accounts.reader import Reader, business_day_of
from patrol.accounts.roles import may
from patrol.core.clock import now
from patrol.reviews.company import company
from patrol.reviews.period import Kind, Period
from patrol.reviews.review import asked_for
from patrol.web.access import needs

bp = Blueprint("company", __name__)


@bp.get("/company")
@needs("review.sign")
def present() -> Any:
    return redirect(f"/company/day/{Period.around('day', business_day_of(_by(), now())).slug}", 303)


@bp.get("/company/<any(day, week, month):kind>/<text>")
@needs("review.sign")
def page(kind: str, text: str) -> Any:
    by, at = _by(), now()
    today = business_day_of(by, at)
    period = asked_for(cast(Kind, kind), text, today)
    heres = [here for here in by.sites if may(here.role, "review.sign")]
    return render_template("reviews/company.html", found=company(heres, period, at), period=period, today=today, at=at)


def _by() -> Reader:
    by: Reader = current_user._get_current_object()
    return by
