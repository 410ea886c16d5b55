"""A round ended early: why, by whom, with a photo where it is asked for. It excuses nothing by itself."""

import time_machine
from sqlalchemy import select

from patrol.core.db import db
from patrol.core.keys import uuid7
from patrol.journal.entry import JournalEntry
from patrol.photos.photo import Photo
from patrol.rounds.ending import RoundEnd
from patrol.rounds.round import Round
from tests.rounds.conftest import shanghai


def first_round(site_id):
    return db.session.scalars(select(Round).where(Round.site_id == site_id).order_by(Round.starts_at)).first()


def send(client, people, data, **more):
    record = {
        "id": str(uuid7()), "kind": "round_end", "captured_at": "2026-03-31T20:20:00+08:00",
        "user": str(people.guard.id), "data": data, **more,
    }  # fmt: skip
    body = {"device": str(uuid7()), "sent_at": "2026-03-31T20:20:00+08:00", "records": [record]}
    return client.post("/sync/records", json=body).get_json()["results"][0]


@time_machine.travel(shanghai("2026-03-31 20:20"), tick=False)
def test_the_reason_stands_beside_the_round_and_changes_no_state(as_user, people, sites, night_route):
    round_ = first_round(sites.lake.id)
    guard = as_user(people.guard)

    result = send(guard, people, {"round": str(round_.id), "reason": "weather", "note": "雷雨"})

    assert (result["status"], result["url"]) == ("stored", f"/rounds/{round_.id}")
    page = as_user(people.supervisor).get(f"/rounds/{round_.id}").text
    assert "提前结束：天气恶劣" in page
    assert "雷雨" in page
    assert "这一轮还差 3 个点" in page
    assert "round.ended_early" in db.session.scalars(select(JournalEntry.verb)).all()


@time_machine.travel(shanghai("2026-03-31 20:20"), tick=False)
def test_a_locked_door_needs_its_photo(as_user, people, sites, night_route):
    round_ = first_round(sites.lake.id)
    guard, photo = as_user(people.guard), str(uuid7())

    bare = send(guard, people, {"round": str(round_.id), "reason": "no_access"})
    proved = send(guard, people, {"round": str(round_.id), "reason": "no_access", "photos": [photo]}, photos=[photo])

    assert (bare["status"], bare["problem"]["code"]) == ("refused", "round_end.photo")
    assert proved["status"] == "stored"
    assert [str(row.id) for row in db.session.scalars(select(Photo).where(Photo.round_id == round_.id))] == [photo]


@time_machine.travel(shanghai("2026-03-31 20:20"), tick=False)
def test_something_else_needs_words(as_user, people, sites, night_route):
    result = send(as_user(people.guard), people, {"round": str(first_round(sites.lake.id).id), "reason": "other"})

    assert (result["status"], result["problem"]["code"]) == ("refused", "round_end.note")


@time_machine.travel(shanghai("2026-03-31 20:20"), tick=False)
def test_a_plain_form_does_it_once(as_user, people, sites, night_route):
    round_, number = first_round(sites.lake.id), str(uuid7())
    guard = as_user(people.guard)

    for _ in range(2):
        reply = guard.post(f"/rounds/{round_.id}/end", data={"id": number, "reason": "phone_failure"})
        assert (reply.status_code, reply.location) == (303, f"/rounds/{round_.id}")

    assert [end.reason for end in db.session.scalars(select(RoundEnd))] == ["phone_failure"]


def test_the_day_review_names_the_reason_beside_the_points_missed(as_user, people, sites, night_route):
    with time_machine.travel(shanghai("2026-03-31 20:20"), tick=False):
        round_ = first_round(sites.lake.id)
        send(as_user(people.guard), people, {"round": str(round_.id), "reason": "weather"})

    with time_machine.travel(shanghai("2026-03-31 21:40"), tick=False):
        page = as_user(people.manager).get("/reviews/day/2026-03-31").text

    assert page.count("提前结束：天气恶劣") == 3
