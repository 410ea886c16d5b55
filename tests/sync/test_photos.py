"""Bytes come before or after their record, once, whole, and with nothing hidden in them."""

import io

from PIL import Image

from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.photos.photo import PhotoFile
from tests.sync.conftest import sha


def put(client, photo_id, raw, digest=None):
    return client.put(f"/sync/photos/{photo_id}", data=raw, headers={"X-Photo-SHA256": digest or sha(raw)})


def test_a_photo_is_kept_and_known_the_second_time(as_user, people, places, jpeg):
    guard, photo_id, raw = as_user(people.guard), uuid7(), jpeg()

    assert [put(guard, photo_id, raw).status_code for _ in range(3)] == [201, 200, 200]
    assert db.session.get(PhotoFile, (places.lobby.site_id, photo_id)).sha256 == sha(raw)


def test_other_bytes_under_the_same_number_are_refused(as_user, people, places, jpeg):
    guard, photo_id = as_user(people.guard), uuid7()
    put(guard, photo_id, jpeg())

    reply = put(guard, photo_id, jpeg(colour=(0, 0, 0)))

    assert reply.status_code == 409
    assert reply.get_json()["problem"]["code"] == "photo.id_reused"


def test_what_is_not_a_picture_gets_a_code_and_leaves_nothing(as_user, people, places, app, jpeg):
    guard = as_user(people.guard)
    cases = {
        b"": (422, "photo.empty"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>": (415, "photo.unsupported_type"),
        jpeg()[:-30]: (422, "photo.truncated"),
    }
    for raw, (status, code) in cases.items():
        reply = put(guard, uuid7(), raw)
        assert (reply.status_code, reply.get_json()["problem"]["code"]) == (status, code)
    left = [path for path in app.config["PHOTO_STORE"].rglob("*") if path.is_file()]
    assert left == []


def test_bytes_that_changed_on_the_way_are_not_taken(as_user, people, places, jpeg):
    assert put(as_user(people.guard), uuid7(), jpeg(), digest="0" * 64).status_code == 422


def test_a_large_body_is_413_before_it_is_read(as_user, people, app):
    too_much = b"\xff" * (app.config["PHOTO_MAX_BYTES"] + 1)

    reply = put(as_user(people.guard), uuid7(), too_much)

    assert reply.status_code == 413


def test_a_photo_without_its_record_is_nobodys_to_see(as_user, people, places, jpeg):
    guard, photo_id = as_user(people.guard), uuid7()
    put(guard, photo_id, jpeg())

    assert guard.get(f"/photos/{photo_id}/master.jpg").status_code == 404


def test_png_comes_out_as_a_jpeg(as_user, people, places, app):
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(buffer, "PNG")
    photo_id = uuid7()
    put(as_user(people.guard), photo_id, buffer.getvalue())

    from patrol.photos.storage import shelf

    with shelf(app).open_master(photo_id) as stream:
        assert Image.open(stream, formats=["JPEG"]).size == (40, 30)
