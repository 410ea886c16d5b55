"""Door: the bytes of photos, after a check of site and role."""

from io import BytesIO
from typing import Any, BinaryIO
from uuid import UUID

from flask import Blueprint, Response, current_app, send_file
from flask_login import current_user

from patrol.core.db import db
from patrol.core.problems import NotHere
from patrol.photos.caption import caption_of
from patrol.photos.photo import Photo, PhotoFile, may_see_photo
from patrol.photos.stamp import burn, find_font
from patrol.photos.storage import shelf
from patrol.web.access import forbidden, signed_in

bp = Blueprint("photos", __name__)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@bp.get("/photos/<uuid:photo_id>/thumb.jpg")
@signed_in
def thumb(photo_id: UUID) -> Any:
    visible(photo_id)
    return _picture(_bytes(shelf(current_app).open_thumb, photo_id), photo_id)


@bp.get("/photos/<uuid:photo_id>/master.jpg")
@signed_in
def master(photo_id: UUID) -> Any:
    visible(photo_id)
    return _picture(_bytes(shelf(current_app).open_master, photo_id), photo_id)


@bp.get("/photos/<uuid:photo_id>/stamped.jpg")
@signed_in
def stamped(photo_id: UUID) -> Any:
    photo, file = visible(photo_id)
    with _bytes(shelf(current_app).open_master, photo_id) as source:
        marked = burn(source.read(), caption_of(photo, file), find_font(current_app.config["FONT"]))
    response = _picture(BytesIO(marked), photo_id)
    response.headers["Content-Disposition"] = f'attachment; filename="{photo.taken_at:%Y%m%d-%H%M}-{photo_id}.jpg"'
    return response


def visible(photo_id: UUID) -> tuple[Photo, PhotoFile]:
    """The photo and its bytes' row; not there for other sites, refused for roles that need not see it."""
    photo = db.session.get(Photo, (current_user.site_id, photo_id))
    file = db.session.get(PhotoFile, (current_user.site_id, photo_id))
    if photo is None or file is None or file.user_id != photo.user_id:
        raise NotHere("photo")
    if not may_see_photo(photo, current_user):
        raise forbidden()
    return photo, file


def _bytes(opener: Any, photo_id: UUID) -> BinaryIO:
    try:
        stream: BinaryIO = opener(photo_id)
    except FileNotFoundError:
        raise NotHere("photo") from None
    return stream


def _picture(stream: Any, photo_id: UUID) -> Response:
    response = send_file(stream, mimetype="image/jpeg", download_name=f"{photo_id}.jpg")
    response.headers.update(_HEADERS)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
