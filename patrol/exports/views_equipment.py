"""Door: the ledger that a filter shows, as a workbook that can be brought in again."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, request, send_file
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.equipment.asking import filter_in
from patrol.exports.equipment_table import write_ledger
from patrol.web.access import needs
from patrol.web.i18n import language

bp = Blueprint("equipment_exports", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/equipment.xlsx")
@needs("equipment.edit", "export")
def ledger_xlsx() -> Any:
    by, at = current_user._get_current_object(), now()
    with TemporaryDirectory(prefix="patrol-export-") as folder:
        path = Path(folder) / "ledger.xlsx"
        write_ledger(path, by.site_id, filter_in(request.args), business_day_of(by, at), language(), _)
        body = BytesIO(path.read_bytes())
    name = f"equipment-{at.astimezone(by.zone):%Y%m%d-%H%M}.xlsx"
    return send_file(body, mimetype=XLSX, as_attachment=True, download_name=name)
