"""A phone's export file goes in once, each record as its author's own; a bad file is told why."""

import base64
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from patrol.accounts.user import Membership
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.journal.entry import JournalEntry
from patrol.photos.photo import Photo, PhotoFile
from patrol.rounds.scan import Scan
from patrol.sync.received import Shelved
from tests.sync.conftest import sha, statuses


@pytest.fixture
def outbox_file(people):
    def make(records, photos=(), **more):
        return {
            "format": "patrol-outbox", "v": 1, "user": str(people.guard.id), "device": str(uuid7()),
            "sent_at": now().isoformat(), "records": records, "photos": list(photos), **more,
        }  # fmt: skip

    return make


@pytest.fixture
def bring(as_user, people):
    def post(content, person=None):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        form = {"file": (io.BytesIO(raw), "patrol-0217.json")}
        return as_user(person or people.supervisor).post("/shelf/file", data=form)

    return post


def packed(photo_id, raw, **more):
    return {
        "id": str(photo_id), "type": "image/jpeg", "sha256": sha(raw), "base64": base64.b64encode(raw).decode(), **more
    }  # fmt: skip


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_records_and_photos_arrive_once_as_their_authors_own(people, places, record, jpeg, outbox_file, bring):
    photo_id, raw = uuid7(), jpeg()
    hazard = record(
        "hazard", {"place": str(places.roof.id), "category": "water_leak", "photos": [str(photo_id)]}, seq=2,
        photos=[str(photo_id)],
    )  # fmt: skip
    file = outbox_file([hazard, record(data={"code": places.codes["lobby"]}, seq=1)], [packed(photo_id, raw)])

    first, again = bring(file), bring(file)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (count(Scan), count(Hazard), count(Photo), count(PhotoFile)) == (1, 1, 1, 1)
    scan = db.session.scalars(select(Scan)).one()
    assert (scan.user_id, scan.flags) == (people.guard.id, ["brought_in"])
    assert db.session.scalars(select(Photo.user_id)).one() == people.guard.id
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.verb == "brought_in")).all()
    assert [entry.user_id for entry in entries] == [people.supervisor.id] * 2
    assert entries[0].detail["author"] == str(people.guard.id)
    assert set(entries[1].detail["records"].values()) == {"known"}


def test_what_the_phone_sent_itself_stays_known_and_the_other_way_round(
    as_user, people, places, record, send, outbox_file, bring
):
    sent, waits = (record(data={"code": places.codes[key]}) for key in ("lobby", "roof"))
    guard = as_user(people.guard)
    send(guard, [sent])

    bring(outbox_file([sent, waits]))

    assert statuses(send(guard, [sent, waits])) == ["known", "known"]
    assert count(Scan) == 2


def test_an_old_file_keeps_the_times_of_its_records(places, record, outbox_file, bring):
    """The file lay in a drawer for hours; only what the phone knew of the server's clock moves a time."""
    captured = now() - timedelta(hours=5)
    clock = {"offset_ms": 360_000, "heard_at": captured.isoformat()}
    one = record(data={"code": places.codes["lobby"]}, at=captured, clock=clock)
    plain = record(data={"code": places.codes["roof"]}, at=captured)

    bring(outbox_file([one, plain], sent_at=(now() - timedelta(hours=4)).isoformat()))

    found = {str(scan.id): scan for scan in db.session.scalars(select(Scan))}
    assert found[one["id"]].effective_at == captured + timedelta(minutes=6)
    assert found[plain["id"]].effective_at == captured
    assert found[plain["id"]].flags == ["brought_in"]


