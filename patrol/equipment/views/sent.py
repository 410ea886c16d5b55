"""Sending somebody to what a month still lacks, and the list of whoever was sent."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import and_, select

from patrol.accounts.reader import business_day_of
from patrol.core.business_day import month_bounds, parse_month
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, NotHere, Problem
from patrol.equipment.checklist import all_current
from patrol.equipment.equipment import Equipment
from patrol.equipment.ledger import missing_ids
from patrol.equipment.owed import walk
from patrol.equipment.sending import SentOut, send_out
from patrol.equipment.types import EQUIPMENT_TYPES
from patrol.equipment.views import bp
from patrol.equipment.views.common import reader, uuid_in
from patrol.sites.place import Place
from patrol.web.access import needs
from patrol.web.forms import nested
from patrol.web.replies import go
from patrol.workorders.timeline import names


@bp.post("/equipment/sent")
@needs("order.assign", "order.assign_any_team")
def send_to_check() -> Any:
    """To everything that fire equipment's coverage of the month still lacks. ``to``: a person's id, or team:<code>."""
    form, by, at = nested(request.form), reader(), now()
    to = str(form.get("to", ""))
    today = business_day_of(by, at)
    month = _this_month(str(form.get("month", "")), today)
    with write(by.site_id):
        row = send_out(
            month, missing_ids(by.site_id, month), team=to.removeprefix("team:"), person=uuid_in(to), by=by, at=at,
            note_text=str(form.get("note", "")),
        )  # fmt: skip
    flash(gettext("Sent. They are told at once and see the list."))
    return go(f"/reviews/month/{row.month:%Y-%m}#to-check")


def _this_month(asked: str, today: Any) -> Any:
    """Nobody can be sent into another month: what was missed in it stays missed."""
    try:
        month = today.replace(*parse_month(asked), 1)
    except ValueError:
        month = None
    if month != today.replace(day=1):
        raise Problem(
            "sent.month", N_("This month is over or has not begun; nothing can be made up in it."), status=409
        )
    return month


@bp.get("/equipment/sent/<uuid:sent_id>")
@needs("checklist.see", "order.assign")
def sent(sent_id: UUID) -> Any:
    """In walking order; what is done stands below."""
    row = db.session.get(SentOut, (current_user.site_id, sent_id))
    if row is None:
        raise NotHere("sent_out")
    items = _items(row)
    missing = set(missing_ids(row.site_id, row.month))
    return render_template(
        "equipment/sent.html",
        row=row,
        left=[item for item in items if item.id in missing],
        done=[item for item in items if item.id not in missing],
        lists=_lists(row.site_id),
        types=EQUIPMENT_TYPES,
        people=names([row.user_id, row.to_user_id]),
        last=month_bounds(row.month)[1],
    )


def _items(row: SentOut) -> list[Any]:
    query = (
        select(Equipment.id, Equipment.code, Equipment.type, Equipment.name, Equipment.place_id, Place.full_name)
        .join(Place, and_(Place.site_id == Equipment.site_id, Place.id == Equipment.place_id))
        .where(Equipment.site_id == row.site_id, Equipment.type.in_(EQUIPMENT_TYPES))
    )
    order = {spot.id: number for number, spot in enumerate(walk(row.site_id, None))}
    wanted = set(row.item_ids)
    found = [item for item in db.session.execute(query) if str(item.id) in wanted]
    return sorted(found, key=lambda item: (order.get(item.place_id, len(order)), item.code))


def _lists(site_id: UUID) -> dict[str, str]:
    """The list of each type that comes round at least monthly; the rarest of them covers the month."""
    found: dict[str, tuple[int, str]] = {}
    for one in all_current(site_id):
        for kind in one.applies_to if 0 < one.interval_days <= 30 else ():
            found[kind] = max(found.get(kind, (0, "")), (one.interval_days, one.code))
    return {kind: code for kind, (_days, code) in found.items()}
