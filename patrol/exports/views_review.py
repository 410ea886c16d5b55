"""Door: the workbook of a month's review."""

from io import BytesIO
from typing import Any

from flask import Blueprint, send_file
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.exports.review_xlsx import month_workbook
from patrol.reviews.review import asked_for, review
from patrol.web.access import needs
from patrol.web.i18n import language

bp = Blueprint("review_exports", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/reviews/month/<text>.xlsx")
@needs("review.see")
def month_xlsx(text: str) -> Any:
    at = now()
    period = asked_for("month", text, business_day_of(current_user._get_current_object(), at))
    found = review(current_user.site_id, period, at)
    body = BytesIO(month_workbook(found, language(), _))
    return send_file(body, mimetype=XLSX, as_attachment=True, download_name=f"{period.number}.xlsx")
