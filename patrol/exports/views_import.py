"""Door: bringing in tables — a template, a look at what would happen, then all rows or none."""

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, NotHere, Problem
from patrol.exports.imports import KINDS, ImportKind, Rows, Stored
from patrol.exports.tables import MOST_BYTES, read_rows, write_template
from patrol.web.access import forbidden, signed_in
from patrol.web.errors import words
from patrol.web.i18n import language
from patrol.web.replies import go

bp = Blueprint("imports", __name__)
SHOWN_ROWS, SHOWN_ERRORS = 50, 200
MOST_TEXT = 600_000  # characters of a packed table; below the limit of a form's memory
MOST_RAW = 4 * MOST_BYTES  # of the same, unpacked
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KIND = "any(places, equipment, roster)"


class _LookOnly(Exception):
    """Raised inside write() so that a trial leaves nothing behind."""


@dataclass(frozen=True, slots=True)
class Told:
    """One fault, in the reader's language."""

    row: int
    column: str
    text: str


@bp.get(f"/<{_KIND}:kind>/import")
@signed_in
def page(kind: str) -> Any:
    return _page(_kind(kind))


@bp.get(f"/<{_KIND}:kind>/import/template.xlsx")
@signed_in
def template(kind: str) -> Any:
    """An empty table with the headings, an example and the words that can be chosen. ?part=: what it is narrowed to."""
    asked = _kind(kind).template(language(), request.args.getlist("part"))
    body = write_template(kind, asked, _("How to fill it in"))
    name = f"patrol-{kind}.xlsx"
    return Response(body, mimetype=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.post(f"/<{_KIND}:kind>/import")
@signed_in
def take(kind: str) -> Any:
    """A file: shows what it would bring or what is wrong. ``rows`` (from that page): brings it in."""
    asked = _kind(kind)
    sent = request.form.get("rows")
    try:
        rows = _from_page(sent) if sent else _from_file()
    except Problem as problem:
        return _page(asked, problem=problem)
    if sent is None and len(_packed(rows)) > MOST_TEXT:
        return _page(asked, problem=Problem("table.large", N_("The file is larger than 5 MB. Split it."), status=413))
    errors, stored = _store(asked, rows, keep=sent is not None)
    if sent is not None and not errors:
        return go(asked.back)
    return _page(asked, rows=rows, errors=errors, stored=stored)


def _store(kind: ImportKind, rows: Rows, keep: bool) -> tuple[list[Told], Stored]:
    """All rows or none; a trial (keep=False) goes the whole way and is then undone, so it cannot be wrong."""
    stored, me = Stored(0), current_user._get_current_object()
    try:
        with write(me.site_id):
            stored = kind.store(rows, me, now())
            db.session.flush()
            if not keep:
                raise _LookOnly
    except _LookOnly:
        return [], stored
    except kind.refused as refusal:
        return [Told(fault.row, fault.column, words(fault.problem)) for fault in refusal.rows], stored  # type: ignore[attr-defined]
    return [], stored


def _kind(code: str) -> ImportKind:
    kind = KINDS.get(code)
    if kind is None:
        raise NotHere("import")
    if not current_user.may(kind.verb):
        raise forbidden()
    return kind


def _from_file() -> list[list[str]]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Problem("table.none", N_("Choose a file first."), field="file")
    return read_rows(upload.stream.read(MOST_BYTES + 1), upload.filename)


def _from_page(text: str) -> list[list[str]]:
    """The rows as ``_packed`` made them; what unpacks to more than a file may hold is not ours."""
    try:
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(base64.b64decode(text, validate=True), MOST_RAW)
        rows = json.loads(raw) if unpacking.eof else None
    except (ValueError, zlib.error) as error:
        raise Problem("table.page", N_("Choose the file again."), field="file") from error
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Problem("table.page", N_("Choose the file again."), field="file")
    return [[str(cell) for cell in row] for row in rows]


def _packed(rows: Rows) -> str:
    """The rows as they travel through the page; nothing is kept on the server between the two steps."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode())).decode()


def _page(
    kind: ImportKind,
    rows: Rows | None = None,
    errors: list[Told] | None = None,
    stored: Stored | None = None,
    problem: Problem | None = None,
) -> Any:
    errors = errors or []
    values = {
        "kind": kind.code, "title": _(kind.title), "back_url": kind.back, "rows": rows, "stored": stored,
        "parts": kind.parts,
        "errors": errors[:SHOWN_ERRORS], "more": max(0, len(errors) - SHOWN_ERRORS), "error_count": len(errors),
        "shown": rows[1 : SHOWN_ROWS + 1] if rows else [], "text": words(problem) if problem else "",
        "wrong": {(error.row, error.column) for error in errors},
        "sent": _packed(rows) if rows and not errors else "",
    }  # fmt: skip
    status = problem.status if problem else (422 if errors else 200)
    return render_template("exports/import.html", **values), status