def test_one_bad_record_and_one_bad_photo_cost_no_other(people, places, record, jpeg, outbox_file, bring):
    good, bad, raw = uuid7(), uuid7(), jpeg()
    seen = [
        record("hazard", {"place": str(places.roof.id), "category": "water_leak", "photos": [str(photo)]},
               photos=[str(photo)])
        for photo in (good, bad)
    ]  # fmt: skip
    theirs = record(data={"code": places.codes["lobby"]}, user=str(people.guard2.id))
    file = outbox_file([*seen, theirs, 7], [packed(good, raw), packed(bad, raw, sha256="0" * 64)])

    page = bring(file)

    assert page.status_code == 200
    assert (count(Hazard), count(PhotoFile), count(Scan)) == (2, 1, 0)
    assert sorted(db.session.scalars(select(Shelved.problem))) == ["other_user", "record"]


def test_photos_no_record_speaks_of_are_left_out(places, record, jpeg, outbox_file, bring):
    raw = jpeg()

    bring(outbox_file([record(data={"code": places.codes["lobby"]})], [packed(uuid7(), raw)]))

    assert count(PhotoFile) == 0


def test_a_record_that_was_refused_and_comes_in_by_file_counts_as_stored(
    as_user, people, places, record, send, outbox_file, bring
):
    """张伟 was no patroller for a day; the phone gave up, the file did not."""
    one = record(data={"code": places.codes["lobby"]})
    with write():
        member = db.session.scalars(select(Membership).where(Membership.user_id == people.guard.id)).one()
        member.role = "service_desk"
    guard = as_user(people.guard)
    assert statuses(send(guard, [one])) == ["refused"]
    with write():
        db.session.merge(member).role = "guard"

    bring(outbox_file([one]))

    reply = guard.get(f"/sync/refused?id={one['id']}")
    assert reply.get_json()["refused"][one["id"]]["state"] == "stored"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"\xff\xfe\x00", 422, "shelf.file"),
        (b"[]", 422, "shelf.file"),
        (b'{"format": "other"}', 422, "shelf.file"),
        (b"[" * 200_000, 422, "shelf.file"),
        (b'{"a":' * 200_000, 422, "shelf.file"),
        (b"PK\x03\x04" + b"\x00" * 500, 422, "shelf.file"),
        (b"", 422, "shelf.no_file"),
    ],
    ids=["bytes", "a list", "another format", "deep lists", "deep objects", "a zip", "nothing"],
)
def test_what_is_no_such_file_gets_a_clear_answer(as_user, people, content, status, code):
    form = {"file": (io.BytesIO(content), "x.json")}

    reply = as_user(people.supervisor).post("/shelf/file", data=form, headers={"Accept": "application/json"})

    assert (reply.status_code, reply.get_json()["problem"]["code"]) == (status, code)


def test_too_many_too_long_and_too_large_are_413(people, record, outbox_file, bring, monkeypatch):
    assert bring(outbox_file([record(data={"x": 1}) for _ in range(501)])).status_code == 413
    many = [packed(uuid7(), b"") for _ in range(301)]
    assert bring(outbox_file([record()], many)).status_code == 413
    assert bring(outbox_file([record(data={"note": "x" * 2_200_000})])).status_code == 413
    monkeypatch.setattr("patrol.sync.views_shelf.MAX_FILE", 1000)
    assert bring(b" " * 200_000).status_code == 413
    assert count(Shelved) == 0


def test_a_picture_too_large_to_open_is_refused_with_its_record_kept(places, record, outbox_file, bring):
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("1", (13000, 13000)).save(buffer, "PNG")  # 169 million pixels in a few kilobytes
    photo_id = uuid7()
    data = {"place": str(places.roof.id), "category": "water_leak", "photos": [str(photo_id)]}

    page = bring(
        outbox_file([record("hazard", data, photos=[str(photo_id)])], [packed(photo_id, buffer.getvalue())])
    )  # fmt: skip

    assert page.status_code == 200
    assert (count(Hazard), count(PhotoFile)) == (1, 0)


def test_a_file_of_another_site_stores_nothing(people, places, record, outbox_file, bring):
    one = record(data={"code": places.codes["lobby"]})

    assert bring(outbox_file([one]), person=people.stranger).status_code == 422
    assert bring(outbox_file([one], user=str(uuid7()))).status_code == 422
    assert (count(Scan), count(Shelved)) == (0, 0)
