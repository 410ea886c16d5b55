"""Each record stands or falls alone; nothing is stored twice; nothing refused is lost."""

import threading
from datetime import timedelta

from sqlalchemy import func, select

from patrol.accounts.received import Received
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.equipment.checklist import bring_in_catalogue, current
from patrol.equipment.inspection import Inspection
from patrol.journal.entry import JournalEntry, JournalHead, verify_chain
from patrol.rounds.scan import Scan, VisitResult
from patrol.sync.received import Shelved
from tests.equipment.conftest import all_good
from tests.sync.conftest import statuses


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_scan_is_stored_and_its_page_is_named(as_user, people, places, record, send):
    one = record(data={"code": places.codes["lobby"], "method": "camera"})

    reply = send(as_user(people.guard), [one])

    assert reply.status_code == 200
    result = reply.get_json()["results"][0]
    assert (result["status"], result["url"]) == ("stored", f"/visits/{one['id']}")
    assert db.session.scalars(select(Scan.place_id)).all() == [places.lobby.id]


def test_a_late_checklist_without_a_signature_is_refused_in_words_and_kept_on_the_shelf(
    as_user, people, places, sites, record, send
):
    with write():
        bring_in_catalogue(sites.lake.id, now(), None)
    answers = all_good(current(sites.lake.id, "shift_patrol_point"))
    data = {"checklist": "shift_patrol_point", "place": str(places.lobby.id), "findings": _as_sent(answers)}
    late = record("inspection", data, at=now() - timedelta(days=4))

    result = send(as_user(people.guard), [late]).get_json()["results"][0]

    assert (result["status"], result["problem"]["code"]) == ("refused", "inspection.signature_missing")
    assert result["problem"]["text"] == "还没签名。签好字，再完成这张表。"
    assert count(Inspection) == 0
    assert db.session.scalars(select(Shelved)).one().raw["id"] == late["id"]


def _as_sent(answers):
    return {
        code: {name: [str(photo) for photo in said] if name == "photos" else said for name, said in answer.items()}
        for code, answer in answers.items()
    }


def test_a_batch_with_one_bad_record_stores_the_others(as_user, people, places, record, send):
    batch = [
        record(data={"code": places.codes["lobby"]}),
        record(data={"code": "0000-0000-0000"}),
        record(kind="no such kind"),
        {"id": "rubbish"},
        record(data={"code": places.codes["roof"]}),
    ]

    reply = send(as_user(people.guard), batch)

    assert statuses(reply) == ["stored", "refused", "refused", "refused", "stored"]
    assert count(Scan) == 2
    assert sorted(db.session.scalars(select(Shelved.problem))) == ["kind", "record", "scan.unknown_code"]


def test_the_same_batch_ten_times_leaves_one_row_each(as_user, people, places, record, send):
    scan = record(data={"code": places.codes["lobby"]})
    batch = [scan, record("visit", {"scan": scan["id"], "result": "normal"}), record(data={"code": "NOPE"})]
    guard = as_user(people.guard)

    first = send(guard, batch)
    again = [send(guard, batch) for _ in range(9)]

    assert statuses(first) == ["stored", "stored", "refused"]
    assert all(statuses(reply) == ["known", "known", "refused"] for reply in again)
    assert (count(Scan), count(VisitResult), count(Received), count(Shelved)) == (1, 1, 2, 1)
    assert all(reply.get_json()["results"][0]["url"] == f"/visits/{scan['id']}" for reply in again)


