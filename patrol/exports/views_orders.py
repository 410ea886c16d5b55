"""Door: the list of orders that a filter shows, as a workbook."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, current_app, request, send_file
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.roles import TEAMS
from patrol.core.clock import now
from patrol.exports.orders_xlsx import write_orders
from patrol.web.access import needs
from patrol.workorders.asking import filter_of
from patrol.workorders.flow import role_refusal
from patrol.workorders.kinds import kind_of
from patrol.workorders.narrowing import Asked

bp = Blueprint("order_exports", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/orders/<kind>.xlsx")
@needs("export")
def orders_xlsx(kind: str) -> Any:
    found, by, at = kind_of(kind), current_user._get_current_object(), now()
    if not any(by.may(verb) for verb in found.see):
        raise role_refusal()
    found.ensure(by.site_id, at, by.zone, by.day_start)
    asked = Asked(found, by, filter_of(request.args, found, by), at)
    words = current_app.jinja_env.filters
    with TemporaryDirectory(prefix="patrol-export-") as folder:
        path = Path(folder) / "orders.xlsx"
        write_orders(path, asked, _, words["order_title"], lambda team: _(TEAMS.get(team, team)))
        body = BytesIO(path.read_bytes())
    name = f"{found.code}-{at.astimezone(by.zone):%Y%m%d-%H%M}.xlsx"
    return send_file(body, mimetype=XLSX, as_attachment=True, download_name=name)
