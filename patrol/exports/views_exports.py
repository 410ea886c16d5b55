"""Door: asking for files, seeing how far they are, taking them, cancelling them."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, current_app, render_template, request, send_file
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from patrol.accounts.reader import Reader, business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import Problem
from patrol.exports.asking import asked_days, asked_photos, asked_scope, asked_tables
from patrol.exports.bundle_scope import is_small as is_small_bundle
from patrol.exports.export import (
    PROBLEMS,
    Export,
    ask,
    cancel,
    downloadable,
    export_here,
    exports_of,
    note_download,
    sees_all,
)
from patrol.exports.kit_cli import kit_of
from patrol.exports.part_file import path_of
from patrol.exports.period_tables import TABLES
from patrol.exports.period_tables import is_small as is_small_table
from patrol.exports.photo_zip import AT_ONCE, count_photos
from patrol.exports.run import run_now
from patrol.exports.tables_of.table import Period
from patrol.exports.words import STEPS_OF_WORK
from patrol.sites.place import Place
from patrol.sites.site import Site
from patrol.web.access import confirmed, needs
from patrol.web.errors import words
from patrol.web.i18n import language, pick
from patrol.web.replies import go
from patrol.workorders.queries import read_cursor, write_cursor

bp = Blueprint("exports", __name__)
KINDS = "any(tables, photos, bundle)"


@bp.get("/exports")
@needs("export")
def page() -> Any:
    return _page()


@bp.post(f"/exports/<{KINDS}:kind>")
@needs("export")
@confirmed
def ask_for(kind: str) -> Any:
    """Fields: ``first``, ``last`` and what the kind wants. A small file is there when the answer is."""
    by, at, form = _reader(), now(), request.form
    try:
        days = _days(form.get("first"), form.get("last"), by, kind)
        asked = {**days, **_wanted(kind, by)}
    except Problem as problem:
        if problem.status == 404:
            raise
        return _page(problem)
    if form.get("look"):
        return go(f"{LOOKS[kind]}?{urlencode({**_form_without_token(), **days})}")
    small = _small(kind, asked, by)
    with write(by.site_id):
        row = ask(kind, asked, by=by, language=language(), at=at, small=small)
        url = f"/exports/{row.id}"
    if small:
        run_now(row, kit_of(current_app._get_current_object()))  # type: ignore[attr-defined]
    return go(url)


@bp.get("/exports/<uuid:export_id>")
@needs("export")
def show(export_id: UUID) -> Any:
    return render_template("exports/show.html", **_shown(export_here(_reader(), export_id)))


@bp.get("/exports/<uuid:export_id>/progress")
@needs("export")
def progress(export_id: UUID) -> Any:
    """A fragment of the file's page."""
    return render_template("exports/_progress.html", **_shown(export_here(_reader(), export_id)))


@bp.post("/exports/<uuid:export_id>/cancellation")
@needs("export")
def put_cancel(export_id: UUID) -> Any:
    by = _reader()
    with write(by.site_id):
        cancel(export_here(by, export_id), by=by, at=now())
    return go(f"/exports/{export_id}")


@bp.get("/exports/<uuid:export_id>/file")
@needs("export")
@confirmed
def file(export_id: UUID) -> Response:
    """The file itself; whoever takes it stands in the journal."""
    by, at = _reader(), now()
    row = export_here(by, export_id)
    downloadable(row, at)
    path = path_of(kit_of(current_app._get_current_object()).folder, row.id)  # type: ignore[attr-defined]
    if not path.exists():
        row.removed_at = at
        downloadable(row, at)
    name, sha256 = row.file_name, row.sha256
    if request.method == "GET":
        with write(by.site_id):
            note_download(export_here(by, export_id), by=by, at=at)
    response = send_file(path, mimetype=MIME[name.rpartition(".")[2]], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-SHA256"] = sha256
    return response


LOOKS = {"photos": "/exports/choice", "bundle": "/bundle", "tables": "/exports"}
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


def _reader() -> Reader:
    by: Reader = current_user._get_current_object()
    return by


def _form_without_token() -> dict[str, str]:
    """What was chosen, for an address: never the token, which would stand in histories and logs."""
    return {name: value for name, value in request.form.items() if name not in ("csrf_token", "look")}


def _days(first: str | None, last: str | None, by: Reader, kind: str) -> dict[str, str]:
    """Chosen photos need no period: theirs is the whole history."""
    today = business_day_of(by, now())
    if kind == "photos" and request.form.getlist("photo"):
        return {"first": today.isoformat(), "last": today.isoformat()}
    return asked_days(first, last, today)


def _wanted(kind: str, by: Reader) -> dict[str, Any]:
    form, owners = request.form, request.form.get("owners") == "1" and by.may("owner.see")
    if kind == "tables":
        return asked_tables(form.getlist("table"), form.get("format", "xlsx"), owners)
    if kind == "photos":
        return asked_photos(by.site_id, form.getlist("photo"), form.get("show"), form.get("building"), owners)
    return asked_scope(by.site_id, form.get("scope"), form.get("building"), form.get("item"))


def _small(kind: str, asked: dict[str, Any], by: Reader) -> bool:
    site = db.session.get_one(Site, by.site_id)
    first, last = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
    period = Period(site, first, last, now(), str, pick, str, bool(asked.get("owners")))
    if kind == "tables":
        return is_small_table(asked, period)
    if kind == "photos":
        return count_photos(asked, period, AT_ONCE + 1) <= AT_ONCE
    return is_small_bundle(asked, period)


def _shown(row: Export) -> dict[str, Any]:
    return {
        "row": row, "state": row.state(now()), "doing": STEPS_OF_WORK.get(row.doing, ""),
        "problem_text": PROBLEMS.get(row.problem, ""), "tables": TABLES,
    }  # fmt: skip


def _page(problem: Problem | None = None) -> Any:
    by, at = _reader(), now()
    rows, edge = exports_of(by, read_cursor(request.args.get("cursor")))
    today = business_day_of(by, at)
    values = request.form if request.method == "POST" else request.args
    html = render_template(
        "exports/page.html",
        rows=[(row.Export, row.Export.state(at), row.name) for row in rows],
        older=write_cursor(*edge) if edge else None,
        everybody=sees_all(by),
        tables=TABLES,
        table_words=[(code, gettext(table.title)) for code, table in TABLES.items()],
        buildings=_buildings(by.site_id),
        sent=values,
        shown_tab=values.get("tab", "tables"),
        chosen=values.getlist("table") or list(TABLES),
        first=values.get("first") or (today - timedelta(days=29)).isoformat(),
        last=values.get("last") or today.isoformat(),
        year_ago=values.get("first") or (today - timedelta(days=364)).isoformat(),
        today=today.isoformat(),
        problem=problem,
        text=words(problem) if problem else "",
        kept_days=current_app.config["EXPORT_DAYS"],
    )
    return html, problem.status if problem else 200


def _buildings(site_id: UUID) -> list[tuple[str, str]]:
    query = select(Place.id, Place.name).where(
        Place.site_id == site_id, Place.kind == "building", Place.retired_at.is_(None)
    )
    return [(str(row.id), row.name) for row in db.session.execute(query.order_by(Place.sort, Place.name))]
