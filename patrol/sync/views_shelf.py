"""Door: the shelf of refused records, and bringing in a phone's export file."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request, send_file
from flask_babel import gettext as _
from flask_login import current_user

from patrol.accounts.reader import Reader
from patrol.accounts.user import User
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.problems import N_, NotHere, Problem
from patrol.journal.entry import history
from patrol.photos.intake import store_photo
from patrol.photos.photo import PhotoFile
from patrol.photos.storage import limits, shelf
from patrol.sync.again import take_again
from patrol.sync.file_in import MAX_FILE, bring_in, file_too_large
from patrol.sync.reading import as_id, kind_word, read
from patrol.sync.received import Shelved
from patrol.sync.shelf import find, problem_of, settle, shelved, states
from patrol.web.access import needs
from patrol.web.errors import words
from patrol.web.replies import go

bp = Blueprint("shelf", __name__)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=86400",
}
_VERBS = {
    "settled": N_("settled by hand"),
    "voided": N_("counts for nothing"),
    "taken_again": N_("taken in again"),
    "corrected": N_("corrected by its author"),
}


@bp.get("/shelf")
@needs("shelf.settle")
def page() -> Any:
    state = "done" if request.args.get("state") == "done" else "open"
    rows, cursor = shelved(current_user.site_id, state, cursor=request.args.get("cursor"))
    return render_template("sync/shelf.html", state=state, cursor=cursor, lines=_lines(rows))


def _lines(rows: list[Shelved]) -> list[dict[str, Any]]:
    told, became = read(current_user.site_id, rows), states(rows)
    return [
        {"row": row, "told": told[row.id], "state": became[row.id], "problem": words(problem_of(row))} for row in rows
    ]


@bp.get("/shelf/<uuid:shelved_id>")
@needs("shelf.settle")
def show(shelved_id: UUID) -> Any:
    row = find(current_user.site_id, shelved_id)
    [line] = _lines([row])
    entries = history(current_user.site_id, "shelved", row.id)
    people = {entry.user_id for entry in entries}
    query = db.select(User.id, User.name).where(User.id.in_(people))
    names = {person.id: person.name for person in db.session.execute(query)}
    verbs = {verb: _(text) for verb, text in _VERBS.items()}
    return render_template("sync/shelved.html", **line, entries=entries, names=names, verbs=verbs)


@bp.post("/shelf/<uuid:shelved_id>/settlement")
@needs("shelf.settle")
def settlement(shelved_id: UUID) -> Any:
    form = request.form
    with write(current_user.site_id):
        settle(
            shelved_id, form.get("how", ""), form.get("note", ""), by=_reader(), at=now(), version=_version()
        )  # fmt: skip
    return go(f"/shelf/{shelved_id}")


@bp.post("/shelf/<uuid:shelved_id>/second-try")
@needs("shelf.settle")
def second_try(shelved_id: UUID) -> Any:
    why = request.form.get("note", "")
    result = take_again(shelved_id, why, by=_reader(), at=now(), version=_version())
    if result.status == "later":
        raise Problem(
            "busy", N_("The server is busy. Nothing is lost; try again in a moment."), status=503, retry_after=5
        )
    return go(f"/shelf/{shelved_id}")


@bp.get("/shelf/<uuid:shelved_id>/photos/<uuid:photo_id>.jpg")
@needs("shelf.settle")
def photo(shelved_id: UUID, photo_id: UUID) -> Any:
    """A photo that came for a refused record: its sender's own bytes, for whoever settles."""
    row = find(current_user.site_id, shelved_id)
    named = row.raw.get("photos")
    file = db.session.get(PhotoFile, (row.site_id, photo_id))
    if not isinstance(named, list) or photo_id not in map(as_id, named) or file is None or file.user_id != row.user_id:
        raise NotHere("photo")
    try:
        stream = shelf(current_app).open_master(photo_id)
    except FileNotFoundError:
        raise NotHere("photo") from None
    response = send_file(stream, mimetype="image/jpeg", download_name=f"{photo_id}.jpg")
    response.headers.update(_HEADERS)
    return response


@bp.post("/shelf/file")
@needs("shelf.settle")
def file() -> Any:
    """A file that a phone saved: what became of each record in it is shown."""
    if (request.content_length or 0) > MAX_FILE + 100_000:
        raise file_too_large()
    sent = request.files.get("file")
    raw = sent.read(MAX_FILE + 1) if sent else b""
    if not raw:
        raise Problem("shelf.no_file", N_("Choose the file that the phone saved."), field="file")
    brought = bring_in(raw, by=_reader(), at=now(), store_photo=_store_photo)
    lines = [
        {
            "kind": kind_word(record.get("kind", "") if isinstance(record, dict) else ""),
            "result": result,
            "problem": words(result.problem) if result.problem else "",
        }
        for record, result in brought.records
    ]
    faults = [words(photo.problem) for photo in brought.photos if photo.problem]
    return render_template("sync/brought.html", brought=brought, lines=lines, faults=faults)


def _store_photo(raw: bytes, photo_id: UUID, author: Reader, sha256: str) -> None:
    store_photo(
        raw, photo_id, by=author, at=now(), shelf=shelf(current_app), limits=limits(current_app),
        expected_sha256=sha256,
    )  # fmt: skip


def _version() -> int | None:
    return request.form.get("version", type=int)


def _reader() -> Reader:
    reader: Reader = current_user._get_current_object()
    return reader
