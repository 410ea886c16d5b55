"""A refused record is seen, understood and settled by a supervisor of its site; whoever made it learns of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from patrol.accounts.received import Received
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.hazards.hazard import Hazard
from patrol.journal.entry import JournalEntry, history
from patrol.photos.photo import Photo
from patrol.rounds.scan import Scan
from patrol.sites.label import Label
from patrol.sync.received import Shelved
from tests.sync.conftest import sha, statuses

CODE = "7K3M9QX2AB09"  # on no label yet


@pytest.fixture
def refused(as_user, people, places, record, send):
    """refused(kind="scan", …) -> (the record as sent, its row on the shelf)."""

    def make(kind="scan", data=None, sent_at=None, **more):
        one = record(kind, data or {"code": CODE, "method": "typed"}, **more)
        assert statuses(send(as_user(people.guard), [one], sent_at=sent_at)) == ["refused"]
        return one, db.session.scalars(select(Shelved).where(Shelved.record_id == one["id"])).one()

    return make


@pytest.fixture
def post(as_user, people):
    def act(row, act, person=None, **form):
        client = as_user(person or people.supervisor)
        return client.post(f"/shelf/{row.id}/{act}", data={"version": row.version, **form})

    return act


def hang_label(places, code=CODE, place="gate"):
    with write():
        place = getattr(places, place)
        db.session.add(Label(id=uuid7(), site_id=place.site_id, place_id=place.id, code=code, issued_at=now()))


def shelf_row(row):
    db.session.expire_all()
    return db.session.get(Shelved, (row.site_id, row.id))


def asked(client, *ids):
    return client.get("/sync/refused", query_string=[("id", one) for one in ids]).get_json()["refused"]


def test_a_refused_hazard_reads_in_plain_words_with_its_photo(as_user, people, places, refused, jpeg):
    guard, photo_id, raw = as_user(people.guard), uuid7(), jpeg()
    guard.put(f"/sync/photos/{photo_id}", data=raw, headers={"X-Photo-SHA256": sha(raw)})
    data = {"place": str(places.roof.id), "category": "balcony_flowerpot", "severity": "minor", "note": "花盆松动"}
    _one, row = refused("hazard", {**data, "photos": [str(photo_id)]}, photos=[str(photo_id)])

    supervisor = as_user(people.supervisor)
    listed, page = supervisor.get("/shelf").text, supervisor.get(f"/shelf/{row.id}").text

    assert "隐患 · 3 栋 天台" in listed and "张伟" in listed
    for words in ("隐患", "3 栋 天台", "张伟", "花盆松动", "一般"):
        assert words in page
    url = f"/shelf/{row.id}/photos/{photo_id}.jpg"
    assert url in page
    assert supervisor.get(url).mimetype == "image/jpeg"
    assert as_user(people.stranger).get(url).status_code == 404
    assert guard.get(url).status_code == 403


def test_the_reason_is_said_in_the_readers_language(as_user, people, refused):
    _one, row = refused()
    english = as_user(people.supervisor)
    with write():
        people.supervisor.language = "en"
        db.session.merge(people.supervisor)

    assert "This code is not one of this site&#39;s checkpoints" in english.get(f"/shelf/{row.id}").text


def test_only_photos_of_the_record_by_its_sender_are_shown(as_user, people, places, refused, jpeg):
    others, raw = uuid7(), jpeg()
    as_user(people.guard2).put(f"/sync/photos/{others}", data=raw, headers={"X-Photo-SHA256": sha(raw)})
    _one, row = refused(photos=[str(others)])
    supervisor = as_user(people.supervisor)

    assert supervisor.get(f"/shelf/{row.id}/photos/{others}.jpg").status_code == 404
    assert supervisor.get(f"/shelf/{row.id}/photos/{uuid7()}.jpg").status_code == 404


def test_settled_by_hand_it_leaves_the_open_list_and_its_author_hears_the_word(as_user, people, refused, post):
    one, row = refused()

    reply = post(row, "settlement", how="settled", note="已补录到点位 4")

    assert reply.status_code == 303
    guard = as_user(people.guard)
    told = asked(guard, one["id"])[one["id"]]
    assert (told["state"], told["note"], told["by"]) == ("settled", "已补录到点位 4", "王芳")
    supervisor = as_user(people.supervisor)
    assert str(row.id) not in supervisor.get("/shelf").text
    assert str(row.id) in supervisor.get("/shelf?state=done").text
    [entry] = history(row.site_id, "shelved", row.id)
    assert (entry.verb, entry.user_id, entry.detail["text"]) == ("settled", people.supervisor.id, "已补录到点位 4")


def test_a_settled_record_sent_once_more_is_known_and_stores_nothing(as_user, people, places, refused, post, send):
    one, row = refused()
    post(row, "settlement", how="void", note="试打")
    hang_label(places)

    assert statuses(send(as_user(people.guard), [one])) == ["known"]
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0
    assert asked(as_user(people.guard), one["id"])[one["id"]]["state"] == "void"


def test_a_reason_is_needed_and_only_two_ends_are_known(refused, post):
    _one, row = refused()

    assert post(row, "settlement", how="settled", note="  ").status_code == 422
    assert post(row, "settlement", how="deleted", note="weg").status_code == 422
    assert shelf_row(row).settled_at is None


def test_taken_in_again_it_is_its_authors_with_its_own_time(as_user, people, places, refused, post, send):
    server = now()
    captured = server - timedelta(hours=3)
    one, row = refused(at=captured, sent_at=server - timedelta(minutes=6))
    hang_label(places)

    reply = post(row, "second-try", note="标签补登记了")

    assert reply.status_code == 303
    scan = db.session.scalars(select(Scan)).one()
    assert (scan.id, scan.user_id, scan.place_id) == (row.record_key, people.guard.id, places.gate.id)
    assert abs(scan.effective_at - captured - timedelta(minutes=6)) < timedelta(seconds=20)
    assert scan.received_at == row.received_at
    row = shelf_row(row)
    assert (row.settled_how, row.settled_by_id, row.url) == ("stored", people.supervisor.id, f"/visits/{scan.id}")
    assert statuses(send(as_user(people.guard), [one])) == ["known"]
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1
    verbs = [entry.verb for entry in history(row.site_id, "shelved", row.id)]
    assert verbs == ["taken_again"]


def test_taken_in_again_too_early_it_stays_with_the_new_reason(as_user, people, places, refused, post):
    place = {"place": str(uuid7()), "category": "water_leak", "photos": [str(uuid7())]}
    one, row = refused("hazard", place)

    post(row, "second-try")

    row = shelf_row(row)
    assert (row.settled_at, row.problem) == (None, "not_found")
    assert asked(as_user(people.guard), one["id"])[one["id"]]["state"] == "open"
    assert db.session.scalar(select(func.count()).select_from(Shelved)) == 1
    [entry] = history(row.site_id, "shelved", row.id)
    assert entry.detail["status"] == "refused"


def test_a_record_that_the_phone_got_through_itself_counts_as_stored(as_user, people, places, refused, post, send):
    one, row = refused()
    hang_label(places)
    assert statuses(send(as_user(people.guard), [one])) == ["stored"]

    assert asked(as_user(people.guard), one["id"])[one["id"]]["state"] == "stored"
    assert str(row.id) not in as_user(people.supervisor).get("/shelf").text
    assert post(row, "settlement", how="settled", note="zu spät").status_code == 409


def test_a_corrected_record_closes_the_first_one(as_user, people, places, refused, record, send):
    one, row = refused()
    better = record(data={"code": places.codes["gate"], "method": "typed"}, replaces=one["id"])

    assert statuses(send(as_user(people.guard), [better])) == ["stored"]

    row = shelf_row(row)
    assert (row.settled_how, row.url) == ("replaced", f"/visits/{better['id']}")
    assert "corrected" in db.session.scalars(select(Scan.flags)).one()
    assert [entry.verb for entry in history(row.site_id, "shelved", row.id)] == ["corrected"]


def test_nobody_closes_a_colleagues_record_by_a_correction(as_user, people, places, refused, record, send):
    one, row = refused()
    theirs = record(data={"code": places.codes["gate"]}, replaces=one["id"], user=str(people.guard2.id))

    send(as_user(people.guard2), [theirs])

    assert shelf_row(row).settled_at is None


def test_two_supervisors_at_once_the_second_is_told(people, refused, post):
    _one, row = refused()
    version = row.version
    assert post(row, "settlement", how="settled", note="补录了").status_code == 303
    row.version = version

    assert post(row, "settlement", person=people.manager, how="void", note="不算").status_code == 409
    assert post(row, "second-try", person=people.manager).status_code == 409
    assert shelf_row(row).settled_note == "补录了"


def test_a_record_of_somebody_who_left_can_only_be_settled_by_hand(people, places, refused, post):
    from patrol.accounts.user import Membership

    _one, row = refused()
    with write():
        query = select(Membership).where(Membership.user_id == people.guard.id)
        db.session.scalars(query).one().ended_at = now()
    hang_label(places)

    assert post(row, "second-try").status_code == 409
    row = shelf_row(row)
    assert post(row, "settlement", how="settled", note="补录了").status_code == 303


def test_a_phone_hears_of_its_own_records_only(as_user, people, refused):
    one, _row = refused()

    assert list(asked(as_user(people.guard), one["id"], "rubbish", str(uuid7()))) == [one["id"]]
    assert asked(as_user(people.guard2), one["id"]) == {}
    assert asked(as_user(people.stranger), one["id"]) == {}
    too_many = as_user(people.guard).get("/sync/refused", query_string=[("id", str(n)) for n in range(101)])
    assert too_many.status_code == 413


def test_the_list_turns_its_pages_by_keyset_and_loses_none(as_user, people, record, send):
    guard = as_user(people.guard)
    send(guard, [record(data={"code": "NOPE"}) for _ in range(70)])
    supervisor, url, seen = as_user(people.supervisor), "/shelf", []
    import re

    while url:
        page = supervisor.get(url).text
        seen += re.findall(r'href="/shelf/([0-9a-f-]{36})"', page)
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', page)
        url = following[1].replace("&amp;", "&") if following else None

    assert len(seen) == len(set(seen)) == 70


def test_the_side_bar_counts_what_waits_for_those_who_settle(as_user, people, refused, post):
    _one, row = refused()
    supervisor = as_user(people.supervisor)

    assert '<span class="count">1</span>' in supervisor.get("/shelf").text
    post(row, "settlement", how="void", note="试打")
    assert 'class="count"' not in supervisor.get("/shelf").text


def test_hostile_records_are_shown_and_break_nothing(as_user, people, places, send, record):
    hostile = [
        record(data={"code": "<script>alert(1)</script>"}),
        record("hazard", {"place": ["x"], "category": {"a": 1}, "note": ["<b>"], "photos": "no"}),
        record("inspection", {"findings": {"a": [1], "b": {"value": {"c": 1}}}, "checklist": 7}),
        {"id": {"no": 1}, "kind": ["?"]},
        record(data={"code": "NUL \x00 here"}),
        7,
    ]
    reply = send(as_user(people.guard), hostile)
    assert set(statuses(reply)) == {"refused"}

    supervisor = as_user(people.supervisor)
    page = supervisor.get("/shelf")

    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text
    for row in db.session.scalars(select(Shelved)).all():
        assert supervisor.get(f"/shelf/{row.id}").status_code == 200


def test_nothing_on_the_shelf_becomes_a_photo_or_a_hazard(refused, places):
    refused("hazard", {"place": str(uuid7()), "category": "water_leak", "photos": [str(uuid7())]})

    for model in (Photo, Hazard, Received):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    assert db.session.scalars(select(JournalEntry).where(JournalEntry.verb == "received")).all() == []