def test_the_same_batch_ten_times_at_once_leaves_one_row_each(app, as_user, people, places, record, send):
    batch = [record(data={"code": places.codes[key]}) for key in ("lobby", "pump", "roof")]
    guards = [as_user(people.guard) for _ in range(10)]
    answers: list[list[str]] = []

    def go(client):
        answers.append(statuses(send(client, batch)))

    threads = [threading.Thread(target=go, args=(client,)) for client in guards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 10
    assert {status for answer in answers for status in answer} <= {"stored", "known"}
    assert sum(answer == ["stored"] * 3 for answer in answers) == 1
    assert (count(Scan), count(Received)) == (3, 3)


def test_other_content_under_a_used_id_is_refused_and_the_first_stays(as_user, people, places, record, send):
    scan_id = uuid7()
    guard = as_user(people.guard)
    send(guard, [record(data={"code": places.codes["lobby"]}, id=scan_id)])

    reply = send(guard, [record(data={"code": places.codes["roof"]}, id=scan_id)])

    assert reply.get_json()["results"][0]["problem"]["code"] == "id_reused"
    assert db.session.scalars(select(Scan.place_id)).all() == [places.lobby.id]


def test_nobody_sends_for_somebody_else(as_user, people, places, record, send):
    reply = send(as_user(people.guard2), [record(data={"code": places.codes["lobby"]})])

    assert reply.get_json()["results"][0]["problem"]["code"] == "other_user"
    assert count(Scan) == 0


def test_another_sites_label_is_like_no_label(as_user, people, places, record, send):
    one = record(data={"code": places.codes["lobby"]}, user=str(people.stranger.id))

    reply = send(as_user(people.stranger), [one])

    assert reply.get_json()["results"][0]["problem"]["code"] == "scan.unknown_code"


def test_a_visit_and_its_scan_may_share_a_batch_in_any_order(as_user, people, places, record, send):
    scan = record(data={"code": places.codes["lobby"]})
    visit = record("visit", {"scan": scan["id"], "result": "normal"})

    assert statuses(send(as_user(people.guard), [visit, scan])) == ["stored", "stored"]


def test_golden_3_an_offline_scan_counts_from_the_time_put_right(as_user, people, places, record, send):
    server = now()
    captured = server - timedelta(hours=9, minutes=40)  # by a phone that runs six minutes behind
    one = record(data={"code": places.codes["lobby"]}, at=captured)

    send(as_user(people.guard), [one], sent_at=server - timedelta(minutes=6))

    scan = db.session.scalars(select(Scan)).one()
    assert abs(scan.effective_at - captured - timedelta(minutes=6)) < timedelta(seconds=20)
    assert scan.flags == ["clock_skew"]


def test_a_malformed_envelope_stores_nothing(as_user, people, places):
    guard = as_user(people.guard)
    for body in (b"", b"[]", b'{"records": 7}', b"\xff\xfe", b'{"sent_at": "yesterday", "records": []}'):
        reply = guard.post("/sync/records", data=body, content_type="application/json")
        assert reply.status_code == 400
        assert reply.get_json()["problem"]["code"] == "envelope"


def test_too_many_and_too_large_are_413(as_user, people, record, send):
    guard = as_user(people.guard)

    assert send(guard, [record() for _ in range(501)]).status_code == 413
    assert guard.post("/sync/records", data=b" " * (2 * 1024 * 1024 + 1)).status_code == 413
    assert count(Shelved) == 0


def test_an_unknown_failure_is_later_never_refused(as_user, people, places, record, send, monkeypatch):
    from patrol.sync import kinds

    def broken(*_args, **_kwargs):
        raise RuntimeError("the disk hums a tune")

    monkeypatch.setattr(
        "patrol.sync.kinds.KINDS",
        {**kinds.KINDS, "visit": kinds.Kind(kinds.VisitData, broken, ("scan",))},
    )
    monkeypatch.setattr("patrol.sync.take_in.KINDS", kinds.KINDS)
    scan = record(data={"code": places.codes["lobby"]})

    reply = send(as_user(people.guard), [scan, record("visit", {"scan": scan["id"]})])

    assert statuses(reply) == ["stored", "later"]
    assert count(Shelved) == 0


def test_signed_out_phones_are_asked_to_sign_in_with_a_code(as_user, people, places, record, send):
    reply = send(as_user(), [record()])

    assert reply.status_code == 401
    assert reply.get_json()["problem"]["code"] == "sign_in.needed"


def test_the_journal_tells_of_every_batch_and_its_chain_holds(as_user, people, places, record, send):
    guard = as_user(people.guard)
    for key in ("lobby", "roof"):
        send(guard, [record(data={"code": places.codes[key]})])

    entries = db.session.scalars(
        select(JournalEntry).where(JournalEntry.site_id == people_site(places)).order_by(JournalEntry.seq)
    ).all()
    head = db.session.get(JournalHead, people_site(places))
    assert [entry.detail["count"] for entry in entries if entry.verb == "received"] == [1, 1]
    assert verify_chain(entries, head) is None


def people_site(places):
    return places.lobby.site_id
