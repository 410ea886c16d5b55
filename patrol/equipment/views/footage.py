"""Cameras: how far back each recorder plays, and the log of who looked at footage or took a copy."""

import csv
from datetime import datetime
from io import StringIO
from typing import Any

from flask import Response, flash, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from pydantic import ValidationError

from patrol.core.clock import now
from patrol.core.db import write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.footage import ACTS, GROUNDS, LookData, log_look, looks
from patrol.equipment.recorders import recorders
from patrol.equipment.views import bp
from patrol.equipment.views.common import reader, uuid_in
from patrol.journal.entry import note
from patrol.web.access import confirmed, needs
from patrol.web.errors import from_validation, words
from patrol.web.forms import nested
from patrol.web.replies import go

MOST_EXPORTED = 10_000


@bp.get("/footage")
@needs("review.see")
def footage() -> Any:
    site_id = current_user.site_id
    rows, after = looks(site_id, request.args.get("cursor"))
    return render_template(
        "equipment/footage.html", rows=rows, after=after, acts=ACTS, grounds=GROUNDS, recorders=recorders(site_id)
    )


@bp.get("/footage/new")
@needs("checklist.patrol", "review.see")
def new_look() -> Any:
    return _form({}, None)


@bp.post("/footage")
@needs("checklist.patrol", "review.see")
def add_look() -> Any:
    form = nested(request.form)
    try:
        zone = reader().zone
        for name in ("shows_from", "shows_to"):
            form[name] = _local(form.get(name), zone)
        data = LookData.model_validate(form)
        with write(current_user.site_id):
            log_look(data, id=uuid_in(form.get("id")) or uuid7(), by=reader(), at=now())
    except ValidationError as error:
        return _form(form, from_validation(error))
    except Problem as problem:
        return _form(form, problem)
    flash(_("Written down. The line stays for good."))
    return go("/footage" if reader().may("review.see") else "/footage/new")


@bp.get("/footage.csv")
@needs("export")
@confirmed
def footage_csv() -> Any:
    """Names of third persons leave the house: the journal says who took them along."""
    by, at = reader(), now()
    rows, _after = looks(by.site_id, None, MOST_EXPORTED)
    with write(by.site_id):
        note("footage_exported", "site", by.site_id, site_id=by.site_id, by=by.user_id, at=at, lines=len(rows))
    out = StringIO()
    sheet = csv.writer(out)
    sheet.writerow(
        (_("Written down"), _("By"), _("What"), _("Who looked"), _("From which office, company or flat"),
         _("Ground"), _("Why"), _("Paper no."),
         _("Cameras"), _("Recording from"), _("Recording to"), _("Copied to"))
    )  # fmt: skip
    for row, name in rows:
        span = (_stamp(row.shows_from, by), _stamp(row.shows_to, by))
        told = (_stamp(row.at, by), name, _(ACTS[row.act]), row.who, row.unit, _(GROUNDS[row.ground]), row.why)
        sheet.writerow([_plain(text) for text in (*told, row.paper, row.cameras, *span, row.medium)])
    body = "\ufeff" + out.getvalue()  # without it Excel reads Chinese wrongly
    disposition = f'attachment; filename="footage-{at.astimezone(by.zone):%Y%m%d}.csv"'
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": disposition})


def _form(form: dict[str, Any], problem: Problem | None) -> Any:
    html = render_template(
        "equipment/footage_new.html", form=form, acts=ACTS, grounds=GROUNDS, recorders=recorders(current_user.site_id),
        record_id=uuid7(), problem=problem, text=words(problem) if problem else "",
    )  # fmt: skip
    return html, problem.status if problem else 200


def _local(text: Any, zone: Any) -> Any:
    """A field's wall-clock time as a moment; anything else is for the schema to refuse."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=zone) if 2000 <= at.year < 2200 else None


def _stamp(at: datetime, by: Any) -> str:
    return f"{at.astimezone(by.zone):%Y-%m-%d %H:%M}"


def _plain(text: str) -> str:
    """A table programme runs what begins like a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
