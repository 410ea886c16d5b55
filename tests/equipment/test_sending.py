"""Sent to what a month lacks; said why something was not reached: both are facts and neither covers anything."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from patrol.accounts.reader import business_day_of
from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.core.problems import Problem
from patrol.equipment.ledger import missing_ids
from patrol.equipment.not_reached import NotReached, NotReachedData, say_not_reached
from patrol.equipment.sending import SentOut, send_out, sendings, with_what_is_left
from tests.equipment.conftest import at

MARCH = date(2026, 3, 1)


def test_what_the_month_lacks_is_sent_and_what_is_left_of_it_shrinks(ledger, sites, people, reader_of, fill):
    by = reader_of(people.engineering)
    before = missing_ids(sites.lake.id, MARCH)
    assert {ledger.powder.id, ledger.powder2.id, ledger.crowded.id, ledger.pump.id} == set(before)
    with write():
        send_out(MARCH, before, team="", person=people.engineer.id, by=by, at=at("2026-03-20").at)
    fill("extinguisher_dry_powder", equipment=ledger.powder, when=at("2026-03-21"))
    fill("extinguisher_dry_powder", equipment=ledger.crowded, when=at("2026-03-21"))  # its first half is gone

    (one,) = with_what_is_left(sendings(sites.lake.id, MARCH), missing_ids(sites.lake.id, MARCH))
    assert (one.row.to_user_id, one.row.team, one.left, one.total) == (people.engineer.id, "engineering", 3, 4)


def test_two_taps_in_a_minute_send_once_and_nothing_left_sends_nobody(ledger, people, reader_of, sites):
    by = reader_of(people.engineering)
    for _tap in range(2):
        with write():
            send_out(MARCH, [ledger.powder.id], team="engineering", person=None, by=by, at=at("2026-03-20").at)
    assert len(sendings(sites.lake.id, MARCH)) == 1
    for wrong in ({"team": "cooks"}, {"person": people.guard.id}, {"person": uuid7()}):
        with pytest.raises(Problem), write():
            send_out(MARCH, [ledger.powder.id], **{"team": "x", "person": None} | wrong, by=by, at=at("2026-03-20").at)
    with pytest.raises(Problem, match=r"sent\.nothing|Nothing is left"), write():
        send_out(MARCH, [], team="engineering", person=None, by=by, at=at("2026-03-20").at)


def test_one_tap_on_the_month_sends_and_the_sent_one_sees_the_list(as_user, people, ledger, reader_of):
    supervisor, today = as_user(people.engineering), business_day_of(reader_of(people.engineering), now())
    url = f"/reviews/month/{today:%Y-%m}"
    page = supervisor.get(url).text
    assert "派去查 4 件" in page
    assert "消防泵房" in page.split('id="to-check"')[1]
    form = {"month": f"{today:%Y-%m}", "to": str(people.engineer.id)}
    assert supervisor.post("/equipment/sent", data=form).location == f"{url}#to-check"
    assert supervisor.post("/equipment/sent", data=form | {"month": "2020-01"}).status_code == 409
    assert as_user(people.engineer).post("/equipment/sent", data=form).status_code == 403

    row = db.session.scalars(select(SentOut)).one()
    listed = as_user(people.engineer).get(f"/equipment/sent/{row.id}")
    assert listed.status_code == 200
    assert f"/inspections/new?equipment={ledger.powder.id}" in listed.text
    assert as_user(people.stranger).get(f"/equipment/sent/{row.id}").status_code == 404
    assert "周敏 派" in supervisor.get(url).text


def test_not_reached_is_said_with_a_reason_and_covers_nothing(ledger, people, reader_of, sites, places):
    by, when = reader_of(people.engineer), at("2026-03-20")
    data = NotReachedData(checklist="extinguisher_dry_powder", equipment=ledger.powder.id, reason="locked")
    record = uuid7()
    for _again in range(2):
        with write():
            say_not_reached(data, id=record, by=by, when=when)

    row = db.session.scalars(select(NotReached)).one()
    assert (row.place_id, row.business_day) == (places.pump.id, date(2026, 3, 20))
    assert ledger.powder.id in missing_ids(sites.lake.id, MARCH)
    with pytest.raises(Exception, match="never changed"), write():
        db.session.connection().exec_driver_sql("UPDATE not_reached SET reason = 'other'")
    with pytest.raises(Problem), write():
        say_not_reached(data.model_copy(update={"reason": "other"}), id=uuid7(), by=by, when=when)
    lift = NotReachedData(checklist="lift_half_month", equipment=ledger.lift.id, reason="locked")
    guard = reader_of(people.guard)
    with pytest.raises(Problem), write():  # a guard fills no list of lifts
        say_not_reached(lift, id=uuid7(), by=guard, when=when)


def test_by_page_and_by_phone(as_user, people, ledger):
    client = as_user(people.engineer)
    asked = f"checklist=extinguisher_dry_powder&equipment={ledger.powder.id}"
    assert f"/not-reached/new?{asked}" in client.get(f"/inspections/new?{asked}").text
    assert 'data-record="not_reached"' in client.get(f"/not-reached/new?{asked}").text
    form = {"checklist": "extinguisher_dry_powder", "equipment": str(ledger.powder.id), "reason": "other"}
    assert client.post("/not-reached", data=form).status_code == 422
    assert client.post("/not-reached", data=form | {"note": "门锁换了"}).status_code == 303
    record = {
        "id": str(uuid7()), "kind": "not_reached", "captured_at": datetime.now(UTC).isoformat(), "photos": [],
        "user": str(people.engineer.id),
        "data": {"checklist": "extinguisher_dry_powder", "equipment": str(ledger.powder2.id), "reason": "locked"},
    }  # fmt: skip
    reply = client.post(
        "/sync/records", json={"sent_at": datetime.now(UTC).isoformat(), "records": [record]}
    ).get_json()
    assert [one["status"] for one in reply["results"]] == ["stored"]
    assert "2 件到不了" in client.get("/checklists").text
    reasons = {row.reason for row in db.session.scalars(select(NotReached))}
    assert reasons == {"other", "locked"}
    month = as_user(people.engineering).get(f"/reviews/month/{now():%Y-%m}").text
    assert "门锁换了" in month
